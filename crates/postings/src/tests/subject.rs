//! The subject of a posting beside those of others.

use domain::Posting;
use domain::posting::State;
use rules::Timestamp;

use super::SAMPLE;
use crate::{Flaw, check_subject, compile, for_another};

#[test]
fn a_subject_that_another_open_posting_has_is_refused() {
    let posting = compile("programme-officer.md", SAMPLE).unwrap();
    let other = |subject: &str| {
        let mut other = Posting { slug: "other".into(), ..posting.clone() };
        other.requirements.subject = subject.into();
        other
    };
    let closes_at = posting.requirements.window.closes_at;
    let (open, over) = (Timestamp(closes_at.0 - 1), closes_at);
    let check = |others: &[Posting], now| check_subject("x.md", SAMPLE, &posting, others, now);
    let same = other("CHARGÉ-E de programme, l’appui (Tunis)");
    let mistake = check(std::slice::from_ref(&same), open).unwrap_err().0.remove(0);
    assert!(SAMPLE.lines().nth(mistake.line - 1).unwrap().starts_with("subject"), "{mistake}");
    assert!(mistake.text.contains("`other`") && mistake.flaw == Flaw::SameSubject, "{mistake}");
    let scheduled = Timestamp(posting.requirements.window.opens_at.0 - 1);
    assert!(check(std::slice::from_ref(&same), scheduled).is_err());
    for (others, now) in [
        (vec![other("Autre objet")], open),
        (vec![Posting { state: State::Draft, ..same.clone() }], open),
        (vec![Posting { state: State::Withdrawn, ..same.clone() }], open),
        (vec![same.clone()], over),
        // It was saved with that subject before.
        (vec![same, posting.clone()], open),
    ] {
        assert_eq!(check(&others, now), Ok(()));
    }
}

#[test]
fn a_copy_has_all_but_name_and_subject() {
    let copy = for_another(SAMPLE);
    let lines = |source: &str| source.lines().map(str::to_owned).collect::<Vec<_>>();
    let missing: Vec<_> =
        lines(SAMPLE).into_iter().filter(|line| !lines(&copy).contains(line)).collect();
    assert_eq!(missing.len(), 2, "{missing:?}");
    assert!(missing[0].starts_with("slug = ") && missing[1].starts_with("subject = "), "{copy}");
    assert_eq!(for_another("no posting"), "no posting");
}
