//! Only the key opens a receipt.

use super::{accepted, deliver, key, posting};
use crate::memory::Memory;
use crate::ports::{MailState, Sending};
use crate::{Opened, Receipt, receipt_key};

fn receipt(memory: &Memory, reference: &str, with: &str) -> Option<Receipt> {
    match pollster::block_on(crate::receipt(memory, &key(), reference, with)).unwrap()? {
        Opened::Application(receipt) => Some(*receipt),
        Opened::Withdrawn(withdrawn) => panic!("{withdrawn:?}"),
    }
}

#[test]
fn the_key_of_an_application_opens_its_receipt_and_no_other() {
    let (memory, posting) = (Memory::default(), posting());
    let (mine, other) = (accepted(&memory, &posting, 1), accepted(&memory, &posting, 2));
    let applications = memory.applications.borrow().clone();
    let (mine, other) = (&applications[&mine], &applications[&other]);
    let with = receipt_key(&key(), mine);
    let opened = receipt(&memory, mine.reference.as_str(), &with).unwrap();
    assert_eq!(opened.received, *mine);
    assert_eq!(receipt(&memory, &mine.reference.as_str().to_lowercase(), &with), Some(opened));
    for (reference, with) in [
        (other.reference.as_str(), with.as_str()),
        (mine.reference.as_str(), ""),
        (mine.reference.as_str(), "AAAA"),
        ("22222222", with.as_str()),
        ("", with.as_str()),
    ] {
        assert_eq!(receipt(&memory, reference, with), None, "{reference} {with}");
    }
}

#[test]
fn it_tells_how_far_each_letter_has_come() {
    let (memory, posting) = (Memory::default(), posting());
    let id = accepted(&memory, &posting, 1);
    let received = memory.applications.borrow()[&id].clone();
    let with = receipt_key(&key(), &received);
    let delivery = || receipt(&memory, received.reference.as_str(), &with).unwrap().delivery;
    assert_eq!(delivery().forwarding, MailState::Waiting);
    // The answers are taken from the end: the letter to staff goes first.
    *memory.answers.borrow_mut() = vec![Sending::Refused("550".into()), Sending::Sent];
    deliver(&memory, &posting, &id).unwrap();
    assert_eq!(delivery().forwarding, MailState::Sent(memory.now.get()));
    assert_eq!(delivery().acknowledgement, MailState::GivenUp);
}
