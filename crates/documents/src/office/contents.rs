//! Looks at each entry of a document by its bytes; its name does not decide what it is.

use std::borrow::Cow;

use super::{Depth, Found, page, page_runs};
use crate::{
    Active, Damage, Kind, Report, Trace, encoding, exif, file_name, pdf,
    picture::pixels,
    rtf, signature,
    zip::{Archive, Entry, Unpacker, beginning},
};

/// Bytes at the beginning of an entry that tell what it is.
pub(super) const HEAD_BYTES: usize = 1_024;

/// Reports what an entry is by its own bytes and name, and gives its content where that is XML.
pub(super) fn look_at<'e>(
    entry: &Entry<'e>,
    unpacker: &mut Unpacker<'_>,
    depth: Depth,
    found: &mut Found<'_>,
) -> Option<Cow<'e, [u8]>> {
    let head = beginning(entry, HEAD_BYTES);
    if file_name::runs(&encoding::utf8(&entry.name)) {
        found.active(Active::Program);
    }
    let mut packed = None;
    let is_xml = encoding::is_xml(&head);
    let is_named_xml = is_named_xml(&entry.name);
    let kind = kind(entry, &head);
    match kind {
        Some(Kind::Executable) => found.active(Active::Program),
        Some(Kind::Doc) => found.active(Active::OleObject),
        Some(Kind::Image) => look_at_picture(entry, unpacker, found),
        Some(Kind::Zip) => look_inside(entry, unpacker, depth, found),
        Some(Kind::Archive) => match unpacker.gzip(entry) {
            Some(drawing) if encoding::is_xml(&drawing) => packed = Some(Cow::Owned(drawing)),
            Some(drawing) if is_drawing(&drawing) => {}
            // Archives of other formats are not read here and may hold a program.
            _ => found.active(Active::Program),
        },
        Some(Kind::Rtf) => {
            let content = unpacker.whole(entry).unwrap_or_default();
            found.file(&entry.name);
            if found.has_room(content.len()) {
                found.report.active.extend(rtf::inspect(&content).active);
            }
        }
        _ if head.starts_with(b"%PDF-") => look_inside_pdf(entry, unpacker, depth, found),
        _ => {}
    }
    let part = packed.or_else(|| (is_xml || is_named_xml).then(|| unpacker.whole(entry)).flatten());
    if let Some(part) = &part {
        let text = encoding::xml(part).unwrap_or_default();
        page::look_at(&text, kind == Some(Kind::Html), found);
    }
    if is_named_xml && part.is_some() && !is_xml {
        // A reader that takes it for XML in another encoding sees other elements.
        found.damage(Damage::Ambiguous);
    }
    part
}

/// Reports the programs in an archive that is no document, and whether it is locked.
pub(super) fn look_for_programs(
    archive: &Archive<'_>,
    unpacker: &mut Unpacker<'_>,
    report: &mut Report,
) {
    let limits = unpacker.limits;
    let mut is_program = |entry: &Entry<'_>| {
        let kind = signature::leading(&beginning(entry, HEAD_BYTES));
        let is_page = matches!(kind, Some(Kind::Html | Kind::Xml));
        file_name::runs(&encoding::utf8(&entry.name))
            || kind == Some(Kind::Executable)
            || is_page && unpacker.whole(entry).is_some_and(|page| page_runs(&page, limits))
    };
    if archive.entries.iter().any(&mut is_program) {
        report.active.push(Active::Program);
    }
}

/// Returns whether a name is that of an XML part by what all readers go by.
pub(super) fn is_named_xml(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(b".xml") || name.ends_with(b".rels")
}

/// Returns what the bytes of an entry say that it is. The mark of a disk's image stands further on.
fn kind(entry: &Entry<'_>, head: &[u8]) -> Option<Kind> {
    const DISK_BYTES: usize = 0x8006;
    let is_disk = || {
        head.iter().all(|byte| *byte == 0)
            && signature::leading(&beginning(entry, DISK_BYTES)) == Some(Kind::Archive)
    };
    signature::leading(head).or_else(|| is_disk().then_some(Kind::Archive))
}

/// Returns whether these are the first bytes of a drawing of Windows, which is packed with gzip
/// (`.emz`, `.wmz`).
fn is_drawing(content: &[u8]) -> bool {
    let is_enhanced = content.get(40..44) == Some(b" EMF");
    is_enhanced || matches!(content, [0xD7, 0xCD, 0xC6, 0x9A, ..] | [1 | 2, 0, 9, 0, ..])
}

fn look_at_picture(entry: &Entry<'_>, unpacker: &mut Unpacker<'_>, found: &mut Found<'_>) {
    let head = unpacker.picture(entry);
    if exif::has_location(&head) {
        found.report.traces.push(Trace::Location);
    }
    if pixels(&head) > unpacker.limits.picture_pixels {
        found.damage(Damage::TooComplex);
    }
}

/// Looks into a PDF inside a document; into one inside that, nothing is looked.
fn look_inside_pdf(
    entry: &Entry<'_>,
    unpacker: &mut Unpacker<'_>,
    depth: Depth,
    found: &mut Found<'_>,
) {
    found.file(&entry.name);
    if depth == Depth::Outside
        && let Some(content) = unpacker.whole(entry)
    {
        found.report.take_in(pdf::inspect_inside(&content, unpacker));
    }
}

/// Opens an archive inside a document; one inside that is only told.
fn look_inside(
    entry: &Entry<'_>,
    unpacker: &mut Unpacker<'_>,
    depth: Depth,
    found: &mut Found<'_>,
) {
    found.file(&entry.name);
    if depth == Depth::Inside {
        return;
    }
    if !unpacker.opens_another() {
        found.damage(Damage::TooComplex);
        return;
    }
    if let Some(content) = unpacker.whole(entry) {
        found.report.take_in(super::look(&content, unpacker, Depth::Inside));
    }
}
