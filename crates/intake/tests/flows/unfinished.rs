//! Tests what becomes of applications whose documents never come whole.

use intake::memory::Port;
use intake::{ANNOUNCED_MS, PartAnswer};
use rules::Timestamp;

use crate::announced::{LENGTH, announce, awaited, erase, given, send, send_all, taken};
use crate::world::World;
use crate::{NOON, accepted, key, notify, posting};

#[test]
fn what_is_not_whole_after_twelve_hours_is_deleted_and_told() {
    let (world, posting) = (World::default(), posting());
    let given = given(&posting);
    let cv = &given.documents[1].upload;
    let first = awaited(&world, &posting, &given, NOON);
    send(&world, &posting, &first.id, cv, 0, LENGTH);
    let over = NOON.0 + ANNOUNCED_MS;
    assert_eq!(erase(&world, over - 1), 0);
    world.now.set(Timestamp(over));
    assert_eq!(send(&world, &posting, &first.id, cv, 40_000, LENGTH), PartAnswer::Gone);
    world.broken.set(Some(Port::Documents));
    let (ports, ledger) = (&world.ports, &world.ledger);
    let signing = key();
    let erased = intake::erase_unfinished(ports, ledger, &signing, Timestamp(over));
    assert!(pollster::block_on(erased).is_err());
    world.broken.set(None);
    assert_eq!(erase(&world, over), 1);
    assert!(world.documents.borrow().is_empty() && world.records.borrow().is_empty());
    notify(&world, &posting, None).unwrap();
    let mailbox = world.mailbox.borrow();
    let [(to, mail)] = mailbox.as_slice() else { panic!("{} mails", mailbox.len()) };
    assert_eq!(to, "amelie@example.org");
    let mail = mail_parser::MessageParser::default().parse(mail.as_slice()).unwrap();
    assert!(mail.subject().unwrap().contains(&posting.title));
    let text = mail.body_text(0).unwrap();
    assert!(text.contains("douze heures") && !text.contains("Ben Salah"), "{text}");
    assert!(world.ask("SELECT payload FROM mails WHERE kind = 'unfinished'").is_null());
}

#[test]
fn who_wants_neutral_mails_or_none_is_told_so_or_not() {
    let posting = posting();
    for (mails, told) in [("neutral", 1), ("none", 0)] {
        let world = World::default();
        let mut given = given(&posting);
        given.form.mails = mails.into();
        awaited(&world, &posting, &given, NOON);
        let record = world.records.borrow().values().next().unwrap().clone();
        assert_eq!(record.contains("amelie"), told > 0, "{record}");
        assert!(!record.contains("Salah") && !record.contains("Bonjour"), "{record}");
        assert_eq!(erase(&world, NOON.0 + ANNOUNCED_MS), 1);
        world.now.set(Timestamp(NOON.0 + ANNOUNCED_MS));
        notify(&world, &posting, None).unwrap();
        let mailbox = world.mailbox.borrow();
        assert_eq!(mailbox.len(), told);
        for (_, mail) in mailbox.iter() {
            let mail = String::from_utf8_lossy(mail);
            assert!(!mail.contains(&posting.organisation.name) && !mail.contains("Tunisie"));
        }
    }
}

#[test]
fn nobody_is_told_twice_a_day_or_who_has_applied() {
    let (world, posting) = (World::default(), posting());
    for minutes in 0..3 {
        let mut given = given(&posting);
        given.form.message = format!("Bonjour {minutes}");
        awaited(&world, &posting, &given, Timestamp(NOON.0 + minutes * 60_000));
    }
    assert_eq!(erase(&world, NOON.0 + ANNOUNCED_MS + 180_000), 3);
    assert_eq!(world.count("mails WHERE kind = 'unfinished'"), 1);

    let (world, given) = (World::default(), given(&posting));
    let first = awaited(&world, &posting, &given, NOON);
    send_all(&world, &posting, &given, &first, LENGTH);
    let records = world.records.borrow().clone();
    taken(announce(&world, &posting, &given, NOON));
    // As if deleting had failed.
    for (key, record) in records {
        world.stored_at.borrow_mut().insert(key.clone(), NOON);
        world.records.borrow_mut().insert(key, record);
    }
    assert_eq!(erase(&world, NOON.0 + ANNOUNCED_MS), 1);
    assert_eq!(world.count("mails WHERE kind = 'unfinished'"), 0);
}

#[test]
fn nobody_is_told_whose_other_tab_announced_the_same_and_applied() {
    let (world, posting, given) = (World::default(), posting(), given(&posting()));
    let first = awaited(&world, &posting, &given, NOON);
    send_all(&world, &posting, &given, &first, LENGTH);
    let kept = world.records.borrow().clone();
    taken(announce(&world, &posting, &given, NOON));
    // The announcement of the other tab is written late.
    for (key, record) in kept {
        let key = key.replace(&NOON.0.to_string(), &(NOON.0 + 200).to_string());
        world.stored_at.borrow_mut().insert(key.clone(), NOON);
        world.records.borrow_mut().insert(key, record);
    }
    assert_eq!(erase(&world, NOON.0 + 200 + ANNOUNCED_MS), 1);
    assert_eq!(world.count("mails WHERE kind = 'unfinished'"), 0);

    // A correction that never came whole is told of.
    let mut corrected = given;
    corrected.form.message = "Bonjour encore".to_owned();
    let later = Timestamp(NOON.0 + 60_000);
    awaited(&world, &posting, &corrected, later);
    assert_eq!(erase(&world, later.0 + ANNOUNCED_MS), 1);
    assert_eq!(world.count("mails WHERE kind = 'unfinished'"), 1);
}

#[test]
fn the_report_waits_for_what_may_still_come_whole() {
    let (world, posting) = (World::default(), posting());
    let last = posting.requirements.window.closes_at.0 - 1;
    awaited(&world, &posting, &given(&posting), Timestamp(last));
    let report = |now: i64| {
        let postings = std::slice::from_ref(&posting);
        let written = intake::report(&world.ports, &world.ledger, postings, Timestamp(now));
        pollster::block_on(written).unwrap();
        world.count("mails WHERE kind = 'report'")
    };
    assert_eq!(report(last + ANNOUNCED_MS - 1), 0);
    erase(&world, last + ANNOUNCED_MS);
    assert_eq!(report(last + ANNOUNCED_MS), 1);
}

#[test]
fn a_withdrawal_takes_it_along() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let received = world.application(&id);
    let given = given(&posting);
    let at = Timestamp(NOON.0 + 60_000);
    let correction = awaited(&world, &posting, &given, at);
    send(&world, &posting, &correction.id, &given.documents[1].upload, 0, LENGTH);
    let (ports, ledger, signing) = (&world.ports, &world.ledger, key());
    let (reference, receipt) =
        (received.reference.as_str(), intake::receipt_key(&signing, &received));
    let done = intake::withdraw(ports, ledger, &signing, reference, &receipt, at);
    assert_eq!(pollster::block_on(done).unwrap().unwrap().unfinished, None);
    assert!(world.documents.borrow().is_empty());
    assert!(!world.records.borrow().keys().any(|key| key.starts_with("announced/")));
}
