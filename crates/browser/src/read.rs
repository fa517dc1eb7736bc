//! Plain objects of JavaScript into the types of `rules`.
//!
//! By hand: what serde derives for the same few types, with the messages it
//! may have to put together, is a fifth of what a page may weigh. Serde still
//! makes the page and what leaves here again, and both are tested together.

use alloc::{string::String, vec::Vec};

use documents::Kind;
use js_sys::{Array, Object};
use rules::deadline::{Window, Zone};
use rules::requirements::{DocumentRequirement, Question, QuestionKind, Translated};
use rules::{Requirements, TextMap, Timestamp};
use wasm_bindgen::prelude::*;

use crate::value::{from_js, size_from_js};

type Read<T> = Result<T, JsValue>;

/// Returns what an application must satisfy.
pub(crate) fn requirements(object: &JsValue) -> Read<Requirements> {
    let window = member(object, "window");
    Ok(Requirements {
        window: Window {
            opens_at: Timestamp(number(&window, "opens_at")?),
            closes_at: Timestamp(number(&window, "closes_at")?),
        },
        subject: text(object, "subject")?,
        documents: list(object, "documents", &mut document_requirement)?,
        questions: list(object, "questions", &mut question)?,
    })
}

/// Returns a posting's time zone.
pub(crate) fn zone(object: &JsValue) -> Read<Zone> {
    let mut offset = |pair: &JsValue| {
        let minutes = number(pair, "1")?;
        Ok((Timestamp(number(pair, "0")?), i32::try_from(minutes).map_err(|_| odd("offsets"))?))
    };
    Ok(Zone { name: text(object, "name")?, offsets: list(object, "offsets", &mut offset)? })
}

/// Texts by key.
pub(crate) fn texts(object: &JsValue, name: &str) -> Read<TextMap> {
    let mut texts = TextMap::default();
    let object = member(object, name);
    for entry in Object::entries(object.unchecked_ref()).iter() {
        texts.set(&text(&entry, "0")?, Some(text(&entry, "1")?));
    }
    Ok(texts)
}

/// Returns the text `name` of `object`.
pub(crate) fn text(object: &JsValue, name: &str) -> Read<String> {
    member(object, name).as_string().ok_or_else(|| odd(name))
}

/// Returns the whole number `name` of `object`.
pub(crate) fn number(object: &JsValue, name: &str) -> Read<i64> {
    member(object, name).as_f64().and_then(from_js).ok_or_else(|| odd(name))
}

#[wasm_bindgen(module = "form-inspector")]
extern "C" {
    /// Returns the member `name` of `object`, whatever both are.
    pub(crate) fn member(object: &JsValue, name: &str) -> JsValue;
}

/// Returns the list `name` of `object`, each of its items read by `item`.
pub(crate) fn list<T>(
    object: &JsValue,
    name: &str,
    item: &mut dyn FnMut(&JsValue) -> Read<T>,
) -> Read<Vec<T>> {
    let array = member(object, name);
    if !array.is_object() {
        return Err(odd(name));
    }
    let mut items = Vec::new();
    for value in array.unchecked_into::<Array>().iter() {
        items.push(item(&value)?);
    }
    Ok(items)
}

fn document_requirement(object: &JsValue) -> Read<DocumentRequirement> {
    let mut kind = |name: &JsValue| {
        name.as_string().and_then(|name| Kind::from_name(&name)).ok_or_else(|| odd("kinds"))
    };
    Ok(DocumentRequirement {
        id: text(object, "id")?,
        name: Translated(texts(object, "name")?),
        required: member(object, "required").is_truthy(),
        kinds: list(object, "kinds", &mut kind)?,
        max_bytes: size(object, "max_bytes")?,
    })
}

fn question(object: &JsValue) -> Read<Question> {
    Ok(Question {
        id: text(object, "id")?,
        text: Translated(texts(object, "text")?),
        kind: match text(object, "kind")?.as_str() {
            "yes_no" => QuestionKind::YesNo,
            "text" => QuestionKind::Text,
            _ => return Err(odd("kind")),
        },
        required: member(object, "required").is_truthy(),
    })
}

fn size(object: &JsValue, name: &str) -> Read<u64> {
    Ok(size_from_js(member(object, name).as_f64().ok_or_else(|| odd(name))?))
}

/// Returns the error of a member that is missing or another thing than it should be.
fn odd(name: &str) -> JsValue {
    js_sys::TypeError::new(&["not as it should be: ", name].concat()).into()
}
