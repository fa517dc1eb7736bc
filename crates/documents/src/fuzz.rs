//! What `cargo xtask fuzz` throws random input at (feature `fuzz`). Each must return, soon, and
//! keep its word; what it says does not matter.

use crate::{Limits, Report, inflate, pdf};

/// Small, so that inputs that reach a limit are found.
const LIMITS: Limits = Limits {
    zip_entries: 64,
    zip_directory_bytes: 8 * 1024,
    zip_ratio: 100,
    zip_always_bytes: 64 * 1024,
    pdf_tail_bytes: 1024,
    pdf_objects: 4_096,
    pdf_revisions: 16,
    pdf_read_bytes: 1024 * 1024,
    unpacked_bytes: 256 * 1024,
    nesting: 32,
};

/// The whole.
pub fn inspect(data: &[u8]) {
    check(&crate::inspect(data, &LIMITS));
}

/// What is deflated, unpacked.
pub fn inflate(data: &[u8], limit: usize) -> Vec<u8> {
    inflate::raw(data, limit).bytes
}

/// A PDF, whatever it begins with.
pub fn pdf(data: &[u8]) {
    check(&pdf::inspect(data, Some(0), &LIMITS).in_order());
}

fn check(report: &Report) {
    assert!(report.authors.len() <= 4);
    assert!(report.authors.iter().all(|name| name.chars().count() <= 100));
    assert!(report.active.is_sorted_by(|a, b| a < b));
    assert!(report.traces.is_sorted_by(|a, b| a < b));
}
