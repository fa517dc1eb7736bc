//! Inspects files, for the page.
//!
//! This is a module of its own, beside the form's: a candidate who has not
//! come to the documents yet does not load it.

use documents::Limits;
use wasm_bindgen::prelude::*;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Returns what a file really is: the JSON of a [`documents::Report`].
#[wasm_bindgen]
#[must_use]
pub fn inspect(bytes: &[u8]) -> String {
    documents::inspect(bytes, &Limits::default()).to_json()
}
