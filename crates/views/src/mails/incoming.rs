//! Writes the mails about mails that came in.

use domain::Posting;
use locales::{Texts, bytes, date, fill, moment, number};
use rules::Timestamp;
use rules::deadline::{Phase, Zone};

use super::MailText;
use super::notices::{Line, List, plain};
use crate::words::last_instant;

/// What the author of a mail is told.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// When the mail came.
    pub received_at: Timestamp,
    /// What is wrong, a sentence each.
    pub problems: &'a [String],
    /// The address of the form, while applications are taken.
    pub form: Option<&'a str>,
}

/// What staff are told of a mail that they get as it came.
#[derive(Clone, Copy, Debug)]
pub struct Forwarded<'a> {
    /// Whether it is for the posting, and not only shown to its staff.
    pub is_for_posting: bool,
    /// When it came.
    pub received_at: Timestamp,
    /// Why they get it.
    pub why: Why<'a>,
    /// What is wrong with it, a sentence each.
    pub problems: &'a [String],
    /// The author, as the mail says.
    pub from: &'a str,
    /// The sender of the envelope.
    pub envelope_from: &'a str,
    /// Whether the author is proved.
    pub is_proved: bool,
    /// Its subject.
    pub subject: &'a str,
    /// The address of the form by which it can become an application.
    pub form: Option<&'a str>,
    /// Where it is, if it is not attached.
    pub download: Option<&'a str>,
}

/// Why staff get a mail as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why<'a> {
    /// It is not yet an application.
    Incomplete,
    /// Somebody of the organisation has forwarded it.
    ByStaff,
    /// It is about this application.
    Answer(&'a str),
    /// It is this application, and has more than that.
    More(&'a str),
    /// Nothing proves who wrote it.
    Unverified,
    /// A list sent it.
    List,
    /// A program wrote it.
    Automatic,
    /// A mail could not be delivered.
    Bounce,
    /// None of these.
    Other,
}

/// To the author of a mail that is not yet an application: what it lacks and
/// how to mend it, or that it is too late. Nothing in it was written by the author, but for the
/// subject where it is not the posting's.
pub fn answer(texts: &Texts, posting: &Posting, answer: &Answer) -> MailText {
    let zone = &posting.deadline.zone;
    let shown = |instant| moment(texts, zone.local(instant), &zone.name);
    let closing = shown(last_instant(&posting.requirements.window));
    let values = [
        ("title", posting.title.as_str()),
        ("moment", &shown(answer.received_at)),
        ("closing", &closing),
        ("contact", &posting.contact),
        ("organisation", &posting.organisation.name),
        ("form", answer.form.unwrap_or_default()),
    ];
    let told = |text: &str| fill(text, &values);
    let mut paragraphs = vec![texts.mail_candidate_greeting.to_owned()];
    let subject = if is_late(posting, answer.received_at) {
        paragraphs.push(told(texts.answer_late));
        texts.answer_late_subject
    } else {
        paragraphs.push(told(texts.answer_opening));
        paragraphs.push(format!("{}\n{}", texts.answer_problems, bullets(answer.problems)));
        if answer.form.is_some() {
            paragraphs.push(told(texts.answer_form));
            paragraphs.push(told(texts.answer_reply));
            paragraphs.push(told(texts.answer_until));
        }
        texts.answer_subject
    };
    paragraphs.push(told(texts.answer_contact));
    plain(texts, told(subject), &paragraphs, &[])
}

/// Whether a mail came after the closing: nothing can be mended then.
fn is_late(posting: &Posting, received_at: Timestamp) -> bool {
    posting.requirements.window.phase(received_at) == Phase::Closed
}

/// To staff: a mail that came in, as it came.
pub fn forwarded(texts: &Texts, posting: &Posting, mail: &Forwarded) -> MailText {
    let zone = &posting.deadline.zone;
    let at = moment(texts, zone.local(mail.received_at), &zone.name);
    let late = mail.why == Why::Incomplete && is_late(posting, mail.received_at);
    let (label, why, reference) = if late {
        (texts.forward_label_late, texts.forward_late, "")
    } else {
        reason(texts, mail.why)
    };
    let values = [
        ("moment", at.as_str()),
        ("from", mail.from),
        ("envelope", mail.envelope_from),
        ("subject", mail.subject),
        ("title", &posting.title),
        ("reference", reference),
        ("label", label),
        ("form", mail.form.unwrap_or_default()),
        ("download", mail.download.unwrap_or_default()),
    ];
    let told = |text: &str| fill(text, &values);
    let attached =
        if mail.download.is_some() { texts.forward_linked } else { texts.forward_attached };
    let mut paragraphs = vec![told(why), told(texts.forward_facts)];
    if !mail.is_proved {
        paragraphs.push(texts.forward_not_proved.to_owned());
    }
    if differs(mail.from, mail.envelope_from) {
        paragraphs.push(told(texts.forward_envelope));
    }
    paragraphs.push(if mail.is_for_posting {
        told(texts.forward_posting)
    } else {
        texts.forward_no_posting.to_owned()
    });
    paragraphs.push(told(attached));
    paragraphs.extend(mail.form.map(|_| told(texts.forward_form)));
    let line = |problem: &String| Line { text: problem.clone(), link: None };
    let lines = if late { Vec::new() } else { mail.problems.iter().map(line).collect() };
    let problems = List { heading: texts.answer_problems, lines };
    plain(texts, told(texts.forward_subject), &paragraphs, &[problems])
}

/// Mails of one sender beyond so many an hour.
#[derive(Clone, Copy, Debug)]
pub struct Flood<'a> {
    /// The author, as the first of them says.
    pub from: &'a str,
    /// Whether that is proved.
    pub is_proved: bool,
    /// Until when they are there.
    pub until: Timestamp,
    /// The mails, the oldest first.
    pub mails: &'a [FloodedMail<'a>],
}

/// One of them.
#[derive(Clone, Copy, Debug)]
pub struct FloodedMail<'a> {
    /// When it came.
    pub received_at: Timestamp,
    /// Its size in bytes.
    pub bytes: u32,
    /// Its subject.
    pub subject: &'a str,
    /// Where it is.
    pub address: &'a str,
}

/// To staff: the mails of a flood, in one list.
pub fn flood(texts: &Texts, posting: &Posting, flood: &Flood) -> MailText {
    let zone = &posting.deadline.zone;
    let count = i64::try_from(flood.mails.len()).unwrap_or(i64::MAX);
    let (n, until) = (number(texts, count), date(texts, zone.local(flood.until).date));
    let values = [("n", n.as_str()), ("from", flood.from), ("date", &until)];
    let mut paragraphs = vec![fill(texts.flood_what, &values)];
    if !flood.is_proved {
        paragraphs.push(texts.forward_not_proved.to_owned());
    }
    paragraphs.push(fill(texts.flood_kept, &values));
    let line = |mail: &FloodedMail| {
        let at = moment(texts, zone.local(mail.received_at), &zone.name);
        let size = bytes(texts, u64::from(mail.bytes));
        let values = [("moment", at.as_str()), ("size", &size), ("subject", mail.subject)];
        Line { text: fill(texts.flood_line, &values), link: Some(mail.address.to_owned()) }
    };
    let lines = flood.mails.iter().map(line).collect();
    let list = List { heading: texts.flood_list, lines };
    plain(texts, fill(texts.flood_subject, &values), &paragraphs, &[list])
}

/// To the operator: mails of ours that came back. Their subjects may name
/// candidates, so that they are not in it.
pub fn returned(
    texts: &Texts,
    zone: &Zone,
    until: Timestamp,
    returned: &[FloodedMail],
) -> MailText {
    let until = date(texts, zone.local(until).date);
    let kept = fill(texts.returned_kept, &[("date", &until)]);
    let paragraphs = [texts.returned_what.to_owned(), texts.returned_how.to_owned(), kept];
    let line = |mail: &FloodedMail| {
        let at = moment(texts, zone.local(mail.received_at), &zone.name);
        let size = bytes(texts, u64::from(mail.bytes));
        let text = fill(texts.returned_line, &[("moment", &at), ("size", &size)]);
        Line { text, link: Some(mail.address.to_owned()) }
    };
    let lines = returned.iter().map(line).collect();
    let list = List { heading: texts.flood_list, lines };
    plain(texts, texts.returned_subject.to_owned(), &paragraphs, &[list])
}

/// The label of a reason for the subject, the sentence, and the reference in
/// it.
fn reason<'a>(texts: &Texts, why: Why<'a>) -> (&'static str, &'static str, &'a str) {
    match why {
        Why::Incomplete => (texts.forward_label_incomplete, texts.forward_incomplete, ""),
        Why::ByStaff => (texts.forward_label_by_staff, texts.forward_by_staff, ""),
        Why::Answer(reference) => (texts.forward_label_answer, texts.forward_answer, reference),
        Why::More(reference) => (texts.forward_label_more, texts.forward_more, reference),
        Why::Unverified => (texts.forward_label_unverified, texts.forward_unverified, ""),
        Why::List => (texts.forward_label_list, texts.forward_list, ""),
        Why::Automatic => (texts.forward_label_automatic, texts.forward_automatic, ""),
        Why::Bounce => (texts.forward_label_bounce, texts.forward_bounce, ""),
        Why::Other => (texts.forward_label_other, texts.forward_other, ""),
    }
}

/// Whether the envelope names somebody else than the header.
fn differs(from: &str, envelope: &str) -> bool {
    let from = from.to_ascii_lowercase();
    !envelope.is_empty() && !from.contains(&envelope.to_ascii_lowercase())
}

fn bullets(lines: &[String]) -> String {
    lines.iter().map(|line| format!("– {line}")).collect::<Vec<_>>().join("\n")
}
