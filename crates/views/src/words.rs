//! Sentences around values that have markup of their own.

use domain::Posting;
use locales::{Texts, moment};
use rules::deadline::{Window, Zone};
use rules::{Date, Timestamp};

/// Returns the attribute for a text in `language` on a page that is written the
/// other way; none where both are written the same way.
pub(crate) fn dir(texts: &Texts, language: &str) -> &'static str {
    let direction = locales::for_tag(language).map_or("ltr", |known| known.language_direction);
    match direction {
        same if same == texts.language_direction => "",
        "rtl" => " dir=\"rtl\"",
        _ => " dir=\"ltr\"",
    }
}

/// What a sentence says before and after a value, so that the value can be
/// an element of the page.
pub(crate) struct Around {
    pub(crate) before: String,
    pub(crate) after: String,
}

impl Around {
    /// Returns the sentence `template` around its placeholder `{name}`.
    pub(crate) fn of(template: &str, name: &str) -> Self {
        let (before, after) = template.split_once(&format!("{{{name}}}")).unwrap_or((template, ""));
        Self { before: before.to_owned(), after: after.to_owned() }
    }
}

/// A day or a moment: in words, and as machines read it.
pub(crate) struct Time {
    pub(crate) words: String,
    pub(crate) machine: String,
}

impl Time {
    pub(crate) fn day(texts: &'static Texts, day: Date) -> Self {
        Self { words: locales::date(texts, day), machine: day.to_string() }
    }

    pub(crate) fn moment(texts: &'static Texts, instant: Timestamp, zone: &Zone) -> Self {
        Self {
            words: moment(texts, zone.local(instant), &zone.name),
            machine: instant.to_rfc3339(),
        }
    }
}

/// Returns the last millisecond before the closing. To the minute it reads
/// "23:59" of the last day, where the closing itself would read "00:00" of the
/// next day.
pub(crate) fn last_instant(window: &Window) -> Timestamp {
    Timestamp(window.closes_at.0.saturating_sub(1))
}

/// When a posting closes, from the day that `now` is there.
pub(crate) struct Closing {
    pub(crate) time: Time,
    /// "Closes today", "Closes tomorrow".
    pub(crate) near: Option<&'static str>,
}

impl Closing {
    pub(crate) fn of(texts: &'static Texts, posting: &Posting, now: Timestamp) -> Self {
        let zone = &posting.deadline.zone;
        let today = zone.local(now).date.to_days();
        let near = match posting.deadline.date.to_days().saturating_sub(today) {
            0 => Some(texts.posting_closes_today),
            1 => Some(texts.posting_closes_tomorrow),
            _ => None,
        };
        let last = last_instant(&posting.requirements.window);
        Self { time: Time::moment(texts, last, zone), near }
    }
}

/// Returns the day that `text` is, as forms write it: `2025-08-03`.
pub fn day(text: &str) -> Option<Date> {
    let mut parts = text.split('-').map(str::parse::<u16>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    let date = Date { year: year.into(), month, day };
    let is_real = (1..=12).contains(&month) && Date::from_days(date.to_days()) == date;
    (is_real && parts.next().is_none()).then_some(date)
}
