//! A candidate changes their mind: staff are told, and nothing stays.

use mail_parser::MessageParser;
use rules::Timestamp;

use super::{accepted, deliver, key, later, notify, posting, submission, submit};
use crate::LEASE_MS;
use crate::memory::{Memory, Port};
use crate::ports::{Fault, Ledger as _, Letter, Notices as _};
use crate::{Opened, Verdict, Withdrawal, receipt_key};

/// The reference of an application and the key of its receipt.
fn ticket(memory: &Memory, id: &str) -> (String, String) {
    let received = &memory.applications.borrow()[id];
    (received.reference.to_string(), receipt_key(&key(), received))
}

fn withdraw(
    memory: &Memory,
    (reference, with): &(String, String),
) -> Result<Option<Withdrawal>, Fault> {
    let now = memory.now.get();
    pollster::block_on(crate::withdraw(memory, memory, &key(), reference, with, now))
}

fn assert_gone(memory: &Memory) {
    assert!(memory.documents.borrow().is_empty());
    assert!(memory.applications.borrow().is_empty());
    assert!(memory.outbox.borrow().is_empty());
}

#[test]
fn the_data_go_and_staff_are_told_by_number_and_reference_alone() {
    let (memory, posting) = (Memory::default(), posting());
    let id = accepted(&memory, &posting, 1);
    let number = memory.applications.borrow()[&id].number;
    deliver(&memory, &posting, &id).unwrap();
    let ticket = ticket(&memory, &id);
    later(&memory, 60_000);
    let done = withdraw(&memory, &ticket).unwrap().unwrap();
    assert_eq!((done.withdrawn.at, done.unfinished), (memory.now.get(), None));
    assert_gone(&memory);
    let tally = memory.tallies.borrow()[&posting.slug];
    assert_eq!((tally.erased, tally.withdrawn), (0, 1));

    memory.mailbox.borrow_mut().clear();
    notify(&memory, &posting, None).unwrap();
    let mailbox = memory.mailbox.borrow();
    let [(to, message)] = mailbox.as_slice() else { panic!("{} messages", mailbox.len()) };
    assert_eq!(to, "applications@omct.org");
    let message = MessageParser::default().parse(message).unwrap();
    let subject = message.subject().unwrap();
    assert!(subject.contains(&ticket.0) && subject.contains(&number.to_string()), "{subject}");
    let text = message.body_text(0).unwrap();
    for told in [subject, &text] {
        assert!(!told.contains("Amélie") && !told.contains("amelie@example.org"), "{told}");
    }
    let notices = memory.notices.borrow();
    assert!(notices.values().all(|row| row.notice.is_none()), "the reference is gone as well");
}

#[test]
fn what_was_not_sent_never_is() {
    let (memory, posting) = (Memory::default(), posting());
    let id = accepted(&memory, &posting, 1);
    withdraw(&memory, &ticket(&memory, &id)).unwrap().unwrap();
    deliver(&memory, &posting, &id).unwrap();
    later(&memory, LEASE_MS);
    deliver(&memory, &posting, &id).unwrap();
    assert!(memory.mailbox.borrow().is_empty());
    assert!(pollster::block_on(memory.due(memory.now.get(), 10)).unwrap().is_empty());
}

#[test]
fn the_notice_waits_for_a_letter_that_may_be_on_its_way() {
    let (memory, posting) = (Memory::default(), posting());
    let id = accepted(&memory, &posting, 1);
    let until = Timestamp(memory.now.get().0 + LEASE_MS);
    let claim = memory.claim(&id, Letter::Staff, memory.now.get(), until);
    pollster::block_on(claim).unwrap().unwrap();
    withdraw(&memory, &ticket(&memory, &id)).unwrap().unwrap();
    notify(&memory, &posting, None).unwrap();
    assert!(memory.mailbox.borrow().is_empty());
    later(&memory, LEASE_MS);
    notify(&memory, &posting, None).unwrap();
    assert_eq!(memory.mailbox.borrow().len(), 1);
}

#[test]
fn a_repeat_gets_the_same_answer_and_no_second_notice() {
    let (memory, posting) = (Memory::default(), posting());
    let id = accepted(&memory, &posting, 1);
    let ticket = ticket(&memory, &id);
    let first = withdraw(&memory, &ticket).unwrap();
    later(&memory, 60_000);
    assert_eq!(withdraw(&memory, &ticket).unwrap(), first);
    notify(&memory, &posting, None).unwrap();
    notify(&memory, &posting, None).unwrap();
    assert_eq!(memory.mailbox.borrow().len(), 1);
    let opened = pollster::block_on(crate::receipt(&memory, &key(), &ticket.0, &ticket.1));
    assert_eq!(opened.unwrap(), first.map(|first| Opened::Withdrawn(first.withdrawn)));
}

#[test]
fn without_its_key_nothing_is_withdrawn() {
    let (memory, posting) = (Memory::default(), posting());
    let (mine, other) = (accepted(&memory, &posting, 1), accepted(&memory, &posting, 2));
    let (mine, other) = (ticket(&memory, &mine), ticket(&memory, &other));
    assert_eq!(withdraw(&memory, &(mine.0, other.1)), Ok(None));
    assert_eq!(memory.applications.borrow().len(), 2);
    assert!(memory.notices.borrow().is_empty());
}

#[test]
fn documents_that_cannot_be_deleted_go_later_and_nobody_sees_them_until_then() {
    let (memory, posting) = (Memory::default(), posting());
    let id = accepted(&memory, &posting, 1);
    let ticket = ticket(&memory, &id);
    memory.broken.set(Some(Port::Documents));
    let done = withdraw(&memory, &ticket).unwrap().unwrap();
    assert!(done.unfinished.is_some());
    assert_eq!(pollster::block_on(memory.find(&id)), Ok(None));
    memory.broken.set(None);
    assert_eq!(pollster::block_on(crate::finish_withdrawals(&memory, &memory)), Ok(1));
    assert_gone(&memory);
    assert_eq!(pollster::block_on(crate::finish_withdrawals(&memory, &memory)), Ok(0));
}

#[test]
fn a_form_that_is_sent_again_does_not_bring_it_back() {
    let (memory, posting) = (Memory::default(), posting());
    let id = accepted(&memory, &posting, 1);
    withdraw(&memory, &ticket(&memory, &id)).unwrap().unwrap();
    let again = submit(&memory, &posting, submission(&posting, 1));
    assert!(matches!(again, Ok(Verdict::Retired { .. })), "{again:?}");
    assert!(memory.applications.borrow().is_empty());
}

#[test]
fn a_report_counts_what_was_withdrawn() {
    let (memory, posting) = (Memory::default(), posting());
    let id = accepted(&memory, &posting, 1);
    accepted(&memory, &posting, 2);
    withdraw(&memory, &ticket(&memory, &id)).unwrap().unwrap();
    let standing = pollster::block_on(memory.standing(&posting.slug)).unwrap();
    assert_eq!((standing.kept.len(), standing.withdrawn), (1, 1));
}

#[test]
fn numbers_have_no_holes_and_come_once() {
    let (memory, posting) = (Memory::default(), posting());
    let number = |id: &str| memory.applications.borrow()[id].number;
    let ids = [1, 2, 3].map(|id| accepted(&memory, &posting, id));
    assert_eq!(ids.each_ref().map(|id| number(id)), [1, 2, 3]);
    withdraw(&memory, &ticket(&memory, &ids[2])).unwrap().unwrap();
    let next = accepted(&memory, &posting, 4);
    assert_eq!(number(&next), 4, "that of one that was withdrawn is not given again");
}
