//! What staff read at the top of an application's mail beside its content.

use domain::{Application, Posting};
use locales::{Texts, date, fill, list, moment};
use rules::application::normalized;
use rules::{Content, Mails, Timestamp};

/// What is known of an application beside what it says.
#[derive(Clone, Debug, Default)]
pub struct Notes<'a> {
    /// What it said when staff were last sent it, where it was corrected.
    pub before: Option<&'a Content>,
    /// Other applications of the same person: reference and arrival.
    pub also_applied: Vec<(&'a str, Timestamp)>,
    /// Applications that came from the same page, from other addresses.
    pub same_page: Vec<(&'a str, Timestamp)>,
    /// The address at which staff confirm that they have it, where what it says
    /// is deleted then.
    pub confirm: Option<&'a str>,
}

impl Notes<'_> {
    /// The notes in words, a paragraph each.
    pub(super) fn told(
        &self,
        texts: &Texts,
        posting: &Posting,
        received: &Application,
    ) -> Vec<String> {
        let zone = &posting.deadline.zone;
        let mut told = Vec::new();
        // Whoever answers from a mail program is bound by it too.
        told.extend(match received.content.mails {
            Mails::Full => None,
            Mails::Neutral => Some(texts.mail_staff_wants_neutral.to_owned()),
            Mails::Nothing => Some(texts.mail_staff_wants_none.to_owned()),
        });
        if received.mail.is_some() {
            let unanswered =
                received.awaits_answers().then_some(texts.mail_staff_by_mail_unanswered);
            told.push(texts.mail_staff_by_mail.to_owned());
            told.extend(unanswered.map(str::to_owned));
        }
        if let Some(before) = self.before {
            let at = moment(texts, zone.local(received.revised_at), &zone.name);
            told.push(fill(texts.mail_staff_corrected, &[("moment", &at)]));
            let changes = changes(texts, posting, before, &received.content);
            if let Some(changes) = changes {
                told.push(fill(texts.mail_staff_changed, &[("changes", &changes)]));
            }
        }
        for (sentence, others) in [
            (texts.mail_staff_also_applied, &self.also_applied),
            (texts.mail_staff_same_page, &self.same_page),
        ] {
            if others.is_empty() {
                continue;
            }
            let other = |(reference, at): &(&str, Timestamp)| {
                let day = date(texts, zone.local(*at).date);
                let values = [("reference", *reference), ("date", day.as_str())];
                fill(texts.mail_staff_application, &values)
            };
            let others: Vec<String> = others.iter().map(other).collect();
            let others = list(texts, "list_and", &others);
            told.push(fill(sentence, &[("applications", &others)]));
        }
        told
    }
}

/// Names what differs between two revisions, in the order of the form; nothing
/// where only consent was given. The Unicode normal form of a text makes no
/// difference.
pub(crate) fn changes(
    texts: &Texts,
    posting: &Posting,
    before: &Content,
    now: &Content,
) -> Option<String> {
    let differ =
        |one: Option<&str>, other: Option<&str>| one.map(normalized) != other.map(normalized);
    let typed = [
        (differ(Some(&before.name), Some(&now.name)), texts.mail_change_name),
        (before.email != now.email, texts.mail_change_email),
        (differ(before.phone.as_deref(), now.phone.as_deref()), texts.mail_change_phone),
    ];
    let mut changes: Vec<String> = said(&typed);
    for asked in &posting.requirements.documents {
        let of = |content: &Content| {
            let found = content.documents.iter().find(|document| document.id == asked.id);
            found.map(|document| (normalized(&document.file_name), document.sha256.clone()))
        };
        if of(before) != of(now) {
            let name = asked.name.get(texts.language_tag);
            changes.push(fill(texts.mail_change_document, &[("document", name)]));
        }
    }
    for question in &posting.requirements.questions {
        let of = |content: &Content| {
            let found = content.answers.iter().find(|answer| answer.question == question.id);
            found.map(|answer| normalized(&answer.value))
        };
        if of(before) != of(now) {
            let text = question.text.get(texts.language_tag);
            changes.push(fill(texts.mail_change_answer, &[("question", text)]));
        }
    }
    let is_other = differ(before.message.as_deref(), now.message.as_deref());
    changes.extend(said(&[
        (is_other, texts.mail_change_message),
        (before.mails != now.mails, texts.mail_change_mails),
    ]));
    (!changes.is_empty()).then(|| list(texts, "list_and", &changes))
}

fn said(typed: &[(bool, &str)]) -> Vec<String> {
    typed.iter().filter(|(differs, _)| *differs).map(|(_, words)| (*words).to_owned()).collect()
}
