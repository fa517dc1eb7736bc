//! Reading the files that a candidate chooses.

use documents::{Limits, Report, inspect};
use js_sys::{ArrayBuffer, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, Window};

/// What `file` really is, with its SHA-256 where the browser computes one.
/// Fails where the device does not give its bytes.
pub(crate) async fn read(
    window: &Window,
    file: &File,
) -> Result<(Report, Option<String>), JsValue> {
    let buffer: ArrayBuffer = JsFuture::from(file.array_buffer()).await?.unchecked_into();
    // The copy in wasm's memory goes before anything else is waited for.
    let report = inspect(&Uint8Array::new(&buffer).to_vec(), &Limits::default());
    Ok((report, sha256(window, &buffer).await))
}

/// Whether the device still gives `file`.
pub(crate) async fn is_readable(file: &File) -> bool {
    match file.slice_with_f64_and_f64(0.0, 1.0) {
        Ok(first) => JsFuture::from(first.array_buffer()).await.is_ok(),
        Err(_) => false,
    }
}

/// In lower-case hexadecimal. Only secure origins have `crypto.subtle`; the
/// server computes it anyway.
async fn sha256(window: &Window, buffer: &ArrayBuffer) -> Option<String> {
    let crypto = window.crypto().ok()?;
    if Reflect::get(&crypto, &"subtle".into()).ok()?.is_undefined() {
        return None;
    }
    let digest = crypto.subtle().digest_with_str_and_buffer_source("SHA-256", buffer).ok()?;
    let digest = Uint8Array::new(&JsFuture::from(digest).await.ok()?).to_vec();
    let digit = |value: u8| char::from_digit(value.into(), 16);
    digest.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(digit).collect()
}
