//! Portable Document Format (ISO 32000-2), read as far as the questions of a
//! [`Report`] need: no page is drawn and no picture unpacked.

mod authors;
mod budget;
mod document;
mod filters;
mod findings;
mod indirect;
mod lexer;
mod pages;
mod repair;
mod security;
mod value;
mod xref;

use budget::Budget;
use document::Document;
use findings::Findings;
use pages::Pages;
use security::Lock;

use crate::{
    Damage, Encryption, Kind, Limits, Report, Trace,
    bytes::{after_blank, find, head, tail},
    zip,
};

/// Readers look for the header within the first 1,024 bytes (Adobe's implementation note 13 to
/// PDF 1.7), so a file that has it there opens as a PDF.
const HEADER_BYTES: usize = 1024;

/// Where the PDF header stands, if the file has one where readers accept it.
pub(crate) fn header(bytes: &[u8]) -> Option<usize> {
    // The header itself may begin as late as byte 1,023.
    find(head(bytes, HEADER_BYTES + MARK.len() - 1), MARK)
}

/// Whether a file that has no header is a PDF all the same: it begins with a comment, as the
/// header is one, and ends as a PDF does.
pub(crate) fn is_headless(bytes: &[u8], limits: &Limits) -> bool {
    let end = tail(bytes, limits.pdf_tail_bytes);
    bytes.starts_with(b"%")
        && [b"startxref".as_slice(), b"%%EOF"].iter().all(|mark| find(end, mark).is_some())
}

/// What a PDF is whose header stands at `header`, if it has one.
pub(crate) fn inspect(bytes: &[u8], header: Option<usize>, limits: &Limits) -> Report {
    let mut report = Report::of(Kind::Pdf, bytes.len() as u64);
    report.damage = damage(bytes, header, limits);
    let budget = Budget::new(limits);
    let (document, pages) = open(bytes, limits, &budget);
    report.encryption = match document.lock {
        Lock::None => Encryption::None,
        Lock::Open(_) => Encryption::Opens,
        Lock::Attachments => Encryption::Attachments,
        Lock::Closed => {
            report.encryption = Encryption::Password;
            return report;
        }
    };
    let findings = Findings::of(&document, limits);
    report.active = findings.active;
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
            0 => Some(Damage::NoPages),
            _ => None,
        };
    }
    report
}

/// The document as its tables have it, or, if these do not lead to its pages, repaired.
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

/// What is wrong with a PDF as a file.
fn damage(bytes: &[u8], header: Option<usize>, limits: &Limits) -> Option<Damage> {
    let Some(header) = header else { return Some(Damage::NoHeader) };
    if !is_blank(head(bytes, header)) {
        return Some(Damage::LeadingJunk);
    }
    // Either mark will do: old writers end without %%EOF, and repairing readers need only one.
    let end = tail(bytes, limits.pdf_tail_bytes);
    if find(end, b"%%EOF").is_none() && find(end, b"startxref").is_none() {
        return Some(Damage::Truncated);
    }
    zip::ends(bytes).then_some(Damage::Polyglot)
}

const MARK: &[u8] = b"%PDF-";

/// A byte-order mark, white space and NULs are what editors and mail gateways leave behind, and
/// no other format begins with them. Anything else before the header is how one file is made to
/// be two; in some 590 PDFs of test corpora none has it.
fn is_blank(junk: &[u8]) -> bool {
    after_blank(junk).iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0)
}

#[cfg(test)]
mod tests;
