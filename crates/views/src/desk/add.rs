//! The form for an application that came by post, or by mail to a person.

use askama::Template;
use domain::Posting;
use locales::{Labels, Texts, issue_message};
use rules::requirements::QuestionKind;
use rules::{Form, Issue};

use super::{Frame, Person};

/// What staff have written so far.
#[derive(Clone, Copy, Debug)]
pub struct AddShown<'a> {
    /// For what.
    pub posting: &'a Posting,
    /// What makes the same form twice one application.
    pub token: &'a str,
    /// What was typed.
    pub values: &'a Form,
    /// The day on which it arrived, as typed.
    pub day: &'a str,
    /// What is wrong with it.
    pub issues: &'a [Issue],
}

/// The form.
pub fn add(texts: &'static Texts, shown: &AddShown<'_>, person: &Person<'_>) -> String {
    let requirements = &shown.posting.requirements;
    let labels = Labels {
        requirements,
        zone: &shown.posting.deadline.zone,
        language: &shown.posting.language,
    };
    let language = texts.language_tag;
    let asked = requirements.questions.iter().map(|question| Asked {
        id: &question.id,
        text: question.text.get(language),
        is_yes_no: question.kind == QuestionKind::YesNo,
        answer: shown.values.answers.get(&question.id).unwrap_or_default(),
    });
    let documents = requirements.documents.iter();
    let page = Add {
        t: texts,
        frame: Frame::of(texts, texts.desk_add, person),
        shown,
        issues: shown.issues.iter().map(|issue| issue_message(texts, issue, labels)).collect(),
        documents: documents
            .map(|document| (document.id.as_str(), document.name.get(language)))
            .collect(),
        questions: asked.collect(),
    };
    page.to_string()
}

struct Asked<'a> {
    id: &'a str,
    text: &'a str,
    is_yes_no: bool,
    answer: &'a str,
}

#[derive(Template)]
#[template(path = "desk/add.html")]
struct Add<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    shown: &'a AddShown<'a>,
    issues: Vec<String>,
    documents: Vec<(&'a str, &'a str)>,
    questions: Vec<Asked<'a>>,
}
