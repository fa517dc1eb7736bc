//! Writes the report on a posting to staff.

use domain::Posting;
use locales::{Texts, fill, moment, number, plural};
use rules::Timestamp;

use super::MailText;
use super::notices::{Line, List, plain};
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
    /// Those whose mail to staff was sent to some, with the addresses that lack
    /// it; empty where it came back and nobody can say from whom.
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

fn count(entries: &[(u32, &str)]) -> i64 {
    i64::try_from(entries.len()).unwrap_or(i64::MAX)
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
        let addresses = lacking(texts, addresses);
        let values =
            [("number", count.as_str()), ("reference", reference), ("addresses", addresses)];
        Line { text: fill(texts.report_refused_entry, &values), link: None }
    };
    List { heading: texts.report_refused_list, lines: entries.iter().map(line).collect() }
}

/// The addresses that lack a mail, or that one does.
pub(crate) fn lacking<'a>(texts: &'a Texts, addresses: &'a str) -> &'a str {
    if addresses.is_empty() { texts.report_refused_by_one } else { addresses }
}
