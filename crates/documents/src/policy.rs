//! Decides what it means that a document leads somewhere: one table for Office Open XML,
//! `OpenDocument` and PDF. `rules::content` decides what is refused for it and what is told.

use crate::{
    Active, file_name,
    target::{self, Target},
};

/// What a document does with a target.
#[derive(Clone, Copy)]
pub(crate) enum Use<'t> {
    /// It runs what it loads when it is opened, or gives it to another program: a template, an object,
    /// a frame of a DOCX.
    Runs,
    /// It shows what it loads when it is opened: a picture, a font, a text.
    Shows,
    /// A PDF opens, plays or fetches it without a click.
    Acts,
    /// A link of an Office document to this text, which waits for a click.
    Link(&'t str),
    /// The same of a PDF, or the name of a file.
    PdfLink(&'t str),
}

/// Returns what is found by this use of a target that leads there.
pub(crate) fn active(used: Use<'_>, target: Target) -> Option<Active> {
    use Target::{Handler, Inside, Near, Script, Server, Web};
    Some(match (used, target) {
        (Use::Runs | Use::Shows | Use::Acts, Server) => Active::ServerName,
        (Use::Runs, Web) | (Use::Runs | Use::Shows, Handler | Script) => Active::RemoteTemplate,
        (Use::Shows, Web) => Active::RemoteContent,
        (Use::Runs | Use::Shows, Near) | (Use::Link(_), Server | Handler | Script) => {
            Active::ExternalRelationship
        }
        (Use::Acts | Use::PdfLink(_), Script) => Active::Script,
        (Use::Acts, Web | Handler) => Active::Automatic,
        (Use::Acts, Near | Inside) | (Use::PdfLink(_), Server | Handler) => Active::RemoteGoTo,
        (Use::PdfLink(text), _) if is_path(text) || target::starts_program(text) => {
            Active::RemoteGoTo
        }
        (Use::Link(text), Web | Near) if target::starts_program(text) => {
            Active::ExternalRelationship
        }
        (Use::Link(text), Near) if file_name::runs(text) => Active::ExternalRelationship,
        (Use::Runs | Use::Shows, Inside) | (Use::Link(_) | Use::PdfLink(_), _) => return None,
    })
}

fn is_path(text: &str) -> bool {
    text.trim_start().to_ascii_lowercase().starts_with("file:")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks one row: a target, and what each use of it is.
    #[track_caller]
    fn check(text: &str, expect: [Option<Active>; 5]) {
        let uses = [Use::Runs, Use::Shows, Use::Acts, Use::Link(text), Use::PdfLink(text)];
        assert_eq!(uses.map(|used| active(used, target::parse(text))), expect, "{text}");
    }

    #[test]
    fn the_table() {
        let server = Some(Active::ServerName);
        let template = Some(Active::RemoteTemplate);
        let content = Some(Active::RemoteContent);
        let (automatic, script) = (Some(Active::Automatic), Some(Active::Script));
        let (extern_, elsewhere) = (Some(Active::ExternalRelationship), Some(Active::RemoteGoTo));
        check("\\\\h\\s", [server, server, server, extern_, elsewhere]);
        check("http://a", [template, content, automatic, None, None]);
        check("ms-msdt:x", [template, template, automatic, extern_, elsewhere]);
        check("macro:x", [template, template, script, extern_, script]);
        check("steam://run/1", [template, content, automatic, extern_, elsewhere]);
        check("calculator:", [extern_, extern_, elsewhere, extern_, elsewhere]);
        check("C:\\a.docx", [extern_, extern_, elsewhere, None, None]);
        check("C:\\a.exe", [extern_, extern_, elsewhere, extern_, None]);
        check("file:///C:/a", [extern_, extern_, elsewhere, None, elsewhere]);
        check("mailto:a@b", [extern_, extern_, elsewhere, None, None]);
        check("a.png", [None, None, elsewhere, None, None]);
    }
}
