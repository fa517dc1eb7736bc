//! Tests mails to outsiders beyond a handful an hour.

use intake::ports::{Ledger as _, Sending};
use mail_parser::MessageParser;

use crate::world::World;
use crate::{NOON, accepted, deliver, key, later, notify, posting, submission, submit};
use intake::receipt_key;

const MINUTE: i64 = 60_000;

/// Texts of the mails to `address`.
fn mails_to(world: &World, address: &str) -> Vec<String> {
    let mailbox = world.mailbox.borrow();
    let mails = mailbox.iter().filter(|(to, _)| to == address);
    let text = |raw: &[u8]| {
        let message = MessageParser::default().parse(raw).unwrap();
        message.body_text(0).unwrap().into_owned()
    };
    mails.map(|(_, raw)| text(raw)).collect()
}

fn is_acknowledged(world: &World, id: &str) -> bool {
    let found = pollster::block_on(world.ledger.find_with_delivery(id)).unwrap();
    found.is_some_and(|(_, delivery)| delivery.acknowledgement.sent_at().is_some())
}

#[test]
fn beyond_five_an_hour_a_digest_tells_what_the_others_would_have() {
    let (world, posting) = (World::default(), posting());
    let ids: Vec<String> = (1..=8).map(|n| accepted(&world, &posting, n)).collect();
    for id in &ids {
        deliver(&world, &posting, id).unwrap();
    }
    assert_eq!(mails_to(&world, "amelie@example.org").len(), 5);
    assert_eq!(mails_to(&world, "applications@omct.org").len(), 8, "staff get each");

    later(&world, 55 * MINUTE);
    notify(&world, &posting, None).unwrap();
    let mails = mails_to(&world, "amelie@example.org");
    assert_eq!(mails.len(), 6);
    for (n, id) in ids.iter().enumerate() {
        let reference = world.application(id).reference.to_string();
        assert!(is_acknowledged(&world, id), "{reference}");
        let receipt = format!("https://guichet.example/applications/{reference}?key=");
        assert_eq!(mails[5].contains(&receipt), n >= 5, "{}", mails[5]);
        assert_eq!(mails.iter().filter(|mail| mail.contains(&reference)).count(), 1);
    }

    later(&world, 120 * MINUTE);
    for id in &ids {
        deliver(&world, &posting, id).unwrap();
    }
    notify(&world, &posting, None).unwrap();
    assert_eq!(mails_to(&world, "amelie@example.org").len(), 6, "nothing twice");
    submit(&world, &posting, submission(&posting, 9)).unwrap();
    deliver(&world, &posting, &format!("{:032x}", 9)).unwrap();
    assert_eq!(mails_to(&world, "amelie@example.org").len(), 7, "another hour");
}

#[test]
fn addresses_of_one_mailbox_share_it_but_no_receipt() {
    let (world, posting) = (World::default(), posting());
    world.now.set(NOON);
    let mut ids = Vec::new();
    for n in 1..=9_u8 {
        let mut form = submission(&posting, n.into());
        form.form.email = format!("Zoe+{n}@example.org");
        submit(&world, &posting, form).unwrap();
        ids.push(format!("{n:032x}"));
    }
    for id in &ids {
        deliver(&world, &posting, id).unwrap();
    }
    later(&world, 55 * MINUTE);
    notify(&world, &posting, None).unwrap();
    let [digest] = &mails_to(&world, "Zoe+6@example.org")[..] else { panic!("one digest") };
    for (n, id) in ids.iter().enumerate().skip(5) {
        let reference = world.application(id).reference.to_string();
        assert!(digest.contains(&reference));
        assert_eq!(digest.contains(&format!("/applications/{reference}?key=")), n == 5);
    }
    assert_eq!(world.mailbox.borrow().len(), 9 + 5 + 1);
}

#[test]
fn a_digest_that_does_not_leave_holds_nothing_up() {
    let (world, posting) = (World::default(), posting());
    let ids: Vec<String> = (1..=6).map(|n| accepted(&world, &posting, n)).collect();
    for id in &ids {
        deliver(&world, &posting, id).unwrap();
    }
    for _ in 0..3 {
        later(&world, 50 * MINUTE);
        *world.answers.borrow_mut() = vec![Sending::Later("421".into())];
        notify(&world, &posting, None).unwrap();
    }
    assert_eq!(mails_to(&world, "amelie@example.org").len(), 5);
    world.answers.borrow_mut().clear();
    deliver(&world, &posting, &ids[5]).unwrap();
    assert_eq!(mails_to(&world, "amelie@example.org").len(), 6);
    later(&world, 6 * 60 * MINUTE);
    notify(&world, &posting, None).unwrap();
    assert_eq!(mails_to(&world, "amelie@example.org").len(), 6, "it has nothing left to tell");
}

#[test]
fn an_attempt_that_failed_is_not_counted_again() {
    let (world, posting) = (World::default(), posting());
    let first = accepted(&world, &posting, 1);
    for _ in 0..6 {
        // Answers are popped from the end; the staff mail is sent first.
        *world.answers.borrow_mut() = vec![Sending::Later("421".into()); 2];
        deliver(&world, &posting, &first).unwrap();
        later(&world, 9 * MINUTE);
    }
    world.answers.borrow_mut().clear();
    for n in 2..=5 {
        let id = accepted(&world, &posting, n);
        deliver(&world, &posting, &id).unwrap();
    }
    assert_eq!(mails_to(&world, "amelie@example.org").len(), 4);
}

/// Who has somebody else's address can withdraw what they sent with it.
#[test]
fn confirmations_of_withdrawals_are_counted_and_come_by_digest_too() {
    let (world, posting) = (World::default(), posting());
    let ids: Vec<String> = (1..=5).map(|n| accepted(&world, &posting, n)).collect();
    for id in &ids {
        deliver(&world, &posting, id).unwrap();
    }
    let mut references = Vec::new();
    for id in &ids[..2] {
        let received = world.application(id);
        let (reference, with) = (received.reference.to_string(), receipt_key(&key(), &received));
        let (ports, ledger, signing) = (&world.ports, &world.ledger, key());
        let now = world.now.get();
        let done = intake::withdraw(ports, ledger, &signing, &reference, &with, now);
        pollster::block_on(done).unwrap().unwrap();
        references.push(reference);
    }
    notify(&world, &posting, None).unwrap();
    assert_eq!(mails_to(&world, "amelie@example.org").len(), 5, "enough for this hour");
    later(&world, 55 * MINUTE);
    notify(&world, &posting, None).unwrap();
    let mails = mails_to(&world, "amelie@example.org");
    assert_eq!(mails.len(), 6);
    for reference in references {
        assert!(mails[5].contains(&format!("{reference}, retirée le")), "{}", mails[5]);
    }
    let left = "mails WHERE kind = 'withdrawal_confirmation' AND payload IS NOT NULL";
    assert_eq!(world.count(left), 0, "the address is kept no longer");
}
