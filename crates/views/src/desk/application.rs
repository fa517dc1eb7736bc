//! One application.

use std::borrow::Cow;

use askama::Template;
use domain::dossier::{Dossier, Event, Message, MessageState, Note};
use domain::{Application, MailState, Posting, Reference, Revision, Stage};
use locales::{Texts, Words as _, bytes, fill};
use rules::deadline::Zone;
use rules::{Content, Mails, Timestamp};

use super::{Frame, Person, stage_name};
use crate::mails::{changes, lacking};
use crate::words::Time;

/// An application and all that is known of it.
#[derive(Clone, Debug)]
pub struct ApplicationShown<'a> {
    /// Its posting.
    pub posting: &'a Posting,
    /// Whether it is forgotten once staff have confirmed that they have it.
    pub is_forgettable: bool,
    /// What was received.
    pub dossier: &'a Dossier,
    /// What staff wrote to the candidate.
    pub messages: &'a [Message],
    /// What colleagues wrote about it.
    pub notes: &'a [Note],
    /// What was done to it.
    pub events: &'a [Event],
    /// What it said before it was corrected, where that is known.
    pub earlier: &'a [Revision],
    /// The one before it in the posting.
    pub before: Option<Reference>,
    /// The one after it.
    pub after: Option<Reference>,
}

/// The page of an application.
pub fn application(
    texts: &'static Texts,
    shown: &ApplicationShown<'_>,
    person: &Person<'_>,
) -> String {
    let ApplicationShown { posting, dossier, messages, notes, before, after, .. } = shown;
    let application = &dossier.application;
    let content = &application.content;
    let zone = &posting.deadline.zone;
    let reference = application.reference.as_str();
    let title = format!("{} {}, {}", texts.desk_number, application.number, content.name);
    let own = [
        (texts.desk_mail_staff, dossier.delivery.forwarding),
        (texts.desk_mail_acknowledgement, dossier.delivery.acknowledgement),
    ];
    let page = Page {
        t: texts,
        frame: Frame::of(texts, &title, person),
        posting,
        dossier,
        reference,
        wants: wants(texts, content.mails),
        stage: stage_name(texts, dossier.stage),
        stage_value: dossier.stage.as_str(),
        seen: format!("{reference}/{}/{}", application.revision, dossier.stage.as_str()),
        received: Time::moment(texts, application.received_at, zone),
        revised: (application.revision > 1)
            .then(|| Time::moment(texts, application.revised_at, zone)),
        erased: fill(
            texts.desk_erased,
            &[("date", &locales::date(texts, application.erased_on(posting)))],
        ),
        forgotten: application.forgotten_at().map(|at| forgotten(texts, posting, at)),
        confirm: shown.is_forgettable && !dossier.is_confirmed,
        is_waiting: dossier.is_confirmed && application.forgotten_at().is_none(),
        answers: answers(texts, posting, dossier),
        documents: documents(texts, posting, dossier),
        lacking: dossier.refused_by.as_deref().map(|addresses| {
            fill(texts.desk_mail_lacking, &[("addresses", lacking(texts, addresses))])
        }),
        own_mails: own
            .into_iter()
            .filter(|(name, _)| {
                *name != texts.desk_mail_acknowledgement || content.mails != Mails::Nothing
            })
            .map(|(name, state)| (name, own_state(texts, state, zone)))
            .collect(),
        messages: messages.iter().map(|message| message_shown(texts, message, zone)).collect(),
        notes: notes.iter().map(|note| (note, Time::moment(texts, note.at, zone))).collect(),
        events: happened(texts, shown),
        before: before.as_ref().map(Reference::as_str),
        after: after.as_ref().map(Reference::as_str),
    };
    page.to_string()
}

/// That what an application said was deleted, and on which day.
pub(super) fn forgotten(texts: &Texts, posting: &Posting, at: Timestamp) -> String {
    let date = locales::date(texts, posting.deadline.zone.local(at).date);
    fill(texts.desk_forgotten, &[("date", &date)])
}

/// What staff have to mind who write to a candidate.
pub(super) fn wants(texts: &'static Texts, mails: Mails) -> Option<&'static str> {
    match mails {
        Mails::Full => None,
        Mails::Neutral => Some(texts.desk_wants_neutral),
        Mails::Nothing => Some(texts.desk_wants_none),
    }
}

struct AnswerShown<'a> {
    question: &'a str,
    answer: &'a str,
}

fn answers<'a>(
    texts: &'static Texts,
    posting: &'a Posting,
    dossier: &'a Dossier,
) -> Vec<AnswerShown<'a>> {
    let given = dossier.application.content.answers.iter();
    given
        .map(|answer| {
            let question = posting.requirements.question(&answer.question);
            AnswerShown {
                question: question
                    .map_or(&answer.question, |question| question.text.get(texts.language_tag)),
                answer: match answer.value.as_str() {
                    "yes" => texts.desk_yes,
                    "no" => texts.desk_no,
                    words => words,
                },
            }
        })
        .collect()
}

struct DocumentShown<'a> {
    id: &'a str,
    label: &'a str,
    file_name: &'a str,
    about: String,
    remarks: Vec<&'static str>,
}

fn documents<'a>(
    texts: &'static Texts,
    posting: &'a Posting,
    dossier: &'a Dossier,
) -> Vec<DocumentShown<'a>> {
    let documents = dossier.application.content.documents.iter();
    documents
        .map(|document| {
            let asked = posting.requirements.document(&document.id);
            let kind = document.kind.as_str().to_uppercase();
            let size = bytes(texts, document.bytes);
            let remarks = document.remarks.iter();
            DocumentShown {
                id: &document.id,
                label: asked.map_or(&document.id, |asked| asked.name.get(texts.language_tag)),
                file_name: &document.file_name,
                about: fill(texts.receipt_document_size, &[("kind", &kind), ("size", &size)]),
                remarks: remarks
                    .filter_map(|one| texts.find(&format!("desk_remark_{}", one.as_str())))
                    .collect(),
            }
        })
        .collect()
}

fn own_state(texts: &'static Texts, state: MailState, zone: &Zone) -> (&'static str, Option<Time>) {
    match state {
        MailState::Waiting => (texts.desk_mail_scheduled, None),
        MailState::Sent(at) => (texts.desk_mail_sent, Some(Time::moment(texts, at, zone))),
        MailState::GivenUp => (texts.desk_mail_given_up, None),
    }
}

struct MessageShown<'a> {
    message: &'a Message,
    state: &'static str,
    time: Option<Time>,
    can_be_stopped: bool,
}

fn message_shown<'a>(texts: &'static Texts, message: &'a Message, zone: &Zone) -> MessageShown<'a> {
    let (state, at) = match message.state {
        MessageState::Scheduled => (texts.desk_mail_scheduled, Some(message.send_at)),
        MessageState::Sent(at) => (texts.desk_mail_sent, Some(at)),
        MessageState::GivenUp => (texts.desk_mail_given_up, None),
        MessageState::Stopped(at) => (texts.desk_mail_stopped, Some(at)),
        MessageState::Replaced(at) => (texts.desk_mail_replaced, Some(at)),
    };
    let can_be_stopped = message.state == MessageState::Scheduled;
    let time = at.map(|at| Time::moment(texts, at, zone));
    MessageShown { message, state, time, can_be_stopped }
}

/// What staff did to an application, and each of its corrections, in order.
fn happened<'a>(texts: &'static Texts, shown: &ApplicationShown<'a>) -> Vec<EventShown<'a>> {
    let zone = &shown.posting.deadline.zone;
    let done = shown.events.iter().map(|event| (event.at, event_shown(texts, event, zone)));
    let corrected = corrections(texts, shown.posting, &shown.dossier.application, shown.earlier);
    let corrected = corrected.into_iter().map(|(at, what)| {
        (at, EventShown { what: what.into(), who: None, time: Time::moment(texts, at, zone) })
    });
    let mut all: Vec<_> = done.chain(corrected).collect();
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, event)| event).collect()
}

/// When an application was corrected, and what then changed.
fn corrections(
    texts: &'static Texts,
    posting: &Posting,
    application: &Application,
    earlier: &[Revision],
) -> Vec<(Timestamp, String)> {
    if application.revision == 1 {
        return Vec::new();
    }
    let known = earlier.iter().map(|one| (one.received_at, &one.content));
    let states: Vec<_> = known.chain([(application.revised_at, &application.content)]).collect();
    if states.len() == 1 {
        // What it said before is not kept.
        return vec![(application.revised_at, texts.desk_corrected_event.to_owned())];
    }
    let correction = |pair: &[(Timestamp, &Content)]| {
        let [(_, before), (at, now)] = pair else { return None };
        let what = changes(texts, posting, before, now).map_or_else(
            || texts.desk_corrected_event.to_owned(),
            |changes| fill(texts.desk_corrected_what, &[("changes", &changes)]),
        );
        Some((*at, what))
    };
    states.windows(2).filter_map(correction).collect()
}

/// An event in words.
pub(super) struct EventShown<'a> {
    pub(super) what: Cow<'static, str>,
    pub(super) who: Option<&'a str>,
    pub(super) time: Time,
}

pub(super) fn event_shown<'a>(
    texts: &'static Texts,
    event: &'a Event,
    zone: &Zone,
) -> EventShown<'a> {
    let key = format!("desk_deed_{}", event.what.as_str());
    let what = texts.find(&key).unwrap_or(event.what.as_str());
    EventShown {
        what: moved(texts, event).map_or(Cow::from(what), Cow::from),
        who: event.who.as_deref(),
        time: Time::moment(texts, event.at, zone),
    }
}

/// From which stage to which an application was moved, if it was.
fn moved(texts: &'static Texts, event: &Event) -> Option<String> {
    let detail: serde_json::Value = serde_json::from_str(event.detail.as_deref()?).ok()?;
    let stage = |key: &str| Some(stage_name(texts, Stage::parse(detail.get(key)?.as_str()?)?));
    let values = [("from", stage("from")?), ("to", stage("to")?)];
    Some(fill(texts.desk_deed_moved, &values))
}

#[derive(Template)]
#[template(path = "desk/application.html")]
struct Page<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    posting: &'a Posting,
    dossier: &'a Dossier,
    reference: &'a str,
    /// What to mind where the candidate wants no mails in full.
    wants: Option<&'static str>,
    stage: &'static str,
    stage_value: &'static str,
    seen: String,
    received: Time,
    revised: Option<Time>,
    erased: String,
    /// That what it said is deleted, and when that was.
    forgotten: Option<String>,
    /// Whether staff can confirm that they have it.
    confirm: bool,
    /// Whether that is confirmed, and a mail has to leave before it is
    /// forgotten.
    is_waiting: bool,
    answers: Vec<AnswerShown<'a>>,
    documents: Vec<DocumentShown<'a>>,
    /// Who lacks the mail to staff while others have it.
    lacking: Option<String>,
    own_mails: Vec<(&'static str, (&'static str, Option<Time>))>,
    messages: Vec<MessageShown<'a>>,
    notes: Vec<(&'a Note, Time)>,
    events: Vec<EventShown<'a>>,
    before: Option<&'a str>,
    after: Option<&'a str>,
}
