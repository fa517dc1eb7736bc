//! The checks without the form, for pages and programs of other people.
//!
//! Plain objects go in and come out through serde. `validator` checks a form
//! first, so that a caller who passes a wrong one is told where.
//!
//! ```js
//! import { Checker, inspect, ready } from "/embed.js";
//! await ready;
//! inspect(bytes);                  // { kind: "pdf", pages: 2, encryption: "none", active: [], … }
//! const checker = new Checker(requirements);
//! checker.check(form, Date.now()); // [{ field: "cv", code: "document_missing", params: {} }]
//! ```

mod given;

use documents::Limits;
use rules::subject::fold;
use rules::{Requirements, Timestamp, Unicode};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use validator::Validate as _;
use wasm_bindgen::prelude::*;

use given::Given;

/// Makes a panic leave a message in the console.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// Checks forms against the requirements of one posting, as the Worker does.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Checker {
    requirements: Requirements,
}

#[wasm_bindgen]
impl Checker {
    /// Reads `requirements`: those in the JSON of a posting page's `#guichet`.
    ///
    /// # Errors
    ///
    /// An `Error` that says what is missing or of another type.
    #[wasm_bindgen(constructor)]
    pub fn new(requirements: JsValue) -> Result<Self, JsValue> {
        Ok(Self { requirements: serde_wasm_bindgen::from_value(requirements)? })
    }

    /// Returns what is wrong with `form` at `now`, in milliseconds since 1970:
    /// an empty array where nothing is. `docs/embed.md` has the types.
    ///
    /// # Errors
    ///
    /// An `Error` where `form` has another shape or breaks a rule of
    /// [`given::Given`].
    pub fn check(&self, form: JsValue, now: f64) -> Result<JsValue, JsValue> {
        let given: Given = serde_wasm_bindgen::from_value(form)?;
        given.validate().map_err(|errors| JsError::new(&errors.to_string()))?;
        #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
        let now = Timestamp(now as i64);
        to_js(&rules::issues(UNICODE, &self.requirements, &given.into(), now))
    }
}

/// Returns what a file really is, by its bytes alone: a `documents::Report`.
///
/// # Errors
///
/// Where the object cannot be made, which a report gives no reason for.
#[wasm_bindgen]
pub fn inspect(bytes: &[u8]) -> Result<JsValue, JsValue> {
    to_js(&documents::inspect(bytes, &Limits::default()))
}

/// Domains by the `URL` of the place where the module runs.
const UNICODE: Unicode = Unicode { fold, to_ascii };

fn to_ascii(domain: &str) -> Option<String> {
    Url::new(&format!("http://{domain}")).ok().map(|url| url.hostname())
}

#[wasm_bindgen]
extern "C" {
    type Url;

    #[wasm_bindgen(constructor, js_class = "URL", catch)]
    fn new(address: &str) -> Result<Url, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn hostname(this: &Url) -> String;
}

/// Makes plain objects, as `JSON.parse` makes them.
fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    Ok(value.serialize(&Serializer::json_compatible())?)
}
