//! Tests postings whose applications go to several addresses.

use domain::Posting;
use intake::ports::Sending;
use mail::incoming::Incoming;
use mail_parser::MessageParser;

use crate::letters::{Letter, come};
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

/// The text of the report on the closing, which both get.
fn report(world: &World, posting: &Posting) -> String {
    world.now.set(rules::Timestamp(posting.requirements.window.closes_at.0 + DAY));
    let postings = std::slice::from_ref(posting);
    let written = intake::report(&world.ports, &world.ledger, postings, world.now.get());
    pollster::block_on(written).unwrap();
    notify(world, posting, None).unwrap();
    let mailbox = world.mailbox.borrow();
    let reports = &mailbox[mailbox.len() - 2..];
    assert_eq!([&*reports[0].0, &*reports[1].0], [FIRST, SECOND]);
    let report = MessageParser::default().parse(&reports[0].1).unwrap();
    report.body_text(0).unwrap().into_owned()
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
        let text = report(&world, &posting);
        let line = format!("n°\u{A0}1 – {reference}\u{A0}: {refused}");
        assert!(text.lines().any(|said| said == line), "{text}");
    }
}

/// A notification about the mail with this Message-ID, which names who lacks it.
fn bounce(posting: &Posting, message_id: &str, lacks: &str) -> Letter {
    let mut bounce = Letter::right(posting).with("From", "Mail <mailer-daemon@example.org>");
    bounce.envelope.0.clear();
    let report = format!("Reporting-MTA: dns; b\r\n\r\n{lacks}\r\nAction: failed\r\n");
    let headers = format!("Message-ID: {message_id}\r\n");
    bounce.files = vec![
        ("message/delivery-status".into(), String::new(), report.into_bytes()),
        ("text/rfc822-headers".into(), String::new(), headers.into_bytes()),
    ];
    bounce
}

#[test]
fn from_whom_it_came_back_is_named_in_the_report() {
    let posting = to_two();
    for (lacks, named) in [
        (
            format!(
                "Original-Recipient: rfc822;{}\r\nFinal-Recipient: rfc822; x@y.org",
                SECOND.to_uppercase()
            ),
            SECOND,
        ),
        (format!("Final-Recipient: rfc822; {FIRST}"), FIRST),
        (
            "Final-Recipient: rfc822; stranger@example.org".to_owned(),
            "une adresse qui n’est pas connue",
        ),
        ("Diagnostic-Code: smtp; 550".to_owned(), "une adresse qui n’est pas connue"),
    ] {
        let (world, id) = attempted(&posting, [Sending::Sent(None), Sending::Sent(None)]);
        let raw = world.mailbox.borrow()[0].1.clone();
        let message_id = Incoming::read(&raw).message_id.unwrap();
        come(&world, &posting, 1, &bounce(&posting, &message_id, &lacks)).unwrap();
        assert!(!staff_mail(&world, "sent_at").is_null(), "the other has it");
        assert_eq!(staff_mail(&world, "refused_because"), "bounced");
        let reference = world.application(&id).reference;
        let text = report(&world, &posting);
        let line = format!("n°\u{A0}1 – {reference}\u{A0}: {named}");
        assert!(text.lines().any(|said| said == line), "{lacks}: {text}");
    }
}

#[test]
fn what_came_back_from_all_is_lost() {
    let posting = to_two();
    let (world, _) = attempted(&posting, [Sending::Sent(None), Sending::Sent(None)]);
    let raw = world.mailbox.borrow()[0].1.clone();
    let message_id = Incoming::read(&raw).message_id.unwrap();
    for (number, one) in [(1, FIRST), (2, SECOND)] {
        let lacks = format!("Final-Recipient: rfc822; {one}");
        let letter = bounce(&posting, &message_id, &lacks)
            .with("Message-ID", &format!("<bounce.{number}@example.net>"));
        come(&world, &posting, number, &letter).unwrap();
        assert_eq!(staff_mail(&world, "sent_at").is_null(), one == SECOND);
    }
    assert_eq!(staff_mail(&world, "refused_because"), "bounced");
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
