//! Prepares the values that the templates of mails show.

use domain::{Application, Posting};
use locales::{Texts, bytes, date, fill, list, moment, number};
use rules::application::{Answer, Document, lines, one_line};
use rules::requirements::{DocumentRequirement, QuestionKind};
use rules::{Mails, Remark};

use super::attachment_name;

/// The facts that the mails to staff and to the candidate share. Nothing in it
/// was typed by the candidate.
pub(super) struct Facts<'a> {
    pub(super) reference: &'a str,
    /// `12`: its number in the posting, in digits.
    pub(super) number: String,
    /// In words, in the posting's zone.
    pub(super) received: String,
    pub(super) documents: Vec<DocumentFacts<'a>>,
    /// The day of deletion, in words.
    pub(super) erased_on: String,
}

/// A document, without its name on the candidate's device.
pub(super) struct DocumentFacts<'a> {
    /// What it was asked for as: `CV`.
    pub(super) label: &'a str,
    /// `PDF`
    pub(super) kind: String,
    /// `240 ko`
    pub(super) size: String,
    /// `PDF, 240 ko`, as the language joins them.
    pub(super) about: String,
    pub(super) sha256: &'a str,
}

impl<'a> Facts<'a> {
    pub(super) fn of(texts: &Texts, posting: &'a Posting, received: &'a Application) -> Self {
        let zone = &posting.deadline.zone;
        let documents = received.content.documents.iter();
        Self {
            reference: received.reference.as_str(),
            number: number(texts, received.number.into()),
            received: moment(texts, zone.local(received.received_at), &zone.name),
            documents: documents.map(|document| document_facts(texts, posting, document)).collect(),
            erased_on: date(texts, received.erased_on(posting)),
        }
    }
}

fn document_facts<'a>(
    texts: &Texts,
    posting: &'a Posting,
    document: &'a Document,
) -> DocumentFacts<'a> {
    let asked_for = posting.requirements.document(&document.id);
    let kind = document.kind.as_str().to_uppercase();
    let size = bytes(texts, document.bytes);
    let label =
        |asked: &'a DocumentRequirement| asked.name.find(texts.language_tag, &posting.language).1;
    DocumentFacts {
        label: asked_for.map_or(&document.id, label),
        about: fill(texts.receipt_document_size, &[("kind", &kind), ("size", &size)]),
        kind,
        size,
        sha256: &document.sha256,
    }
}

fn remarks(texts: &Texts, document: &Document) -> Vec<String> {
    let sentence = |remark: &Remark| remark_sentence(texts, *remark, &document.files);
    document.remarks.iter().map(sentence).collect()
}

fn remark_sentence(texts: &Texts, remark: Remark, files: &[String]) -> String {
    let sentence = match remark {
        Remark::Location => texts.mail_remark_location,
        Remark::Author => texts.mail_remark_author,
        Remark::RemoteContent => texts.mail_remark_remote_content,
        Remark::TrackedChanges => texts.mail_remark_tracked_changes,
        Remark::Comments => texts.mail_remark_comments,
        Remark::Attachments if files.is_empty() => texts.mail_remark_attachments,
        Remark::Attachments => texts.mail_remark_attachments_named,
        Remark::OtherFiles => texts.mail_remark_other_files,
        Remark::NoText => texts.mail_remark_no_text,
    };
    fill(sentence, &[("files", &list(texts, "list_and", files))])
}

/// What the candidate typed, for staff alone.
pub(super) struct Person<'a> {
    pub(super) name: String,
    pub(super) email: &'a str,
    /// The address as `mailto:` wants it.
    pub(super) mailto: String,
    pub(super) phone: Option<String>,
    /// How to write to them, unless they want no mails in full.
    pub(super) reply: Option<&'a str>,
    /// The language of the page, by its own name.
    pub(super) language: &'a str,
    pub(super) answers: Vec<AnswerShown<'a>>,
    /// The lines of the message; none where there is no message.
    pub(super) message: Vec<String>,
    /// In the order of [`Facts::documents`].
    pub(super) files: Vec<File>,
    /// The sentence about links, if the files are not attached.
    pub(super) linked: Option<String>,
}

/// The names of a document's file.
pub(super) struct File {
    pub(super) attached: String,
    /// Where it is, if it is not attached.
    pub(super) link: Option<String>,
    pub(super) original: String,
    /// What staff should know before they open it: a sentence each, with the names of files inside.
    pub(super) remarks: Vec<String>,
}

/// A question with its answer.
pub(super) struct AnswerShown<'a> {
    pub(super) question: &'a str,
    pub(super) answer: Said<'a>,
}

/// An answer, in words.
pub(super) enum Said<'a> {
    /// One of the posting's choices, in our words.
    Chosen(&'a str),
    /// The candidate's words.
    Typed(Vec<String>),
}

impl<'a> Person<'a> {
    pub(super) fn of(
        texts: &'a Texts,
        posting: &'a Posting,
        received: &'a Application,
        links: &[String],
    ) -> Self {
        let content = &received.content;
        let language = locales::for_tag(&received.language);
        let files = content.documents.iter().enumerate().map(|(index, document)| File {
            attached: attachment_name(posting, received, document),
            link: links.get(index).cloned(),
            original: one_line(&document.file_name),
            remarks: remarks(texts, document),
        });
        let until = date(texts, received.erased_on(posting));
        Self {
            name: one_line(&content.name),
            email: &content.email,
            reply: (content.mails == Mails::Full).then_some(texts.mail_staff_reply),
            mailto: mailto(&content.email),
            phone: content.phone.as_deref().map(one_line),
            language: language.map_or(&received.language, |language| language.language_name),
            answers: content.answers.iter().map(|given| shown(texts, posting, given)).collect(),
            message: content.message.as_deref().map(split_lines).unwrap_or_default(),
            files: files.collect(),
            linked: (!links.is_empty()).then(|| fill(texts.mail_staff_linked, &[("date", &until)])),
        }
    }
}

fn shown<'a>(texts: &'a Texts, posting: &'a Posting, given: &'a Answer) -> AnswerShown<'a> {
    let question = posting.requirements.question(&given.question);
    let chosen = question.is_some_and(|question| match question.kind {
        QuestionKind::YesNo => true,
        QuestionKind::Text => false,
    });
    let answer = match given.value.as_str() {
        "yes" if chosen => Said::Chosen(texts.mail_answer_yes),
        "no" if chosen => Said::Chosen(texts.mail_answer_no),
        typed => Said::Typed(split_lines(typed)),
    };
    AnswerShown {
        question: question.map_or(&given.question, |known| known.text.get(texts.language_tag)),
        answer,
    }
}

fn split_lines(text: &str) -> Vec<String> {
    lines(text).lines().map(str::to_owned).collect()
}

/// Returns an address in a `mailto:` link (RFC 6068).
pub(super) fn mailto(address: &str) -> String {
    format!("mailto:{}", in_mailto(address))
}

/// Returns a text for a `mailto:` link: what is special in a link is
/// percent-encoded, also where the RFC leaves a choice.
pub(crate) fn in_mailto(text: &str) -> String {
    let mut link = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'@' | b'.' | b'-' | b'_' | b'~' => {
                link.push(char::from(byte));
            }
            _ => link.extend(percent_encoded(byte)),
        }
    }
    link
}

fn percent_encoded(byte: u8) -> [char; 3] {
    let digit = |value| char::from_digit(u32::from(value), 16).unwrap_or('0').to_ascii_uppercase();
    ['%', digit(byte >> 4), digit(byte & 0x0F)]
}

/// Returns the posting's required subject, unchanged, followed by the
/// candidate's name, the number and the reference, so that mail programs do not
/// group two applications.
pub(super) fn staff_subject(
    texts: &Texts,
    posting: &Posting,
    received: &Application,
    facts: &Facts,
    person: &Person,
) -> String {
    let name = closed(&person.name);
    let subject = match received.revision {
        1 => texts.mail_staff_subject,
        _ => texts.mail_staff_subject_corrected,
    };
    fill(
        subject,
        &[
            ("subject", &posting.requirements.subject),
            ("name", &name),
            ("number", &facts.number),
            ("reference", facts.reference),
        ],
    )
}

pub(super) fn candidate_subject(
    texts: &Texts,
    posting: &Posting,
    received: &Application,
    facts: &Facts,
) -> String {
    let subject = match received.revision {
        1 => texts.mail_candidate_subject,
        _ => texts.mail_candidate_subject_corrected,
    };
    fill(subject, &[("reference", facts.reference), ("title", &posting.title)])
}

/// Who applied and when, around the name: what a list of mails shows under the
/// subject.
pub(super) struct Opening {
    pub(super) before: String,
    pub(super) after: String,
}

impl Opening {
    pub(super) fn of(texts: &Texts, facts: &Facts) -> Self {
        let (before, after) =
            texts.mail_staff_opening.split_once("{name}").unwrap_or(("", texts.mail_staff_opening));
        let filled = |part| fill(part, &[("moment", &facts.received)]);
        Self { before: filled(before), after: filled(after) }
    }
}

/// `sentence` with the day of deletion.
pub(super) fn erased(sentence: &str, facts: &Facts) -> String {
    fill(sentence, &[("date", &facts.erased_on)])
}

/// `name`, closed by a left-to-right mark where it is written from right to
/// left. Without it a reference that begins with a digit is shown torn in
/// two around an Arabic name (Unicode bidirectional algorithm, W2).
pub(super) fn closed(name: &str) -> String {
    let mut name = name.to_owned();
    if name.chars().any(is_right_to_left) {
        name.push('\u{200E}');
    }
    name
}

/// Hebrew, Arabic, Syriac, Thaana, N’Ko and what stands in their blocks.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
}
