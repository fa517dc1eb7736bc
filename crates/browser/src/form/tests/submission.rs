//! Sending the form, and what comes of it.

use super::*;

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

/// The server can only say that something came from the page: the receipt may be
/// of what the person before has sent.
#[test]
fn where_an_earlier_form_may_have_arrived_nobody_asks_for_a_receipt() {
    for answer in [
        Answer::Failed { status: 0, retry_after: None },
        Answer::Refused { errors: Vec::new(), kept: Some("It stays.".into()) },
    ] {
        let mut state = ready();
        state.submit(NOW);
        state.answered(answer);
        state.submit(NOW);
        assert_eq!(state.cancelled(), Effect::Focus("submit"));
    }
    let mut state = ready();
    state.submit(NOW);
    assert_eq!(state.cancelled(), Effect::AskWhetherArrived);
    state.submit(NOW);
    assert_eq!(state.cancelled(), Effect::Focus("submit"), "the first one may have arrived late");
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
