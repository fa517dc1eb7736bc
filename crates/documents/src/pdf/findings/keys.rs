//! Tells what a stream is by the keys of its dictionary.

use crate::pdf::{
    document::Document,
    indirect::Indirect,
    value::{Dict, Value},
};

/// The keys of a stream that decide what it is. Content has none of those behind `Filter`.
const KEYS: [&[u8]; 12] = [
    b"Type",
    b"Subtype",
    b"F",
    b"Params",
    b"Filter",
    b"First",
    b"Length1",
    b"N",
    b"FunctionType",
    b"ShadingType",
    b"CMapName",
    b"W",
];

/// What a stream may hold by its keys, where these do not name it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// What a page draws.
    Content,
    /// Other objects.
    Objects,
    /// A font, a function or another table, which draws nothing.
    Other,
}

/// What a stream is by its keys.
pub(super) struct Keys<'a> {
    pub(super) types: Vec<Value<'a>>,
    pub(super) subtypes: Vec<Value<'a>>,
    pub(super) elsewhere: bool,
    parameters: bool,
    /// Of two, the last.
    pub(super) filter: Value<'a>,
    pub(super) role: Role,
}

impl<'a> Keys<'a> {
    pub(super) fn of(dict: Dict<'a>) -> Self {
        let mut keys = Self {
            types: Vec::new(),
            subtypes: Vec::new(),
            elsewhere: false,
            parameters: false,
            filter: Value::Other,
            role: Role::Content,
        };
        for (name, value) in dict.entries() {
            match name.among(&KEYS) {
                Some(0) => keys.types.push(value),
                Some(1) => keys.subtypes.push(value),
                Some(2) => keys.elsewhere = true,
                Some(3) => keys.parameters = true,
                Some(4) => keys.filter = value,
                Some(5) => keys.role = Role::Objects,
                Some(_) if keys.role == Role::Content => keys.role = Role::Other,
                _ => {}
            }
        }
        keys
    }

    /// Returns whether a stream is a file inside: it says so, or its first bytes are those of an
    /// archive.
    pub(super) fn is_file(&self, document: &'a Document, object: &Indirect<'a>) -> bool {
        let is_archive = || {
            matches!(self.filter, Value::Other)
                && document.beginning(object, 4).is_some_and(|head| *head == *b"PK\x03\x04")
        };
        is_named(&self.types, document, object, b"EmbeddedFile") || self.parameters || is_archive()
    }
}

/// Returns whether one of these values is this name, by any of its readings.
pub(super) fn is_named<'a>(
    values: &[Value<'a>],
    document: &'a Document,
    object: &Indirect<'a>,
    wanted: &[u8],
) -> bool {
    let mut found = values.iter().flat_map(|value| document.readings(*value, object));
    found.any(|name| matches!(name.value, Value::Name(name) if name.is(wanted)))
}
