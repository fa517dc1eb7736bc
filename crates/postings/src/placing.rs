//! Says in which field of a posting's form a mistake is to be mended.

use core::ops::RangeInclusive;

use toml::de::{DeTable, DeValue};

use crate::front;
use crate::mistake::{Flaw, Mistake};
use crate::notes::newlines;

/// A fact or a section, and the lines on which it stands.
struct Place {
    lines: RangeInclusive<usize>,
    path: String,
    is_fact: bool,
}

/// Returns the field in which `mistake` of `source` is, by the names of
/// [`crate::Fields`]: `documents.0.max_size`, or `text`. None where it
/// concerns the file as a whole.
pub fn field_of(source: &str, mistake: &Mistake) -> Option<String> {
    let parts = front::split(source).ok()?;
    // That there is no text is said of the line above it.
    if mistake.line.saturating_add(1) >= parts.text_line {
        return Some("text".to_owned());
    }
    let (table, _) = DeTable::parse_recoverable(parts.front);
    let mut places = Vec::new();
    walk(parts.front, table.get_ref(), "", &mut places);
    let named = mistake.text.split('`').nth(1).unwrap_or_default();
    let here = || places.iter().filter(|place| place.lines.contains(&mistake.line));
    let facts: Vec<&Place> = here().filter(|place| place.is_fact).collect();
    let is_named =
        |place: &Place| place.path == named || place.path.ends_with(&format!(".{named}"));
    let by_name = facts.iter().find(|place| is_named(place));
    let first = facts.first().filter(|_| mistake.flaw != Flaw::Missing);
    if let Some(fact) = by_name.or(first) {
        return Some(fact.path.clone());
    }
    // Something is missing in the section that begins there.
    let is_key = |c: char| c.is_ascii_lowercase() || c == '_' || c == '.';
    if named.is_empty() || !named.chars().all(is_key) {
        return None;
    }
    match here().find(|place| !place.is_fact) {
        Some(section) => {
            // `name.en` is missing where `name.fr` begins.
            let path = section.path.as_str();
            let (outer, _) = named.split_once('.').unwrap_or(("", named));
            let path = path.strip_suffix(&format!(".{outer}")).unwrap_or(path);
            Some(format!("{path}.{named}"))
        }
        None => Some(named.to_owned()),
    }
}

fn walk(front: &str, table: &DeTable<'_>, prefix: &str, places: &mut Vec<Place>) {
    let line = |offset: usize| 2 + newlines(front.get(..offset).unwrap_or(front));
    for (key, value) in table {
        let path = format!("{prefix}{}", key.get_ref());
        let span = value.span();
        let lines = line(span.start)..=line(span.end);
        match value.get_ref() {
            DeValue::Table(inner) => {
                walk(front, inner, &format!("{path}."), places);
                let lines = line(span.start)..=line(span.start);
                places.push(Place { lines, path, is_fact: false });
            }
            DeValue::Array(items) if items.iter().any(|item| item.get_ref().is_table()) => {
                for (row, item) in items.iter().enumerate() {
                    let path = format!("{path}.{row}");
                    if let Some(inner) = item.get_ref().as_table() {
                        walk(front, inner, &format!("{path}."), places);
                    }
                    let begins = line(item.span().start);
                    places.push(Place { lines: begins..=begins, path, is_fact: false });
                }
            }
            _ => places.push(Place { lines, path, is_fact: true }),
        }
    }
}
