//! The list of postings.

use askama::Template;
use locales::Texts;

use super::{Frame, Person, PostingShown, counted, state_name};
use crate::words::{Time, last_instant};

/// The postings that the person may read, and drafts that have mistakes.
pub fn overview(
    texts: &'static Texts,
    postings: &[PostingShown<'_>],
    drafts: &[&str],
    person: &Person<'_>,
) -> String {
    let rows = postings.iter().map(|shown| Row::of(texts, shown)).collect();
    let frame = Frame::of(texts, texts.desk_postings, person);
    Page { t: texts, frame, rows, drafts }.to_string()
}

struct Row<'a> {
    title: &'a str,
    language: &'a str,
    slug: &'a str,
    state: &'static str,
    state_name: &'static str,
    closing: Time,
    applications: u32,
    not_forwarded: u32,
    /// How many wait for an answer, once nothing more can come.
    unanswered: Option<String>,
}

impl<'a> Row<'a> {
    fn of(texts: &'static Texts, shown: &PostingShown<'a>) -> Self {
        let posting = shown.posting;
        let window = &posting.requirements.window;
        let waits = shown.counts.unanswered > 0 && matches!(shown.state, "closed" | "withdrawn");
        Self {
            title: &posting.title,
            language: &posting.language,
            slug: &posting.slug,
            state: shown.state,
            state_name: state_name(texts, shown.state),
            closing: Time::moment(texts, last_instant(window), &posting.deadline.zone),
            applications: shown.counts.applications,
            not_forwarded: shown.counts.not_forwarded,
            unanswered: waits.then(|| counted(texts, "desk_unanswered", shown.counts.unanswered)),
        }
    }
}

#[derive(Template)]
#[template(path = "desk/overview.html")]
struct Page<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    rows: Vec<Row<'a>>,
    /// The slugs of drafts with mistakes.
    drafts: &'a [&'a str],
}
