//! Writes what the operator is told.

use domain::Posting;
use locales::{Texts, fill, moment, plural};
use rules::Timestamp;
use rules::deadline::Zone;

use super::MailText;
use super::notices::plain;

/// The facts of an alert: mails that do not leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert<'a> {
    /// The problem that the mails met, as a code.
    pub cause: &'a str,
    /// Since when.
    pub since: Timestamp,
    /// How many wait for another attempt.
    pub waiting: u32,
    /// How many mails to staff were given up.
    pub lost: u32,
}

/// To the operator: mails do not leave. `zone` is the one to tell times in.
pub fn alert(texts: &Texts, zone: &Zone, alert: &Alert) -> MailText {
    let since = moment(texts, zone.local(alert.since), &zone.name);
    let cause = cause(texts, alert.cause);
    let mut paragraphs = vec![
        fill(texts.alert_what, &[("moment", since.as_str())]),
        fill(texts.alert_cause, &[("cause", cause), ("code", alert.cause)]),
    ];
    let counts = [("alert_waiting", alert.waiting), ("alert_lost", alert.lost)]
        .map(|(key, count)| (count > 0).then(|| plural(texts, key, count.into())));
    paragraphs.extend(counts.into_iter().flatten());
    paragraphs.extend((alert.lost > 0).then(|| texts.alert_how.to_owned()));
    paragraphs.push(texts.alert_safe.to_owned());
    plain(texts, fill(texts.alert_subject, &[("cause", cause)]), &paragraphs, &[])
}

/// To the operator: a key to which the posting's mails are encrypted expires,
/// or has expired.
pub fn key_expires(texts: &Texts, posting: &Posting, until: Timestamp, now: Timestamp) -> MailText {
    let zone = &posting.deadline.zone;
    let until_words = moment(texts, zone.local(until), &zone.name);
    let values = [("title", posting.title.as_str()), ("moment", until_words.as_str())];
    let (subject, what) = if now < until {
        (texts.sealed_staff_expires_subject, texts.sealed_staff_expires_what)
    } else {
        (texts.sealed_staff_expired_subject, texts.sealed_staff_expired_what)
    };
    let paragraphs = [what, texts.sealed_staff_expires_todo].map(|text| fill(text, &values));
    plain(texts, fill(subject, &values), &paragraphs, &[])
}

/// Returns a cause as people say it, by what its code begins with: the step of
/// the dialogue with a mail server, a code of the platform's, or a fault of
/// ours.
fn cause(texts: &Texts, code: &str) -> &'static str {
    let words = [
        ("AUTH", texts.cause_login),
        ("connect", texts.cause_connection),
        ("greeting", texts.cause_connection),
        ("EHLO", texts.cause_connection),
        ("STARTTLS", texts.cause_connection),
        ("MAIL", texts.cause_sender),
        ("E_SENDER", texts.cause_sender),
        ("RCPT", texts.cause_recipient),
        ("E_RECIPIENT", texts.cause_recipient),
        ("E_RATE_LIMIT", texts.cause_quota),
        ("E_DAILY_LIMIT", texts.cause_quota),
        ("DATA", texts.cause_message),
        ("message", texts.cause_message),
        ("end of message", texts.cause_message),
        ("configuration", texts.cause_settings),
        ("documents", texts.cause_documents),
        ("key", texts.sealed_staff_cause),
        ("late", texts.cause_late),
    ];
    let found = words.iter().find(|(start, _)| code.starts_with(start));
    found.map_or(texts.cause_other, |(_, words)| words)
}
