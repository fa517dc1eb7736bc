//! Withdrawal: staff and candidate get a notice, documents and rows are deleted.

use mail_parser::MessageParser;
use rules::Timestamp;

use crate::world::World;
use crate::{accepted, deliver, key, later, notify, posting, submission, submit};
use intake::LEASE_MS;
use intake::memory::Port;
use intake::ports::{Fault, Ledger as _, MailKind, Notices as _, Outbox as _, Sending};
use intake::{Opened, SigningKey, Verdict, Withdrawal, receipt_key};

/// Returns the reference of an application and the key of its receipt.
fn ticket(world: &World, id: &str) -> (String, String) {
    let received = world.application(id);
    (received.reference.to_string(), receipt_key(&key(), &received))
}

fn withdraw(
    world: &World,
    (reference, with): &(String, String),
) -> Result<Option<Withdrawal>, Fault> {
    let now = world.now.get();
    pollster::block_on(intake::withdraw(&world.ports, &world.ledger, &key(), reference, with, now))
}

fn assert_gone(world: &World) {
    assert!(world.documents.borrow().is_empty());
    assert_eq!(world.count("applications"), 0);
    assert_eq!(world.count("mails WHERE application IS NOT NULL"), 0);
}

#[test]
fn the_data_go_and_both_sides_are_told() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let number = world.application(&id).number;
    deliver(&world, &posting, &id).unwrap();
    let ticket = ticket(&world, &id);
    later(&world, 60_000);
    let done = withdraw(&world, &ticket).unwrap().unwrap();
    assert_eq!((done.withdrawn.at, done.unfinished), (world.now.get(), None));
    assert_gone(&world);
    assert_eq!(world.ask("SELECT erased || '/' || withdrawn FROM tallies"), "0/1");

    world.mailbox.borrow_mut().clear();
    notify(&world, &posting, None).unwrap();
    let mailbox = world.mailbox.borrow();
    let [staff, candidate] = mailbox.as_slice() else { panic!("{} messages", mailbox.len()) };
    assert_eq!((&*staff.0, &*candidate.0), ("applications@omct.org", "amelie@example.org"));
    let message = MessageParser::default().parse(&staff.1).unwrap();
    let (subject, text) = (message.subject().unwrap(), message.body_text(0).unwrap());
    for word in [&*ticket.0, &number.to_string(), "Amélie Ben Salah"] {
        assert!(subject.contains(word) && text.contains(word), "{subject}\n{text}");
    }
    assert!(!text.contains("amelie@example.org"), "{text}");

    let message = MessageParser::default().parse(&candidate.1).unwrap();
    let (subject, text) = (message.subject().unwrap(), message.body_text(0).unwrap());
    for word in [&*ticket.0, &*posting.contact] {
        assert!(text.contains(word), "{text}");
    }
    // Whoever reads it may never have applied.
    for typed in ["Amélie", "Salah", "applications/"] {
        assert!(!subject.contains(typed) && !text.contains(typed), "{subject}\n{text}");
    }
    let reply_to = message.reply_to().unwrap().first().unwrap().address().unwrap();
    assert_eq!(reply_to, posting.contact);
    let kept = world.ask("SELECT count(*) FROM mails WHERE payload IS NOT NULL");
    assert_eq!(kept, 0, "the name and the address are gone as well");
}

/// The address does not exist, or is somebody's who wants no mail.
#[test]
fn an_address_that_refuses_the_confirmation_is_forgotten_as_well() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    withdraw(&world, &ticket(&world, &id)).unwrap().unwrap();
    // Popped from the end: staff get theirs.
    *world.answers.borrow_mut() = vec![Sending::Refused("550 5.1.1".into()), Sending::Sent(None)];
    notify(&world, &posting, None).unwrap();
    let row = "SELECT refused_because || coalesce(payload, '') FROM mails \
        WHERE kind = 'withdrawal_confirmation'";
    assert_eq!(world.ask(row), "550 5.1.1");
}

/// A correction may have changed it since.
#[test]
fn the_confirmation_goes_to_the_latest_address() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let received = world.application(&id);
    world.run(
        "UPDATE applications SET address_changes = 1, \
         application = json_set(application, '$.email', 'new@example.net')",
    );
    let with = receipt_key(&key(), &world.application(&id));
    withdraw(&world, &(received.reference.to_string(), with)).unwrap().unwrap();
    let payload = world.ask(
        "SELECT json_extract(payload, '$.address') FROM mails WHERE kind LIKE '%confirmation'",
    );
    assert_eq!(payload, "new@example.net");
}

#[test]
fn what_was_not_sent_never_is() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    withdraw(&world, &ticket(&world, &id)).unwrap().unwrap();
    deliver(&world, &posting, &id).unwrap();
    later(&world, LEASE_MS);
    deliver(&world, &posting, &id).unwrap();
    assert!(world.mailbox.borrow().is_empty());
    assert!(pollster::block_on(world.ledger.due(world.now.get(), 10)).unwrap().is_empty());
}

#[test]
fn the_notice_waits_for_a_mail_that_may_be_on_its_way() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let until = Timestamp(world.now.get().0 + LEASE_MS);
    let mail = MailKind::Staff.mail_id(&id, 1);
    let claim = world.ledger.claim(&mail, world.now.get(), until);
    pollster::block_on(claim).unwrap().unwrap();
    withdraw(&world, &ticket(&world, &id)).unwrap().unwrap();
    notify(&world, &posting, None).unwrap();
    assert!(world.mailbox.borrow().is_empty());
    later(&world, LEASE_MS);
    notify(&world, &posting, None).unwrap();
    assert_eq!(world.mailbox.borrow().len(), 2);
}

#[test]
fn a_repeat_gets_the_same_answer_and_no_second_notice() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let ticket = ticket(&world, &id);
    let first = withdraw(&world, &ticket).unwrap();
    later(&world, 60_000);
    assert_eq!(withdraw(&world, &ticket).unwrap(), first);
    notify(&world, &posting, None).unwrap();
    notify(&world, &posting, None).unwrap();
    assert_eq!(world.mailbox.borrow().len(), 2);
    let opened = pollster::block_on(intake::receipt(&world.ledger, &key(), &ticket.0, &ticket.1));
    assert_eq!(opened.unwrap(), first.map(|first| Opened::Withdrawn(first.withdrawn)));
}

#[test]
fn without_its_key_nothing_is_withdrawn() {
    let (world, posting) = (World::default(), posting());
    let (mine, other) = (accepted(&world, &posting, 1), accepted(&world, &posting, 2));
    let (mine, other) = (ticket(&world, &mine), ticket(&world, &other));
    assert_eq!(withdraw(&world, &(mine.0, other.1)), Ok(None));
    assert_eq!(world.count("applications"), 2);
    assert_eq!(world.count("mails WHERE application IS NULL"), 0);
}

#[test]
fn documents_that_cannot_be_deleted_go_later_and_nobody_sees_them_until_then() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let ticket = ticket(&world, &id);
    world.broken.set(Some(Port::Documents));
    let done = withdraw(&world, &ticket).unwrap().unwrap();
    assert!(done.unfinished.is_some());
    assert_eq!(pollster::block_on(world.ledger.find(&id)), Ok(None));
    world.broken.set(None);
    assert_eq!(pollster::block_on(intake::finish_withdrawals(&world.ports, &world.ledger)), Ok(1));
    assert_gone(&world);
    assert_eq!(pollster::block_on(intake::finish_withdrawals(&world.ports, &world.ledger)), Ok(0));
}

#[test]
fn a_form_that_is_sent_again_does_not_bring_it_back() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    withdraw(&world, &ticket(&world, &id)).unwrap().unwrap();
    let again = submit(&world, &posting, submission(&posting, 1));
    assert!(matches!(again, Ok(Verdict::Retired { .. })), "{again:?}");
    assert_eq!(world.count("applications"), 0);
}

#[test]
fn a_report_counts_what_was_withdrawn() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    accepted(&world, &posting, 2);
    withdraw(&world, &ticket(&world, &id)).unwrap().unwrap();
    let standing = pollster::block_on(world.ledger.posting_delivery(&posting.slug)).unwrap();
    assert_eq!((standing.kept.len(), standing.withdrawn), (1, 1));
}

#[test]
fn numbers_have_no_holes_and_come_once() {
    let (world, posting) = (World::default(), posting());
    let number = |id: &str| world.application(id).number;
    let ids = [1, 2, 3].map(|id| accepted(&world, &posting, id));
    assert_eq!(ids.each_ref().map(|id| number(id)), [1, 2, 3]);
    withdraw(&world, &ticket(&world, &ids[2])).unwrap().unwrap();
    let next = accepted(&world, &posting, 4);
    assert_eq!(number(&next), 4, "that of one that was withdrawn is not given again");
}

#[test]
fn a_receipt_from_before_a_change_of_the_signing_key_still_says_that_it_was_withdrawn() {
    let (world, posting) = (World::default(), posting());
    let early = ticket(&world, &accepted(&world, &posting, 1));
    withdraw(&world, &early).unwrap().unwrap();
    let late = ticket(&world, &accepted(&world, &posting, 2));
    let new = SigningKey::new([2; 32]).unwrap();
    let open = |key: &SigningKey, (reference, with): &(String, String)| {
        pollster::block_on(intake::receipt(&world.ledger, key, reference, with)).unwrap()
    };
    let both = new.clone().after(key());
    assert!(matches!(open(&both, &early), Some(Opened::Withdrawn(_))));
    assert!(matches!(open(&both, &late), Some(Opened::Application(_))));
    assert!(open(&new, &early).is_none() && open(&new, &late).is_none());
    // Withdrawn after the change, with the address from before it.
    let now = world.now.get();
    let (reference, with) = &late;
    let gone = intake::withdraw(&world.ports, &world.ledger, &both, reference, with, now);
    assert!(pollster::block_on(gone).unwrap().is_some());
    assert!(matches!(open(&both, &late), Some(Opened::Withdrawn(_))));
}
