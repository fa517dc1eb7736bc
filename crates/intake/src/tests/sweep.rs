//! What a lost queue message leaves behind is found again.

use super::{accepted, deliver, later, posting};
use crate::LEASE_MS;
use crate::memory::Memory;
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
fn an_application_is_told_once_and_the_one_that_waited_longest_first() {
    let (memory, posting) = (Memory::default(), posting());
    let ids = [1, 2, 3].map(|id| accepted(&memory, &posting, id));
    let mut outbox = memory.outbox.borrow_mut();
    for (index, letter, due_at) in [(0, Letter::Staff, 3), (1, Letter::Acknowledgement, 1)] {
        outbox.get_mut(&(ids[index].clone(), letter)).unwrap().due_at = Timestamp(due_at);
    }
    drop(outbox);
    assert_eq!(sweep(&memory), [&ids[1], &ids[0], &ids[2]].map(Clone::clone));
}
