//! For pages of other people: the verdicts without the form.

use rules::{Timestamp, issues};
use serde::Serialize as _;
use serde_wasm_bindgen::{Error, Serializer};
use wasm_bindgen::prelude::*;

use crate::read;
use crate::value::{fold, from_js};

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
pub fn check(form: &JsValue, posting: &JsValue) -> Result<JsValue, JsValue> {
    let form = read::form(form)?;
    let requirements = read::requirements(&read::member(posting, "requirements")?)?;
    let now = if read::is_there(posting, "now")? {
        read::number(posting, "now")?
    } else {
        from_js(js_sys::Date::now()).unwrap_or(0)
    };
    let issues = issues(fold, &requirements, &form, Timestamp(now));
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
