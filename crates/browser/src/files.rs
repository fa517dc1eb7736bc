//! Reads the files that a candidate chooses. `inspector.js` beside this crate
//! has them inspected in a thread of their own and calls back.

use documents::Report;
use js_sys::Function;
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use web_sys::File;

use crate::chosen::Found;
use crate::event::{function, log_error};

#[wasm_bindgen]
extern "C" {
    /// The functions of `inspector.js`.
    #[derive(Clone, Debug)]
    pub type Inspector;

    #[wasm_bindgen(method)]
    fn inspect(this: &Inspector, file: &File, done: &Function);

    #[wasm_bindgen(method, js_name = checkReadable)]
    fn check_readable(this: &Inspector, file: &File, done: &Function);
}

/// What `inspector.js` answers.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    /// Missing where the inspector could not be loaded.
    report: Option<Report>,
    /// Missing where the browser cannot compute it.
    sha256: Option<String>,
    /// Whether the device refused to give the bytes.
    unreadable: bool,
}

impl Inspector {
    /// Looks into `file` and passes the result to `done`.
    pub(crate) fn look(&self, file: &File, done: impl Fn(Found) + 'static) {
        self.inspect(file, &function(move |answer| done(found(answer))));
    }

    /// Passes to `done` whether the device still gives `file`.
    pub(crate) fn is_readable(&self, file: &File, done: impl Fn(bool) + 'static) {
        self.check_readable(file, &function(move |readable: JsValue| done(readable.is_truthy())));
    }
}

fn found(answer: JsValue) -> Found {
    let answer: Answer = serde_wasm_bindgen::from_value(answer).unwrap_or_else(|error| {
        log_error(&error.into());
        Answer::default()
    });
    match answer {
        Answer { report: Some(report), sha256, .. } => Found::Report { report, sha256 },
        Answer { unreadable: true, .. } => Found::Nothing,
        Answer { .. } => Found::Bytes,
    }
}
