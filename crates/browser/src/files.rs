//! Reads the files that a candidate chooses. `inspector.js` beside this crate
//! has them inspected in a thread of their own and calls back. Large ones are
//! sent by `parts.js`.

use documents::Report;
use js_sys::Function;
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use web_sys::{File, HtmlFormElement, XmlHttpRequest};

use crate::chosen::Found;
use crate::event::{function, log_error};

#[wasm_bindgen]
extern "C" {
    /// What `boot.js` hands over: functions of `inspector.js` and `parts.js`.
    #[derive(Clone, Debug)]
    pub type Scripts;

    #[wasm_bindgen(method)]
    fn inspect(this: &Scripts, file: &File, done: &Function);

    #[wasm_bindgen(method, js_name = checkReadable)]
    fn check_readable(this: &Scripts, file: &File, done: &Function);

    /// Returns a request that sends a form: one of the browser's, or one that
    /// is used like it and sends the documents in parts.
    #[wasm_bindgen(method)]
    pub(crate) fn request(this: &Scripts, form: &HtmlFormElement) -> XmlHttpRequest;
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

impl Scripts {
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
