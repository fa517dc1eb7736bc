//! Writes the notices: withdrawals to staff, and what candidates are told beside
//! the acknowledgement.

use std::borrow::Cow;

use askama::Template;
use domain::Posting;
use locales::{Texts, fill, moment, number};
use rules::{Mails, Timestamp};

use super::{MailText, ended, neutral};
use crate::words::last_instant;

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

/// A heading with a line for each application.
pub(super) struct List {
    pub(super) heading: &'static str,
    pub(super) lines: Vec<Line>,
}

pub(super) struct Line {
    pub(super) text: String,
    pub(super) link: Option<String>,
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
