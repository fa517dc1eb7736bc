//! An interview as an iCalendar file (RFC 5545).

use domain::Posting;
use locales::{Texts, fill};
use rules::Timestamp;

use crate::deadline_calendar::{folded, text, utc};
use crate::frame::Site;
use crate::words::{Time, day};

/// An interview.
#[derive(Clone, Copy, Debug)]
pub struct Appointment<'a> {
    /// What tells it from others.
    pub id: &'a str,
    /// When it begins where the posting is, as a field of a form says it:
    /// `2025-09-01T10:00`.
    pub begins: &'a str,
    /// How long it is.
    pub minutes: u32,
    /// Where, or an address of a call.
    pub place: &'a str,
    /// When this was written.
    pub written_at: Timestamp,
}

/// Returns the calendar with the interview; nothing where its beginning is no
/// time.
pub fn appointment(
    texts: &'static Texts,
    posting: &Posting,
    appointment: &Appointment<'_>,
    site: &Site<'_>,
) -> Option<String> {
    let begins = instant(appointment.begins, posting)?;
    let length = i64::from(appointment.minutes).saturating_mul(60_000);
    let ends = Timestamp(begins.0.saturating_add(length));
    let host = site.base_url.split("//").last().unwrap_or_default();
    let summary = fill(texts.desk_appointment_summary, &[("title", &posting.title)]);
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".into(),
        "PRODID:-//Guichet//Guichet//EN".into(),
        "METHOD:PUBLISH".into(),
        "BEGIN:VEVENT".into(),
        format!("UID:{}@{}", appointment.id, text(host)),
        format!("DTSTAMP:{}", utc(appointment.written_at)),
        format!("DTSTART:{}", utc(begins)),
        format!("DTEND:{}", utc(ends)),
        format!("SUMMARY:{}", text(&summary)),
    ];
    if !appointment.place.is_empty() {
        lines.push(format!("LOCATION:{}", text(appointment.place)));
    }
    lines.extend(["END:VEVENT".to_owned(), "END:VCALENDAR".into()]);
    Some(lines.iter().map(|line| folded(line)).collect())
}

/// Returns a text of staff with day and time in place of `{date}`, and the place
/// in place of `{place}`, so that nobody types them twice. What is not given
/// stays as it is.
pub fn with_appointment(
    texts: &'static Texts,
    posting: &Posting,
    begins: Option<&str>,
    place: &str,
    text: &str,
) -> String {
    let begins = begins.and_then(|begins| instant(begins, posting));
    let date = begins.map(|at| Time::moment(texts, at, &posting.deadline.zone).words);
    let values =
        [("{date}", date.as_deref()), ("{place}", Some(place).filter(|it| !it.is_empty()))];
    values.into_iter().fold(text.to_owned(), |text, (name, value)| match value {
        Some(value) => text.replace(name, value),
        None => text,
    })
}

/// The instant at which the clocks of the posting's zone show `local`.
fn instant(local: &str, posting: &Posting) -> Option<Timestamp> {
    let (date, time) = local.split_once('T')?;
    let date = day(date)?;
    let mut time = time.split(':').map(str::parse::<i64>);
    let (hour, minute) = (time.next()?.ok()?, time.next()?.ok()?);
    if !(0..24).contains(&hour) || !(0..60).contains(&minute) {
        return None;
    }
    let minutes = date.to_days().saturating_mul(1_440).saturating_add(hour * 60 + minute);
    let as_utc = Timestamp(minutes.saturating_mul(60_000));
    // The offset at that hour, found from a first guess.
    let zone = &posting.deadline.zone;
    let at = |offset: i32| Timestamp(as_utc.0.saturating_sub(i64::from(offset) * 60_000));
    let guess = at(zone.local(as_utc).offset_minutes);
    Some(at(zone.local(guess).offset_minutes))
}
