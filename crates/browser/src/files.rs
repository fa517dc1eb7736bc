//! The files that a candidate chooses. `inspector.js` beside this crate reads
//! them and has them looked into; it may take its time.

use alloc::boxed::Box;

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
    match read::report(&read::member(answer, "report")) {
        Ok(report) => Found::Report { report, sha256: read::text(answer, "sha256").ok() },
        Err(_) if read::is_there(answer, "unreadable") => Found::Nothing,
        Err(_) => Found::Bytes,
    }
}
