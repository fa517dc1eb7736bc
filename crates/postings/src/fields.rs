//! A posting's source as the fields of a form, and back. What colleagues have
//! noted beside the facts (`# ...`) stays where it is.

use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, TableLike, Value};

use crate::advertisement::slug;
use crate::form::{TAKEN, bytes};
use crate::front;

/// What stands in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    /// A whole number.
    Number,
    /// A day: `2025-08-03`.
    Day,
    /// `yes`, or nothing where the fact may be left out.
    Flag,
    /// `yes`, else no.
    Choice,
    /// A text on each line.
    Lines,
    /// A text, or several on a line each.
    TextOrLines,
    /// A word on each line.
    Words,
}

use Kind::{Choice, Day, Flag, Lines, Number, Text, TextOrLines, Words};

/// The facts above every header.
const TOP: [(&str, Kind); 14] = [
    ("slug", Text),
    ("language", Text),
    ("title", Text),
    ("summary", Text),
    ("published", Day),
    ("starts", Day),
    ("workload", Number),
    ("retention_days", Number),
    ("subject", Text),
    ("recipient", TextOrLines),
    ("contact", Text),
    ("panel", Lines),
    ("letter_in_mail", Text),
    ("steps", Lines),
];

/// A section with its facts, and whether it may be left out.
type Facts = (&'static str, &'static [(&'static str, Kind)], bool);

const SECTIONS: [Facts; 5] = [
    ("deadline", &[("date", Day), ("zone", Text)], false),
    ("organisation", &[("name", Text), ("short", Text), ("website", Text), ("logo", Text)], false),
    (
        "place",
        &[
            ("street", Text),
            ("postcode", Text),
            ("town", Text),
            ("region", Text),
            ("country", Text),
            ("remote", Text),
        ],
        false,
    ),
    ("contract", &[("kind", Text), ("months", Number), ("renewable", Flag)], false),
    (
        "salary",
        &[("minimum", Number), ("maximum", Number), ("currency", Text), ("period", Text)],
        true,
    ),
];

/// A kind of rows, the texts that name one, and its facts.
type Rows = (&'static str, &'static str, &'static [(&'static str, Kind)]);

const ROWS: [Rows; 2] = [
    (
        "documents",
        "name",
        &[
            ("name.fr", Text),
            ("name.en", Text),
            ("name.es", Text),
            ("name.ar", Text),
            ("required", Choice),
            ("kinds", Words),
            ("max_size", Text),
        ],
    ),
    (
        "questions",
        "text",
        &[
            ("text.fr", Text),
            ("text.en", Text),
            ("text.es", Text),
            ("text.ar", Text),
            ("kind", Text),
            ("required", Choice),
        ],
    ),
];

/// The most rows that are read: more than a posting may have.
const MAX_ROWS: usize = 100;

/// The fields of a posting: a name such as `deadline.date` or
/// `documents.0.name.fr`, and what stands there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    /// Returns what stands in the field `name`; a field that is there several
    /// times has a line for each.
    pub fn get(&self, name: &str) -> String {
        let values: Vec<&str> = self
            .0
            .iter()
            .filter(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
            .collect();
        values.join("\n")
    }

    /// Returns how many rows of a kind there are.
    pub fn rows(&self, kind: &str) -> usize {
        let rows = self.0.iter().filter_map(|(name, _)| {
            let (row, _) = name.strip_prefix(kind)?.strip_prefix('.')?.split_once('.')?;
            row.parse::<usize>().ok()?.checked_add(1)
        });
        rows.max().unwrap_or(0).min(MAX_ROWS)
    }
}

/// Returns the fields of `source`, unless its front matter is no TOML. The
/// field `front` holds the front matter, `text` the text.
pub fn fields(source: &str) -> Option<Fields> {
    let (front, text) = match front::split(source) {
        Ok(parts) => (parts.front, parts.text),
        Err(_) if source.trim().is_empty() => ("", ""),
        Err(_) => return None,
    };
    let document: DocumentMut = front.parse().ok()?;
    let mut fields =
        Fields(vec![("front".into(), front.into()), ("text".into(), text.trim().into())]);
    fields.read("", &TOP, document.as_table());
    for (section, facts, _) in SECTIONS {
        if let Some(table) = document.get(section).and_then(Item::as_table_like) {
            fields.read(&format!("{section}."), facts, table);
        }
    }
    for (kind, _, facts) in ROWS {
        let rows = document.get(kind).and_then(Item::as_array_of_tables);
        for (row, table) in rows.into_iter().flatten().enumerate() {
            let prefix = format!("{kind}.{row}.");
            fields.read(&prefix, &[("id", Text)], table);
            fields.read(&prefix, facts, table);
        }
    }
    Some(fields)
}

/// Returns the source that says what the fields say. Where the front matter of
/// before is known, its notes and its order stay.
pub fn with_fields(fields: &Fields) -> String {
    let mut document: DocumentMut = fields.get("front").parse().unwrap_or_default();
    let title = fields.get("title");
    for (key, kind) in TOP {
        let mut value = fields.get(key);
        if key == "slug" && value.trim().is_empty() {
            value = slug(&title);
        }
        set(document.as_table_mut(), key, kind.value(&value));
    }
    for (section, facts, is_optional) in SECTIONS {
        let values: Vec<_> = facts
            .iter()
            .map(|(key, kind)| (*key, kind.value(&fields.get(&format!("{section}.{key}")))))
            .collect();
        if is_optional && values.iter().all(|(_, value)| value.is_none()) {
            document.remove(section);
            continue;
        }
        let table = document.entry(section).or_insert_with(|| Item::Table(section_below()));
        if let Some(table) = table.as_table_like_mut() {
            for (key, value) in values {
                set(table, key, value);
            }
        }
    }
    let mut ids = Ids::of(fields);
    for kind in ROWS {
        rows(&mut document, fields, kind, &mut ids);
    }
    let front = document.to_string();
    let end = if front.is_empty() || front.ends_with('\n') { "" } else { "\n" };
    format!("+++\n{front}{end}+++\n\n{}\n", fields.get("text").trim())
}

/// Whether the size of a row is the one that stands in the file, be it in the
/// unit of another language.
fn is_same_size(row: &Table, size: &str) -> bool {
    let written = row.get("max_size").and_then(Item::as_str).and_then(bytes);
    written.is_some_and(|written| bytes(size) == Some(written))
}

/// Writes the rows of a kind. Who leaves the names of a row empty, or says that
/// it is to go, has no row.
fn rows(document: &mut DocumentMut, fields: &Fields, (kind, texts, facts): Rows, ids: &mut Ids) {
    if document.get(kind).is_none_or(|item| !item.is_array_of_tables()) {
        document.remove(kind);
    }
    let item = document.entry(kind).or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(tables) = item.as_array_of_tables_mut() else { return };
    let before = tables.len();
    let mut gone = Vec::new();
    for row in 0..fields.rows(kind).max(before) {
        let field = |key: &str| fields.get(&format!("{kind}.{row}.{key}"));
        let names = ["ar", "es", "fr", "en"].map(|language| field(&format!("{texts}.{language}")));
        let is_blank = names.iter().all(|name| name.trim().is_empty());
        if is_blank || field("remove") == "yes" {
            gone.push(row);
            continue;
        }
        if row >= before {
            tables.push(section_below());
        }
        // A row that was there has its number; a new one is the last.
        let place = if row < before { row } else { tables.len().saturating_sub(1) };
        let Some(table) = tables.get_mut(place) else { continue };
        let mut id = field("id");
        if id.trim().is_empty() {
            id = ids.new_one(names.iter().rev().find(|name| !name.trim().is_empty()));
        }
        set(table, "id", Text.value(&id));
        for (key, kind) in facts {
            let value = field(key);
            if *key != "max_size" || !is_same_size(table, &value) {
                set(table, key, kind.value(&value));
            }
        }
    }
    for row in gone.into_iter().rev().filter(|row| *row < before) {
        tables.remove(row);
    }
    if tables.is_empty() {
        document.remove(kind);
    }
}

/// The ids of rows, so that a new row gets one of its own.
struct Ids(Vec<String>);

impl Ids {
    fn of(fields: &Fields) -> Self {
        let mut ids: Vec<String> = TAKEN.map(str::to_owned).into();
        for (kind, _, _) in ROWS {
            ids.extend((0..fields.rows(kind)).map(|row| fields.get(&format!("{kind}.{row}.id"))));
        }
        Self(ids)
    }

    /// Returns an id that reads like `name`. It stands in the form and in mails.
    fn new_one(&mut self, name: Option<&String>) -> String {
        let mut plain: String = slug(name.map_or("", String::as_str)).replace('-', "_");
        plain.truncate(30);
        if !plain.starts_with(|c: char| c.is_ascii_lowercase()) {
            plain.insert_str(0, "no_");
        }
        let plain = plain.trim_end_matches('_').to_owned();
        let mut id = plain.clone();
        for number in 2.. {
            if !self.0.contains(&id) {
                break;
            }
            id = format!("{plain}_{number}");
        }
        self.0.push(id.clone());
        id
    }
}

impl Fields {
    fn read(&mut self, prefix: &str, facts: &[(&str, Kind)], table: &dyn TableLike) {
        for (key, _) in facts {
            if let Some(text) = find(table, key).and_then(text_of) {
                self.0.push((format!("{prefix}{key}"), text));
            }
        }
    }
}

impl Kind {
    /// What the front matter has for `text`; nothing for none. What does not
    /// fit stays a text, so that the compiler says what is wrong with it.
    fn value(self, text: &str) -> Option<Value> {
        let text = text.trim();
        match self {
            Choice => return Some((text == "yes").into()),
            _ if text.is_empty() => return None,
            _ => {}
        }
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        Some(match self {
            Number => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
            Day => match text.parse::<toml_edit::Datetime>() {
                Ok(day) if day.time.is_none() => day.into(),
                _ => text.into(),
            },
            Flag | Choice => (text == "yes").into(),
            Words => lines.collect::<Array>().into(),
            TextOrLines if text.lines().count() == 1 => text.into(),
            Lines | TextOrLines => {
                let mut array = Array::new();
                for line in lines {
                    array.push_formatted(Value::from(line).decorated("\n    ", ""));
                }
                array.set_trailing_comma(true);
                array.set_trailing("\n");
                array.into()
            }
            Text => text.into(),
        })
    }
}

/// A value as a field has it.
fn text_of(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) => text.value().clone(),
        Value::Integer(number) => number.value().to_string(),
        Value::Float(number) => number.value().to_string(),
        Value::Boolean(flag) => if *flag.value() { "yes" } else { "no" }.into(),
        Value::Datetime(day) => day.value().to_string(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().filter_map(text_of).collect();
            items.join("\n")
        }
        Value::InlineTable(_) => return None,
    })
}

/// The value of `key`, which may be `name.fr`.
fn find<'a>(table: &'a dyn TableLike, key: &str) -> Option<&'a Value> {
    match key.split_once('.') {
        Some((outer, inner)) => table.get(outer)?.as_table_like()?.get(inner)?.as_value(),
        None => table.get(key)?.as_value(),
    }
}

/// Sets `key`, which may be `name.fr`, or takes it away. What stood beside it
/// stays; only the mark of an unsure fact goes, since somebody has seen it now.
fn set(table: &mut dyn TableLike, key: &str, value: Option<Value>) {
    if let Some((outer, inner)) = key.split_once('.') {
        let item = table.entry(outer).or_insert_with(|| {
            let mut table = Table::new();
            table.set_dotted(true);
            Item::Table(table)
        });
        if let Some(table) = item.as_table_like_mut() {
            set(table, inner, value);
        }
        return;
    }
    let Some(mut value) = value else {
        table.remove(key);
        return;
    };
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(held) => {
            let is_same = held.type_name() == value.type_name() && text_of(held) == text_of(&value);
            if !is_same {
                *value.decor_mut() = held.decor().clone();
                *held = value;
            }
            let suffix = held.decor().suffix().and_then(|suffix| suffix.as_str());
            if suffix.is_some_and(|suffix| suffix.trim_start().starts_with("# ?")) {
                held.decor_mut().set_suffix("");
            }
        }
        None => {
            table.insert(key, Item::Value(value));
        }
    }
}

/// A section below an empty line.
fn section_below() -> Table {
    let mut table = Table::new();
    table.decor_mut().set_prefix("\n");
    table
}
