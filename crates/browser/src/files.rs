//! Reading the files that a candidate chooses.

use std::rc::Rc;

use js_sys::{ArrayBuffer, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, Event, File, FileReader, Window};

use crate::chosen::Found;
use crate::event::{complain, listen};
use crate::read;

#[wasm_bindgen(module = "form-inspector")]
extern "C" {
    /// Asks the module that looks into documents, and loads it before.
    fn inspect(bytes: &Uint8Array) -> Promise;
}

/// What is learned of a file, in this order.
pub(crate) enum Learned {
    /// What it really is.
    Found(Found),
    /// Its SHA-256 in lower-case hexadecimal, where the browser computes it.
    Sha256(String),
}

/// Looks into `file` and tells `hear` what it learns.
pub(crate) fn read(window: &Window, file: &File, hear: impl Fn(Learned) + Clone + 'static) {
    let window = window.clone();
    read_bytes(file, move |buffer| {
        let Some(buffer) = buffer else { return hear(Learned::Found(Found::Nothing)) };
        let (window, hear) = (window.clone(), hear.clone());
        settled(&inspect(&Uint8Array::new(&buffer)), move |report| {
            let report = report.and_then(|report| read::report(&report).ok());
            hear(Learned::Found(report.map_or(Found::Bytes, Found::Report)));
            let hear = hear.clone();
            digest(&window, &buffer, move |sha256| hear(Learned::Sha256(sha256)));
        });
    });
}

/// Tells `hear` whether the device still gives `file`.
pub(crate) fn is_readable(file: &File, hear: impl Fn(bool) + 'static) {
    match file.slice_with_f64_and_f64(0.0, 1.0) {
        Ok(first) => read_bytes(&first, move |buffer| hear(buffer.is_some())),
        Err(_) => hear(false),
    }
}

fn read_bytes(blob: &Blob, hear: impl Fn(Option<ArrayBuffer>) + 'static) {
    let Ok(reader) = FileReader::new() else { return hear(None) };
    let ended = reader.clone();
    listen(&reader, "loadend", move |_: Event| {
        let buffer = ended.result().ok().and_then(|result| result.dyn_into().ok());
        if buffer.is_none() {
            complain(&"a file could not be read".into());
        }
        hear(buffer);
    });
    // Only a reader that is busy refuses, and then it tells nothing.
    let _ = reader.read_as_array_buffer(blob);
}

/// Only secure origins have `crypto.subtle`; the server computes it anyway.
fn digest(window: &Window, buffer: &ArrayBuffer, hear: impl Fn(String) + 'static) {
    let Ok(crypto) = window.crypto() else { return };
    if !Reflect::get(&crypto, &"subtle".into()).is_ok_and(|subtle| subtle.is_object()) {
        return;
    }
    let computed = crypto.subtle().digest_with_str_and_buffer_source("SHA-256", buffer);
    let Ok(digest) = computed else { return };
    settled(&digest.unchecked_into(), move |digest| {
        let Some(digest) = digest else { return };
        let digit = |value: u8| char::from_digit(value.into(), 16);
        let bytes = Uint8Array::new(&digest).to_vec();
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(digit);
        hear(digits.collect());
    });
}

/// Tells `hear` what `promise` comes to; nothing where it fails.
fn settled(promise: &Promise, hear: impl Fn(Option<JsValue>) + 'static) {
    let hear = Rc::new(hear);
    let failed = Rc::clone(&hear);
    let kept = Closure::<dyn FnMut(JsValue)>::new(move |value| hear(Some(value)));
    let broken = Closure::<dyn FnMut(JsValue)>::new(move |error| {
        complain(&error);
        failed(None);
    });
    let _ = promise.then2(&kept, &broken);
    kept.forget();
    broken.forget();
}
