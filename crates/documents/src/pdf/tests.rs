mod acts;
mod content;
mod damage;
mod faces;
mod filters;
mod findings;
mod hostile;
mod inside;
mod security;
mod structure;

use crate::{Damage, Limits, Report, inspect, samples::Objects};

fn look(bytes: &[u8]) -> Report {
    inspect(bytes, &Limits::default())
}

/// Returns a catalogue and a page tree of one page, to which more objects may be added from number
/// 4 on.
fn one_page() -> Objects {
    Objects::new()
        .with("<< /Type /Catalog /Pages 2 0 R >>")
        .with("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
        .with("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>")
}

/// Returns what is said of the pages, and of damage.
fn pages(bytes: &[u8]) -> (Option<u32>, Option<Damage>) {
    let report = look(bytes);
    (report.pages, report.damage)
}
