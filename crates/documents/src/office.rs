//! Documents that are ZIP archives of XML.

mod contents;
mod fields;
mod open_document;
mod open_xml;
mod package;
mod page;
mod relation;
mod taken_in;

use crate::{
    Active, Damage, Encryption, Kind, Limits, Report, encoding,
    names::{AUTHORS, FILES, Names},
    pdf,
    target::{self, Target, Targets},
    zip::{self, Archive, Unpacker, beginning},
};
use package::Package;

/// Returns what a ZIP is, and what is in the document that it may be.
pub(crate) fn inspect(bytes: &[u8], limits: &Limits) -> Report {
    let mut unpacker = Unpacker::new(limits);
    look(bytes, &mut unpacker, Depth::Outside)
}

/// Returns the same for a document inside another, within what the other has left to unpack.
pub(crate) fn inspect_inside(bytes: &[u8], unpacker: &mut Unpacker<'_>) -> Report {
    look(bytes, unpacker, Depth::Inside)
}

/// Returns whether a page or a drawing has a script.
pub(crate) fn page_runs(bytes: &[u8], limits: &Limits) -> bool {
    let mut report = Report::of(Kind::Html, 0);
    let mut found = Found::in_document(&mut report, limits);
    // Browsers read what claims an encoding that they do not know as if it did not.
    page::look_at(&encoding::xml(bytes).unwrap_or(bytes.into()), true, &mut found);
    report.active.contains(&Active::Program)
}

/// Whether the document is the file itself or inside another, whose own files are not opened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Outside,
    Inside,
}

fn look(bytes: &[u8], unpacker: &mut Unpacker<'_>, depth: Depth) -> Report {
    let archive = zip::read(bytes, unpacker.limits);
    let package = Package::read(&archive);
    let open_document = open_document(&archive);
    let open_xml = open_xml(&archive, package.as_ref());
    let kind = open_document.or(open_xml).unwrap_or(Kind::Zip);
    let mut report = Report::of(kind, bytes.len() as u64);
    report.damage = archive.damage;
    if archive.entries.iter().any(|entry| entry.is_locked) {
        report.encryption = Encryption::Password;
        return report;
    }
    let roots = open_document::roots(&archive);
    let media_type = media_type(&archive);
    let is_both = package.is_some() && (!media_type.is_empty() || !roots.is_empty());
    // The manifest, too, says what kind of document it is.
    let differs = open_document.is_some() && roots.iter().any(|root| *root != media_type);
    if depth == Depth::Outside && pdf::header(bytes).is_some() {
        report.damage = report.damage.or(Some(Damage::Polyglot));
    }
    if is_both || differs || package.as_ref().is_some_and(|package| package.is_ambiguous) {
        report.damage = report.damage.or(Some(Damage::Ambiguous));
    }
    if report.damage.is_some() {
        // What would be read is not what was written.
        return report;
    }
    if open_document.is_some() {
        open_document::look_through(&archive, unpacker, depth, &mut report);
    } else if let Some(package) = &package {
        open_xml::look_through(&archive, package, unpacker, depth, &mut report);
    } else if archive.has(MANIFEST) {
        open_document::look_through(&archive, unpacker, depth, &mut report);
    } else {
        contents::look_for_programs(&archive, unpacker, &mut report);
    }
    report.damage = report.damage.or(unpacker.damage);
    report
}

const MANIFEST: &[u8] = b"META-INF/manifest.xml";

/// Returns whether a target is on another machine.
pub(crate) fn is_far(target: &str) -> bool {
    target::parse(target) >= Target::Web
}

/// What is found in the parts of one document.
struct Found<'r> {
    report: &'r mut Report,
    authors: Names,
    /// The files inside.
    files: Names,
    targets: Targets,
    /// Bytes of pages and the like that may still be looked through.
    pages: usize,
}

impl<'r> Found<'r> {
    fn in_document(report: &'r mut Report, limits: &Limits) -> Self {
        let targets = Targets::new(limits.targets);
        let (authors, files) = (Names::at_most(AUTHORS), Names::at_most(FILES));
        Self { report, authors, files, targets, pages: limits.page_bytes }
    }

    fn active(&mut self, active: Active) {
        self.report.active.push(active);
    }

    /// Notes a file inside, by its path in the package.
    fn file(&mut self, path: &[u8]) {
        self.active(Active::EmbeddedFile);
        self.files.add_file(&encoding::utf8(path));
    }

    /// Returns whether so many bytes of a page, a mail or the like may be looked through, which are then
    /// counted.
    fn has_room(&mut self, bytes: usize) -> bool {
        let left = self.pages.checked_sub(bytes);
        self.pages = left.unwrap_or(0);
        if left.is_none() {
            self.damage(Damage::TooComplex);
        }
        left.is_some()
    }

    fn damage(&mut self, damage: Damage) {
        self.report.damage.get_or_insert(damage);
    }

    /// Returns whether the document is refused already, whatever else is in it.
    fn is_decided(&mut self) -> bool {
        if self.targets.are_spent() {
            self.damage(Damage::TooComplex);
        }
        self.report.damage.is_some()
    }

    fn finish(mut self) {
        self.is_decided();
        self.report.authors = self.authors.into_vec();
        self.report.files = self.files.into_vec();
    }
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
            // Only the directory says where the content ends.
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

/// Returns the media type of a document of `OpenDocument` or of its predecessor, by the part of
/// that name.
fn media_type(archive: &Archive<'_>) -> String {
    let entry = archive.entry(b"mimetype").map(|entry| beginning(entry, LONGEST_MEDIA_TYPE));
    let text = encoding::utf8(&entry.unwrap_or_default());
    if open_document::is_media_type(&text) { text.trim_ascii().into() } else { String::new() }
}

/// Office Open XML: the root's relation leads to the main part, whose content type says the kind.
/// Where either is missing, the main part's folder does, as for a damaged archive.
fn open_xml(archive: &Archive<'_>, package: Option<&Package>) -> Option<Kind> {
    let has_project = archive.has_ending(b"vbaProject.bin");
    let kind = match package?.kind {
        Some(kind) => kind,
        None => by_folder(archive)?,
    };
    Some(if kind == Kind::Docx && has_project { Kind::Docm } else { kind })
}

fn by_folder(archive: &Archive<'_>) -> Option<Kind> {
    let folders =
        (archive.has_under(b"word/"), archive.has_under(b"xl/"), archive.has_under(b"ppt/"));
    match folders {
        (true, false, false) => Some(Kind::Docx),
        (false, true, false) => Some(Kind::Spreadsheet),
        (false, false, true) => Some(Kind::Presentation),
        // None, or several: no program writes that.
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
