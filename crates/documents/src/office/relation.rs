//! Judges the relations of Office Open XML parts (ECMA-376, part 2, clause 6.5).

use crate::{
    Active,
    policy::{self, Use},
    target::{Target, Targets},
    xml::Tag,
};

/// Returns what a relation makes of its target when the document is opened.
///
/// The last word of its type says what the target is for, in the transitional and the strict form
/// and in Microsoft's own. A target on another machine counts as external even where the mode is
/// missing: what else it could be, no reader says.
pub(super) fn active(tag: Tag<'_>, targets: &mut Targets) -> Option<Active> {
    let kind = tag.attribute(b"Type").to_ascii_lowercase();
    let kind = kind.split(['?', '#']).next().unwrap_or_default();
    let kind = kind.trim_end_matches(|c: char| c == '/' || c.is_whitespace());
    let kind = kind.rsplit('/').next().unwrap_or_default();
    let text = tag.attribute(b"Target");
    let target = targets.parse(&text);
    let is_external =
        tag.attribute(b"TargetMode").as_bytes().trim_ascii().eq_ignore_ascii_case(b"External");
    let outside = match target {
        Target::Web | Target::Handler | Target::Script | Target::Server => Some(target),
        // The names of external files are relative to the document, so they are near.
        _ if is_external => Some(Target::Near),
        _ => None,
    };
    match (kind, outside) {
        ("vbaproject" | "wordvbadata", _) => Some(Active::Macros),
        ("control" | "activexcontrolbinary", None | Some(Target::Near)) | ("oleobject", None) => {
            Some(Active::OleObject)
        }
        ("afchunk" | "package", None) => Some(Active::EmbeddedFile),
        // A ribbon of its own names the macros behind its buttons, which stand elsewhere.
        ("extensibility" | "usercustomization", None) => Some(Active::ExternalRelationship),
        // Apps in a pane load their page from the web.
        ("webextension" | "webextensiontaskpanes" | "taskpanes", _) => Some(Active::RemoteContent),
        (_, None) => None,
        ("hyperlink", Some(_)) => policy::active(Use::Link(&text), target),
        (kind, Some(target)) => policy::active(used(kind), target),
    }
}

/// Returns what a relation of this kind is for: pictures are shown, anything else is run, or opened by
/// another program.
fn used(kind: &str) -> Use<'static> {
    match kind {
        "attachedtemplate"
        | "oleobject"
        | "package"
        | "control"
        | "activexcontrolbinary"
        | "frame"
        | "subdocument"
        | "afchunk"
        | "extensibility"
        | "usercustomization"
        | "officedocument"
        | "stylesheet"
        | "transform"
        | "settings" => Use::Runs,
        _ => Use::Shows,
    }
}
