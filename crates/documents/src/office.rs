//! Documents that are ZIP archives of XML.

mod open_document;
mod open_xml;

use crate::{
    Encryption, Kind, Limits, Report,
    target::{self, Target},
    zip::{self, Archive, beginning},
};

/// What a ZIP is, and what is in the document that it may be.
pub(crate) fn inspect(bytes: &[u8], limits: &Limits) -> Report {
    let archive = zip::read(bytes, limits);
    let mut report = Report::of(kind(&archive), bytes.len() as u64);
    report.damage = archive.damage;
    if archive.entries.iter().any(|entry| entry.is_locked) {
        report.encryption = Encryption::Password;
    } else if report.damage.is_some() {
        // What would be read is not what was written.
    } else if archive.has(b"META-INF/manifest.xml") {
        open_document::look_through(&archive, limits, &mut report);
    } else if archive.has(CONTENT_TYPES) {
        open_xml::look_through(&archive, limits, &mut report);
    }
    report
}

const CONTENT_TYPES: &[u8] = b"[Content_Types].xml";

/// Returns whether a target is on another machine.
pub(crate) fn is_far(target: &str) -> bool {
    target::parse(target) >= Target::Web
}

/// What document, if any, a ZIP's entries make up.
///
/// Of a damaged archive part of the entries may be missing; what is left then suffices to name
/// the kind it was meant to be.
fn kind(archive: &Archive<'_>) -> Kind {
    open_document(archive).or_else(|| open_xml(archive)).unwrap_or(Kind::Zip)
}

/// `OpenDocument` says its media type in a part of its own. It should come first and unpacked, so
/// that it stands at a fixed place, but readers do not insist.
fn open_document(archive: &Archive<'_>) -> Option<Kind> {
    let entry = archive.entry(b"mimetype")?;
    let whole = archive.damage.is_none();
    let media_type = beginning(entry, LONGEST_MEDIA_TYPE);
    let kind = media_type.strip_prefix(b"application/vnd.oasis.opendocument.")?;
    let is = |name: &[u8]| {
        if whole {
            kind.trim_ascii_end() == name
        } else {
            // Without the directory nobody says where the content ends.
            kind.starts_with(name)
        }
    };
    // Under a password, newer writers pack all parts into one.
    let has_content = archive.has(b"content.xml") || archive.has(b"encrypted-package");
    if whole && !has_content {
        return None;
    }
    if is(b"text") {
        Some(Kind::Odt)
    } else if is(b"spreadsheet") {
        Some(Kind::Spreadsheet)
    } else if is(b"presentation") {
        Some(Kind::Presentation)
    } else {
        None
    }
}

const LONGEST_MEDIA_TYPE: usize = 128;

/// Office Open XML: the main part may bear any name, but stands in the folder of its program.
fn open_xml(archive: &Archive<'_>) -> Option<Kind> {
    if !archive.has(CONTENT_TYPES) {
        return None;
    }
    let folders =
        (archive.has_under(b"word/"), archive.has_under(b"xl/"), archive.has_under(b"ppt/"));
    match folders {
        (true, false, false) if archive.has_ending(b"vbaProject.bin") => Some(Kind::Docm),
        (true, false, false) => Some(Kind::Docx),
        (false, true, false) => Some(Kind::Spreadsheet),
        (false, false, true) => Some(Kind::Presentation),
        // None, or several: then only the relations could tell, and no program writes that.
        _ => None,
    }
}

/// Part names are compared without regard to case (ECMA-376, part 2).
impl Archive<'_> {
    fn has(&self, name: &[u8]) -> bool {
        self.entry(name).is_some()
    }

    fn has_under(&self, folder: &[u8]) -> bool {
        self.entries.iter().any(|entry| {
            let start = entry.name.get(..folder.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(folder))
        })
    }

    fn has_ending(&self, ending: &[u8]) -> bool {
        self.entries.iter().any(|entry| {
            let start = entry.name.len().checked_sub(ending.len());
            let end = start.and_then(|start| entry.name.get(start..));
            end.is_some_and(|end| end.eq_ignore_ascii_case(ending))
        })
    }
}

#[cfg(test)]
mod tests;
