//! What a file really is, for the page.
//!
//! A module of its own beside the form's: who only reads, or has not come to
//! the documents yet, does not load it.

use documents::Limits;
use serde::Serialize as _;
use serde_wasm_bindgen::{Error, Serializer};
use wasm_bindgen::prelude::*;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Says what a file really is: a [`documents::Report`] as an object.
#[wasm_bindgen]
pub fn inspect(bytes: &[u8]) -> Result<JsValue, Error> {
    let report = documents::inspect(bytes, &Limits::default());
    report.serialize(&Serializer::json_compatible())
}
