//! What a lost queue message leaves behind is found again.

use crate::world::World;
use crate::{accepted, deliver, later, posting};
use intake::LEASE_MS;
use rules::Timestamp;

use intake::ports::{Ledger as _, MailKind, Sending};

fn sweep(world: &World) -> Vec<String> {
    world.queue.borrow_mut().clear();
    pollster::block_on(intake::sweep(&world.ledger, &world.ports, world.now.get())).unwrap();
    world.queue.borrow().clone()
}

#[test]
fn a_lost_queue_message_is_replaced_until_all_is_sent() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    assert_eq!(sweep(&world), std::slice::from_ref(&id));
    deliver(&world, &posting, &id).unwrap();
    assert!(sweep(&world).is_empty());
}

#[test]
fn a_letter_waits_for_its_time() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    *world.answers.borrow_mut() = vec![Sending::Sent, Sending::Later("451".into())];
    deliver(&world, &posting, &id).unwrap();
    assert!(sweep(&world).is_empty());
    later(&world, 60_000);
    assert_eq!(sweep(&world), [id]);
}

#[test]
fn a_claim_that_nobody_settled_ends() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let now = world.now.get();
    for letter in MailKind::ALL {
        let until = Timestamp(now.0 + LEASE_MS);
        pollster::block_on(world.ledger.claim(&id, letter, now, until)).unwrap().unwrap();
    }
    later(&world, LEASE_MS - 1);
    assert!(sweep(&world).is_empty());
    later(&world, 1);
    assert_eq!(sweep(&world), std::slice::from_ref(&id));
    deliver(&world, &posting, &id).unwrap();
    assert_eq!(world.mailbox.borrow().len(), 2);
}

#[test]
fn an_application_is_told_once_and_the_one_that_waited_longest_first() {
    let (world, posting) = (World::default(), posting());
    let ids = [1, 2, 3].map(|id| accepted(&world, &posting, id));
    for (index, mail, due_at) in [(0, "staff", 3), (1, "acknowledgement", 1)] {
        let id = &ids[index];
        world.run(&format!(
            "UPDATE outbox SET due_at = {due_at} WHERE application = '{id}' AND letter = '{mail}'"
        ));
    }
    assert_eq!(sweep(&world), [&ids[1], &ids[0], &ids[2]].map(Clone::clone));
}
