//! Checks single values.

use std::fmt::Display;
use std::ops::RangeInclusive;

use addresses::Address;
use rules::Date;
use rules::application::{limit, one_line};

use crate::mistake::Flaw;
use crate::notes::Notes;
use crate::section::{At, Section};

/// Returns the text of `key`, on one line and not empty.
pub(crate) fn line(
    section: &mut Section<'_>,
    key: &'static str,
    example: &str,
) -> Option<At<String>> {
    let found = section.required::<String>(key, example)?;
    is_line(section.notes, &section.written(key), &found).then_some(found)
}

/// Returns the text of `key` on one line, if it is there.
pub(crate) fn optional_line(
    section: &mut Section<'_>,
    key: &'static str,
    example: &str,
) -> Option<String> {
    let found = section.optional::<String>(key, example)?;
    is_line(section.notes, &section.written(key), &found).then_some(found.value)
}

/// The most characters of a text on one line. Titles and subjects stand in
/// headers of mails: the platform takes 998 characters in a subject and 16 KB
/// of headers.
pub(crate) const MAX_LINE: u64 = limit::SUBJECT;

/// Returns whether the text can stand where one line is expected.
pub(crate) fn is_line(notes: &Notes<'_>, key: &str, text: &At<String>) -> bool {
    let plain = one_line(&text.value);
    let length = text.value.chars().count();
    if length as u64 > MAX_LINE {
        let most = MAX_LINE;
        let wrong = format!("`{key}` has {length} characters. At most {most} are taken.");
        notes.add_as(Flaw::TooLong, text.line, wrong);
        return false;
    }
    if plain.is_empty() {
        let wrong = format!("`{key}` is empty. Write its text between the quotes.");
        notes.add_as(Flaw::Missing, text.line, wrong);
    } else if plain != text.value {
        let text_to_write = quoted(&plain);
        let wrong = format!(
            "`{key}` must be one line with single plain spaces. Write it as {text_to_write}."
        );
        notes.add(text.line, wrong);
    }
    plain == text.value && !plain.is_empty()
}

/// Returns the e-mail address of `key`.
pub(crate) fn address(section: &mut Section<'_>, key: &'static str) -> Option<String> {
    let found = section.required::<String>(key, "\"jobs@example.org\"")?;
    let fine = Address::parse(&found.value).is_ok();
    if !fine {
        let value = quoted(&found.value);
        let text = format!("`{key}` must be one e-mail address. It is {value}.");
        section.notes.add_as(Flaw::NotAnAddress, found.line, text);
    }
    fine.then_some(found.value)
}

/// Returns the page of `key`, where there is one.
pub(crate) fn page(section: &mut Section<'_>, key: &'static str, example: &str) -> Option<String> {
    let found = section.optional::<String>(key, example)?;
    let fine = is_https(&found.value);
    if !fine {
        let value = quoted(&found.value);
        let text = format!("`{key}` must be a page, as in `{key} = {example}`. It is {value}.");
        section.notes.add_as(Flaw::NotAPage, found.line, text);
    }
    fine.then_some(found.value)
}

/// Returns whether `url` is a page elsewhere, over TLS, without a user's name in it.
pub(crate) fn is_https(url: &str) -> bool {
    url.strip_prefix("https://").is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        host.contains('.')
            && !host.starts_with('.')
            && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
            && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
    })
}

/// Returns the whole number of `key`, which must be in `range`.
pub(crate) fn number<T>(
    section: &mut Section<'_>,
    key: &'static str,
    range: &RangeInclusive<T>,
    example: &str,
) -> Option<At<T>>
where
    T: TryFrom<i64> + PartialOrd + Display,
{
    let At { value, line } = section.required::<i64>(key, example)?;
    let fitting = T::try_from(value).ok().filter(|value| range.contains(value));
    if fitting.is_none() {
        let (least, most) = (range.start(), range.end());
        let text = format!("`{key}` must lie between {least} and {most}. It is {value}.");
        section.notes.add_as(Flaw::OutOfRange, line, text);
    }
    Some(At { value: fitting?, line })
}

/// Returns the day that `found` is, unless its year is a slip.
pub(crate) fn year(notes: &Notes<'_>, key: &str, found: Option<At<Date>>) -> Option<At<Date>> {
    let date = found?;
    let fine = (2000..=2100).contains(&date.value.year);
    if !fine {
        let year = date.value.year;
        let text = format!("`{key}` lies in the year {year}. Mend the year.");
        notes.add_as(Flaw::OutOfRange, date.line, text);
    }
    fine.then_some(date)
}

/// Returns what the word of `key` stands for in `known`.
pub(crate) fn word<T: Copy>(
    section: &mut Section<'_>,
    key: &'static str,
    known: &[(&str, T)],
) -> Option<At<T>> {
    let example = known.first().map_or_else(String::new, |(name, _)| quoted(name));
    let found = section.required::<String>(key, &example)?;
    let value = one_of(section.notes, key, &found, known)?;
    Some(At { value, line: found.line })
}

/// Returns what the word of `key` stands for in `known`, if it is there.
pub(crate) fn optional_word<T: Copy>(
    section: &mut Section<'_>,
    key: &'static str,
    known: &[(&str, T)],
) -> Option<T> {
    let example = known.first().map_or_else(String::new, |(name, _)| quoted(name));
    let found = section.optional::<String>(key, &example)?;
    one_of(section.notes, key, &found, known)
}

/// Returns what `word` stands for in `known`.
pub(crate) fn one_of<T: Copy>(
    notes: &Notes<'_>,
    key: &str,
    word: &At<String>,
    known: &[(&str, T)],
) -> Option<T> {
    let value = known.iter().find(|(name, _)| *name == word.value).map(|(_, value)| *value);
    if value.is_none() {
        let names: Vec<String> = known.iter().map(|(name, _)| quoted(name)).collect();
        let (names, given) = (names.join(" or "), quoted(&word.value));
        notes.add(word.line, format!("`{key}` takes {names}. It is {given}."));
    }
    value
}

/// Returns the `length` capital letters of `key`.
pub(crate) fn code(
    section: &mut Section<'_>,
    key: &'static str,
    length: usize,
    example: &str,
) -> Option<String> {
    let found = section.required::<String>(key, example)?;
    let fine = found.value.len() == length && found.value.bytes().all(|b| b.is_ascii_uppercase());
    if !fine {
        let value = quoted(&found.value);
        let text = format!(
            "`{key}` must be {length} capital letters, as in `{key} = {example}`. It is {value}."
        );
        section.notes.add(found.line, text);
    }
    fine.then_some(found.value)
}

/// `text` as it is written in the front matter, so that what cannot be seen
/// shows.
pub(crate) fn quoted(text: &str) -> String {
    format!("{text:?}")
}
