//! Writes the texts of mails: subject, plain text and HTML. Text and HTML say
//! the same.

mod alerts;
mod attachment;
mod changes;
mod incoming;
mod message;
mod neutral;
mod notices;
mod parts;
mod person;
mod report;
#[cfg(test)]
mod samples;
mod sender;
#[cfg(test)]
mod tests;

use askama::Template;
use domain::{Application, Posting};
use locales::{Texts, date, fill, number};

pub use alerts::{Alert, alert, key_expires};
pub use attachment::{attachment_name, folder_name};
pub use changes::Notes;
pub(crate) use changes::changes;
pub use incoming::{
    Answer, Flood, FloodedMail, Forwarded, Why, answer, flood, forwarded, returned,
};
pub use message::message;
pub use neutral::{Neutral, neutral};
pub use notices::{
    DigestEntry, Told, Withdrawn, address_changed, digest, unfinished, withdrawal,
    withdrawal_confirmation,
};
pub(crate) use parts::in_mailto;
use parts::{Facts, Opening, Person, Said};
pub(crate) use report::lacking;
pub use report::{Report, report};
pub use sender::sender_name;

/// The text of a mail, without addresses and attachments.
#[derive(Clone, PartialEq, Eq)]
pub struct MailText {
    /// One line.
    pub subject: String,
    /// The plain text, lines ended by `\n`.
    pub text: String,
    /// The same as an HTML document. It loads nothing from anywhere.
    pub html: String,
}

/// Writes the mail to the posting's recipient, in the posting's language.
/// `links` are the addresses of the documents, in their order, where they are
/// too large to attach; none where they are attached.
///
/// It shows what the candidate wrote. Staff know that this comes from outside.
pub fn to_staff(
    texts: &Texts,
    posting: &Posting,
    received: &Application,
    links: &[String],
    notes: &Notes,
) -> MailText {
    let facts = &Facts::of(texts, posting, received);
    let person = &Person::of(texts, posting, received, links);
    let subject = parts::staff_subject(texts, posting, received, facts, person);
    let confirm = notes.confirm;
    let notes = &notes.told(texts, posting, received);
    let opening = &Opening::of(texts, facts);
    let erased = parts::erased(texts.mail_staff_erased, facts);
    let erased = erased.as_str();
    let text = StaffText { texts, facts, person, notes, opening, erased, confirm };
    let text = ended(text.to_string());
    let html =
        StaffHtml { texts, facts, person, notes, opening, erased, confirm, subject: &subject };
    MailText { html: html.to_string(), text, subject }
}

/// Writes the mail to the candidate, in the language they used on the page.
///
/// An application by mail answers no questions: `answer_url` is where they are
/// asked, until they are answered.
///
/// The address may belong to a stranger, since it is not verified. The mail
/// must not let the form's sender write to that stranger, so it contains
/// nothing that was typed: no message, answer, file name or person's name.
pub fn acknowledgement(
    texts: &Texts,
    posting: &Posting,
    received: &Application,
    status_url: &str,
    answer_url: Option<&str>,
) -> MailText {
    let facts = &mut Facts::of(texts, posting, received);
    if posting.privacy.is_sealed() {
        // No provider is to learn which documents these are.
        facts.documents.clear();
    }
    let facts = &*facts;
    let subject = parts::candidate_subject(texts, posting, received, facts);
    let opening = match received.revision {
        1 => texts.mail_candidate_opening,
        _ => texts.mail_candidate_opening_corrected,
    };
    let status_how = match received.shared {
        Some(_) => texts.shared_mail,
        None => texts.mail_candidate_status_private,
    };
    let mailto = parts::mailto(&posting.contact);
    let erased = parts::erased(texts.mail_candidate_erased, facts);
    let (mailto, erased) = (mailto.as_str(), erased.as_str());
    let html = CandidateHtml {
        texts,
        posting,
        facts,
        opening,
        status_url,
        status_how,
        answer_url,
        erased,
        mailto,
        subject: &subject,
    };
    let text = CandidateText {
        texts,
        posting,
        facts,
        opening,
        status_url,
        status_how,
        answer_url,
        erased,
    };
    MailText { text: ended(text.to_string()), html: html.to_string(), subject }
}

/// Returns a sentence in the form for a header. Isolating marks are taken out
/// of headers, since a candidate could hide text with them; left-to-right marks
/// keep a reference together that begins with a digit.
pub fn header_line(sentence: &str) -> String {
    sentence.replace(['\u{2068}', '\u{2069}'], "\u{200E}")
}

/// Returns the outer subject of an encrypted mail. It says nothing of the
/// person.
pub fn sealed_subject(texts: &Texts, count: u32, reference: &str) -> String {
    let count = number(texts, count.into());
    fill(texts.sealed_staff_subject, &[("number", &count), ("reference", reference)])
}

/// Writes to staff where they find an encrypted mail that was too large.
pub fn sealed_link(
    texts: &Texts,
    posting: &Posting,
    received: &Application,
    link: &str,
    confirm: Option<&str>,
) -> MailText {
    let until = date(texts, received.erased_on(posting));
    let lines =
        vec![notices::Line { text: received.reference.to_string(), link: Some(link.to_owned()) }];
    let linked = notices::List { heading: texts.mail_documents_linked, lines };
    let entry = |confirm: &str| notices::Line {
        text: texts.mail_staff_confirm_link.to_owned(),
        link: Some(confirm.to_owned()),
    };
    let to_confirm = notices::List {
        heading: texts.mail_staff_confirm,
        lines: confirm.map(entry).into_iter().collect(),
    };
    let subject = sealed_subject(texts, received.number, received.reference.as_str());
    let said = fill(texts.sealed_staff_linked, &[("date", &until)]);
    notices::plain(texts, subject, &[said], &[linked, to_confirm])
}

/// Adds the line end that a template leaves out after its last line.
fn ended(text: String) -> String {
    text + "\n"
}

#[derive(Template)]
#[template(path = "mail/staff.txt")]
struct StaffText<'a> {
    texts: &'a Texts,
    facts: &'a Facts<'a>,
    person: &'a Person<'a>,
    notes: &'a [String],
    opening: &'a Opening,
    erased: &'a str,
    confirm: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "mail/staff.html")]
struct StaffHtml<'a> {
    texts: &'a Texts,
    facts: &'a Facts<'a>,
    person: &'a Person<'a>,
    notes: &'a [String],
    opening: &'a Opening,
    erased: &'a str,
    confirm: Option<&'a str>,
    subject: &'a str,
}

#[derive(Template)]
#[template(path = "mail/candidate.txt")]
struct CandidateText<'a> {
    texts: &'a Texts,
    posting: &'a Posting,
    facts: &'a Facts<'a>,
    opening: &'a str,
    status_url: &'a str,
    status_how: &'a str,
    answer_url: Option<&'a str>,
    erased: &'a str,
}

#[derive(Template)]
#[template(path = "mail/candidate.html")]
struct CandidateHtml<'a> {
    texts: &'a Texts,
    posting: &'a Posting,
    facts: &'a Facts<'a>,
    opening: &'a str,
    status_url: &'a str,
    status_how: &'a str,
    answer_url: Option<&'a str>,
    erased: &'a str,
    mailto: &'a str,
    subject: &'a str,
}
