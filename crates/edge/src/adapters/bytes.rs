//! Bytes that the platform hands over.

use js_sys::{ArrayBuffer, Function, Reflect, Uint8Array};
use wasm_bindgen::JsCast as _;

/// Copies the bytes of `buffer` into wasm memory and frees the buffer at once
/// by transferring it to an empty one (ECMA-262, 25.1.6.9). The garbage
/// collector alone would free it too late, since it only sees a small object.
pub(super) fn take_bytes(buffer: &ArrayBuffer) -> Vec<u8> {
    let bytes = Uint8Array::new(buffer).to_vec();
    if let Ok(transfer) = Reflect::get(buffer, &"transfer".into())
        && let Some(transfer) = transfer.dyn_ref::<Function>()
    {
        // If the transfer fails, the garbage collector frees the buffer later.
        let _ = transfer.call1(buffer, &0.into());
    }
    bytes
}
