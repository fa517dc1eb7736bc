//! What a file really is, for the page.
//!
//! A module of its own beside the form's: who only reads, or has not come to
//! the documents yet, does not load it.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::string::String;

use documents::{Limits, Report};
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Ends the module without a word: the texts of all panics, and what puts them
/// together, weigh two kilobytes.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Says what a file really is: a [`documents::Report`] as an object.
#[wasm_bindgen]
pub fn inspect(bytes: &[u8]) -> Object {
    object(&documents::inspect(bytes, &Limits::default()))
}

/// By hand: what serde needs to make an object is a tenth of this module.
fn object(report: &Report) -> Object {
    let object = Object::new();
    let set = |name: &str, value: JsValue| {
        let _ = Reflect::set(&object, &name.into(), &value);
    };
    set("kind", report.kind.as_str().into());
    #[expect(clippy::cast_precision_loss, reason = "no file has so many bytes")]
    set("bytes", (report.bytes as f64).into());
    set("damage", report.damage.map_or(JsValue::NULL, |damage| damage.as_str().into()));
    set("pages", report.pages.map_or(JsValue::NULL, JsValue::from));
    set("encryption", report.encryption.as_str().into());
    set("active", list(report.active.iter().map(|active| active.as_str())));
    set("traces", list(report.traces.iter().map(|trace| trace.as_str())));
    set("authors", list(report.authors.iter().map(String::as_str)));
    object
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> JsValue {
    let array = Array::new();
    for name in names {
        array.push(&name.into());
    }
    array.into()
}
