//! The files that a candidate chooses. `inspector.js` beside this crate reads
//! them and has them looked into; it may take its time.

use alloc::{boxed::Box, vec::Vec};

use documents::wire;
use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::File;

use crate::chosen::Found;
use crate::event::function;
use crate::read;

#[wasm_bindgen(module = "form-inspector")]
extern "C" {
    fn look(file: &File, hear: &Function);

    fn touch(file: &File, hear: &Function);

    fn report(answer: &JsValue) -> Option<Vec<u32>>;
}

/// Looks into `file` and tells `hear` what it learns.
pub(crate) fn inspect(file: &File, hear: impl Fn(Found) + 'static) {
    look(file, &function(Box::new(move |answer| hear(found(&answer)))));
}

/// Tells `hear` whether the device still gives `file`.
pub(crate) fn is_readable(file: &File, hear: impl Fn(bool) + 'static) {
    touch(file, &function(Box::new(move |readable| hear(readable.is_truthy()))));
}

fn found(answer: &JsValue) -> Found {
    match report(answer).and_then(|numbers| wire::decode(&numbers)) {
        Some(report) => Found::Report { report, sha256: read::text(answer, "sha256").ok() },
        None if read::member(answer, "unreadable").is_truthy() => Found::Nothing,
        None => Found::Bytes,
    }
}
