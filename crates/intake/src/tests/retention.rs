//! What has been kept long enough goes, and so does what nothing leads to.

use rules::Timestamp;

use super::{accepted, later, posting, submission, submit};
use crate::memory::{Memory, Port};
use crate::ports::{Fault, Retention as _};
use crate::{ApplicationId, Verdict};

const DAY: i64 = 24 * 3_600_000;

fn erase(memory: &Memory, now: Timestamp) -> Result<usize, Fault> {
    let posting = posting();
    let postings = std::slice::from_ref(&posting);
    pollster::block_on(crate::erase(memory, memory, postings, now))
}

fn erase_strays(memory: &Memory) -> Result<usize, Fault> {
    pollster::block_on(crate::erase_strays(memory, memory, memory.now.get()))
}

#[test]
fn nothing_but_a_count_is_left_on_the_day_of_deletion_and_all_the_day_before() {
    let (memory, posting) = (Memory::default(), posting());
    for id in 1..=3 {
        accepted(&memory, &posting, id);
    }
    let day_before = Timestamp(posting.erased_at().0 - DAY);
    assert_eq!(erase(&memory, day_before), Ok(0));
    assert_eq!(memory.documents.borrow().len(), 6);
    assert_eq!(posting.deadline.zone.local(posting.erased_at()).date, posting.erased_on());
    assert_eq!(erase(&memory, posting.erased_at()), Ok(3));
    assert!(memory.documents.borrow().is_empty());
    assert!(memory.applications.borrow().is_empty());
    assert!(memory.outbox.borrow().is_empty());
    let tally = memory.tallies.borrow()[&posting.slug];
    assert_eq!((tally.erased, tally.withdrawn), (3, 0));
}

#[test]
fn documents_that_cannot_be_deleted_keep_their_row() {
    let (memory, posting) = (Memory::default(), posting());
    accepted(&memory, &posting, 1);
    memory.broken.set(Some(Port::Documents));
    assert!(erase(&memory, posting.erased_at()).is_err());
    assert_eq!(memory.applications.borrow().len(), 1);
    memory.broken.set(None);
    assert_eq!(erase(&memory, posting.erased_at()), Ok(1));
}

#[test]
fn an_erasure_that_broke_off_after_the_documents_goes_on_with_the_row() {
    let (memory, posting) = (Memory::default(), posting());
    accepted(&memory, &posting, 1);
    memory.documents.borrow_mut().clear();
    assert_eq!(erase(&memory, posting.erased_at()), Ok(1));
    assert!(memory.applications.borrow().is_empty());
}

#[test]
fn a_posting_that_is_taken_away_keeps_its_promise() {
    let (memory, posting) = (Memory::default(), posting());
    accepted(&memory, &posting, 1);
    assert_eq!(erase(&memory, memory.now.get()), Ok(0));
    let without = pollster::block_on(crate::erase(&memory, &memory, &[], posting.erased_at()));
    assert_eq!(without, Ok(1));
    assert!(memory.documents.borrow().is_empty());
}

/// As a kill between the documents and the row leaves it.
fn stray(memory: &Memory, id: u128) {
    let posting = posting();
    let row = accepted(memory, &posting, id);
    memory.applications.borrow_mut().remove(&row);
    memory.outbox.borrow_mut().retain(|(application, _), _| *application != row);
}

#[test]
fn documents_without_a_row_go_after_a_day_and_no_others() {
    let (memory, posting) = (Memory::default(), posting());
    let kept = accepted(&memory, &posting, 1);
    stray(&memory, 2);
    later(&memory, DAY - 1);
    assert_eq!(erase_strays(&memory), Ok(0), "it may still be arriving");
    later(&memory, 1);
    assert_eq!(erase_strays(&memory), Ok(1));
    let documents = memory.documents.borrow();
    assert_eq!(documents.len(), 2);
    assert!(documents.keys().all(|key| key.contains(&kept)));
}

#[test]
fn a_store_of_several_pages_is_gone_through_from_run_to_run() {
    let memory = Memory::default();
    for id in 1..=250 {
        stray(&memory, id);
    }
    later(&memory, DAY);
    assert_eq!(erase_strays(&memory), Ok(100), "a page of 200 documents");
    assert!(memory.bookmarks.borrow().contains_key("strays"));
    let rest: usize = (0..3).map(|_| erase_strays(&memory).unwrap()).sum();
    assert_eq!(rest, 150);
    assert!(memory.documents.borrow().is_empty());
    assert!(memory.bookmarks.borrow().is_empty(), "it begins again");
}

/// The browser of a stray comes back after days with the same token, just as
/// its documents are being deleted: it must not get a row without documents.
#[test]
fn a_stray_cannot_come_back_while_its_documents_go() {
    let (memory, posting) = (Memory::default(), posting());
    stray(&memory, 1);
    let id = ApplicationId::from_random(1).as_str().to_owned();
    pollster::block_on(memory.retire_strays(&[id], memory.now.get())).unwrap();
    let again = submit(&memory, &posting, submission(&posting, 1));
    assert!(matches!(again, Ok(Verdict::Retired { .. })), "{again:?}");
    assert!(memory.applications.borrow().is_empty());
    later(&memory, DAY);
    erase_strays(&memory).unwrap();
    assert!(memory.documents.borrow().is_empty());
}
