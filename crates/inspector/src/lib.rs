//! Inspects files, for the page.
//!
//! This is a module of its own, beside the form's: a candidate who has not
//! come to the documents yet does not load it.

use documents::Limits;
use serde::Serialize as _;
use serde_wasm_bindgen::{Error, Serializer};
use wasm_bindgen::prelude::*;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Makes a panic leave a message in the console.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// Returns what a file really is: a [`documents::Report`] as a plain object.
///
/// # Errors
///
/// Where the object cannot be made, which a report gives no reason for.
#[wasm_bindgen]
pub fn inspect(bytes: &[u8]) -> Result<JsValue, Error> {
    documents::inspect(bytes, &Limits::default()).serialize(&Serializer::json_compatible())
}
