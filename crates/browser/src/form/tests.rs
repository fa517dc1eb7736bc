//! Tests what the page shows after each step of a candidate.

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
fn a_document_says_what_it_is() {
    for (kind, damage, sounds, wrong) in [
        (Kind::Pdf, None, "a PDF, 1.5\u{A0}MB, checked", false),
        (Kind::Image, None, "an image, 1.5\u{A0}MB, cannot be taken", true),
        (Kind::Pdf, Some(Damage::Truncated), "a PDF, 1.5\u{A0}MB, cannot be taken", true),
    ] {
        let mut state = empty();
        let turn = state.choose("cv", "cv.pdf".into(), 1_500_000, NOW).unwrap();
        assert!(status(&state, "cv").contains("reading"));
        assert_eq!(error(&state, "cv"), None);
        let report = Report { damage, ..Report::of(kind, 1_500_000) };
        state.inspected("cv", turn, found(report), NOW);
        assert!(status(&state, "cv").contains(sounds), "{}", status(&state, "cv"));
        assert_eq!(error(&state, "cv").is_some(), wrong, "{kind:?} {damage:?}");
    }
}

#[test]
fn a_size_that_decides_spares_the_reading() {
    for (bytes, words) in [(0, "empty"), (10_000_001, "is 10.1\u{A0}MB")] {
        let mut state = empty();
        assert_eq!(state.choose("cv", "cv.pdf".into(), bytes, NOW), None);
        assert!(error(&state, "cv").unwrap().contains(words), "{bytes}");
        assert!(status(&state, "cv").contains("cannot be taken"));
    }
}

#[test]
fn what_is_learned_of_a_file_no_longer_chosen_is_forgotten() {
    let mut state = empty();
    let first = state.choose("cv", "old.exe".into(), 5, NOW).unwrap();
    let second = state.choose("cv", "new.pdf".into(), 6, NOW).unwrap();
    state.inspected("cv", first, found(report(Kind::Executable, 5)), NOW);
    assert!(status(&state, "cv").contains("reading"));
    assert_eq!(error(&state, "cv"), None);
    state.inspected("cv", second, found(report(Kind::Pdf, 6)), NOW);
    assert!(status(&state, "cv").contains("checked"));
}

#[test]
fn a_file_taken_back_is_missing() {
    let mut state = empty();
    state.clear("cv", NOW);
    assert_eq!(error(&state, "cv"), None, "there was none");
    give(&mut state, "cv", 9, Kind::Pdf, "a");
    state.clear("cv", NOW);
    assert!(error(&state, "cv").is_some());
    let view = state.view(NOW);
    assert_eq!((view.statuses.get("cv"), view.meter), (Some(""), None));
    assert_eq!(view.statuses.get("letter"), None, "what the server said stays");
}

#[test]
fn the_same_file_twice_is_mended_from_either_side() {
    let mut state = empty();
    give(&mut state, "cv", 9, Kind::Pdf, "same");
    give(&mut state, "letter", 9, Kind::Pdf, "same");
    assert!(error(&state, "cv").is_some());
    give(&mut state, "letter", 9, Kind::Pdf, "other");
    assert_eq!(error(&state, "cv"), None);
}

#[test]
fn the_meter_weighs_all_documents() {
    let mut state = empty();
    assert_eq!(state.view(NOW).meter, None);
    give(&mut state, "letter", 9_000_000, Kind::Pdf, "a");
    give(&mut state, "cv", 9_000_001, Kind::Pdf, "b");
    assert!(state.view(NOW).meter.unwrap().contains("18.1\u{A0}MB of 18\u{A0}MB"));
    assert!(error(&state, "documents").is_some());
    give(&mut state, "cv", 9_000_000, Kind::Pdf, "b");
    assert_eq!(error(&state, "documents"), None);
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
fn an_unreadable_file_is_told_in_its_place() {
    let mut state = ready();
    let turn = state.choose("letter", "l.pdf".into(), 5, NOW).unwrap();
    state.inspected("letter", turn, Found::Nothing, NOW);
    assert!(error(&state, "letter").unwrap().contains("cannot read"));
    state.typed(Form { consent: String::new(), ..filled_in() });
    assert_eq!(state.submit(NOW), Effect::Focus("error-summary"));
    assert_eq!(summary(&state), ["letter", "consent"]);
}

#[test]
fn a_click_waits_for_the_documents_and_counts_once() {
    let mut state = ready();
    let turn = state.choose("cv", "cv.pdf".into(), 5, NOW).unwrap();
    assert_eq!(state.submit(NOW), Effect::None);
    assert!(state.view(NOW).busy);
    assert_eq!(state.inspected("cv", turn, found(report(Kind::Pdf, 5)), NOW), Effect::Send);
    assert_eq!(state.submit(NOW), Effect::None);
    let view = state.view(NOW);
    assert_eq!((view.busy, view.guarded, view.summary.0), (true, true, &Summary::Hidden));
}

#[test]
fn an_upload_keeps_its_view_in_step() {
    let mut state = ready();
    state.submit(NOW);
    state.progress(50, 200);
    assert_eq!(state.view(NOW).upload.unwrap().percent, Some(25));
    assert!(state.view(CLOSES).countdown.unwrap().text.contains("in time"));
    assert_eq!(state.cancelled(), Effect::AskWhetherArrived);
    let view = state.view(NOW);
    assert_eq!((view.busy, view.guarded, view.upload.unwrap().percent), (false, false, None));
    state.progress(60, 200);
    assert_eq!(state.sending, Sending::Cancelled, "late news");
    assert_eq!(state.submit(NOW), Effect::Send);
}

#[test]
fn answers_lead_on() {
    let mut state = ready();
    state.submit(NOW);
    let opened = state.answered(Answer::Received { status_url: "/applications/X".into() });
    assert_eq!(opened, Effect::Open("/applications/X".into()));
    assert_eq!(state.submit(NOW), Effect::None, "no second sending while the receipt opens");
    state.resumed();
    assert_eq!(state.submit(NOW), Effect::Send);

    let told = |field: &str| FieldError { field: field.to_owned(), message: format!("{field}!") };
    let refused = Answer::Refused { errors: vec![told("consent"), told("cv")], kept: None };
    assert_eq!(state.answered(refused), Effect::Focus("error-summary"));
    assert_eq!(summary(&state), ["cv", "consent"]);
    assert_eq!(error(&state, "cv").as_deref(), Some("cv!"));

    let expired = Answer::Refused { errors: vec![told("token")], kept: None };
    assert_eq!(state.answered(expired), Effect::RenewToken);
    assert_eq!(state.renewed(), Effect::Focus("error-summary"));
    assert_eq!(summary(&state), ["", "", "submit"]);

    let failed = Answer::Failed { status: 503, retry_after: None };
    assert_eq!(state.answered(failed), Effect::Focus("error-summary"));
    assert_eq!(summary(&state), ["", "", "submit"]);
    assert_eq!(state.submit(NOW), Effect::Send, "everything is still there");
}

#[test]
fn without_an_answer_the_files_are_looked_for_first() {
    let mut state = ready();
    state.submit(NOW);
    assert_eq!(state.answered(Answer::Nothing), Effect::LookForFiles);
    assert!(state.view(NOW).busy);
    state.lost(&["cv".to_owned()], NOW);
    assert_eq!(summary(&state), ["cv"]);
    assert!(!state.view(NOW).busy);

    let mut state = ready();
    state.submit(NOW);
    state.lost(&[], NOW);
    assert_eq!(summary(&state), ["", "", "submit"]);
}

#[test]
fn what_is_better_known_of_a_file_is_told_and_refuses_nothing() {
    let mut state = ready();
    let turn = state.choose("cv", "cv.docx".into(), 5, NOW).unwrap();
    let told = Report {
        active: vec![Active::EmbeddedFile],
        traces: vec![Trace::TrackedChanges, Trace::Author],
        authors: vec!["Zoë".into()],
        files: vec!["a.xlsx".into(), "b.pdf".into()],
        ..report(Kind::Docx, 5)
    };
    state.inspected("cv", turn, found(told), NOW);
    let status = status(&state, "cv");
    let lines: Vec<_> = status.lines().collect();
    assert_eq!(lines.len(), 4, "{status}");
    assert!(lines[3].contains("inside: a.xlsx and b.pdf."), "{status}");
    assert!(lines[1].contains("Zoë") && lines[2].contains("tracked changes"), "{status}");
    assert_eq!(state.submit(NOW), Effect::Send);
}

#[test]
fn what_acts_in_a_file_is_named() {
    let mut state = ready();
    let turn = state.choose("cv", "cv.docx".into(), 5, NOW).unwrap();
    let active = vec![Active::Macros, Active::OpenAction];
    state.inspected("cv", turn, found(Report { active, ..report(Kind::Docx, 5) }), NOW);
    assert!(error(&state, "cv").unwrap().contains("“cv.docx” contains macros. "));
}

#[test]
fn a_file_that_nobody_here_can_look_into_is_left_to_the_server() {
    let mut state = ready();
    let turn = state.choose("cv", "cv.pdf".into(), 5, NOW).unwrap();
    assert_eq!(state.inspected("cv", turn, Found::Bytes, NOW), Effect::None);
    assert_eq!(error(&state, "cv"), None);
    assert!(status(&state, "cv").contains("when it arrives"), "{}", status(&state, "cv"));
    assert_eq!(state.submit(NOW), Effect::Send);
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
fn a_screen_reader_hears_why_a_file_cannot_be_taken() {
    let mut state = empty();
    let turn = state.choose("cv", "cv.pdf".into(), 5, NOW).unwrap();
    assert!(state.view(NOW).spoken.contains("reading"));
    state.inspected("cv", turn, found(report(Kind::Executable, 5)), NOW);
    let why = error(&state, "cv").unwrap();
    assert!(state.view(NOW).spoken.ends_with(&why), "{}", state.view(NOW).spoken);
    state.clear("cv", NOW);
    assert_eq!(state.view(NOW).spoken, error(&state, "cv").unwrap());
}

#[test]
fn a_photo_shows_how_it_becomes_a_pdf() {
    let mut state = empty();
    assert_eq!(state.view(NOW).opened, None);
    give(&mut state, "cv", 9, Kind::Image, "a");
    assert_eq!(state.view(NOW).opened, Some("photo"));
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
fn a_review_shows_what_will_be_sent_and_asks_for_what_is_missing() {
    let mut state = empty();
    assert_eq!(state.update(Message::Reviewed, NOW), Effect::Focus("error-summary"));
    assert_eq!(state.view(NOW).review, None);
    let mut state = ready();
    assert_eq!(state.update(Message::Reviewed, NOW), Effect::Focus("look"));
    let shown = state.view(NOW).review.unwrap();
    assert_eq!(shown.get("email"), Some("amelie@example.org"));
    assert_eq!((shown.get("permit"), shown.get("phone")), (Some("Yes"), Some("")));
    assert!(shown.get("cv").unwrap().contains("cv.pdf”: a PDF"));
    assert_eq!(state.update(Message::ReviewClosed, NOW), Effect::Focus("review"));
    assert_eq!(state.view(NOW).review, None);
    assert_eq!(state.update(Message::Submitted, NOW), Effect::Send, "no review is asked for");
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

#[test]
fn everything_that_has_left_cannot_be_stopped() {
    let mut state = ready();
    state.submit(NOW);
    let can_stop = |state: &State| state.view(NOW).upload.is_some_and(|upload| upload.can_stop);
    state.progress(199, 200);
    assert!(can_stop(&state));
    state.progress(200, 200);
    assert!(!can_stop(&state));
    assert_eq!(state.view(NOW).upload.unwrap().percent, Some(100));
}

#[test]
fn what_was_stopped_too_late_is_told_as_received() {
    let mut state = ready();
    state.submit(NOW);
    assert_eq!(state.cancelled(), Effect::AskWhetherArrived);
    let told = state.update(Message::Arrived("/applications/X?key=k".into()), NOW);
    assert_eq!(told, Effect::Focus("error-summary"));
    assert_eq!(summary(&state), ["/applications/X?key=k"]);
    assert_eq!(state.submit(NOW), Effect::Send, "a correction");
    assert_eq!(state.arrived("/late".into()), Effect::None, "the candidate has gone on");
}

#[test]
fn a_correction_that_is_not_taken_says_so_in_the_words_of_the_server() {
    for (is_for_now, targets) in [(true, &["", "", "submit"][..]), (false, &[""])] {
        let mut state = ready();
        state.submit(NOW);
        let answer = Answer::NotTaken { message: "A newer one.".into(), is_for_now };
        assert_eq!(state.answered(answer), Effect::Focus("error-summary"));
        assert_eq!(summary(&state), targets);
        let view = state.view(NOW);
        let Summary::Shown { items, .. } = view.summary.0 else { panic!() };
        assert_eq!(items[0].text, "A newer one.");
    }
    let mut state = ready();
    state.submit(NOW);
    let errors = vec![FieldError { field: "cv".into(), message: "cv!".into() }];
    state.answered(Answer::Refused { errors, kept: Some("It stays.".into()) });
    assert_eq!(summary(&state), ["cv", ""]);
}
