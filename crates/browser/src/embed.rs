//! For pages of other people: the verdicts without the form.

use rules::{Form, Requirements, Timestamp, review_with};
use serde::Serialize as _;
use serde_wasm_bindgen::{Error, Serializer, from_value};
use wasm_bindgen::prelude::*;

use crate::value::{fold, from_js, member};

/// Checks a form as the server will: what is wrong with it, an empty array
/// where nothing is. The JSON of a posting page's `#guichet` will do for
/// `posting`; without `now` the device's clock is taken.
///
/// ```ts
/// function check(
///   form: {
///     name?: string, email?: string, phone?: string, subject?: string, message?: string,
///     answers?: { [question: string]: string },
///     consent?: "yes" | "",
///     documents?: {
///       id: string, file_name: string, bytes: number,
///       report?: ReturnType<typeof inspect>,
///       sha256?: string,                        // lower-case hexadecimal
///     }[],
///   },
///   posting: { requirements: object, now?: number },   // milliseconds since 1970
/// ): {
///   field: string, code: string,
///   params: { [name: string]: number | string | string[] },
/// }[];
/// ```
///
/// Throws where an argument has another shape.
#[wasm_bindgen]
pub fn check(form: JsValue, posting: JsValue) -> Result<JsValue, JsValue> {
    let form: Form = from_value(form)?;
    let requirements: Requirements = member(&posting, "requirements")?;
    let now: Option<Timestamp> = member(&posting, "now")?;
    let device = || Timestamp(from_js(js_sys::Date::now()).unwrap_or(0));
    let now = now.unwrap_or_else(device);
    let issues = review_with(fold, &requirements, &form, now).err().unwrap_or_default();
    Ok(issues.serialize(&Serializer::json_compatible())?)
}

/// Says what a file really is.
///
/// ```ts
/// function inspect(bytes: Uint8Array): {
///   kind: string,             // "pdf", "docx", "odt", "executable", …
///   bytes: number,
///   damage: string | null,    // why it is not a sound file of its kind
/// };
/// ```
#[wasm_bindgen]
pub fn inspect(bytes: &[u8]) -> Result<JsValue, Error> {
    let report = documents::inspect(bytes, &documents::Limits::default());
    report.serialize(&Serializer::json_compatible())
}
