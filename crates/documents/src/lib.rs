//! What a file really is, judged from its bytes alone.
//!
//! Browser and Worker call the same [`inspect`], so that a candidate is told at once what the
//! Worker would tell later. Nothing here does I/O, knows a clock, or knows which kinds an
//! organisation accepts: this crate reports, the rules judge.
//!
//! Every input is read to an answer in linear time, however hostile: sizes, counts and offsets
//! found in a file are claims to be checked, never believed.

mod bytes;
mod file_name;
mod kind;
mod limits;
mod office;
mod pdf;
mod report;
#[cfg(any(test, feature = "samples"))]
pub mod samples;
mod signature;
mod text;
mod zip;

pub use file_name::{Extension, extension_of, name_agrees};
pub use kind::Kind;
pub use limits::Limits;
pub use report::{Active, Damage, Encryption, Report, Trace};

/// Says what `bytes` are.
pub fn inspect(bytes: &[u8], limits: &Limits) -> Report {
    let (kind, damage) = kind_and_damage(bytes, limits);
    Report { damage, ..Report::of(kind, bytes.len() as u64) }
}

fn kind_and_damage(bytes: &[u8], limits: &Limits) -> (Kind, Option<Damage>) {
    if bytes.is_empty() {
        return (Kind::Empty, None);
    }
    match signature::leading(bytes) {
        Some(Kind::Zip) => {
            let archive = zip::read(bytes, limits);
            (office::kind(&archive), archive.damage)
        }
        Some(kind) => (kind, None),
        None => match pdf::header(bytes) {
            Some(header) => (Kind::Pdf, pdf::damage(bytes, header, limits)),
            None if text::is_text(bytes) => (Kind::Text, None),
            None => (Kind::Unknown, None),
        },
    }
}

#[cfg(test)]
mod tests;
