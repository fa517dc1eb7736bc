//! What single values must be.

use rules::application::one_line;
use rules::email;

use crate::section::{At, Notes, Section};

/// The text of `key`, on one line and not empty.
pub(crate) fn line(
    section: &mut Section<'_>,
    key: &'static str,
    example: &str,
) -> Option<At<String>> {
    let found = section.required::<String>(key, example)?;
    is_line(section.notes, key, &found).then_some(found)
}

/// Whether the text can stand where one line is expected.
pub(crate) fn is_line(notes: &Notes<'_>, key: &str, text: &At<String>) -> bool {
    let plain = one_line(&text.value);
    if plain.is_empty() {
        notes.add(text.line, format!("`{key}` is empty. Write its text between the quotes."));
    } else if plain != text.value {
        notes.add(
            text.line,
            format!(
                "`{key}` must be one line, with single plain spaces and none around it. \
                 Write it as {}.",
                toml_text(&plain)
            ),
        );
    } else {
        return true;
    }
    false
}

/// The e-mail address of `key`.
pub(crate) fn address(
    section: &mut Section<'_>,
    key: &'static str,
    example: &str,
) -> Option<String> {
    let found = section.required::<String>(key, example)?;
    if !email::is_valid(&found.value) {
        let value = toml_text(&found.value);
        let text = format!(
            "`{key}` must be one e-mail address, as in `{key} = {example}`. Here it is {value}."
        );
        section.notes.add(found.line, text);
        return None;
    }
    Some(found.value)
}

/// The whole number of `key`, which must be in `range`.
pub(crate) fn number<T>(
    section: &mut Section<'_>,
    key: &'static str,
    range: std::ops::RangeInclusive<T>,
    example: &str,
) -> Option<At<T>>
where
    T: TryFrom<i64> + PartialOrd + std::fmt::Display,
{
    let At { value, line } = section.required::<i64>(key, example)?;
    match T::try_from(value).ok().filter(|value| range.contains(value)) {
        Some(value) => Some(At { value, line }),
        None => {
            let (least, most) = (range.start(), range.end());
            let text = format!("`{key}` must lie between {least} and {most}. Here it is {value}.");
            section.notes.add(line, text);
            None
        }
    }
}

/// One of the words of `known`.
pub(crate) fn word<T: Copy>(
    section: &mut Section<'_>,
    key: &'static str,
    known: &[(&str, T)],
    example: &str,
) -> Option<At<T>> {
    let found = section.required::<String>(key, example)?;
    let value = one_of(section.notes, key, &found, known)?;
    Some(At { value, line: found.line })
}

/// What `word` stands for in `known`.
pub(crate) fn one_of<T: Copy>(
    notes: &Notes<'_>,
    key: &str,
    word: &At<String>,
    known: &[(&str, T)],
) -> Option<T> {
    let value = known.iter().find(|(name, _)| *name == word.value).map(|(_, value)| *value);
    if value.is_none() {
        let names: Vec<String> = known.iter().map(|(name, _)| format!("`{name}`")).collect();
        let meant = toml_text(&word.value);
        notes.add(word.line, format!("`{key}` knows {}, but not {meant}.", names.join(", ")));
    }
    value
}

/// `length` capital letters.
pub(crate) fn code(
    section: &mut Section<'_>,
    key: &'static str,
    length: usize,
    example: &str,
) -> Option<String> {
    let found = section.required::<String>(key, example)?;
    if found.value.len() != length || !found.value.bytes().all(|b| b.is_ascii_uppercase()) {
        let value = toml_text(&found.value);
        let text = format!(
            "`{key}` must be {length} capital letters, as in `{key} = {example}`. Here it is {value}."
        );
        section.notes.add(found.line, text);
        return None;
    }
    Some(found.value)
}

/// `text` as it is written in the front matter, so that what cannot be seen
/// shows.
pub(crate) fn toml_text(text: &str) -> String {
    format!("{text:?}")
}
