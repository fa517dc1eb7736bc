//! Tests corrections whose documents come in parts.

use documents::samples;
use domain::{Application, Posting};
use intake::{
    ANNOUNCED_MS, Amendment, Announced, Announcement, Awaited, Outcome, Source, SubmittedDocument,
    Verdict, receipt_key,
};
use rules::{Code, Form, Timestamp};

use crate::announced::{LENGTH, erase, said_of, send_all_of};
use crate::world::World;
use crate::{NOON, UNICODE, accepted, file, key, notify, posting, submission};

/// What corrects an application: the phone, and the CV, which comes in parts.
struct Change {
    key: String,
    revision: u32,
    form: Form,
    documents: Vec<SubmittedDocument<Vec<u8>>>,
}

impl Change {
    fn of(received: &Application, posting: &Posting) -> Self {
        Self {
            key: receipt_key(&key(), received),
            revision: received.revision,
            form: Form { phone: "+32 2 123".into(), ..submission(posting, 1).form },
            documents: vec![file("cv", "CV.pdf", samples::pdf_of_length("other", 100_000))],
        }
    }
}

fn minute(minutes: i64) -> Timestamp {
    Timestamp(NOON.0 + minutes * 60_000)
}

/// Announces a correction at `now`, as the Worker does it, and makes it once
/// everything is there.
fn announce(
    world: &World,
    posting: &Posting,
    received: &Application,
    change: &Change,
    now: Timestamp,
) -> Option<Announced> {
    let (ports, ledger, signing, own) =
        (&world.ports, &world.ledger, key(), crate::own_addresses());
    world.now.set(now);
    pollster::block_on(async {
        let (slug, revision) = (&posting.slug, change.revision);
        let source = Source::Receipt { application: &received.id, revision, key: &change.key };
        let said = said_of(&change.documents);
        let found = Announcement::find(ports, slug, source, &change.form, said, now).await;
        let announcement = found.unwrap();
        let amendment = || Amendment {
            reference: received.reference.as_str(),
            key: &change.key,
            revision,
            received_at: announcement.first_arrival().unwrap_or(now),
            language: "fr",
            own_addresses: &own,
            unicode: UNICODE,
            form: change.form.clone(),
            documents: Vec::new(),
            holds: false,
            uses_held: false,
        };
        let first = amendment();
        let answer = intake::announce_correction(
            ports,
            ledger,
            ports,
            &signing,
            posting,
            &announcement,
            &first,
        );
        let answer = answer.await.unwrap();
        if answer != Some(Announced::Complete) {
            return answer;
        }
        let corrected = intake::correct_announced(
            ports,
            ledger,
            ports,
            &signing,
            posting,
            &announcement,
            amendment(),
        );
        corrected.await.unwrap().map(|verdict| Announced::Answered(Box::new(verdict)))
    })
}

fn awaited(answer: Option<Announced>) -> Awaited {
    match answer {
        Some(Announced::Awaited(awaited)) => awaited,
        other => panic!("{other:?}"),
    }
}

fn verdict(answer: Option<Announced>) -> Verdict {
    match answer {
        Some(Announced::Answered(verdict)) => *verdict,
        other => panic!("{other:?}"),
    }
}

fn taken(answer: Option<Announced>) -> (Application, Outcome) {
    match verdict(answer) {
        Verdict::Accepted { received, outcome, .. } => (*received, outcome),
        other => panic!("{other:?}"),
    }
}

/// An application of noon.
fn applied(world: &World, posting: &Posting) -> Application {
    let id = accepted(world, posting, 1);
    world.application(&id)
}

fn announcements(world: &World) -> usize {
    world.records.borrow().keys().filter(|key| key.starts_with("announced/")).count()
}

#[test]
fn a_correction_arrives_in_parts_and_counts_from_the_first_moment() {
    let (world, posting) = (World::default(), posting());
    let first = applied(&world, &posting);
    let change = Change::of(&first, &posting);
    let last = Timestamp(posting.requirements.window.closes_at.0 - 1);
    let announced = awaited(announce(&world, &posting, &first, &change, last));
    let later = Timestamp(last.0 + ANNOUNCED_MS - 1);
    world.now.set(later);
    send_all_of(&world, &posting, &change.documents, &announced, LENGTH);
    let (second, outcome) = taken(announce(&world, &posting, &first, &change, later));
    assert_eq!((outcome, second.revision, second.revised_at), (Outcome::Corrected, 2, last));
    assert_eq!(second.content.phone.as_deref(), Some("+32 2 123"));
    let [letter, cv] = second.content.documents.as_slice() else { panic!("{second:?}") };
    assert_eq!(letter, &first.content.documents[0], "it was not replaced");
    let place = format!("applications/{}/cv/{}/{}", second.id, cv.revision, cv.sha256);
    assert_eq!(world.documents.borrow()[&place], change.documents[0].upload);
    assert_eq!(world.documents.borrow().len(), 3, "the earlier CV until it has been sent");
    assert_eq!(announcements(&world), 0, "nothing else is left");
    // The answer was lost.
    let again = taken(announce(&world, &posting, &first, &change, later));
    assert_eq!(again, (second, Outcome::Unchanged));
}

#[test]
fn a_newer_revision_in_between_makes_it_outdated() {
    let (world, posting) = (World::default(), posting());
    let first = applied(&world, &posting);
    let change = Change::of(&first, &posting);
    let announced = awaited(announce(&world, &posting, &first, &change, minute(1)));
    let mut other = Change { documents: Vec::new(), ..Change::of(&first, &posting) };
    other.form.message = "Autre chose".into();
    let (second, _) = taken(announce(&world, &posting, &first, &other, minute(2)));
    assert_eq!(second.revision, 2);
    send_all_of(&world, &posting, &change.documents, &announced, LENGTH);
    for change in [&change, &Change::of(&first, &posting)] {
        let answer = verdict(announce(&world, &posting, &first, change, minute(3)));
        assert!(matches!(answer, Verdict::Outdated { .. }), "{answer:?}");
    }
    assert_eq!(world.application(&first.id), second);
    // Made again from the latest revision, what has arrived is not sent twice.
    let anew = Change::of(&second, &posting);
    let (third, _) = taken(announce(&world, &posting, &second, &anew, minute(4)));
    assert_eq!((third.revision, third.revised_at), (3, minute(4)));
}

#[test]
fn what_is_wrong_is_told_before_any_document_comes() {
    let (world, posting) = (World::default(), posting());
    let first = applied(&world, &posting);
    let mut change = Change::of(&first, &posting);
    change.form.name.clear();
    let closed = posting.requirements.window.closes_at;
    for (now, code) in [(minute(1), Code::Missing), (closed, Code::DeadlinePassed)] {
        let answer = verdict(announce(&world, &posting, &first, &change, now));
        let Verdict::Refused { issues, kept: Some(kept), .. } = answer else {
            panic!("{answer:?}")
        };
        assert_eq!((issues[0].code, *kept), (code, first.clone()));
    }
    let stranger = Change { key: "x".to_owned(), ..Change::of(&first, &posting) };
    assert_eq!(announce(&world, &posting, &first, &stranger, minute(1)), None);
    assert_eq!(announcements(&world), 0);
}

#[test]
fn after_twelve_hours_it_is_deleted_and_the_application_stays() {
    for (mails, told) in [("full", true), ("neutral", true), ("none", false)] {
        let (world, posting) = (World::default(), posting());
        let mut given = submission(&posting, 1);
        given.form.mails = mails.into();
        let Ok(Verdict::Accepted { received: first, .. }) = crate::submit(&world, &posting, given)
        else {
            panic!("not accepted");
        };
        let mut change = Change::of(&first, &posting);
        change.form.email = "somebody.else@example.org".into();
        change.form.mails.clear();
        let announced = awaited(announce(&world, &posting, &first, &change, minute(1)));
        send_all_of(&world, &posting, &change.documents, &announced, LENGTH);
        let kept = world.records.borrow().values().cloned().collect::<String>();
        assert!(!kept.contains("example.org"), "the application has the address: {kept}");
        let over = Timestamp(minute(1).0 + ANNOUNCED_MS);
        assert_eq!(erase(&world, over.0), 1);
        assert_eq!((announcements(&world), world.documents.borrow().len()), (0, 2));
        world.now.set(over);
        notify(&world, &posting, None).unwrap();
        let mailbox = world.mailbox.borrow();
        assert_eq!(mailbox.len(), usize::from(told));
        for (to, mail) in mailbox.iter() {
            assert_eq!(to, "amelie@example.org");
            let mail = mail_parser::MessageParser::default().parse(mail.as_slice()).unwrap();
            let text = mail.body_text(0).unwrap();
            assert!(text.contains(first.reference.as_str()), "{text}");
            assert_eq!(text.contains(&posting.title), mails == "full", "{text}");
        }
        assert_eq!(world.application(&first.id), *first);
    }
}

#[test]
fn nobody_is_told_of_a_correction_that_was_made_otherwise() {
    let (world, posting) = (World::default(), posting());
    let first = applied(&world, &posting);
    awaited(announce(&world, &posting, &first, &Change::of(&first, &posting), minute(1)));
    let other = Change { documents: Vec::new(), ..Change::of(&first, &posting) };
    taken(announce(&world, &posting, &first, &other, minute(2)));
    assert_eq!(erase(&world, minute(1).0 + ANNOUNCED_MS), 1);
    assert_eq!(world.count("mails WHERE kind = 'unfinished'"), 0);
}

#[test]
fn a_withdrawal_takes_it_along() {
    let (world, posting) = (World::default(), posting());
    let first = applied(&world, &posting);
    let change = Change::of(&first, &posting);
    let announced = awaited(announce(&world, &posting, &first, &change, minute(1)));
    send_all_of(&world, &posting, &change.documents, &announced, LENGTH);
    let (ports, ledger, signing) = (&world.ports, &world.ledger, key());
    let reference = first.reference.as_str();
    let done = intake::withdraw(ports, ledger, &signing, reference, &change.key, minute(2));
    assert_eq!(pollster::block_on(done).unwrap().unwrap().unfinished, None);
    assert_eq!((announcements(&world), world.documents.borrow().len()), (0, 0));
    assert_eq!(announce(&world, &posting, &first, &change, minute(3)), None);
}
