//! Shows a form once more, as it will be sent.

use locales::Words as _;
use rules::requirements::QuestionKind;
use rules::{Form, TextMap};

use crate::page::Page;

/// Returns what was typed and what was found of each document, by field.
/// What was left empty has an empty text.
pub(crate) fn texts(page: &Page, form: &Form, documents: &TextMap) -> TextMap {
    let typed = [
        ("name", form.name.trim()),
        ("email", form.email.trim()),
        ("phone", form.phone.trim()),
        ("message", form.message.trim()),
    ];
    let answers = page.requirements.questions.iter().map(|question| {
        let given = form.answers.get(&question.id).unwrap_or_default();
        let shown = match (question.kind, given) {
            (QuestionKind::YesNo, "yes") => page.words.word("form_yes"),
            (QuestionKind::YesNo, "no") => page.words.word("form_no"),
            _ => given.trim(),
        };
        (question.id.as_str(), shown)
    });
    let files = page.requirements.documents.iter();
    let files =
        files.map(|asked| (asked.id.as_str(), documents.get(&asked.id).unwrap_or_default()));
    typed.into_iter().chain(files).chain(answers).collect()
}
