//! What a lost queue message leaves behind is found again; what has been kept
//! long enough goes.

use super::{accepted, deliver, later, posting};
use crate::LEASE_MS;
use crate::memory::{Memory, Port};
use rules::Timestamp;

use crate::ports::{Ledger as _, Letter, Sending};

fn sweep(memory: &Memory) -> Vec<String> {
    memory.queue.borrow_mut().clear();
    pollster::block_on(crate::sweep(memory, memory, memory.now.get())).unwrap();
    memory.queue.borrow().clone()
}

#[test]
fn a_lost_queue_message_is_replaced_until_all_is_sent() {
    let (memory, posting) = (Memory::default(), posting());
    let id = accepted(&memory, &posting, 1);
    assert_eq!(sweep(&memory), std::slice::from_ref(&id));
    deliver(&memory, &posting, &id).unwrap();
    assert!(sweep(&memory).is_empty());
}

#[test]
fn a_letter_waits_for_its_time() {
    let (memory, posting) = (Memory::default(), posting());
    let id = accepted(&memory, &posting, 1);
    *memory.answers.borrow_mut() = vec![Sending::Sent, Sending::Later("451".into())];
    deliver(&memory, &posting, &id).unwrap();
    assert!(sweep(&memory).is_empty());
    later(&memory, 60_000);
    assert_eq!(sweep(&memory), [id]);
}

#[test]
fn a_claim_that_nobody_settled_ends() {
    let (memory, posting) = (Memory::default(), posting());
    let id = accepted(&memory, &posting, 1);
    let now = memory.now.get();
    for letter in Letter::ALL {
        let until = Timestamp(now.0 + LEASE_MS);
        pollster::block_on(memory.claim(&id, letter, now, until)).unwrap().unwrap();
    }
    later(&memory, LEASE_MS - 1);
    assert!(sweep(&memory).is_empty());
    later(&memory, 1);
    assert_eq!(sweep(&memory), std::slice::from_ref(&id));
    deliver(&memory, &posting, &id).unwrap();
    assert_eq!(memory.mailbox.borrow().len(), 2);
}

#[test]
fn nothing_is_left_on_the_day_of_deletion_and_all_the_day_before() {
    let (memory, posting) = (Memory::default(), posting());
    let erase = |now| {
        let postings = std::slice::from_ref(&posting);
        pollster::block_on(crate::erase(&memory, &memory, postings, now)).unwrap()
    };
    for id in 1..=3 {
        accepted(&memory, &posting, id);
    }
    let day_before = Timestamp(posting.erased_at().0 - 24 * 3_600_000);
    assert_eq!(erase(day_before), 0);
    assert_eq!(memory.documents.borrow().len(), 6);
    assert_eq!(posting.deadline.zone.local(posting.erased_at()).date, posting.erased_on());
    assert_eq!(erase(posting.erased_at()), 3);
    assert!(memory.documents.borrow().is_empty());
    assert!(memory.applications.borrow().is_empty());
    assert!(memory.outbox.borrow().is_empty());
}

#[test]
fn documents_that_cannot_be_deleted_keep_their_row() {
    let (memory, posting) = (Memory::default(), posting());
    accepted(&memory, &posting, 1);
    let postings = std::slice::from_ref(&posting);
    let erase =
        || pollster::block_on(crate::erase(&memory, &memory, postings, posting.erased_at()));
    memory.broken.set(Some(Port::Documents));
    assert!(erase().is_err());
    assert_eq!(memory.applications.borrow().len(), 1);
    memory.broken.set(None);
    assert_eq!(erase(), Ok(1));
}
