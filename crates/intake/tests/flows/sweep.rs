//! Tests that the sweep finds what a lost queue message leaves behind.

use intake::ports::{MailKind, Outbox as _, Sending};
use intake::{LEASE_MS, QUEUED_MS};
use rules::Timestamp;

use crate::world::World;
use crate::{accepted, deliver, later, posting};

const MINUTE: i64 = 60_000;

/// Returns the mails that a run of the sweep queues.
fn sweep(world: &World) -> Vec<String> {
    world.queue.borrow_mut().clear();
    let ports = &world.ports;
    pollster::block_on(intake::sweep(&world.ledger, ports, ports, MINUTE)).unwrap();
    world.queue.take()
}

fn mails(id: &str) -> [String; 2] {
    MailKind::OF_APPLICATION.map(|kind| kind.mail_id(id, 1))
}

#[test]
fn a_lost_queue_message_is_replaced_until_all_is_sent() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    assert!(sweep(&world).is_empty(), "their messages are on their way");
    later(&world, QUEUED_MS);
    assert_eq!(sweep(&world), mails(&id));
    assert!(sweep(&world).is_empty(), "what is queued is not queued again");
    later(&world, QUEUED_MS);
    assert_eq!(sweep(&world), mails(&id), "the second message was lost as well");
    deliver(&world, &posting, &id).unwrap();
    later(&world, QUEUED_MS);
    assert!(sweep(&world).is_empty());
}

#[test]
fn a_mail_waits_for_its_time() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    *world.answers.borrow_mut() = vec![Sending::Sent(None), Sending::Later("451".into())];
    deliver(&world, &posting, &id).unwrap();
    assert!(sweep(&world).is_empty());
    later(&world, MINUTE);
    assert_eq!(sweep(&world), [MailKind::Staff.mail_id(&id, 1)]);
}

#[test]
fn a_claim_that_nobody_settled_ends() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let now = world.now.get();
    for mail in mails(&id) {
        let until = Timestamp(now.0 + LEASE_MS);
        pollster::block_on(world.ledger.claim(&mail, now, until)).unwrap().unwrap();
    }
    later(&world, LEASE_MS - 1);
    assert!(sweep(&world).is_empty());
    later(&world, 1);
    assert_eq!(sweep(&world), mails(&id));
    deliver(&world, &posting, &id).unwrap();
    assert_eq!(world.mailbox.borrow().len(), 2);
}

#[test]
fn what_waited_longest_comes_first() {
    let (world, posting) = (World::default(), posting());
    let ids = [1, 2].map(|id| accepted(&world, &posting, id));
    let staff = ids.each_ref().map(|id| MailKind::Staff.mail_id(id, 1));
    for (mail, due_at) in staff.iter().zip([3, 1]) {
        world.run(&format!("UPDATE mails SET due_at = {due_at} WHERE id = '{mail}'"));
    }
    later(&world, QUEUED_MS);
    assert_eq!(sweep(&world)[..2], [staff[1].clone(), staff[0].clone()]);
}

/// What a long failure of the queue has left is queued in one run.
#[test]
fn every_page_is_queued_while_the_time_lasts() {
    let (world, posting) = (World::default(), posting());
    for id in 1..=120 {
        accepted(&world, &posting, id);
    }
    later(&world, QUEUED_MS);
    let ports = &world.ports;
    let sweep =
        |budget| pollster::block_on(intake::sweep(&world.ledger, ports, ports, budget)).unwrap();
    assert_eq!(sweep(0), 100, "a page, where there is no time for more");
    assert_eq!(sweep(MINUTE), 140);
}
