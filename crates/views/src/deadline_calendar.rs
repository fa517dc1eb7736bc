//! The deadline of a posting as an iCalendar file (RFC 5545).

use domain::Posting;
use locales::Texts;
use rules::Timestamp;

use crate::frame::Site;
use crate::words::last_instant;

/// The most octets of a line, without its end (RFC 5545, 3.1).
const LINE: usize = 75;

/// A calendar with one event: the last hour before the posting closes.
pub fn deadline_calendar(texts: &'static Texts, posting: &Posting, site: &Site) -> String {
    const HOUR_MS: i64 = 3_600_000;
    let closes_at = posting.requirements.window.closes_at;
    let begins_at = Timestamp(closes_at.0.saturating_sub(HOUR_MS));
    let url = format!("{}/postings/{}", site.base_url, posting.slug);
    let host = site.base_url.split("//").last().unwrap_or_default();
    let zone = &posting.deadline.zone;
    let closing =
        locales::moment(texts, zone.local(last_instant(&posting.requirements.window)), &zone.name);
    let summary = locales::fill(texts.posting_calendar_summary, &[("title", &posting.title)]);
    let lines = [
        "BEGIN:VCALENDAR".into(),
        "VERSION:2.0".into(),
        "PRODID:-//Guichet//Guichet//EN".into(),
        "BEGIN:VEVENT".into(),
        format!("UID:{}@{}", posting.slug, text(host)),
        // The event is as old as the posting: every download is the same.
        format!("DTSTAMP:{}T000000Z", posting.published.to_string().replace('-', "")),
        format!("DTSTART:{}", utc(begins_at)),
        format!("DTEND:{}", utc(closes_at)),
        format!("SUMMARY:{}", text(&summary)),
        format!("DESCRIPTION:{}", text(&format!("{closing}\n{url}"))),
        format!("URL:{url}"),
        "BEGIN:VALARM".into(),
        "ACTION:DISPLAY".into(),
        format!("DESCRIPTION:{}", text(&summary)),
        "TRIGGER:-P1D".into(),
        "END:VALARM".into(),
        "END:VEVENT".into(),
        "END:VCALENDAR".into(),
    ];
    lines.iter().map(|line: &String| folded(line)).collect()
}

/// `20250803T220000Z`.
pub(crate) fn utc(instant: Timestamp) -> String {
    let text = instant.to_rfc3339().replace(['-', ':'], "");
    text.split('.').next().map(|seconds| format!("{seconds}Z")).unwrap_or_default()
}

/// A value of type TEXT (RFC 5545, 3.3.11).
pub(crate) fn text(value: &str) -> String {
    let mut escaped = String::new();
    for c in value.chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// The line with its end, folded where it is too long, never within a
/// character.
pub(crate) fn folded(line: &str) -> String {
    let (mut folded, mut length) = (String::new(), 0);
    for c in line.chars() {
        if length + c.len_utf8() > LINE {
            folded.push_str("\r\n ");
            length = 1;
        }
        folded.push(c);
        length += c.len_utf8();
    }
    folded + "\r\n"
}
