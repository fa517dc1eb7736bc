//! The editor of a posting, and the page into which an advertisement is
//! pasted.

use askama::Template;
use locales::{Texts, Words as _, fill};

use super::posting_form::{self, Form, FormShown};
use super::{Frame, Person};

/// A mistake in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MistakeShown {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
    /// The field in which it is to be mended, where one is.
    pub field: Option<String>,
    /// The kind of mistake, where the texts have a sentence for it.
    pub flaw: Option<&'static str>,
}

/// A source that is being written.
#[derive(Clone, Copy, Debug, Default)]
pub struct EditorShown<'a> {
    /// The posting; none of a new one.
    pub slug: Option<&'a str>,
    /// The version that it was made from.
    pub version: u32,
    /// The file.
    pub source: &'a str,
    /// What is wrong with it.
    pub mistakes: &'a [MistakeShown],
    /// The facts that somebody has to look at.
    pub unsure: &'a [String],
    /// The source that a colleague has saved since.
    pub theirs: Option<&'a str>,
    /// The text as candidates see it: HTML that the compiler has made.
    pub preview: Option<&'a str>,
    /// What a change does to those who have applied.
    pub consequences: &'a [String],
    /// The same in fields, unless the file itself is wanted.
    pub form: Option<FormShown<'a>>,
}

/// The editor.
pub fn editor(texts: &'static Texts, shown: &EditorShown<'_>, person: &Person<'_>) -> String {
    let is_title = |(name, value): &&(String, String)| name == "title" && !value.is_empty();
    let title = shown.form.and_then(|form| form.values.iter().find(is_title));
    let title = match (shown.slug, title) {
        (Some(_), Some((_, title))) => title,
        (Some(slug), None) => slug,
        (None, _) => texts.desk_new,
    };
    let frame = Frame::of(texts, title, person);
    let form = shown.form.map(|form| posting_form::form(texts, form, shown.mistakes, shown.unsure));
    let is_beside = |mistake: &&MistakeShown| {
        form.as_ref()
            .zip(mistake.field.as_ref())
            .is_some_and(|(form, field)| form.label(field).is_some())
    };
    let mut wrong: Vec<(&str, &'static str)> = Vec::new();
    for field in shown.mistakes.iter().filter_map(|mistake| mistake.field.as_deref()) {
        let label = form.as_ref().and_then(|form| form.label(field));
        wrong.extend(label.map(|label| (field, label)));
    }
    wrong.dedup();
    let others = shown.mistakes.iter().filter(|mistake| !is_beside(mistake));
    let mistakes = others.map(|mistake| {
        let line = fill(texts.desk_line, &[("line", &mistake.line.to_string())]);
        (line, mistake.message.as_str())
    });
    let unsure = shown.unsure.iter().map(|fact| {
        let key = format!("desk_fact_{}", fact.replace('.', "_"));
        let field = form.as_ref().and_then(|form| form.field_of(fact));
        (fact.as_str(), texts.find(&key).unwrap_or_default(), field.map(str::to_owned))
    });
    let preview = shown
        .slug
        .map_or_else(|| "/desk/preview".to_owned(), |slug| format!("/desk/preview?slug={slug}"));
    let (mistakes, unsure) = (mistakes.collect(), unsure.collect());
    let page = Editor {
        t: texts,
        frame,
        title,
        shown,
        mistakes,
        wrong,
        unsure,
        form,
        preview,
        rows: shown.source.lines().count().clamp(20, 60),
    };
    page.to_string()
}

/// The page into which an advertisement is pasted.
pub fn import(texts: &'static Texts, person: &Person<'_>) -> String {
    Import { t: texts, frame: Frame::of(texts, texts.desk_import, person) }.to_string()
}

#[derive(Template)]
#[template(path = "desk/editor.html")]
struct Editor<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    title: &'a str,
    shown: &'a EditorShown<'a>,
    mistakes: Vec<(String, &'a str)>,
    /// The fields with a mistake beside them: name and label.
    wrong: Vec<(&'a str, &'static str)>,
    form: Option<Form>,
    preview: String,
    /// Facts to look at: their names, in words, and the field that asks for it.
    unsure: Vec<(&'a str, &'a str, Option<String>)>,
    rows: usize,
}

#[derive(Template)]
#[template(path = "desk/import.html")]
struct Import<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
}
