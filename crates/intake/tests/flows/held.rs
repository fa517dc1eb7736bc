//! Tests what is held of a refused form, for whom, and for how long.

use documents::samples;
use domain::{Application, HeldDocument, Posting};
use intake::ports::Fault;
use intake::{HELD_MS, Holding, Outcome, Submission, Verdict, erase_held_documents};
use rules::{Code, Timestamp};

use crate::world::World;
use crate::{NOON, accepted, file, key, posting, submission, submit};
use intake::memory::Port;

type Given = Submission<Vec<u8>>;

/// A form of a page without a script.
fn form(posting: &Posting) -> Given {
    Submission { holds: true, ..submission(posting, 1) }
}

/// The same form a minute later, without files.
fn again(posting: &Posting) -> Given {
    let received_at = Timestamp(NOON.0 + 60_000);
    Submission { documents: Vec::new(), received_at, ..form(posting) }
}

/// Sends a form in which the name is missing.
fn refuse(world: &World, posting: &Posting, mut given: Given) -> Holding {
    given.form.name.clear();
    match submit(world, posting, given) {
        Ok(Verdict::Refused { holding, .. }) => holding,
        other => panic!("{other:?}"),
    }
}

fn taken(verdict: Result<Verdict, Fault>) -> (Application, Outcome) {
    match verdict {
        Ok(Verdict::Accepted { received, outcome, .. }) => (*received, outcome),
        other => panic!("{other:?}"),
    }
}

/// What a form without files is told.
fn missing(world: &World, posting: &Posting, given: Given) -> Vec<String> {
    match submit(world, posting, given) {
        Ok(Verdict::Refused { issues, .. }) => {
            assert!(issues.iter().all(|issue| issue.code == Code::DocumentMissing), "{issues:?}");
            issues.into_iter().map(|issue| issue.field).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn names(held: &[HeldDocument]) -> Vec<&str> {
    held.iter().map(|held| held.document.file_name.as_str()).collect()
}

fn erase(world: &World, now: Timestamp) -> usize {
    pollster::block_on(erase_held_documents(&world.ports, &world.ledger, now)).unwrap()
}

const BOTH: [&str; 2] = ["cover_letter", "cv"];

#[test]
fn what_passed_need_not_be_chosen_again() {
    let (world, posting) = (World::default(), posting());
    let holding = refuse(&world, &posting, form(&posting));
    assert_eq!(names(&holding.documents), ["Lettre d’Amélie.pdf", "CV été 2025.docx"]);
    assert!(holding.documents.iter().all(|held| held.until.0 == NOON.0 + HELD_MS));
    assert_eq!(world.count("held_documents"), 2);
    let (received, outcome) = taken(submit(&world, &posting, again(&posting)));
    assert_eq!(outcome, Outcome::New);
    let sent = submission(&posting, 1).documents;
    let documents = world.documents.borrow();
    for (document, sent) in received.content.documents.iter().zip(&sent) {
        assert_eq!((&document.id, &document.file_name), (&sent.id, &sent.file_name));
        let key = format!("applications/{}/{}/{}", received.id, document.id, document.sha256);
        assert_eq!(documents[&key], sent.upload, "the same bytes");
    }
    assert_eq!(documents.len(), 2, "once sent, nothing is held");
}

#[test]
fn the_same_form_again_is_the_same_application() {
    let (world, posting) = (World::default(), posting());
    refuse(&world, &posting, form(&posting));
    let (first, _) = taken(submit(&world, &posting, again(&posting)));
    // Its answer was lost, and the browser sends it again.
    let (second, outcome) = taken(submit(&world, &posting, again(&posting)));
    assert_eq!((second, outcome), (first.clone(), Outcome::Unchanged));
    let mut changed = again(&posting);
    changed.form.phone = "+32 2 123".into();
    let (second, outcome) = taken(submit(&world, &posting, changed));
    assert_eq!((outcome, second.revision), (Outcome::Corrected, 2));
    assert_eq!(second.content.documents, first.content.documents);
}

#[test]
fn one_that_did_not_pass_is_chosen_again() {
    let (world, posting) = (World::default(), posting());
    let mut given = form(&posting);
    given.documents[1] = file("cv", "CV.pdf", samples::png());
    let holding = refuse(&world, &posting, given);
    assert_eq!(names(&holding.documents), ["Lettre d’Amélie.pdf"]);
    assert_eq!(missing(&world, &posting, again(&posting)), ["cv"]);
    let mut given = again(&posting);
    given.documents = vec![file("cv", "CV.pdf", samples::pdf("CV"))];
    let (received, _) = taken(submit(&world, &posting, given));
    assert_eq!(received.content.documents[1].file_name, "CV.pdf");
}

#[test]
fn another_file_replaces_what_is_held() {
    let (world, posting) = (World::default(), posting());
    refuse(&world, &posting, form(&posting));
    let mut given = again(&posting);
    given.documents = vec![file("cv", "CV.pdf", samples::pdf("CV"))];
    let holding = refuse(&world, &posting, given);
    assert_eq!(names(&holding.documents), ["Lettre d’Amélie.pdf", "CV.pdf"]);
    assert_eq!((world.documents.borrow().len(), world.count("held_documents")), (2, 2));
    let (received, _) = taken(submit(&world, &posting, again(&posting)));
    assert_eq!(received.content.documents[1].file_name, "CV.pdf");
}

#[test]
fn a_form_that_was_on_its_way_for_long_replaces_nothing_newer() {
    let (world, posting) = (World::default(), posting());
    let letter = |text: &str| file("cover_letter", "Lettre.pdf", samples::pdf(text));
    let newer = Given {
        documents: vec![letter("newer")],
        received_at: Timestamp(NOON.0 + 1),
        ..form(&posting)
    };
    let newer_letter = newer.documents[0].upload.clone();
    refuse(&world, &posting, newer);
    refuse(&world, &posting, Given { documents: vec![letter("older")], ..form(&posting) });
    let mut given = again(&posting);
    given.documents.push(file("cv", "CV.pdf", samples::pdf("CV")));
    let (received, _) = taken(submit(&world, &posting, given));
    let kept = received.content.documents.iter().find(|one| one.id == "cover_letter").unwrap();
    let key = format!("applications/{}/{}/{}", received.id, kept.id, kept.sha256);
    assert_eq!(world.documents.borrow()[&key], newer_letter);
}

#[test]
fn nobody_else_reaches_it() {
    let (world, posting) = (World::default(), posting());
    refuse(&world, &posting, form(&posting));
    let mut other_address = again(&posting);
    other_address.form.email = "jean@example.org".into();
    assert_eq!(missing(&world, &posting, other_address), BOTH);
    let other_page = Submission { id: submission(&posting, 2).id, ..again(&posting) };
    assert_eq!(missing(&world, &posting, other_page), BOTH);
    // Letters and spaces make no other address.
    let mut same = again(&posting);
    same.form.email = " Amelie@Example.ORG".into();
    taken(submit(&world, &posting, same));
}

#[test]
fn where_the_address_was_wrong_the_page_has_it() {
    let (world, posting) = (World::default(), posting());
    let mut given = form(&posting);
    given.form.email = "amelie".into();
    assert_eq!(refuse(&world, &posting, given).documents.len(), 2);
    let other_page = Submission { id: submission(&posting, 2).id, ..again(&posting) };
    assert_eq!(missing(&world, &posting, other_page), BOTH);
    taken(submit(&world, &posting, again(&posting)));
}

#[test]
fn without_consent_for_a_script_and_after_the_deadline_nothing_is_held() {
    type Spoil = fn(&mut Given);
    let (world, posting) = (World::default(), posting());
    let cases: [Spoil; 3] = [
        |given| given.form.consent.clear(),
        |given| given.holds = false,
        |given| given.received_at = Timestamp(1_754_258_400_000),
    ];
    for spoil in cases {
        let mut given = form(&posting);
        spoil(&mut given);
        assert_eq!(refuse(&world, &posting, given), Holding::default());
    }
    assert_eq!(world.count("held_documents"), 0);
    assert!(world.documents.borrow().is_empty());
}

#[test]
fn it_goes_after_an_hour() {
    let (world, posting) = (World::default(), posting());
    refuse(&world, &posting, form(&posting));
    let last = NOON.0 + HELD_MS;
    assert_eq!(erase(&world, Timestamp(last - 1)), 0);
    let too_late = Submission { received_at: Timestamp(last), ..again(&posting) };
    assert_eq!(missing(&world, &posting, too_late), BOTH);
    world.broken.set(Some(Port::Documents));
    assert!(
        pollster::block_on(erase_held_documents(&world.ports, &world.ledger, Timestamp(last)))
            .is_err()
    );
    assert_eq!(world.count("held_documents"), 2, "a row leads to what is left");
    world.broken.set(None);
    assert_eq!(erase(&world, Timestamp(last)), 2);
    assert_eq!(world.count("held_documents"), 0);
    assert!(world.documents.borrow().is_empty());
}

#[test]
fn what_is_gone_is_asked_for_again() {
    let (world, posting) = (World::default(), posting());
    refuse(&world, &posting, form(&posting));
    world.documents.borrow_mut().clear();
    assert_eq!(missing(&world, &posting, again(&posting)), ["cover_letter"]);
}

#[test]
fn where_it_cannot_be_held_the_form_is_refused_all_the_same() {
    let (world, posting) = (World::default(), posting());
    world.broken.set(Some(Port::Documents));
    let holding = refuse(&world, &posting, form(&posting));
    assert!(holding.documents.is_empty() && holding.fault.is_some());
}

#[test]
fn a_withdrawal_takes_it_along() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let received = world.application(&id);
    let mut correction = form(&posting);
    correction.documents = vec![file("cv", "CV.pdf", samples::pdf("CV"))];
    assert_eq!(refuse(&world, &posting, correction).documents.len(), 1);
    assert_eq!(world.documents.borrow().len(), 3);
    let (ports, ledger, signing) = (&world.ports, &world.ledger, key());
    let (reference, key) = (received.reference.as_str(), intake::receipt_key(&signing, &received));
    let now = Timestamp(NOON.0 + 120_000);
    let done = intake::withdraw(ports, ledger, &signing, reference, &key, now);
    assert_eq!(pollster::block_on(done).unwrap().unwrap().unfinished, None);
    assert!(world.documents.borrow().is_empty());
}
