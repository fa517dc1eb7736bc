//! For pages of other people: the verdicts without the form.

use js_sys::{Array, Object, Reflect};
use rules::{Issue, Param, Timestamp, issues};
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
pub fn check(form: &JsValue, posting: &JsValue) -> Result<Array, JsValue> {
    let form = read::form(form)?;
    let requirements = read::requirements(&read::member(posting, "requirements")?)?;
    let now = if read::is_there(posting, "now")? {
        read::number(posting, "now")?
    } else {
        from_js(js_sys::Date::now()).unwrap_or(0)
    };
    let issues = issues(fold, &requirements, &form, Timestamp(now));
    Ok(issues.iter().map(object).collect())
}

fn object(issue: &Issue) -> JsValue {
    let (object, params) = (Object::new(), Object::new());
    let set = |object: &Object, name: &str, value: JsValue| {
        let _ = Reflect::set(object, &name.into(), &value);
    };
    for (name, param) in issue.params.iter() {
        set(&params, name, value(param));
    }
    set(&object, "field", (&*issue.field).into());
    set(&object, "code", issue.code.as_str().into());
    set(&object, "params", params.into());
    object.into()
}

fn value(param: &Param) -> JsValue {
    match param {
        #[expect(clippy::cast_precision_loss, reason = "sizes, counts and instants are exact")]
        Param::Number(number) => (*number as f64).into(),
        Param::Text(text) => text.into(),
        Param::List(texts) => texts.iter().map(JsValue::from).collect::<Array>().into(),
    }
}
