//! Tests postings whose applications go to several addresses.

use domain::Posting;
use intake::ports::Sending;
use mail_parser::MessageParser;

use crate::world::World;
use crate::{accepted, deliver, later, notify, posting};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
const FIRST: &str = "applications@omct.org";
const SECOND: &str = "team@example.org";

fn to_two() -> Posting {
    Posting { recipients: vec![FIRST.to_owned(), SECOND.to_owned()], ..posting() }
}

/// An application whose staff mail met these `answers`, one for each recipient
/// in turn.
fn attempted(posting: &Posting, answers: [Sending; 2]) -> (World, String) {
    let world = World::default();
    let id = accepted(&world, posting, 1);
    // They are popped from the end; the acknowledgement is sent last.
    let [first, second] = answers;
    *world.answers.borrow_mut() = vec![Sending::Sent(None), second, first];
    deliver(&world, posting, &id).unwrap();
    (world, id)
}

/// To whom mails about an application went, but its candidate.
fn to_staff(world: &World) -> Vec<String> {
    let mailbox = world.mailbox.borrow();
    mailbox.iter().map(|(to, _)| to.clone()).filter(|to| to != "amelie@example.org").collect()
}

fn staff_mail(world: &World, column: &str) -> serde_json::Value {
    world.ask(&format!("SELECT {column} FROM mails WHERE kind = 'staff'"))
}

#[test]
fn each_gets_the_same_message_which_names_all() {
    let posting = to_two();
    let (world, id) = attempted(&posting, [Sending::Sent(None), Sending::Sent(None)]);
    later(&world, DAY);
    deliver(&world, &posting, &id).unwrap();
    assert_eq!(to_staff(&world), [FIRST, SECOND], "once each");
    let mailbox = world.mailbox.borrow();
    assert_eq!(mailbox[0].1, mailbox[1].1);
    let message = MessageParser::default().parse(&mailbox[0].1).unwrap();
    let named: Vec<_> = message.to().unwrap().iter().filter_map(|to| to.address()).collect();
    assert_eq!(named, [FIRST, SECOND]);
}

#[test]
fn who_has_it_is_not_sent_it_again() {
    let posting = to_two();
    let unsure = || Sending::Unknown("end of message".into());
    for (left, is_marked) in [(Sending::Later("450".into()), false), (unsure(), true)] {
        let (world, id) = attempted(&posting, [Sending::Sent(None), left]);
        assert!(staff_mail(&world, "sent_at").is_null());
        later(&world, MINUTE);
        deliver(&world, &posting, &id).unwrap();
        assert_eq!(to_staff(&world).iter().filter(|to| *to == FIRST).count(), 1);
        assert_eq!(to_staff(&world).last().unwrap(), SECOND);
        assert!(!staff_mail(&world, "sent_at").is_null());
        let mailbox = world.mailbox.borrow();
        let again = String::from_utf8_lossy(&mailbox.last().unwrap().1);
        assert_eq!(again.contains("X-Guichet-Possible-Duplicate"), is_marked);
    }
}

#[test]
fn who_refuses_it_keeps_nobody_from_it_and_is_named_in_the_report() {
    let posting = to_two();
    for answers in [
        [Sending::Sent(None), Sending::Refused("RCPT: 550".into())],
        [Sending::Refused("RCPT: 550".into()), Sending::Sent(None)],
    ] {
        let refused = if matches!(answers[0], Sending::Sent(_)) { SECOND } else { FIRST };
        let (world, id) = attempted(&posting, answers);
        assert!(!staff_mail(&world, "sent_at").is_null());
        assert_eq!(staff_mail(&world, "refused_because"), "RCPT: 550");
        later(&world, DAY);
        deliver(&world, &posting, &id).unwrap();
        assert_eq!(to_staff(&world).len(), 1, "it is not tried again");
        let reference = world.application(&id).reference;
        world.now.set(rules::Timestamp(posting.requirements.window.closes_at.0 + DAY));
        let now = world.now.get();
        let postings = std::slice::from_ref(&posting);
        let written = intake::report(&world.ports, &world.ledger, postings, now);
        pollster::block_on(written).unwrap();
        notify(&world, &posting, None).unwrap();
        let mailbox = world.mailbox.borrow();
        let reports = &mailbox[mailbox.len() - 2..];
        assert_eq!([&*reports[0].0, &*reports[1].0], [FIRST, SECOND]);
        let report = MessageParser::default().parse(&reports[0].1).unwrap();
        let text = report.body_text(0).unwrap();
        let line = format!("n°\u{A0}1 – {reference}\u{A0}: {refused}");
        assert!(text.lines().any(|said| said == line), "{text}");
    }
}

#[test]
fn what_all_refuse_is_lost_as_a_mail_to_one_is() {
    let refused = || Sending::Refused("RCPT: 550".into());
    let (world, _) = attempted(&to_two(), [refused(), refused()]);
    assert!(staff_mail(&world, "sent_at").is_null());
    assert_eq!(staff_mail(&world, "refused_because"), "RCPT: 550");
}

#[test]
fn what_is_too_large_for_one_goes_with_links_to_that_one_only() {
    let world = World::default();
    let posting = to_two();
    let id = accepted(&world, &posting, 1);
    *world.answers.borrow_mut() = vec![
        Sending::Sent(None),
        Sending::Sent(None),
        Sending::TooLarge("552".into()),
        Sending::Sent(None),
    ];
    deliver(&world, &posting, &id).unwrap();
    assert_eq!(to_staff(&world), [FIRST, SECOND]);
    let mailbox = world.mailbox.borrow();
    let attached =
        |at: usize| MessageParser::default().parse(&mailbox[at].1).unwrap().attachment_count();
    assert_eq!([attached(0), attached(1)], [2, 0]);
}
