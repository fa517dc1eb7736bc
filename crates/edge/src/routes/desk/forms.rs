//! Reads the forms of the desk.

use domain::Failure;
use js_sys::Array;
use wasm_bindgen::JsCast as _;
use web_sys::File;
use worker::Request;

use crate::routes::form;
use crate::semaphore;

/// The most bytes of a form with a few words.
pub(super) const SMALL: u64 = 100_000;

/// The most parts of a form: a reference and what was seen of it for each row
/// of a page, and some more.
const MAX_PARTS: usize = 4_000;

/// A form that arrived.
#[derive(Default)]
pub(super) struct Fields {
    texts: Vec<(String, String)>,
    files: Vec<(String, File)>,
}

impl Fields {
    /// The field `name`, or an empty text.
    pub(super) fn text(&self, name: &str) -> &str {
        self.texts.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The field `name`, unless it is missing or empty.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.trim().is_empty())
    }

    /// Each field `name`.
    pub(super) fn texts_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.texts.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Each text with its field's name, in the order of the form.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The file of the field `name`, if one was chosen.
    pub(super) fn file(&self, name: &str) -> Option<&File> {
        let chosen = |file: &&File| !file.name().is_empty() || file.size() > 0.0;
        self.files.iter().find(|(key, _)| key == name).map(|(_, file)| file).filter(chosen)
    }
}

/// Reads the body of `request`, of `max_bytes` at most.
pub(super) async fn read(request: Request, max_bytes: u64) -> Result<Fields, Failure> {
    let declared = form::declared_bytes(&request).min(max_bytes);
    let Some(permit) = semaphore::acquire(declared, None, semaphore::HELD).await else {
        return Err(Failure::Unavailable);
    };
    let read = form::data(&request, &permit, max_bytes).await;
    let data =
        read.map_err(|unreadable| unreadable.failure(max_bytes).unwrap_or(Failure::NotAForm))?;
    let mut fields = Fields::default();
    for entry in data.entries().into_iter().flatten() {
        let Ok(entry) = entry.dyn_into::<Array>() else { continue };
        if fields.texts.len().saturating_add(fields.files.len()) >= MAX_PARTS {
            return Err(Failure::TooLarge { max_bytes });
        }
        let name = entry.get(0).as_string().unwrap_or_default();
        match entry.get(1).dyn_into::<File>() {
            Ok(file) => fields.files.push((name, file)),
            Err(value) => fields.texts.push((name, value.as_string().unwrap_or_default())),
        }
    }
    Ok(fields)
}

/// The size of a file, in bytes.
pub(super) fn size(file: &File) -> u64 {
    form::byte_count(file.size())
}
