//! Tests what the page shows after each step of a candidate.

mod files;
mod submission;

use std::rc::Rc;

use documents::{Active, Damage, Kind, Report, Trace};
use locales::EN;
use rules::deadline::{Window, Zone};
use rules::requirements::{DocumentRequirement, Question, QuestionKind, Translated};
use rules::subject::fold;
use rules::{Form, Requirements, TextMap, Timestamp, Unicode};

use super::State;
use crate::chosen::Found;
use crate::message::{Effect, Message};
use crate::page::Page;
use crate::sending::{Answer, FieldError, Sending};
use crate::view::Summary;

const UNICODE: Unicode = Unicode { fold, to_ascii: addresses::to_ascii };

const NOW: Timestamp = Timestamp(1_754_000_000_000);
const CLOSES: Timestamp = Timestamp(1_754_258_400_000);

fn named(name: &str) -> Translated {
    Translated(TextMap::from_iter([("en", name)]))
}

fn document(id: &str) -> DocumentRequirement {
    DocumentRequirement {
        id: id.into(),
        name: named(id),
        required: true,
        kinds: vec![Kind::Pdf, Kind::Docx],
        max_bytes: 10_000_000,
    }
}

fn page() -> Page {
    Page {
        requirements: Requirements {
            window: Window { opens_at: Timestamp(0), closes_at: CLOSES },
            subject: "Head of Éclat".into(),
            documents: vec![document("letter"), document("cv")],
            questions: vec![Question {
                id: "permit".into(),
                text: named("May you work here?"),
                kind: QuestionKind::YesNo,
                required: true,
            }],
            is_neutral: false,
        },
        zone: Zone { name: "Europe/Brussels".into(), offsets: vec![(Timestamp(0), 120)] },
        now: NOW,
        words: EN.for_script().into_iter().collect(),
    }
}

fn filled_in() -> Form {
    Form {
        name: "Amélie Ben Salah".into(),
        email: "amelie@example.org".into(),
        subject: "Head of Éclat".into(),
        answers: TextMap::from_iter([("permit", "yes")]),
        consent: "yes".into(),
        ..Form::default()
    }
}

fn empty() -> State {
    let mut state = State::new(Rc::new(page()), TextMap::default(), UNICODE);
    state.typed(Form { subject: "Head of Éclat".into(), ..Form::default() });
    state
}

/// Returns a form with nothing wrong, two documents read.
fn ready() -> State {
    let mut state = empty();
    state.typed(filled_in());
    give(&mut state, "letter", 1_000, Kind::Pdf, "a");
    give(&mut state, "cv", 2_000_000, Kind::Pdf, "b");
    state
}

fn found(report: Report) -> Found {
    Found::Report { report, sha256: None }
}

fn report(kind: Kind, bytes: u64) -> Report {
    Report::of(kind, bytes)
}

fn give(state: &mut State, id: &str, bytes: u64, kind: Kind, sha256: &str) {
    let turn = state.choose(id, format!("{id}.pdf"), bytes, NOW).unwrap();
    let found = Found::Report { report: report(kind, bytes), sha256: Some(sha256.into()) };
    state.inspected(id, turn, found, NOW);
}

fn error(state: &State, field: &str) -> Option<String> {
    state.view(NOW).errors.get(field).map(str::to_owned)
}

fn status(state: &State, id: &str) -> String {
    state.view(NOW).statuses.get(id).unwrap_or_default().to_owned()
}

/// Returns the targets of the summary's lines.
fn summary(state: &State) -> Vec<String> {
    match state.view(NOW).summary.0 {
        Summary::Shown { items, .. } => items
            .iter()
            .map(|item| item.href.as_deref().unwrap_or_default().replace('#', ""))
            .collect(),
        _ => Vec::new(),
    }
}

#[test]
fn a_field_is_judged_when_left_once_touched_and_taken_back_at_once() {
    let mut state = empty();
    state.left("email", NOW);
    assert_eq!(error(&state, "email"), None, "only passed through");
    for (typed, event, wrong) in [
        ("am", "edit", false),
        ("am", "leave", true),
        ("amelie@", "edit", true),
        ("amelie@example.org", "edit", false),
        ("amelie@", "edit", false),
        ("amelie@", "leave", true),
        ("", "leave", true),
    ] {
        state.typed(Form { email: typed.into(), ..Form::default() });
        match event {
            "edit" => state.edited("email", NOW),
            _ => state.left("email", NOW),
        }
        assert_eq!(error(&state, "email").is_some(), wrong, "{typed} {event}");
    }
    assert_eq!(error(&state, "name"), None);
    assert_eq!(*state.view(NOW).summary.0, Summary::AsServed);
}

#[test]
fn errors_of_the_server_go_when_mended() {
    let mut errors = TextMap::default();
    errors.set("name", Some("Give your name.".into()));
    let mut state = State::new(Rc::new(page()), errors, UNICODE);
    assert_eq!(error(&state, "name").as_deref(), Some("Give your name."));
    state.typed(Form { name: "A".into(), ..Form::default() });
    state.edited("name", NOW);
    assert_eq!(error(&state, "name"), None);
}

#[test]
fn everything_wrong_is_told_in_the_order_of_the_page() {
    let mut state = empty();
    assert_eq!(state.submit(NOW), Effect::Focus("error-summary"));
    assert_eq!(summary(&state), ["name", "email", "letter", "cv", "permit", "consent"]);
    let view = state.view(NOW);
    let Summary::Shown { title, .. } = view.summary.0 else { panic!() };
    assert!(title.contains("6 "), "{title}");
    assert!(error(&state, "permit").is_some());
}

#[test]
fn what_fits_no_field_leads_to_the_form() {
    let mut state = ready();
    state.typed(Form { subject: "Another".into(), ..filled_in() });
    assert_eq!(state.submit(NOW), Effect::Focus("error-summary"));
    assert_eq!(summary(&state), ["application"]);
    let mut late = ready();
    assert_eq!(late.submit(CLOSES), Effect::Focus("error-summary"));
    assert_eq!(summary(&late), [""], "there is nothing to correct");
    let Summary::Shown { title, .. } = late.view(CLOSES).summary.0 else { panic!() };
    assert!(!title.contains("correct"), "{title}");
}

#[test]
fn messages_reach_the_state() {
    let mut state = empty();
    state.update(Message::Edited("email".into()), NOW);
    state.update(Message::Left("email".into()), NOW);
    assert!(error(&state, "email").is_some());
    let chosen = Message::Chosen { id: "cv".into(), file_name: "cv.pdf".into(), bytes: 5 };
    let Effect::Read { id, turn } = state.update(chosen, NOW) else { panic!() };
    assert_eq!(id, "cv");
    state.update(Message::Inspected { id, turn, found: Found::Nothing }, NOW);
    assert!(error(&state, "cv").unwrap().contains("cannot read"));
    let empty = Message::Chosen { id: "cv".into(), file_name: "cv.pdf".into(), bytes: 0 };
    assert_eq!(state.update(empty, NOW), Effect::None);
    state.update(Message::Cleared("cv".into()), NOW);
    assert_eq!(status(&state, "cv"), "");
    assert_eq!(state.update(Message::Tick, NOW), Effect::None);
}

#[test]
fn the_form_says_that_it_is_over_unless_it_is_on_its_way() {
    let mut state = ready();
    state.update(Message::Tick, NOW);
    assert!(!state.view(NOW).over);
    state.update(Message::Submitted, NOW);
    state.update(Message::Tick, CLOSES);
    assert!(!state.view(CLOSES).over, "sending began in time");
    state.update(Message::Cancelled, CLOSES);
    assert!(state.view(CLOSES).over);
}

#[test]
fn characters_are_counted_near_the_limit_only_and_spoken_seldom() {
    let mut state = empty();
    for (count, seen, spoken) in [
        (4_499, "", ""),
        (4_500, "500\u{A0}characters left.", "500\u{A0}characters left."),
        (4_960, "40\u{A0}characters left.", "40\u{A0}characters left."),
        (4_999, "1\u{A0}character left.", "40\u{A0}characters left."),
        (5_001, "1\u{A0}character too many.", "1\u{A0}character too many."),
    ] {
        state.typed(Form { message: "é".repeat(count), ..Form::default() });
        state.edited("message", NOW);
        let view = state.view(NOW);
        assert_eq!(view.counters.get("message"), Some(seen), "{count}");
        assert_eq!(view.spoken, spoken, "{count}");
    }
}

#[test]
fn an_emptied_form_is_as_new() {
    let mut state = ready();
    state.update(Message::Reviewed, NOW);
    assert_eq!(state.update(Message::Emptied, NOW), Effect::Focus("name"));
    state.typed(Form::default());
    let view = state.view(NOW);
    assert_eq!((view.review, view.meter, view.statuses.get("cv")), (None, None, Some("")));
    assert_eq!(*view.summary.0, Summary::Hidden);
}

#[test]
fn a_likely_slip_is_asked_about_once_the_address_is_left() {
    let mut state = empty();
    let question = |state: &State| state.view(NOW).question;
    let mut step = |typed: &str, is_left: bool| {
        state.typed(Form { email: typed.into(), ..Form::default() });
        state.edited("email", NOW);
        if is_left {
            state.left("email", NOW);
        }
        question(&state).map(|asked| asked.suggestion.unwrap_or_default())
    };
    assert_eq!(step("amelie@gmial.com", false), None, "still typing");
    assert_eq!(step("amelie@gmial.com", true).as_deref(), Some("amelie@gmail.com"));
    assert_eq!(step("amelie@gmail.com", false), None, "taken back at once");
    assert_eq!(step("amelie@intranet", true).as_deref(), Some(""), "without a dot");
    assert_eq!(step("amelie@gmial.com, b@c.org", true), None, "what is wrong is told instead");
    assert_eq!(step("amelie@gmial.com", true).as_deref(), Some("amelie@gmail.com"));
    assert_eq!(state.errors.get("email"), None, "it is no mistake");
    state.typed(Form { email: "amelie@gmial.com".into(), ..filled_in() });
    give(&mut state, "letter", 9, Kind::Pdf, "a");
    give(&mut state, "cv", 9, Kind::Pdf, "b");
    assert_eq!(state.submit(NOW), Effect::Send, "and refuses nothing");
}
