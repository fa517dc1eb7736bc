//! Tests forms that complete a mail, and whose documents come in parts.

use documents::samples;
use domain::Posting;
use intake::{Announced, Announcement, Completion, Outcome, Source, SubmittedDocument, Verdict};
use rules::{Form, Timestamp};

use crate::announced::{LENGTH, said_of, send_all_of};
use crate::letters::{Letter, ORIGIN, begin, come};
use crate::world::World;
use crate::{NOON, UNICODE, file, key};

fn id() -> String {
    format!("{:032x}", 1)
}

fn form(posting: &Posting) -> Form {
    Form {
        name: "Marie Dupont".into(),
        email: "marie@example.net".into(),
        subject: posting.requirements.subject.clone(),
        answers: [("eu_work_permit", "yes")].into_iter().collect(),
        consent: "yes".into(),
        ..Form::default()
    }
}

/// Announces a form at `now`, as the Worker does it, and takes it in once
/// everything is there.
fn announce(
    world: &World,
    posting: &Posting,
    form: &Form,
    files: &[SubmittedDocument<Vec<u8>>],
    now: Timestamp,
) -> Option<Announced> {
    let (ports, ledger, signing, own) =
        (&world.ports, &world.ledger, key(), crate::own_addresses());
    let (id, opens) = (id(), signing.sign("incoming form", &[&id()]));
    world.now.set(now);
    pollster::block_on(async {
        let page = intake::draft_application(ledger, &signing, posting, &id, &opens).await;
        let page = page.unwrap().unwrap();
        let (slug, source) = (&posting.slug, Source::Page(&page));
        let found = Announcement::find(ports, slug, source, form, said_of(files), now).await;
        let announcement = found.unwrap();
        let completion = || Completion {
            id: &id,
            key: &opens,
            received_at: announcement.first_arrival().unwrap_or(now),
            language: "fr",
            origin: ORIGIN,
            own_addresses: &own,
            unicode: UNICODE,
            form: form.clone(),
            documents: Vec::new(),
            holds: false,
        };
        let first = completion();
        let answer = intake::announce_completion(
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
        let completed = intake::complete_announced(
            ports,
            ledger,
            ports,
            &signing,
            posting,
            &announcement,
            completion(),
        );
        completed.await.unwrap().map(|verdict| Announced::Answered(Box::new(verdict)))
    })
}

#[test]
fn the_documents_of_the_mail_stay_and_the_others_come_in_parts() {
    let (world, posting) = begin();
    come(&world, &posting, 1, &Letter::right(&posting).without_cv()).unwrap();
    let (form, files) =
        (form(&posting), [file("cv", "CV.pdf", samples::pdf_of_length("CV", 100_000))]);
    let last = Timestamp(posting.requirements.window.closes_at.0 - 1);
    let Some(Announced::Awaited(awaited)) = announce(&world, &posting, &form, &files, last) else {
        panic!("not awaited");
    };
    assert_eq!(awaited.documents.len(), 1, "the letter is in the mail");
    let later = Timestamp(last.0 + 3_600_000);
    world.now.set(later);
    send_all_of(&world, &posting, &files, &awaited, LENGTH);
    let taken = |answer| match answer {
        Some(Announced::Answered(verdict)) => match *verdict {
            Verdict::Accepted { received, outcome, .. } => (*received, outcome),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    let (received, outcome) = taken(announce(&world, &posting, &form, &files, later));
    assert_eq!((outcome, received.received_at), (Outcome::New, last));
    let [letter, cv] = received.content.documents.as_slice() else { panic!("{received:?}") };
    assert_eq!((letter.id.as_str(), cv.bytes), ("cover_letter", 100_000));
    assert!(!world.records.borrow().keys().any(|key| key.starts_with("announced/")));
    let again = taken(announce(&world, &posting, &form, &files, later));
    assert_eq!(again, (received, Outcome::Unchanged), "its answer was lost");
    let other = Form { phone: "+32 2 123".into(), ..form };
    assert_eq!(announce(&world, &posting, &other, &files, later), None, "it is no draft any more");
    assert_eq!(world.count("applications"), 1);
}

#[test]
fn without_the_key_of_the_mail_there_is_nothing_to_announce() {
    let (world, posting) = begin();
    come(&world, &posting, 1, &Letter::right(&posting).without_cv()).unwrap();
    let (signing, id) = (key(), id());
    let page = intake::draft_application(&world.ledger, &signing, &posting, &id, "x");
    assert!(pollster::block_on(page).unwrap().is_none());
    let announced = announce(&world, &posting, &form(&posting), &[], NOON);
    let Some(Announced::Answered(verdict)) = announced else { panic!("{announced:?}") };
    assert!(matches!(*verdict, Verdict::Refused { .. }), "the CV is missing: {verdict:?}");
}
