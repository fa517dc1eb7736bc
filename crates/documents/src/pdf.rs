//! Reads the Portable Document Format (ISO 32000-2) as far as the questions of a [`Report`] need: no
//! page is drawn and no picture unpacked.

mod authors;
mod banner;
mod budget;
mod document;
mod filters;
mod findings;
mod indirect;
mod lexer;
mod pages;
mod repair;
mod security;
mod strings;
mod value;
mod xref;

use banner::is_banner;
use budget::Budget;
use document::Document;
use findings::Findings;
use pages::Pages;
use security::Lock;

use crate::{
    Damage, Encryption, Kind, Limits, Report, Trace,
    bytes::{find, head, tail, without_blank_end},
    zip::{self, Unpacker},
};

/// Readers look for the header within the first 1,024 bytes (Adobe's implementation note 13 to
/// PDF 1.7), so a file that has it there opens as a PDF.
const HEADER_BYTES: usize = 1024;

/// Where the PDF header stands, if the file has one where readers accept it.
pub(crate) fn header(bytes: &[u8]) -> Option<usize> {
    // The header itself may begin as late as byte 1,023.
    find(head(bytes, HEADER_BYTES + MARK.len() - 1), MARK)
}

/// Returns whether a file that has no header is a PDF all the same: it begins with a comment, as
/// the header is one, and ends as a PDF does.
pub(crate) fn is_headless(bytes: &[u8], limits: &Limits) -> bool {
    let end = tail(without_blank_end(bytes), limits.pdf_tail_bytes);
    bytes.starts_with(b"%")
        && [b"startxref".as_slice(), b"%%EOF"].iter().all(|mark| find(end, mark).is_some())
}

/// Returns what acts in a PDF inside another document, within what is left to read of such files.
pub(crate) fn inspect_inside(bytes: &[u8], unpacker: &mut Unpacker<'_>) -> Report {
    let limits = Limits {
        pdf_read_bytes: unpacker.reading,
        unpacked_bytes: unpacker.limits.unpacked_bytes / 4,
        ..*unpacker.limits
    };
    let budget = Budget::new(&limits);
    let mut report = look(bytes, header(bytes), Depth::Inside, &limits, &budget);
    unpacker.reading = budget.left();
    // Its objects are looked through even where it does not open.
    report.damage = budget.is_spent().then_some(Damage::TooComplex);
    report
}

/// Whether a PDF is the file itself or inside another, whose own files are not opened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Outside,
    Inside,
}

/// Returns what a PDF is whose header stands at `header`, if it has one.
pub(crate) fn inspect(bytes: &[u8], header: Option<usize>, limits: &Limits) -> Report {
    look(bytes, header, Depth::Outside, limits, &Budget::new(limits))
}

fn look(
    bytes: &[u8],
    header: Option<usize>,
    depth: Depth,
    limits: &Limits,
    budget: &Budget,
) -> Report {
    let mut report = Report::of(Kind::Pdf, bytes.len() as u64);
    report.damage = damage(bytes, header, limits);
    let (mut document, pages) = open(bytes, limits, budget);
    report.encryption = match document.lock {
        Lock::None => Encryption::None,
        Lock::Open(_) => Encryption::Opens,
        Lock::Attachments => Encryption::Attachments,
        Lock::Closed => {
            report.encryption = Encryption::Password;
            return report;
        }
    };
    document.find_every(header.unwrap_or(0), limits);
    let findings = Findings::of(&mut document, depth, limits);
    report.active = findings.active;
    report.files = findings.files;
    report.authors = authors::of(&document);
    report.pages = pages.told;
    if findings.has_location {
        report.traces.push(Trace::Location);
    }
    if findings.has_pictures && !findings.has_fonts {
        report.traces.push(Trace::NoText);
    }
    if report.damage.is_none() {
        report.damage = match pages.found {
            _ if budget.is_spent() => Some(Damage::TooComplex),
            _ if zip::end(bytes).is_some_and(|end| !document.is_in_archive(end))
                || has_archive(bytes) =>
            {
                Some(Damage::Polyglot)
            }
            _ if document.is_doubtful() => Some(Damage::Ambiguous),
            0 => Some(Damage::NoPages),
            _ => findings.damage,
        };
    }
    report
}

/// Returns the document as its tables have it, or, if these do not lead to its pages, repaired.
fn open<'a>(bytes: &'a [u8], limits: &Limits, budget: &'a Budget) -> (Document<'a>, Pages) {
    if let Some(table) = xref::read(bytes, limits, budget) {
        let document = Document::open(bytes, table, limits, budget);
        let pages = Pages::of(&document, limits);
        let is_sound = pages.found > 0 && !document.is_astray();
        if is_sound || matches!(document.lock, Lock::Closed) {
            return (document, pages);
        }
    }
    let table = repair::read(bytes, limits, budget);
    let document = Document::open(bytes, table, limits, budget);
    let pages = Pages::of(&document, limits);
    (document, pages)
}

/// Returns whether an archive of another format begins where unpackers look for one, as behind a program
/// that unpacks it: in the first 2 MB, or near the end. One in a stream is one too.
fn has_archive(bytes: &[u8]) -> bool {
    const MARKS: [&[u8]; 3] = [b"Rar!\x1A\x07", b"7z\xBC\xAF\x27\x1C", b"MSCF\0\0\0\0"];
    let places = [head(bytes, 2 << 20), tail(bytes, 64 << 10)];
    places.iter().any(|place| MARKS.iter().any(|mark| find(place, mark).is_some()))
}

/// Returns what is wrong with a PDF as a file.
fn damage(bytes: &[u8], header: Option<usize>, limits: &Limits) -> Option<Damage> {
    let Some(header) = header else { return Some(Damage::NoHeader) };
    if !is_banner(head(bytes, header)) {
        return Some(Damage::LeadingJunk);
    }
    // Either mark will do: old writers end without %%EOF, and repairing readers need only one.
    let end = tail(without_blank_end(bytes), limits.pdf_tail_bytes);
    if find(end, b"%%EOF").is_none() && find(end, b"startxref").is_none() {
        return Some(Damage::Truncated);
    }
    None
}

const MARK: &[u8] = b"%PDF-";

#[cfg(test)]
mod tests;
