//! Plain objects of JavaScript into the types of `rules`.
//!
//! By hand: what serde derives for the same few types, with the messages it
//! may have to put together, is a fifth of what a page may weigh. Serde still
//! makes the page and what leaves here again, and both are tested together.

use alloc::{string::String, vec::Vec};

use documents::{Active, Damage, Encryption, Kind, Report, Trace};
use js_sys::{Array, Object};
use rules::deadline::{Window, Zone};
use rules::posting::{DocumentRequirement, Question, QuestionKind, Translated};
use rules::{Requirements, TextMap, Timestamp};
use wasm_bindgen::prelude::*;

use crate::value::{from_js, size_from_js};

type Read<T> = Result<T, JsValue>;

/// What an application must satisfy.
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

/// A posting's time zone.
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

/// The text `name` of `object`.
pub(crate) fn text(object: &JsValue, name: &str) -> Read<String> {
    optional_text(object, name)?.ok_or_else(|| odd(name))
}

/// The whole number `name` of `object`.
pub(crate) fn number(object: &JsValue, name: &str) -> Read<i64> {
    member(object, name).as_f64().and_then(from_js).ok_or_else(|| odd(name))
}

#[wasm_bindgen(module = "form-inspector")]
extern "C" {
    /// The member `name` of `object`, whatever both are.
    pub(crate) fn member(object: &JsValue, name: &str) -> JsValue;
}

/// The list `name` of `object`, each of its items read by `item`.
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

/// Whether `object` has a member `name`.
pub(crate) fn is_there(object: &JsValue, name: &str) -> bool {
    let member = member(object, name);
    !(member.is_undefined() || member.is_null())
}

fn document_requirement(object: &JsValue) -> Read<DocumentRequirement> {
    let mut kind = |name: &JsValue| kind(name.as_string());
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

/// What the module that looks into documents found.
pub(crate) fn report(object: &JsValue) -> Read<Report> {
    let damage = optional_text(object, "damage")?;
    let damage = damage.map(|name| Damage::from_name(&name).ok_or_else(|| odd("damage")));
    let encryption = optional_text(object, "encryption")?;
    let encryption = encryption.map_or(Some(Encryption::None), |name| Encryption::from_name(&name));
    let pages = if is_there(object, "pages") { Some(number(object, "pages")?) } else { None };
    Ok(Report {
        damage: damage.transpose()?,
        pages: pages.and_then(|pages| u32::try_from(pages).ok()),
        encryption: encryption.ok_or_else(|| odd("encryption"))?,
        active: values(object, "active", Active::from_name)?,
        traces: values(object, "traces", Trace::from_name)?,
        authors: names(object, "authors")?,
        ..Report::of(kind(optional_text(object, "kind")?)?, size(object, "bytes")?)
    })
}

/// The texts of the list `name` of `object`, if there is one.
fn names(object: &JsValue, name: &str) -> Read<Vec<String>> {
    if !is_there(object, name) {
        return Ok(Vec::new());
    }
    list(object, name, &mut |value: &JsValue| value.as_string().ok_or_else(|| odd(name)))
}

/// Those texts, as `known` knows each.
fn values<T>(object: &JsValue, name: &str, known: fn(&str) -> Option<T>) -> Read<Vec<T>> {
    let mut values = Vec::new();
    for text in names(object, name)? {
        values.push(known(&text).ok_or_else(|| odd(name))?);
    }
    Ok(values)
}

fn kind(name: Option<String>) -> Read<Kind> {
    name.and_then(|name| Kind::from_name(&name)).ok_or_else(|| odd("kind"))
}

fn size(object: &JsValue, name: &str) -> Read<u64> {
    Ok(size_from_js(member(object, name).as_f64().ok_or_else(|| odd(name))?))
}

fn optional_text(object: &JsValue, name: &str) -> Read<Option<String>> {
    let member = member(object, name);
    let text = member.as_string();
    if text.is_none() && is_there(object, name) { Err(odd(name)) } else { Ok(text) }
}

/// The error of a member that is missing or another thing than it should be.
fn odd(name: &str) -> JsValue {
    js_sys::TypeError::new(&["not as it should be: ", name].concat()).into()
}
