//! The form of a posting, in the state in which it is shown.

mod fields;

use std::collections::BTreeMap;

use domain::{HeldDocument, Posting};
use locales::{Labels, Texts, bytes, fill, issue_message, plural};
use rules::application::{Document, limit};
use rules::{Date, Form, Issue, Mails, Requirements, Timestamp};
use serde::Serialize;

use crate::by_mail::ByMail;
use crate::data::embed;
use crate::frame::in_language;
use crate::words::Around;

use self::fields::{DocumentField, QuestionField, document_field, question_field, staying, up_to};

/// What the form holds when it is shown.
#[derive(Clone, Copy)]
pub struct FormState<'a> {
    /// What was typed.
    pub values: &'a Form,
    /// What is wrong with it; nothing when it is shown for the first time.
    pub issues: &'a [Issue],
    /// The signed token, by which the same form sent twice is recognised.
    pub token: &'a str,
    /// The signed arrival that proves when it first arrived; or an empty text.
    pub arrival: &'a str,
    /// Why it was not taken, where nothing is wrong with it.
    pub not_taken: Option<&'a str>,
    /// The reference of the application that it would have corrected.
    pub kept: Option<&'a str>,
    /// The documents that need not be chosen again.
    pub held: &'a [HeldDocument],
    /// What it corrects, where it was opened from a receipt.
    pub correction: Option<CorrectionOf<'a>>,
    /// The address that takes applications by mail, where there is one.
    pub intake: Option<&'a str>,
}

impl<'a> FormState<'a> {
    /// A form with which nothing is wrong.
    pub fn new(values: &'a Form, token: &'a str) -> Self {
        Self {
            values,
            issues: &[],
            token,
            arrival: "",
            not_taken: None,
            kept: None,
            held: &[],
            correction: None,
            intake: None,
        }
    }
}

/// What a form completes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completes {
    /// An application, which it corrects.
    Application,
    /// A mail, which becomes an application.
    Mail,
}

/// What a form corrects or completes, and the right to do so.
#[derive(Clone, Copy)]
pub struct CorrectionOf<'a> {
    /// Whether it is an application or a mail.
    pub completes: Completes,
    /// The application's reference, or the mail's id.
    pub reference: &'a str,
    /// The key of its receipt.
    pub key: &'a str,
    /// Whether that is posted, and no address may hold it: others use the
    /// computer.
    pub is_shared: bool,
    /// The revision that is corrected.
    pub revision: u32,
    /// The documents that stay where no file is chosen.
    pub documents: &'a [Document],
    /// When it is erased, where that is settled.
    pub erased_on: Option<Date>,
}

/// The form, in words.
pub(crate) struct FormView<'a> {
    pub(crate) title: &'static str,
    pub(crate) send: &'static str,
    pub(crate) files_note: &'static str,
    pub(crate) correction: Option<CorrectionOf<'a>>,
    pub(crate) action: String,
    pub(crate) values: &'a Form,
    pub(crate) token: &'a str,
    pub(crate) arrival: &'a str,
    pub(crate) summary_title: String,
    pub(crate) summary: Vec<SummaryItem>,
    /// That an earlier application stays as it is.
    pub(crate) kept: Option<String>,
    errors: BTreeMap<&'a str, String>,
    pub(crate) documents: Vec<DocumentField<'a>>,
    /// Which documents stay though they are no longer asked for: a sentence
    /// each.
    pub(crate) staying: Vec<String>,
    pub(crate) questions: Vec<QuestionField<'a>>,
    /// The choices of mails: the name of each, and what it says.
    pub(crate) mails: [(&'static str, &'static str); 3],
    pub(crate) chosen_mails: &'a str,
    pub(crate) total: String,
    pub(crate) subject_added: Around,
    /// Where to write for who cannot use the form.
    pub(crate) other_way: Around,
    /// How to apply by mail.
    pub(crate) by_mail: Option<ByMail<'a>>,
    pub(crate) message_hint: String,
    /// Who can read what is sent.
    pub(crate) who: Around,
    /// Where it lies, and until when: a sentence or two each.
    pub(crate) lies: Vec<String>,
    pub(crate) ask: Around,
    /// Whether documents are held that need not be chosen again.
    pub(crate) holds: bool,
    has_trap: bool,
    /// What the script needs, as JSON.
    pub(crate) data: String,
}

/// A line of the error summary.
pub(crate) struct SummaryItem {
    /// The id of the element in which it is corrected. Without one the line is
    /// plain text.
    pub(crate) target: Option<String>,
    pub(crate) message: String,
}

impl<'a> FormView<'a> {
    pub(crate) fn of(
        texts: &'static Texts,
        posting: &'a Posting,
        now: Timestamp,
        state: &FormState<'a>,
    ) -> Self {
        let FormState { values, issues, token, arrival, not_taken, kept, held, correction, intake } =
            *state;
        let asked = &posting.requirements;
        let labels = Labels {
            requirements: asked,
            zone: &posting.deadline.zone,
            language: &posting.language,
        };
        let mut summary = Vec::new();
        let mut errors = BTreeMap::new();
        for issue in issues {
            let message = issue_message(texts, issue, labels);
            errors.entry(issue.field.as_str()).or_insert_with(|| message.clone());
            summary.push(SummaryItem { target: Some(target(asked, &issue.field)), message });
        }
        let mistakes = i64::try_from(summary.len()).unwrap_or(i64::MAX);
        let summary_title = if let Some(why) = not_taken {
            let item = |target, message: &str| SummaryItem { target, message: message.to_owned() };
            summary.push(item(None, why));
            summary.push(item(Some("submit".to_owned()), texts.script_to_send));
            texts.form_not_sent.to_owned()
        } else {
            plural(texts, "form_summary", mistakes)
        };
        let path = match correction {
            None => format!("/postings/{}/applications", posting.slug),
            // Where there is no room to read the form, the key in its address
            // gives it back.
            Some(of) => match of.completes {
                Completes::Application if of.is_shared => {
                    format!("/applications/{}/corrections", of.reference)
                }
                Completes::Application => {
                    format!("/applications/{}/corrections?key={}", of.reference, of.key)
                }
                Completes::Mail => format!("/incoming/{}?key={}", of.reference, of.key),
            },
        };
        let documents = asked.documents.iter();
        let questions = asked.questions.iter();
        let settled = state.correction.and_then(|of| of.erased_on);
        let erased_on = locales::date(texts, settled.unwrap_or_else(|| posting.erased_on()));
        let data = Data {
            requirements: &for_script(texts, posting, held),
            zone: &posting.deadline.zone,
            now,
            words: texts.for_script(),
        };
        Self {
            title: correction.map_or(texts.form_title, |of| match of.completes {
                Completes::Application => texts.correct_form,
                Completes::Mail => texts.draft_form,
            }),
            send: correction.map_or(texts.form_send, |of| match of.completes {
                Completes::Application => texts.correct_send,
                Completes::Mail => texts.draft_send,
            }),
            files_note: match correction {
                _ if !held.is_empty() => texts.form_files_held,
                Some(_) => texts.form_files_kept,
                None => texts.form_files_again,
            },
            action: in_language(texts, &path),
            correction,
            values,
            token,
            arrival,
            summary_title,
            summary,
            kept: kept.map(|reference| fill(texts.form_kept, &[("reference", reference)])),
            errors,
            documents: documents
                .map(|asked| document_field(texts, posting, asked, state))
                .collect(),
            staying: staying(texts, posting, state),
            questions: questions
                .map(|asked| question_field(texts, posting, asked, values))
                .collect(),
            mails: [Mails::Full, Mails::Neutral, Mails::Nothing]
                .map(|mails| (mails.as_str(), mails_words(texts, mails))),
            chosen_mails: chosen_mails(asked, values),
            total: fill(texts.form_needs_total, &[("max", &bytes(texts, limit::DOCUMENTS))]),
            subject_added: Around::of(texts.form_needs_account, "subject"),
            other_way: Around::of(texts.form_needs_otherwise, "contact"),
            by_mail: intake.and_then(|intake| ByMail::of(texts, posting, intake)),
            message_hint: up_to(texts, texts.form_message_hint, limit::MESSAGE),
            who: Around::of(who_reads(texts, posting), "organisation"),
            lies: where_it_lies(texts, posting, &erased_on),
            ask: Around::of(texts.form_data_ask, "contact"),
            holds: !held.is_empty(),
            has_trap: correction.is_none() && not_taken.is_none(),
            data: embed(&data),
        }
    }

    /// Whether an application is to be made, and not corrected: with a list
    /// of what it takes, and a script.
    pub(crate) fn is_new(&self) -> bool {
        self.correction.is_none()
    }

    /// Whether the content of what it corrects was deleted, so that the
    /// documents have to be chosen again.
    pub(crate) fn asks_again(&self) -> bool {
        let is_application = |of: &CorrectionOf<'_>| matches!(of.completes, Completes::Application);
        self.correction.filter(is_application).is_some_and(|of| of.documents.is_empty())
    }

    /// Whether the form has the trap for robots. A form that comes back unread
    /// has none: a browser that filled in the trap by itself would do so again.
    /// A correction needs none, since it has a key.
    pub(crate) fn has_trap(&self) -> bool {
        self.has_trap
    }

    /// What is wrong with a field, or nothing.
    pub(crate) fn error(&self, field: &str) -> Option<&str> {
        self.errors.get(field).map(String::as_str)
    }

    /// That a file was chosen before and is to be chosen again; not where
    /// something is wrong with it.
    pub(crate) fn again(&self, document: &'a DocumentField<'_>) -> Option<&'a str> {
        document.again.as_deref().filter(|_| self.error(document.id).is_none())
    }
}

fn who_reads(texts: &'static Texts, posting: &Posting) -> &'static str {
    if posting.privacy.is_sealed() { texts.form_data_who_sealed } else { texts.form_data_who }
}

/// Returns what the posting promises about storage and deletion, a sentence
/// each.
fn where_it_lies(texts: &'static Texts, posting: &Posting, erased_on: &str) -> Vec<String> {
    let sealed = posting.privacy.is_sealed().then(|| texts.form_data_sealed.to_owned());
    let forget = posting.privacy.forget.then(|| texts.form_data_forget.to_owned());
    let erased = fill(texts.form_data_erased, &[("date", erased_on)]);
    sealed.into_iter().chain(forget).chain([erased]).collect()
}

fn mails_words(texts: &'static Texts, mails: Mails) -> &'static str {
    match mails {
        Mails::Full => texts.form_mails_full,
        Mails::Neutral => texts.form_mails_neutral,
        Mails::Nothing => texts.form_mails_none,
    }
}

/// The choice that the form shows: what was chosen, else what the posting
/// chooses first.
fn chosen_mails<'a>(asked: &Requirements, values: &'a Form) -> &'a str {
    let known = Mails::from_name(values.mails.trim());
    known.unwrap_or(asked.first_mails()).as_str()
}

/// The data that the page hands to its script.
#[derive(Serialize)]
struct Data<'a> {
    requirements: &'a Requirements,
    zone: &'a rules::deadline::Zone,
    /// The server's clock: the device's may be wrong.
    now: Timestamp,
    words: BTreeMap<&'static str, &'static str>,
}

/// Returns the id of the element in which an issue with `field` is corrected.
fn target(asked: &Requirements, field: &str) -> String {
    let is_field = matches!(field, "name" | "email" | "phone" | "mails" | "message" | "consent")
        || asked.document(field).is_some()
        || asked.question(field).is_some();
    if is_field {
        return field.to_owned();
    }
    let first = asked.documents.first().filter(|_| field == Issue::DOCUMENTS);
    first.map_or("application", |document| &document.id).to_owned()
}

/// Returns the requirements for the script: held documents need not be chosen,
/// and the posting's texts are those in the language of the page only.
fn for_script(texts: &Texts, posting: &Posting, held: &[HeldDocument]) -> Requirements {
    let mut asked = posting.requirements.clone();
    for document in &mut asked.documents {
        document.name = document.name.only(texts.language_tag, &posting.language);
        document.required &= !held.iter().any(|one| one.document.id == document.id);
    }
    for question in &mut asked.questions {
        question.text = question.text.only(texts.language_tag, &posting.language);
    }
    asked
}
