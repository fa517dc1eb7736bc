//! The fields in which the form takes documents and answers.

use domain::Posting;
use locales::{Texts, bytes, fill, isolated, list, number};
use rules::Form;
use rules::application::{Document, limit};
use rules::requirements::{DocumentRequirement, Question, QuestionKind};

use super::{Completes, CorrectionOf, FormState};

/// A document asked for.
pub(crate) struct DocumentField<'a> {
    pub(crate) id: &'a str,
    /// What the posting calls it, and the language of that.
    pub(crate) name: &'a str,
    pub(crate) language: &'a str,
    pub(crate) required: bool,
    pub(crate) accept: String,
    pub(crate) hint: String,
    /// A sentence on the earlier file: that it has to be chosen again, or that
    /// it stays.
    pub(crate) again: Option<String>,
}

/// A question asked.
pub(crate) struct QuestionField<'a> {
    pub(crate) id: &'a str,
    /// What the posting asks, and the language of that.
    pub(crate) name: &'a str,
    pub(crate) language: &'a str,
    pub(crate) required: bool,
    pub(crate) yes_no: bool,
    pub(crate) answer: &'a str,
    pub(crate) hint: String,
}

pub(super) fn document_field<'a>(
    texts: &'static Texts,
    posting: &'a Posting,
    required: &'a DocumentRequirement,
    state: &FormState,
) -> DocumentField<'a> {
    let extensions = required.kinds.iter().filter_map(|kind| kind.extension());
    let names: Vec<String> = extensions.clone().map(str::to_uppercase).collect();
    let media = required.kinds.iter().map(|kind| kind.media_type().to_owned());
    let accept: Vec<String> = extensions.map(|name| format!(".{name}")).chain(media).collect();
    let held = state.held.iter().find(|held| held.document.id == required.id);
    let before = state.values.documents.iter().find(|offered| offered.id == required.id);
    let kept =
        state.correction.and_then(|of| of.documents.iter().find(|kept| kept.id == required.id));
    let (language, name) = required.name.find(texts.language_tag, &posting.language);
    let said = |text: &str, file: &str| fill(text, &[("file", &isolated(file))]);
    DocumentField {
        id: &required.id,
        name,
        language,
        required: required.required,
        accept: accept.join(","),
        hint: fill(
            texts.form_document_hint,
            &[
                ("kinds", &list(texts, "list_or", &names)),
                ("max", &bytes(texts, required.max_bytes)),
            ],
        ),
        again: match (held, kept) {
            (Some(held), _) => Some(said(texts.form_document_held, &held.document.file_name)),
            (None, Some(kept))
                if state.correction.is_some_and(|of| of.completes == Completes::Mail) =>
            {
                Some(said(texts.draft_document_kept, &kept.file_name))
            }
            (None, Some(kept)) => Some(said(texts.form_document_kept, &kept.file_name)),
            (None, None) => before.map(|file| said(texts.form_document_again, &file.file_name)),
        },
    }
}

/// Returns a sentence on each document of the corrected application that the
/// posting no longer asks for: it stays, and there is no field to replace it.
pub(super) fn staying(texts: &Texts, posting: &Posting, state: &FormState) -> Vec<String> {
    let is_application = |of: &CorrectionOf<'_>| of.completes == Completes::Application;
    let kept = state.correction.filter(is_application).map_or(&[][..], |of| of.documents);
    let is_unasked = |one: &&Document| posting.requirements.document(&one.id).is_none();
    let said =
        |one: &Document| fill(texts.form_document_stays, &[("file", &isolated(&one.file_name))]);
    kept.iter().filter(is_unasked).map(said).collect()
}

pub(super) fn question_field<'a>(
    texts: &'static Texts,
    posting: &'a Posting,
    question: &'a Question,
    values: &'a Form,
) -> QuestionField<'a> {
    let (language, name) = question.text.find(texts.language_tag, &posting.language);
    QuestionField {
        id: &question.id,
        name,
        language,
        required: question.required,
        yes_no: match question.kind {
            QuestionKind::YesNo => true,
            QuestionKind::Text => false,
        },
        answer: values.answers.get(&question.id).unwrap_or_default(),
        hint: up_to(texts, texts.form_answer_hint, limit::ANSWER),
    }
}

/// Returns a hint that tells how many characters a field takes.
pub(super) fn up_to(texts: &'static Texts, hint: &str, max: u64) -> String {
    let max = number(texts, i64::try_from(max).unwrap_or(i64::MAX));
    fill(hint, &[("max", &max)])
}
