//! What `cargo xtask fuzz` throws random input at (feature `fuzz`). Each must return, soon, and
//! keep its word; what it says does not matter.

use crate::{
    Limits, Report, encoding, exif, inflate, office, pdf, rtf, word,
    xml::{self, Event, Events},
};

#[cfg(any(test, feature = "samples"))]
mod structure;

/// Small, so that inputs that reach a limit are found.
const LIMITS: Limits = Limits {
    zip_entries: 64,
    zip_directory_bytes: 8 * 1024,
    zip_ratio: 100,
    zip_always_bytes: 64 * 1024,
    zip_declared_bytes: 1024 * 1024,
    picture_pixels: 1_000_000,
    files_inside: 4,
    targets: 1 << 10,
    field_nesting: 4,
    page_bytes: 64 * 1024,
    pdf_tail_bytes: 1024,
    pdf_objects: 4_096,
    pdf_revisions: 16,
    pdf_read_bytes: 1024 * 1024,
    pdf_declared_bytes: 1024 * 1024,
    pdf_content_bytes: 64 * 1024,
    unpacked_bytes: 256 * 1024,
    picture_bytes: 64 * 1024,
    compound_bytes: 8 * 1024,
    nesting: 32,
};

/// The whole.
pub fn inspect(data: &[u8]) {
    check(&crate::inspect(data, &LIMITS));
}

/// A sound container around parts and objects that `data` changes.
#[cfg(any(test, feature = "samples"))]
pub fn structure(data: &[u8]) {
    check(&crate::inspect(&structure::built(data), &LIMITS));
}

/// Unpacks deflated data.
pub fn inflate(data: &[u8], limit: usize) -> Vec<u8> {
    inflate::raw(data, limit).bytes
}

/// A PDF, whatever it begins with.
pub fn pdf(data: &[u8]) {
    check(&pdf::inspect(data, Some(0), &LIMITS).in_order());
}

/// A ZIP, and the parts of the document in it.
pub fn office(data: &[u8]) {
    check(&office::inspect(data, &LIMITS).in_order());
}

/// A compound file, and the document in it.
pub fn word(data: &[u8]) {
    check(&word::inspect(data, &LIMITS).in_order());
}

/// Rich text.
pub fn rtf(data: &[u8]) {
    check(&rtf::inspect(data).in_order());
}

/// A photograph.
pub fn exif(data: &[u8]) {
    exif::has_location(data);
}

/// A part of a document, and what its elements say.
pub fn xml(data: &[u8]) {
    for event in Events::of(&encoding::xml(data).unwrap_or_default()) {
        match event {
            Event::Start(tag) => drop((tag.name(), tag.attribute(b"Target"), tag.has_duplicates())),
            Event::Text(text) => drop(xml::unescaped(text)),
            Event::End(_) | Event::Doctype(_) => {}
        }
    }
}

fn check(report: &Report) {
    assert!(report.authors.len() <= 4);
    assert!(report.files.len() <= 8);
    let mut names = report.authors.iter().chain(&report.files);
    assert!(names.all(|name| name.chars().count() <= 100));
    assert!(report.active.is_sorted_by(|a, b| a < b));
    assert!(report.traces.is_sorted_by(|a, b| a < b));
}
