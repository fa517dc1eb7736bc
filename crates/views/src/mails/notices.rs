//! Writes the notices: withdrawals and reports to staff, what candidates are
//! told beside the acknowledgement, alerts to the operator.

use std::borrow::Cow;

use askama::Template;
use domain::Posting;
use locales::{Texts, fill, moment, number, plural};
use rules::deadline::Zone;
use rules::{Mails, Timestamp};

use super::{MailText, ended, neutral};
use crate::words::last_instant;

/// The applications to a posting by delivery state: number and reference of
/// each, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report<'a> {
    /// Those whose mail to staff was sent.
    pub delivered: Vec<(u32, &'a str)>,
    /// Those whose mail to staff is still to be sent.
    pub pending: Vec<(u32, &'a str)>,
    /// Those whose mail to staff was given up.
    pub given_up: Vec<(u32, &'a str)>,
    /// Those whose mail to staff was sent to some, with the addresses that have
    /// refused it.
    pub refused: Vec<(u32, &'a str, &'a str)>,
    /// Those whose mail to staff was sent and not confirmed, where the posting
    /// forgets what is confirmed.
    pub unconfirmed: Vec<(u32, &'a str)>,
    /// Those whose acknowledgement the candidate's address does not take.
    pub not_acknowledged: Vec<(u32, &'a str)>,
    /// How many were withdrawn.
    pub withdrawn: u32,
    /// How many wait for an answer, where staff write from the desk.
    pub unanswered: u32,
}

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

/// What staff are told of an application that was withdrawn: what leads to the
/// mail that they have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withdrawn<'a> {
    /// Its number in the posting.
    pub number: u32,
    /// Its reference.
    pub reference: &'a str,
    /// Who had applied; empty where nobody knows any more.
    pub name: &'a str,
}

/// To staff: an application was withdrawn at `at`.
pub fn withdrawal(
    texts: &Texts,
    posting: &Posting,
    withdrawn: Withdrawn,
    at: Timestamp,
) -> MailText {
    let zone = &posting.deadline.zone;
    let at = moment(texts, zone.local(at), &zone.name);
    let count = number(texts, withdrawn.number.into());
    let values = [
        ("number", count.as_str()),
        ("reference", withdrawn.reference),
        ("name", withdrawn.name),
        ("title", posting.title.as_str()),
        ("moment", at.as_str()),
    ];
    let is_named = !withdrawn.name.is_empty();
    let subject = if is_named { texts.withdrawal_subject_named } else { texts.withdrawal_subject };
    let mut paragraphs = vec![fill(texts.withdrawal_what, &values)];
    paragraphs.extend(is_named.then(|| fill(texts.withdrawal_who, &values)));
    paragraphs.extend([texts.withdrawal_todo, texts.withdrawal_gone].map(str::to_owned));
    plain(texts, fill(subject, &values), &paragraphs, &[])
}

/// To the candidate: the application `reference` was withdrawn at `at`. The
/// address was never verified, so it says nothing that was typed.
pub fn withdrawal_confirmation(
    texts: &Texts,
    posting: &Posting,
    reference: &str,
    at: Timestamp,
) -> MailText {
    let zone = &posting.deadline.zone;
    let at = moment(texts, zone.local(at), &zone.name);
    let values = [
        ("reference", reference),
        ("title", posting.title.as_str()),
        ("moment", at.as_str()),
        ("contact", posting.contact.as_str()),
    ];
    let paragraphs = [
        texts.withdrawal_confirmation_what,
        texts.withdrawal_confirmation_gone,
        texts.withdrawal_confirmation_todo,
        texts.withdrawal_confirmation_last,
    ]
    .map(|text| fill(text, &values));
    plain(texts, fill(texts.withdrawal_confirmation_subject, &values), &paragraphs, &[])
}

/// To the address that the application `reference` had before: it was
/// replaced. Whoever reads this may be a stranger, so it says nothing else.
pub fn address_changed(texts: &Texts, posting: &Posting, reference: &str) -> MailText {
    let values = [
        ("reference", reference),
        ("title", posting.title.as_str()),
        ("contact", posting.contact.as_str()),
    ];
    let paragraphs =
        [texts.address_changed_what, texts.address_changed_todo].map(|text| fill(text, &values));
    plain(texts, fill(texts.address_changed_subject, &values), &paragraphs, &[])
}

/// To a candidate whose documents have not come whole, as announced at `at`;
/// `reference` is that of the application which they would have corrected. The
/// address was never verified, so it says nothing that was typed.
pub fn unfinished(
    texts: &Texts,
    posting: &Posting,
    at: Timestamp,
    reference: Option<&str>,
) -> MailText {
    let zone = &posting.deadline.zone;
    let shown = |at| moment(texts, zone.local(at), &zone.name);
    let (at, closing) = (shown(at), shown(last_instant(&posting.requirements.window)));
    let values = [
        ("title", posting.title.as_str()),
        ("moment", at.as_str()),
        ("closing", closing.as_str()),
        ("contact", posting.contact.as_str()),
        ("reference", reference.unwrap_or_default()),
    ];
    let what = match reference {
        Some(_) => texts.unfinished_correction,
        None => texts.unfinished_what,
    };
    let paragraphs =
        [what, texts.unfinished_again, texts.unfinished_todo].map(|text| fill(text, &values));
    plain(texts, fill(texts.unfinished_subject, &values), &paragraphs, &[])
}

/// What a digest tells of an application.
#[derive(Clone, Debug)]
pub struct DigestEntry<'a> {
    /// Its reference.
    pub reference: String,
    /// Its posting.
    pub posting: Cow<'a, Posting>,
    /// Which mails its candidate wants.
    pub mails: Mails,
    /// What happened to it.
    pub told: Told,
    /// The address of its receipt.
    pub receipt: Option<String>,
}

/// What a digest tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It arrived, or was corrected.
    Received(Timestamp),
    /// Its address was replaced.
    Replaced,
    /// It was withdrawn.
    Withdrawn(Timestamp),
}

/// Writes the digest to an outsider: what the mails beyond the hourly limit
/// would have said. Like an acknowledgement, it contains nothing that was
/// typed.
pub fn digest(texts: &Texts, entries: &[DigestEntry]) -> MailText {
    if entries.iter().any(|entry| entry.mails != Mails::Full) {
        return neutral::digest(texts, entries.iter().map(|entry| entry.reference.as_str()));
    }
    let line = |entry: &DigestEntry| {
        let zone = &entry.posting.deadline.zone;
        let shown = |at: Timestamp| moment(texts, zone.local(at), &zone.name);
        let (sentence, at) = match entry.told {
            Told::Received(at) => (texts.digest_entry, shown(at)),
            Told::Replaced => (texts.digest_replaced, String::new()),
            Told::Withdrawn(at) => (texts.digest_withdrawn, shown(at)),
        };
        let values = [
            ("reference", entry.reference.as_str()),
            ("title", &entry.posting.title),
            ("moment", &at),
            ("contact", &entry.posting.contact),
        ];
        Line { text: fill(sentence, &values), link: entry.receipt.clone() }
    };
    let lines = entries.iter().map(line).collect();
    let paragraphs = [texts.digest_what.to_owned(), texts.digest_todo.to_owned()];
    let list = List { heading: texts.digest_list, lines };
    plain(texts, texts.digest_subject.to_owned(), &paragraphs, &[list])
}

/// To staff: that nothing is missing, or what is.
pub fn report(texts: &Texts, posting: &Posting, report: &Report, now: Timestamp) -> MailText {
    let undelivered = count(&report.pending) + count(&report.given_up);
    let accepted = undelivered + count(&report.delivered) + i64::from(report.withdrawn);
    let zone = &posting.deadline.zone;
    let shown = |instant| moment(texts, zone.local(instant), &zone.name);
    let closed = shown(last_instant(&posting.requirements.window));
    let title = ("title", posting.title.as_str());
    let subject = if undelivered == 0 {
        texts.report_subject.to_owned()
    } else {
        plural(texts, "report_subject_undelivered", undelivered)
    };
    let opening = fill(
        texts.report_opening,
        &[title, ("closing", closed.as_str()), ("moment", shown(now).as_str())],
    );
    let sum = |template: &str, value: i64| {
        let values = [("n", number(texts, value)), ("recipient", posting.recipients.join(", "))];
        fill(template, &values.each_ref().map(|(name, value)| (*name, value.as_str())))
    };
    let sums = [
        sum(texts.report_accepted, accepted),
        sum(texts.report_delivered, count(&report.delivered)),
        sum(texts.report_pending, count(&report.pending)),
        sum(texts.report_given_up, count(&report.given_up)),
        sum(texts.report_withdrawn, report.withdrawn.into()),
    ];
    let mut paragraphs = vec![opening, progress(texts, posting, report, now), sums.join("\n")];
    let advice = [
        (!report.pending.is_empty(), texts.report_pending_what),
        (!report.given_up.is_empty(), texts.report_given_up_what),
        (!report.refused.is_empty(), texts.report_refused_what),
        (!report.delivered.is_empty(), texts.report_delivered_what),
    ];
    paragraphs
        .extend(advice.iter().filter(|(said, _)| *said).map(|(_, words)| (*words).to_owned()));
    paragraphs.extend(not_acknowledged(texts, &report.not_acknowledged));
    let unanswered = i64::from(report.unanswered);
    paragraphs.extend((unanswered > 0).then(|| plural(texts, "report_unanswered", unanswered)));
    let unconfirmed = count(&report.unconfirmed);
    paragraphs.extend((unconfirmed > 0).then(|| plural(texts, "report_unconfirmed", unconfirmed)));
    let lists = [
        list(texts, texts.report_given_up_list, &report.given_up),
        list(texts, texts.report_pending_list, &report.pending),
        refused(texts, &report.refused),
        list(texts, texts.report_unconfirmed_list, &report.unconfirmed),
        list(texts, texts.report_not_acknowledged_list, &report.not_acknowledged),
        list(texts, texts.report_delivered_list, &report.delivered),
    ];
    plain(texts, fill(&subject, &[title]), &paragraphs, &lists)
}

/// Whose address is to be checked, because the acknowledgement came back.
fn not_acknowledged(texts: &Texts, entries: &[(u32, &str)]) -> Option<String> {
    let numbers: Vec<String> =
        entries.iter().map(|(count, _)| number(texts, i64::from(*count))).collect();
    let words = plural(texts, "report_not_acknowledged_what", count(entries));
    let words = fill(&words, &[("numbers", &locales::list(texts, "list_and", &numbers))]);
    (!entries.is_empty()).then_some(words)
}

/// Whether forwarding is complete, and if not, how long after the closing.
fn progress(texts: &Texts, posting: &Posting, report: &Report, now: Timestamp) -> String {
    const HOUR_MS: i64 = 3_600_000;
    if report.pending.is_empty() {
        return texts.report_settled.to_owned();
    }
    let since = now.0.saturating_sub(posting.requirements.window.closes_at.0);
    plural(texts, "report_unsettled", since / HOUR_MS)
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

fn count(entries: &[(u32, &str)]) -> i64 {
    i64::try_from(entries.len()).unwrap_or(i64::MAX)
}

/// A heading with a line for each application.
pub(super) struct List {
    pub(super) heading: &'static str,
    pub(super) lines: Vec<Line>,
}

pub(super) struct Line {
    pub(super) text: String,
    pub(super) link: Option<String>,
}

fn list(texts: &Texts, heading: &'static str, entries: &[(u32, &str)]) -> List {
    let line = |(count, reference): &(u32, &str)| {
        let count = number(texts, i64::from(*count));
        let text = fill(texts.report_entry, &[("number", &count), ("reference", reference)]);
        Line { text, link: None }
    };
    List { heading, lines: entries.iter().map(line).collect() }
}

fn refused(texts: &Texts, entries: &[(u32, &str, &str)]) -> List {
    let line = |(count, reference, addresses): &(u32, &str, &str)| {
        let count = number(texts, i64::from(*count));
        let values =
            [("number", count.as_str()), ("reference", reference), ("addresses", addresses)];
        Line { text: fill(texts.report_refused_entry, &values), link: None }
    };
    List { heading: texts.report_refused_list, lines: entries.iter().map(line).collect() }
}

/// Returns a mail of paragraphs, then lists; empty lists are left out.
pub(super) fn plain(
    texts: &Texts,
    subject: String,
    paragraphs: &[String],
    lists: &[List],
) -> MailText {
    let lists: Vec<&List> = lists.iter().filter(|list| !list.lines.is_empty()).collect();
    let (said, lists) = (paragraphs, lists.as_slice());
    let lines: Vec<Vec<&str>> = said.iter().map(|said| said.lines().collect()).collect();
    let text = ended(Text { texts, paragraphs: said, lists }.to_string());
    let html = Html { texts, subject: &subject, paragraphs: &lines, lists }.to_string();
    MailText { subject, text, html }
}

#[derive(Template)]
#[template(path = "mail/notice.txt")]
struct Text<'a> {
    texts: &'a Texts,
    paragraphs: &'a [String],
    lists: &'a [&'a List],
}

#[derive(Template)]
#[template(path = "mail/notice.html")]
struct Html<'a> {
    texts: &'a Texts,
    subject: &'a str,
    paragraphs: &'a [Vec<&'a str>],
    lists: &'a [&'a List],
}
