//! The verdicts without the form, for pages and programs of other people.
//!
//! What a candidate's page loads is counted in kilobytes, so its module reads
//! and writes by hand. Here comfort counts: plain objects go in and come out
//! through serde, and what goes in is checked by `validator` first, so that
//! whoever calls wrongly is told where.
//!
//! ```js
//! import { check, inspect, ready } from "/embed.js";
//! await ready;
//! inspect(bytes);                    // { kind: "pdf", pages: 2, encryption: "none", active: [], … }
//! check(form, { requirements, now }); // [{ field: "cv", code: "document_missing", params: {} }]
//! ```

mod given;

use documents::Limits;
use rules::{Requirements, Timestamp};
use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::Serializer;
use validator::Validate as _;
use wasm_bindgen::prelude::*;

use given::Given;

/// What is asked for, and when it would arrive.
#[derive(Deserialize)]
struct Posting {
    requirements: Requirements,
    /// In milliseconds since 1970.
    now: f64,
}

/// Checks a form as the Worker will: what is wrong with it, an empty array
/// where nothing is. The JSON in a posting page's `#guichet` will do for
/// `posting`, with the present time as `now`.
///
/// ```ts
/// function check(
///   form: {
///     name?: string, email?: string, phone?: string, subject?: string, message?: string,
///     answers?: { [question: string]: string },
///     consent?: "yes" | "",
///     documents?: { id: string, file_name: string, content: Uint8Array }[],
///   },
///   posting: { requirements: object, now: number },
/// ): { field: string, code: string, params: { [name: string]: number | string | string[] } }[];
/// ```
///
/// Throws an `Error` where an argument has another shape, or is not what
/// [`given::Given`] asks of it.
#[wasm_bindgen]
pub fn check(form: JsValue, posting: JsValue) -> Result<JsValue, JsValue> {
    let given: Given = serde_wasm_bindgen::from_value(form)?;
    let Posting { requirements, now } = serde_wasm_bindgen::from_value(posting)?;
    given.validate().map_err(|errors| JsError::new(&errors.to_string()))?;
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
    let now = Timestamp(now as i64);
    to_js(&rules::issues(rules::subject::fold, &requirements, &given.into(), now))
}

/// Says what a file really is, by its bytes alone: a `documents::Report`.
#[wasm_bindgen]
pub fn inspect(bytes: &[u8]) -> Result<JsValue, JsValue> {
    to_js(&documents::inspect(bytes, &Limits::default()))
}

/// Plain objects, as `JSON.parse` makes them.
fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    Ok(value.serialize(&Serializer::json_compatible())?)
}
