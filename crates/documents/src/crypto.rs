//! The ciphers and digests of PDF's standard security handler (ISO 32000-2, 7.6).
//!
//! They only open documents that anybody can open, with the empty password: nothing here keeps a
//! secret, and nothing else may use it. The crates of `RustCrypto` do the same in 13 KB of
//! compressed wasm, these in 3; the tests hold them against those crates.

#![expect(
    clippy::indexing_slicing,
    reason = "tables of fixed size, indexed by bytes and counters whatever the input is"
)]

mod aes;
mod md5;
mod rc4;
mod sha2;

pub(crate) use aes::Aes;
pub(crate) use md5::md5;
pub(crate) use rc4::rc4;
pub(crate) use sha2::Sha2;

#[cfg(test)]
mod tests;
