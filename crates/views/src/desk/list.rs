//! The applications of a posting.

use std::borrow::Cow;

use askama::Template;
use domain::MailState;
use domain::dossier::{Dossier, Event, ListedPage, Listing, PAGE, Sort};
use locales::{Texts, Words as _, fill};

use super::application::{EventShown, event_shown, forgotten};
use super::{
    Choice, Frame, Person, PostingShown, choices, counted, erased, stage_name, state_name,
};
use crate::words::{Time, last_instant};

/// A page of applications.
#[derive(Clone, Copy, Debug)]
pub struct ListShown<'a> {
    /// What was asked for.
    pub listing: &'a Listing,
    /// What there is.
    pub listed: &'a ListedPage,
    /// What happened to the posting.
    pub events: &'a [Event],
    /// How many parts the archive has.
    pub parts: u32,
}

/// The applications of a posting, to be read, chosen and changed.
pub fn posting(
    texts: &'static Texts,
    shown: &PostingShown<'_>,
    list: &ListShown<'_>,
    person: &Person<'_>,
) -> String {
    let ListShown { listing, listed, events, parts } = *list;
    let posting = shown.posting;
    let zone = &posting.deadline.zone;
    let pages = listed.total.div_ceil(PAGE).max(1);
    let counts = &shown.counts;
    let (erased_count, withdrawn) = (counts.erased, counts.withdrawn);
    let page = Page {
        t: texts,
        frame: Frame::of(texts, &posting.title, person),
        shown,
        state: state_name(texts, shown.state),
        closing: Time::moment(texts, last_instant(&posting.requirements.window), zone),
        erased: erased(texts, shown),
        gone: [("desk_erased_count", erased_count), ("desk_withdrawn_count", withdrawn)]
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(key, count)| counted(texts, key, count))
            .collect(),
        unanswered: (counts.unanswered > 0)
            .then(|| counted(texts, "desk_unanswered", counts.unanswered)),
        search: &listing.search,
        stages: choices(texts, listing.stage),
        not_forwarded: listing.not_forwarded,
        sorts: sorts(texts, listing.sort),
        descending: listing.descending,
        questions: posting
            .requirements
            .questions
            .iter()
            .map(|question| question.text.get(texts.language_tag))
            .collect(),
        rows: listed.dossiers.iter().map(|dossier| Row::of(texts, shown, dossier)).collect(),
        total: counted(texts, "desk_applications", listed.total),
        number: listing.page.saturating_add(1),
        pages,
        number_words: fill(
            texts.desk_page,
            &[("page", &listing.page.saturating_add(1).to_string()), ("pages", &pages.to_string())],
        ),
        parts: (1..=parts).collect(),
        is_one_part: parts == 1,
        events: events.iter().map(|event| event_shown(texts, event, zone)).collect(),
    };
    page.to_string()
}

struct Row<'a> {
    number: u32,
    reference: &'a str,
    name: &'a str,
    received: Time,
    hour: String,
    stage: &'static str,
    stage_value: &'static str,
    answers: Vec<&'a str>,
    documents: usize,
    remarks: Vec<&'static str>,
    also: Vec<&'a str>,
    flags: Vec<Flag>,
    /// How this row was seen, for the change that is made from it.
    seen: String,
}

/// What is to be known of an application.
struct Flag {
    words: Cow<'static, str>,
    /// Whether somebody has to do something about it.
    is_wrong: bool,
}

impl Flag {
    fn of(words: impl Into<Cow<'static, str>>) -> Self {
        Self { words: words.into(), is_wrong: false }
    }

    fn wrong(words: &'static str) -> Self {
        Self { words: words.into(), is_wrong: true }
    }
}

impl<'a> Row<'a> {
    fn of(texts: &'static Texts, shown: &'a PostingShown<'_>, dossier: &'a Dossier) -> Self {
        let application = &dossier.application;
        let content = &application.content;
        let zone = &shown.posting.deadline.zone;
        let answers = shown.posting.requirements.questions.iter().map(|question| {
            let given = content.answers.iter().find(|answer| answer.question == question.id);
            match given.map(|answer| answer.value.as_str()) {
                Some("yes") => texts.desk_yes,
                Some("no") => texts.desk_no,
                Some(words) => words,
                None => "",
            }
        });
        let remarks = application.remarks().into_iter();
        let remarks = remarks.filter_map(|remark| texts.find(&format!("desk_remark_{remark}")));
        let mut flags = Vec::new();
        match dossier.delivery.forwarding {
            MailState::Sent(_) => {}
            MailState::Waiting => flags.push(Flag::wrong(texts.desk_not_forwarded)),
            MailState::GivenUp => flags.push(Flag::wrong(texts.desk_given_up)),
        }
        if application.revision > 1 {
            flags.push(Flag::of(texts.desk_corrected));
        }
        let forgotten = application.forgotten_at().map(|at| forgotten(texts, shown.posting, at));
        flags.extend(forgotten.map(Flag::of));
        if shown.posting.privacy.forget && !dossier.is_confirmed {
            flags.push(Flag::of(texts.desk_unconfirmed));
        }
        let (reference, stage) = (application.reference.as_str(), dossier.stage);
        // In the zone of the closing, which stands above the table.
        let received = zone.local(application.received_at);
        Self {
            number: application.number,
            reference,
            name: &content.name,
            received: Time {
                words: locales::date(texts, received.date),
                machine: application.received_at.to_rfc3339(),
            },
            hour: locales::local_time(texts, received),
            stage: stage_name(texts, stage),
            stage_value: stage.as_str(),
            answers: answers.collect(),
            documents: content.documents.len(),
            remarks: remarks.collect(),
            also: dossier.also_applied.iter().map(|(one, _)| one.as_str()).collect(),
            flags,
            seen: format!("{reference}/{}/{}", application.revision, stage.as_str()),
        }
    }
}

fn sorts(texts: &'static Texts, chosen: Sort) -> Vec<Choice> {
    let names = [
        (Sort::Number, texts.desk_sort_number),
        (Sort::Name, texts.desk_sort_name),
        (Sort::Stage, texts.desk_sort_stage),
    ];
    let choice = |(sort, name): (Sort, &'static str)| Choice {
        value: sort.as_str(),
        name,
        is_chosen: sort == chosen,
    };
    names.into_iter().map(choice).collect()
}

#[derive(Template)]
#[template(path = "desk/list.html")]
struct Page<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    shown: &'a PostingShown<'a>,
    state: &'static str,
    closing: Time,
    erased: String,
    gone: Vec<String>,
    unanswered: Option<String>,
    search: &'a str,
    stages: Vec<Choice>,
    not_forwarded: bool,
    sorts: Vec<Choice>,
    descending: bool,
    questions: Vec<&'a str>,
    rows: Vec<Row<'a>>,
    total: String,
    number: u32,
    pages: u32,
    number_words: String,
    parts: Vec<u32>,
    is_one_part: bool,
    events: Vec<EventShown<'a>>,
}
