//! What the form says of the files that are chosen.

use super::*;

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
