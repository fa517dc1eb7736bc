//! Documents made by code, for tests here and in the crates above (feature `samples`).
//!
//! [`pdf`], [`docx`] and [`odt`] are documents that readers open; [`hostile`] has those that
//! should get nowhere. The same call always gives the same bytes.

mod compound;
pub mod hostile;
mod jpeg;
mod office;
mod packages;
mod pdf;
mod stored;

pub use compound::{Streams, compound, doc, word_document};
pub use jpeg::{jpeg, photograph};
pub use office::{docm, docx, docx_with, odt, odt_of};
pub use packages::{WordPackage, open_text};
pub use pdf::{Objects, pdf, pdf_of_length, zlib};
pub use stored::Stored;

/// Returns every kind of file made here, sound or not.
pub fn all() -> Vec<Vec<u8>> {
    let sound = [pdf("Bonjour"), docx("Bonjour"), docm("Bonjour"), odt("Bonjour"), png(), doc()];
    let hostile = hostile::all().into_iter().map(|case| case.bytes);
    sound.into_iter().chain(pdf::all()).chain(hostile).collect()
}

/// Returns a ZIP of these names and contents, unpacked, in this order.
pub fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = Stored::default();
    for (name, content) in files {
        archive.add(name, content.as_bytes());
    }
    archive.finish()
}

/// Returns the smallest PNG: one transparent pixel.
pub fn png() -> Vec<u8> {
    const PIXEL: &[u8] = b"\x89PNG\r\n\x1A\n\
        \0\0\0\x0DIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1F\x15\xC4\x89\
        \0\0\0\x0BIDAT\x78\xDA\x63\x60\x00\x02\x00\x00\x05\x00\x01\xE9\xFA\xDC\xD8\
        \0\0\0\0IEND\xAE\x42\x60\x82";
    PIXEL.to_vec()
}
