//! Tests erasure on the promised day, and of orphaned documents.

use documents::samples;
use domain::Posting;
use rules::Timestamp;

use crate::world::World;
use crate::{NOON, accepted, deliver_mail, file, later, posting, submission, submit};
use intake::memory::Port;
use intake::ports::{Fault, Outbox as _, Retention as _};
use intake::{ApplicationId, Verdict};

const DAY: i64 = 24 * 3_600_000;

fn erase(world: &World, now: Timestamp) -> Result<usize, Fault> {
    erase_with(world, &posting(), now)
}

fn erase_with(world: &World, posting: &Posting, now: Timestamp) -> Result<usize, Fault> {
    let postings = std::slice::from_ref(posting);
    pollster::block_on(intake::erase(&world.ports, &world.ledger, postings, now))
}

pub(crate) fn erase_orphaned_documents(world: &World) -> Result<usize, Fault> {
    pollster::block_on(intake::erase_orphaned_documents(
        &world.ports,
        &world.ledger,
        world.now.get(),
    ))
}

#[test]
fn nothing_but_a_count_is_left_on_the_day_of_deletion_and_all_the_day_before() {
    let (world, posting) = (World::default(), posting());
    for id in 1..=3 {
        accepted(&world, &posting, id);
    }
    let day_before = Timestamp(posting.erased_at().0 - DAY);
    assert_eq!(erase(&world, day_before), Ok(0));
    assert_eq!(world.documents.borrow().len(), 6);
    assert_eq!(posting.deadline.zone.local(posting.erased_at()).date, posting.erased_on());
    assert_eq!(erase(&world, posting.erased_at()), Ok(3));
    assert!(world.documents.borrow().is_empty());
    assert_eq!(world.count("applications"), 0);
    assert_eq!(world.count("mails"), 0);
    assert_eq!(world.ask("SELECT erased || '/' || withdrawn FROM tallies"), "3/0");
}

#[test]
fn documents_that_cannot_be_deleted_keep_their_row() {
    let (world, posting) = (World::default(), posting());
    accepted(&world, &posting, 1);
    world.broken.set(Some(Port::Documents));
    assert!(erase(&world, posting.erased_at()).is_err());
    assert_eq!(world.count("applications"), 1);
    world.broken.set(None);
    assert_eq!(erase(&world, posting.erased_at()), Ok(1));
}

#[test]
fn an_erasure_that_broke_off_after_the_documents_goes_on_with_the_row() {
    let (world, posting) = (World::default(), posting());
    accepted(&world, &posting, 1);
    world.documents.borrow_mut().clear();
    assert_eq!(erase(&world, posting.erased_at()), Ok(1));
    assert_eq!(world.count("applications"), 0);
}

#[test]
fn a_posting_that_is_taken_away_keeps_its_promise() {
    let (world, posting) = (World::default(), posting());
    accepted(&world, &posting, 1);
    assert_eq!(erase(&world, world.now.get()), Ok(0));
    let without =
        pollster::block_on(intake::erase(&world.ports, &world.ledger, &[], posting.erased_at()));
    assert_eq!(without, Ok(1));
    assert!(world.documents.borrow().is_empty());
}

/// 18 days instead of 180, a slip of the keyboard, erased every application
/// of a posting within minutes.
#[test]
fn the_day_of_deletion_never_moves_because_a_posting_changes() {
    for days in [18, 730] {
        let (world, mut posting) = (World::default(), posting());
        accepted(&world, &posting, 1);
        let told = posting.erased_at();
        assert_eq!(erase_with(&world, &posting, world.now.get()), Ok(0));
        posting.retention_days = days;
        assert_eq!(erase_with(&world, &posting, Timestamp(told.0 - DAY)), Ok(0), "{days}");
        assert_eq!(world.documents.borrow().len(), 2, "{days}");
        let id = ApplicationId::from_random(1);
        assert_eq!(world.application(id.as_str()).erased_at(&posting), told, "{days}");
        assert_eq!(erase_with(&world, &posting, told), Ok(1), "{days}");
    }
}

/// What a withdrawal has left, and reports, go with the last day that was told.
#[test]
fn a_shorter_retention_does_not_close_the_books_early() {
    let (world, mut posting) = (World::default(), posting());
    accepted(&world, &posting, 1);
    let told = posting.erased_at();
    world.run(
        "INSERT INTO retired (id, posting, retired_at) SELECT 'x', posting, 1 FROM applications",
    );
    assert_eq!(erase_with(&world, &posting, world.now.get()), Ok(0));
    posting.retention_days = 18;
    let day_before = Timestamp(told.0 - DAY);
    world.run("DELETE FROM applications");
    assert_eq!(erase_with(&world, &posting, day_before), Ok(0));
    assert_eq!(world.count("retired"), 1);
    assert_eq!(erase_with(&world, &posting, told), Ok(0));
    assert_eq!(world.count("retired"), 0);
}

/// The Worker before migration 0005 knows no day.
#[test]
fn an_application_of_the_previous_worker_gets_the_day_of_its_posting() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    world.run("UPDATE applications SET erase_at = NULL");
    assert_eq!(world.application(&id).erased_on(&posting), posting.erased_on());
    assert_eq!(erase(&world, world.now.get()), Ok(0));
    assert_eq!(world.application(&id).erase_at, Some(posting.erased_at()));
}

/// As a kill between the documents and the row leaves it.
fn orphan(world: &World, id: u128) {
    let posting = posting();
    let row = accepted(world, &posting, id);
    world.run(&format!(
        "DELETE FROM mails WHERE application = '{row}'; DELETE FROM applications WHERE id = '{row}'"
    ));
}

#[test]
fn documents_without_a_row_go_after_a_day_and_no_others() {
    let (world, posting) = (World::default(), posting());
    let kept = accepted(&world, &posting, 1);
    orphan(&world, 2);
    later(&world, DAY - 1);
    assert_eq!(erase_orphaned_documents(&world), Ok(0), "it may still be arriving");
    later(&world, 1);
    assert_eq!(erase_orphaned_documents(&world), Ok(1));
    let documents = world.documents.borrow();
    assert_eq!(documents.len(), 2);
    assert!(documents.keys().all(|key| key.contains(&kept)));
}

#[test]
fn a_store_of_several_pages_is_gone_through_from_run_to_run() {
    let world = World::default();
    for id in 1..=250 {
        orphan(&world, id);
    }
    later(&world, DAY);
    assert_eq!(erase_orphaned_documents(&world), Ok(100), "a page of 200 documents");
    assert_eq!(world.count("bookmarks"), 1);
    let rest: usize = (0..3).map(|_| erase_orphaned_documents(&world).unwrap()).sum();
    assert_eq!(rest, 150);
    assert!(world.documents.borrow().is_empty());
    assert_eq!(world.count("bookmarks"), 0, "it begins again");
}

/// The browser of such a candidate comes back after days with the same token, just as
/// its documents are being deleted: it must not get a row without documents.
#[test]
fn an_orphan_cannot_come_back_while_its_documents_go() {
    let (world, posting) = (World::default(), posting());
    orphan(&world, 1);
    let id = ApplicationId::from_random(1).as_str().to_owned();
    pollster::block_on(world.ledger.retire_orphans(&[id], world.now.get())).unwrap();
    let again = submit(&world, &posting, submission(&posting, 1));
    assert!(matches!(again, Ok(Verdict::Retired { .. })), "{again:?}");
    assert_eq!(world.count("applications"), 0);
    later(&world, DAY);
    erase_orphaned_documents(&world).unwrap();
    assert!(world.documents.borrow().is_empty());
}

/// What a correction had stored before it failed stayed until the day of
/// deletion.
#[test]
fn documents_of_a_correction_that_failed_go_after_a_day() {
    let (world, posting) = (World::default(), posting());
    accepted(&world, &posting, 1);
    let correction = |cv: &str, hours: i64| {
        let mut changed = submission(&posting, 1);
        changed.received_at = Timestamp(NOON.0 + hours * 3_600_000);
        changed.documents[1] = file("cv", "CV.pdf", samples::pdf(cv));
        world.now.set(changed.received_at);
        changed
    };
    let keys = || world.documents.borrow().keys().cloned().collect::<Vec<_>>();
    // It ends between the documents and the commit.
    let fail = |hours: i64| {
        world.run(
            "CREATE TRIGGER fails BEFORE INSERT ON revisions BEGIN SELECT RAISE(ABORT, 'away'); END",
        );
        assert!(submit(&world, &posting, correction("b", hours)).is_err());
        world.run("DROP TRIGGER fails");
        assert!(keys().iter().any(|key| key.contains("/cv/2/")), "{:?}", keys());
    };
    fail(1);
    later(&world, DAY - 1);
    erase_orphaned_documents(&world).unwrap();
    assert_eq!(keys().len(), 3, "not before a day");
    later(&world, 1);
    assert_eq!(erase_orphaned_documents(&world), Ok(0), "no application is gone");
    assert_eq!(keys().len(), 2);
    // The same file again, as the day ends: it does not build on what may go.
    fail(26);
    let verdict = submit(&world, &posting, correction("b", 50)).unwrap();
    assert!(matches!(verdict, Verdict::Accepted { .. }), "{verdict:?}");
    let is_new = |key: &String| key.contains("/cv/3/");
    assert!(keys().iter().any(is_new), "{:?}", keys());
    erase_orphaned_documents(&world).unwrap();
    assert!(keys().iter().any(is_new), "{:?}", keys());
    later(&world, DAY);
    deliver_all(&world, &posting);
    let clean = intake::erase_replaced_documents(&world.ports, &world.ledger);
    assert_eq!(pollster::block_on(clean), Ok(1));
    assert_eq!(keys().len(), 2, "{:?}", keys());
    erase_orphaned_documents(&world).unwrap();
    assert_eq!(keys().len(), 2, "{:?}", keys());
}

fn deliver_all(world: &World, posting: &Posting) {
    for mail in pollster::block_on(world.ledger.due(Timestamp(i64::MAX), 100)).unwrap() {
        deliver_mail(world, posting, &mail.id).unwrap();
    }
}
