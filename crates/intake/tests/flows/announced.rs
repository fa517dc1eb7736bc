//! Tests applications whose documents come in parts.

use documents::samples;
use domain::{Application, Posting};
use intake::{
    ANNOUNCED_MS, Announced, AnnouncedDocument, Announcement, Awaited, MIN_PART, Outcome, Part,
    PartAnswer, Source, Submission, SubmittedDocument, Verdict,
};
use rules::{Code, Timestamp};
use sha2::Digest as _;

use crate::world::World;
use crate::{NOON, accepted, file, key, posting, submission, submit};

pub(crate) type Given = Submission<Vec<u8>>;

/// A form whose CV is so large that it comes in several parts.
pub(crate) fn given(posting: &Posting) -> Given {
    let mut given = submission(posting, 1);
    given.documents[1] = file("cv", "CV.pdf", samples::pdf_of_length("CV", 100_000));
    given
}

fn hash(bytes: &[u8]) -> String {
    let hash = sha2::Sha256::digest(bytes);
    hash.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn said(given: &Given) -> Vec<AnnouncedDocument> {
    said_of(&given.documents)
}

/// What the page says of the documents of a form.
pub(crate) fn said_of(documents: &[SubmittedDocument<Vec<u8>>]) -> Vec<AnnouncedDocument> {
    let said = documents.iter().map(|document| AnnouncedDocument {
        id: document.id.clone(),
        name: document.file_name.clone(),
        bytes: document.bytes,
        sha256: hash(&document.upload),
    });
    said.collect()
}

/// Announces a form at `now`, as the Worker does it, and submits it once
/// everything is there.
pub(crate) fn announce(
    world: &World,
    posting: &Posting,
    given: &Given,
    now: Timestamp,
) -> Announced {
    let (ports, ledger) = (&world.ports, &world.ledger);
    world.now.set(now);
    pollster::block_on(async {
        let (slug, form) = (&posting.slug, &given.form);
        let found =
            Announcement::find(ports, slug, Source::Page(&given.id), form, said(given), now).await;
        let announcement = found.unwrap();
        let received_at = announcement.first_arrival().unwrap_or(now);
        let sent = || Submission {
            received_at,
            documents: Vec::new(),
            form: given.form.clone(),
            ..submission(posting, 1)
        };
        let answer =
            intake::announce(ports, ledger, ports, posting, &announcement, &sent()).await.unwrap();
        if answer != Announced::Complete {
            return answer;
        }
        let submitted =
            intake::submit_announced(ports, ledger, ports, posting, &announcement, sent()).await;
        Announced::Answered(Box::new(submitted.unwrap()))
    })
}

pub(crate) fn awaited(world: &World, posting: &Posting, given: &Given, now: Timestamp) -> Awaited {
    match announce(world, posting, given, now) {
        Announced::Awaited(awaited) => awaited,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn taken(answer: Announced) -> (Application, Outcome) {
    match answer {
        Announced::Answered(verdict) => match *verdict {
            Verdict::Accepted { received, outcome, .. } => (*received, outcome),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// Sends the part of `document` from `from` on, of `length` bytes at most.
pub(crate) fn send(
    world: &World,
    posting: &Posting,
    announcement: &str,
    document: &[u8],
    from: usize,
    length: usize,
) -> PartAnswer {
    let part =
        Part { slug: &posting.slug, announcement, sha256: &hash(document), from: from as u64 };
    let bytes = document.iter().skip(from).take(length).copied().collect();
    let now = world.now.get();
    pollster::block_on(intake::take_part(&world.ports, part, bytes, now)).unwrap()
}

pub(crate) fn send_all(
    world: &World,
    posting: &Posting,
    given: &Given,
    awaited: &Awaited,
    length: usize,
) {
    send_all_of(world, posting, &given.documents, awaited, length);
}

/// Sends all that is awaited of a form, in parts of `length` bytes.
pub(crate) fn send_all_of(
    world: &World,
    posting: &Posting,
    documents: &[SubmittedDocument<Vec<u8>>],
    awaited: &Awaited,
    length: usize,
) {
    for ((_, arrived), document) in awaited.documents.iter().zip(documents) {
        let mut from = usize::try_from(*arrived).unwrap();
        while from < document.upload.len() {
            let answer = send(world, posting, &awaited.id, &document.upload, from, length);
            let PartAnswer::Arrived(arrived) = answer else { panic!("{answer:?}") };
            from = usize::try_from(arrived).unwrap();
        }
    }
}

pub(crate) fn erase(world: &World, now: i64) -> usize {
    let (ports, ledger) = (&world.ports, &world.ledger);
    pollster::block_on(intake::erase_unfinished(ports, ledger, &key(), Timestamp(now))).unwrap()
}

pub(crate) const LENGTH: usize = 40_000;

#[test]
fn what_was_announced_arrives_in_parts_and_counts_from_the_first_moment() {
    let (world, posting) = (World::default(), posting());
    let given = given(&posting);
    let last = posting.requirements.window.closes_at.0 - 1;
    let first = awaited(&world, &posting, &given, Timestamp(last));
    assert_eq!(first.documents.iter().map(|(_, arrived)| *arrived).sum::<u64>(), 0);
    world.now.set(Timestamp(last + ANNOUNCED_MS - 1));
    send_all(&world, &posting, &given, &first, LENGTH);
    let (received, outcome) = taken(announce(&world, &posting, &given, world.now.get()));
    assert_eq!((outcome, received.received_at), (Outcome::New, Timestamp(last)));
    let documents = world.documents.borrow();
    for (document, sent) in received.content.documents.iter().zip(&given.documents) {
        let key = format!("applications/{}/{}/{}", received.id, document.id, document.sha256);
        assert_eq!(documents[&key], sent.upload, "the same bytes");
    }
    assert_eq!((documents.len(), world.records.borrow().len()), (2, 0), "nothing else is left");
}

#[test]
fn the_same_announcement_again_is_the_same_application() {
    let (world, posting) = (World::default(), posting());
    let given = given(&posting);
    let first = awaited(&world, &posting, &given, NOON);
    send_all(&world, &posting, &given, &first, LENGTH);
    let (received, _) = taken(announce(&world, &posting, &given, NOON));
    // The answer was lost.
    let again = announce(&world, &posting, &given, Timestamp(NOON.0 + 60_000));
    assert_eq!(taken(again), (received.clone(), Outcome::Unchanged));
    // The form in one piece is the same too.
    let whole = Submission { id: given.id.clone(), ..given };
    let Ok(Verdict::Accepted { received: one, outcome, .. }) = submit(&world, &posting, whole)
    else {
        panic!("not accepted");
    };
    assert_eq!((*one, outcome), (received, Outcome::Unchanged));
    assert_eq!(world.records.borrow().len(), 0);
}

#[test]
fn what_has_arrived_is_not_awaited_again() {
    let (world, posting) = (World::default(), posting());
    let mut given = given(&posting);
    let cv = given.documents[1].upload.clone();
    let first = awaited(&world, &posting, &given, NOON);
    assert_eq!(send(&world, &posting, &first.id, &cv, 0, LENGTH), PartAnswer::Arrived(40_000));
    // After a reload the message is another one, and so is the letter.
    given.form.message = "Bonjour".into();
    given.documents[0] = file("cover_letter", "Lettre.pdf", samples::pdf("Une autre lettre"));
    let second = awaited(&world, &posting, &given, Timestamp(NOON.0 + 60_000));
    assert_ne!(second.id, first.id);
    assert_eq!(second.received_at.0, NOON.0 + 60_000, "it says something else");
    assert_eq!(second.documents.iter().map(|one| one.1).collect::<Vec<_>>(), [0, 40_000]);
    send_all(&world, &posting, &given, &second, LENGTH);
    let (received, _) = taken(announce(&world, &posting, &given, world.now.get()));
    assert_eq!(received.content.message.as_deref(), Some("Bonjour"));
    assert_eq!(world.documents.borrow().len(), 2, "no parts are left");

    // The tab in which it was announced first goes on.
    given.form.message = "Bonjour,\nvoici ma candidature.".into();
    given.documents[0] = submission(&posting, 1).documents.remove(0);
    let outdated = announce(&world, &posting, &given, world.now.get());
    let Announced::Answered(verdict) = outdated else { panic!("{outdated:?}") };
    assert!(matches!(*verdict, Verdict::Outdated { .. }), "{verdict:?}");
}

#[test]
fn parts_that_come_twice_or_out_of_turn_change_nothing() {
    let (world, posting) = (World::default(), posting());
    let given = given(&posting);
    let cv = &given.documents[1].upload;
    let id = awaited(&world, &posting, &given, NOON).id;
    let send = |from, length| send(&world, &posting, &id, cv, from, length);
    assert_eq!(send(40_000, LENGTH), PartAnswer::Arrived(0), "one is missing before it");
    assert_eq!(send(0, LENGTH), PartAnswer::Arrived(40_000));
    assert_eq!(send(0, LENGTH), PartAnswer::Arrived(40_000), "twice");
    assert_eq!(send(0, 80_000), PartAnswer::Arrived(40_000), "another tab sends longer parts");
    assert_eq!(send(40_000, cv.len()), PartAnswer::Arrived(cv.len() as u64));
    assert_eq!(send(cv.len(), LENGTH), PartAnswer::Arrived(cv.len() as u64));
    assert_eq!(world.documents.borrow().len(), 2);
}

#[test]
fn a_part_that_was_late_for_its_place_is_passed_over() {
    let (world, posting) = (World::default(), posting());
    let given = given(&posting);
    let first = awaited(&world, &posting, &given, NOON);
    let cv = &given.documents[1].upload;
    for from in [0, 40_000] {
        send(&world, &posting, &first.id, cv, from, LENGTH);
    }
    // The first one was deleted meanwhile; the second comes after that.
    world.documents.borrow_mut().retain(|key, _| !key.ends_with("0000000000"));
    world.stored_at.borrow_mut().retain(|key, _| !key.ends_with("0000000000"));
    let again = awaited(&world, &posting, &given, NOON);
    assert_eq!(again.documents[1].1, 0);
    send_all(&world, &posting, &given, &again, 50_000);
    let (received, _) = taken(announce(&world, &posting, &given, NOON));
    assert_eq!(received.content.documents[1].bytes, cv.len() as u64);
}

#[test]
fn a_part_is_neither_tiny_nor_huge_nor_of_something_else() {
    let (world, posting) = (World::default(), posting());
    let given = given(&posting);
    let cv = &given.documents[1].upload;
    let id = awaited(&world, &posting, &given, NOON).id;
    let least = usize::try_from(MIN_PART).unwrap();
    assert_eq!(send(&world, &posting, &id, cv, 0, least - 1), PartAnswer::WrongSize);
    assert_eq!(send(&world, &posting, &id, cv, 0, 0), PartAnswer::WrongSize);
    let longer = [cv.as_slice(), &[0]].concat();
    let sha256 = hash(cv);
    let part = Part { slug: &posting.slug, announcement: &id, sha256: &sha256, from: 0 };
    let put = |part, bytes| pollster::block_on(intake::take_part(&world.ports, part, bytes, NOON));
    assert_eq!(put(part, longer).unwrap(), PartAnswer::WrongSize);
    let guessed = id.replace('a', "b");
    for other in [
        Part { slug: "another", ..part },
        Part { announcement: &guessed, ..part },
        Part { announcement: "", ..part },
        Part { sha256: &"0".repeat(64), ..part },
    ] {
        assert_eq!(put(other, cv.clone()).unwrap(), PartAnswer::Gone, "{other:?}");
    }
    assert!(world.documents.borrow().is_empty());
}

#[test]
fn bytes_that_are_not_those_announced_are_not_taken_and_begin_anew() {
    let (world, posting) = (World::default(), posting());
    let given = given(&posting);
    let first = awaited(&world, &posting, &given, NOON);
    let mut other = given.documents[1].upload.clone();
    other[50_000] = b'!';
    let sha256 = hash(&given.documents[1].upload);
    let part = Part { slug: &posting.slug, announcement: &first.id, sha256: &sha256, from: 0 };
    pollster::block_on(intake::take_part(&world.ports, part, other, NOON)).unwrap();
    let letter = &given.documents[0].upload;
    send(&world, &posting, &first.id, letter, 0, letter.len());
    let Announced::Answered(verdict) = announce(&world, &posting, &given, NOON) else {
        panic!("no answer")
    };
    let Verdict::Refused { issues, .. } = *verdict else { panic!("{verdict:?}") };
    assert_eq!((issues[0].field.as_str(), issues[0].code), ("cv", Code::DocumentDamaged));
    let again = awaited(&world, &posting, &given, NOON);
    assert_eq!(
        again.documents.iter().map(|one| one.1).collect::<Vec<_>>(),
        [letter.len() as u64, 0]
    );
}

#[test]
fn what_is_wrong_is_told_before_any_document_comes_and_nothing_is_kept() {
    type Spoil = fn(&mut Given);
    let (world, posting) = (World::default(), posting());
    let cases: [(Spoil, &str); 4] = [
        (|given| given.form.consent.clear(), "consent"),
        (|given| given.form.email = "amelie".into(), "email"),
        (|given| drop(given.documents.pop()), "cv"),
        (|given| given.documents[1].bytes = 20_000_000, "cv"),
    ];
    for (spoil, field) in cases {
        let mut given = given(&posting);
        spoil(&mut given);
        let Announced::Answered(verdict) = announce(&world, &posting, &given, NOON) else {
            panic!("{field} passes")
        };
        let Verdict::Refused { issues, .. } = *verdict else { panic!("{verdict:?}") };
        assert_eq!(issues[0].field, field);
    }
    let late = posting.requirements.window.closes_at;
    let answer = announce(&world, &posting, &given(&posting), late);
    assert!(matches!(answer, Announced::Answered(_)), "{answer:?}");
    assert!(world.records.borrow().is_empty());
}

#[test]
fn a_correction_comes_in_parts_too() {
    let (world, posting) = (World::default(), posting());
    accepted(&world, &posting, 1);
    let given = given(&posting);
    let at = Timestamp(NOON.0 + 60_000);
    let first = awaited(&world, &posting, &given, at);
    send_all(&world, &posting, &given, &first, LENGTH);
    let (received, outcome) = taken(announce(&world, &posting, &given, at));
    assert_eq!((outcome, received.revision, received.revised_at), (Outcome::Corrected, 2, at));
}

/// On a bad line the parts may take longer than the ten minutes for which the
/// receipt's address is good.
#[test]
fn from_a_shared_computer_only_the_same_gets_an_answer_until_it_was_opened() {
    let (world, posting) = (World::default(), posting());
    let mut given = given(&posting);
    given.form.shared = "yes".into();
    let first = awaited(&world, &posting, &given, NOON);
    send_all(&world, &posting, &given, &first, LENGTH);
    let late = Timestamp(NOON.0 + 60 * 60_000);
    let (received, _) = taken(announce(&world, &posting, &given, late));
    let again = taken(announce(&world, &posting, &given, late));
    assert_eq!(again, (received.clone(), Outcome::Unchanged), "its answer was lost");
    let is_retired = |given: &Given| match announce(&world, &posting, given, late) {
        Announced::Answered(verdict) => matches!(*verdict, Verdict::Retired { .. }),
        _ => false,
    };
    for (address, message) in [("amelie@example.org", "Autre chose"), ("b@example.org", "Bonjour")]
    {
        let mut other = self::given(&posting);
        (other.form.email, other.form.message) = (address.into(), message.into());
        assert!(is_retired(&other), "{address}");
    }
    let signing = key();
    let opens = intake::Credential::Address(&intake::address_key(&signing, &received, late));
    let reference = received.reference.as_str();
    let opened = intake::admitted(&world.ledger, &signing, reference, opens, late);
    assert!(pollster::block_on(opened).unwrap().is_some());
    assert!(is_retired(&given), "once it was opened");
    assert_eq!(world.application(&received.id).revision, 1);
}
