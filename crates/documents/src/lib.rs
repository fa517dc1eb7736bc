//! What a file really is, judged from its bytes alone.
//!
//! Browser and Worker call the same [`inspect`], so that a candidate is told at once what the
//! Worker would tell later. Nothing here does I/O, knows a clock, or knows which kinds an
//! organisation accepts: this crate reports, the rules judge.
//!
//! Every input is read to an answer in linear time, however hostile: sizes, counts and offsets
//! found in a file are claims to be checked, never believed.

mod bytes;
mod compound;
mod crypto;
mod encoding;
mod exif;
mod file_name;
#[cfg(any(test, feature = "fuzz"))]
pub mod fuzz;
mod inflate;
mod kind;
mod limits;
mod names;
mod office;
mod pdf;
mod picture;
mod policy;
mod report;
mod rtf;
#[cfg(any(test, feature = "samples"))]
pub mod samples;
mod signature;
mod target;
mod text;
mod word;
mod xml;
mod zip;

pub use file_name::{Extension, extension_of, name_agrees};
pub use kind::Kind;
pub use limits::Limits;
pub use report::{Active, Damage, Encryption, Report, Trace};
pub use zip::crc32;

/// Says what `bytes` are.
pub fn inspect(bytes: &[u8], limits: &Limits) -> Report {
    let of = |kind| Report::of(kind, bytes.len() as u64);
    let report = match signature::leading(bytes) {
        _ if bytes.is_empty() => of(Kind::Empty),
        Some(Kind::Zip) => office::inspect(bytes, limits),
        Some(Kind::Doc) => word::inspect(bytes, limits),
        Some(Kind::Rtf) => rtf::inspect(bytes),
        Some(kind) => of(kind),
        None => match pdf::header(bytes) {
            None if pdf::is_headless(bytes, limits) => pdf::inspect(bytes, None, limits),
            header @ Some(_) => pdf::inspect(bytes, header, limits),
            None if text::is_text(bytes) => of(Kind::Text),
            None => of(Kind::Unknown),
        },
    };
    report.in_order()
}

#[cfg(test)]
mod tests;
