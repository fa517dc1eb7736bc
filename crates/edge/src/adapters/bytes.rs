//! Bytes that the platform hands over.

use js_sys::{ArrayBuffer, Function, Reflect, Uint8Array};
use wasm_bindgen::JsCast as _;

/// The bytes of `buffer`, in wasm memory. Its own memory is given back now,
/// as a transfer to nothing does (ECMA-262, 25.1.6.9): the collector sees a
/// small object, and is in no hurry.
pub(super) fn taken(buffer: &ArrayBuffer) -> Vec<u8> {
    let bytes = Uint8Array::new(buffer).to_vec();
    if let Ok(transfer) = Reflect::get(buffer, &"transfer".into())
        && let Some(transfer) = transfer.dyn_ref::<Function>()
    {
        // Where it fails, the collector does it later.
        let _ = transfer.call1(buffer, &0.into());
    }
    bytes
}
