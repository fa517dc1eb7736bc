//! For pages of other people: the verdicts without the form.

use rules::{Timestamp, issues};
use serde::Serialize as _;
use serde_wasm_bindgen::Serializer;
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
///       report?: Awaited<ReturnType<typeof inspect>>,
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
