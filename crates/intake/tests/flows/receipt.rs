//! Tests that only the key opens a receipt.

use crate::world::World;
use crate::{accepted, deliver, key, posting};
use intake::ports::{MailState, Sending};
use intake::{Opened, Receipt, receipt_key};

fn receipt(world: &World, reference: &str, with: &str) -> Option<Receipt> {
    match pollster::block_on(intake::receipt(&world.ledger, &key(), reference, with)).unwrap()? {
        Opened::Application(receipt) => Some(*receipt),
        Opened::Withdrawn(withdrawn) => panic!("{withdrawn:?}"),
    }
}

#[test]
fn the_key_of_an_application_opens_its_receipt_and_no_other() {
    let (world, posting) = (World::default(), posting());
    let (mine, other) = (accepted(&world, &posting, 1), accepted(&world, &posting, 2));
    let (mine, other) = (&world.application(&mine), &world.application(&other));
    let with = receipt_key(&key(), mine);
    let opened = receipt(&world, mine.reference.as_str(), &with).unwrap();
    assert_eq!(opened.received, *mine);
    assert_eq!(receipt(&world, &mine.reference.as_str().to_lowercase(), &with), Some(opened));
    for (reference, with) in [
        (other.reference.as_str(), with.as_str()),
        (mine.reference.as_str(), ""),
        (mine.reference.as_str(), "AAAA"),
        ("22222222", with.as_str()),
        ("", with.as_str()),
    ] {
        assert_eq!(receipt(&world, reference, with), None, "{reference} {with}");
    }
}

#[test]
fn it_tells_how_far_each_mail_has_come() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let received = world.application(&id);
    let with = receipt_key(&key(), &received);
    let delivery = || receipt(&world, received.reference.as_str(), &with).unwrap().delivery;
    assert_eq!(delivery().forwarding, MailState::Waiting);
    // Answers are popped from the end; the staff mail is sent first.
    *world.answers.borrow_mut() = vec![Sending::Refused("550".into()), Sending::Sent(None)];
    deliver(&world, &posting, &id).unwrap();
    assert_eq!(delivery().forwarding, MailState::Sent(world.now.get()));
    assert_eq!(delivery().acknowledgement, MailState::GivenUp);
}
