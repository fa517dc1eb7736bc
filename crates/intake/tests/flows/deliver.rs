//! Tests delivery: what the mails say, and how often they are sent.

use mail_parser::{Message, MessageParser, MimeHeaders as _};

use crate::world::World;
use crate::{accepted, deliver, later, posting};
use intake::memory::Port;
use intake::ports::{GIVE_UP_AFTER_MS, MailKind, Outbox as _, Sending};
use intake::{LEASE_MS, SLOW_DOWN_MS, next_attempt};
use rules::Timestamp;

const MINUTE: i64 = 60_000;

#[test]
fn staff_get_the_application_and_the_candidate_an_acknowledgement() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    deliver(&world, &posting, &id).unwrap();
    let reference = world.application(&id).reference.to_string();
    let mailbox = world.mailbox.borrow();
    let [(staff, application), (candidate, acknowledgement)] = mailbox.as_slice() else {
        panic!("{} messages", mailbox.len())
    };

    assert_eq!(staff, "applications@omct.org");
    let message = parse(application);
    let subject = message.subject().unwrap();
    assert!(subject.starts_with(posting.requirements.subject.as_str()), "{subject}");
    assert!(subject.contains("Amélie Ben Salah") && subject.contains(&reference), "{subject}");
    let reply_to = message.reply_to().unwrap().first().unwrap();
    assert_eq!(reply_to.address(), Some("amelie@example.org"));
    let from = message.from().unwrap().first().unwrap();
    assert_eq!(from.name(), Some("Amélie Ben Salah via OMCT Carrières"));
    assert_eq!(from.address(), Some("guichet@example.org"));
    let attachments: Vec<_> = message.attachments().collect();
    assert_eq!(attachments.len(), 2);
    assert_eq!(attachments[1].contents(), documents::samples::docx("CV"));
    assert_eq!(attachments[1].attachment_name(), Some("BEN_SALAH_Amélie_CV.docx"));

    assert_eq!(candidate, "amelie@example.org");
    let message = parse(acknowledgement);
    assert_eq!(message.attachment_count(), 0);
    let text = message.body_text(0).unwrap();
    assert!(text.contains(&reference), "{text}");
    assert!(text.contains("https://guichet.example/applications/"), "{text}");
    assert!(!text.contains("voici ma candidature"), "{text}");
}

#[test]
fn a_suppressed_recipient_is_tried_for_a_day() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let suppressed = || Sending::Suppressed("E_RECIPIENT_SUPPRESSED".into());
    *world.answers.borrow_mut() = vec![suppressed(), Sending::Sent(None)];
    deliver(&world, &posting, &id).unwrap();
    let mail = MailKind::Acknowledgement.mail_id(&id, 1);
    let refused = || {
        let sql = format!("SELECT refused_because FROM mails WHERE id = '{mail}'");
        !world.ask(&sql).is_null()
    };
    assert!(!refused());
    for hours in [23, 6] {
        later(&world, hours * 60 * MINUTE);
        *world.answers.borrow_mut() = vec![suppressed()];
        deliver(&world, &posting, &id).unwrap();
        assert_eq!(refused(), hours == 6);
    }
    assert_eq!(recipients(&world), ["applications@omct.org"]);
}

#[test]
fn a_repeated_queue_message_sends_nothing_twice() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    for _ in 0..3 {
        deliver(&world, &posting, &id).unwrap();
        later(&world, 24 * 60 * MINUTE);
    }
    assert_eq!(world.mailbox.borrow().len(), 2);
}

#[test]
fn what_was_not_taken_is_tried_again_when_it_is_due() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    // Answers are popped from the end; the staff mail is sent first.
    *world.answers.borrow_mut() = vec![Sending::Sent(None), Sending::Later("421".into())];
    deliver(&world, &posting, &id).unwrap();
    assert_eq!(recipients(&world), ["amelie@example.org"]);
    later(&world, MINUTE - 1);
    deliver(&world, &posting, &id).unwrap();
    assert_eq!(world.mailbox.borrow().len(), 1, "not before a minute has passed");
    later(&world, 1);
    deliver(&world, &posting, &id).unwrap();
    assert_eq!(recipients(&world), ["amelie@example.org", "applications@omct.org"]);
}

#[test]
fn a_refused_mail_is_not_tried_again() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    *world.answers.borrow_mut() = vec![Sending::Refused("550".into()), Sending::Sent(None)];
    deliver(&world, &posting, &id).unwrap();
    later(&world, 24 * 60 * MINUTE);
    deliver(&world, &posting, &id).unwrap();
    assert_eq!(recipients(&world), ["applications@omct.org"]);
}

#[test]
fn a_possible_duplicate_can_be_recognised() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    *world.answers.borrow_mut() =
        vec![Sending::Sent(None), Sending::Unknown("end of message".into())];
    deliver(&world, &posting, &id).unwrap();
    later(&world, MINUTE);
    deliver(&world, &posting, &id).unwrap();
    let mailbox = world.mailbox.borrow();
    let to_staff: Vec<_> = mailbox
        .iter()
        .filter(|(to, _)| to == "applications@omct.org")
        .map(|(_, message)| parse(message))
        .collect();
    let [first, second] = to_staff.as_slice() else { panic!("{} messages", to_staff.len()) };
    assert_eq!(first.message_id(), second.message_id());
    let mark = |message: &Message| message.header_raw("X-Guichet-Possible-Duplicate").is_some();
    assert_eq!((mark(first), mark(second)), (false, true));
}

#[test]
fn a_claimed_mail_is_left_alone_until_its_lease_ends() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let now = world.now.get();
    let until = Timestamp(now.0 + LEASE_MS);
    let mail = MailKind::Staff.mail_id(&id, 1);
    let claim = world.ledger.claim(&mail, now, until);
    assert!(pollster::block_on(claim).unwrap().is_some());
    deliver(&world, &posting, &id).unwrap();
    assert_eq!(recipients(&world), ["amelie@example.org"], "somebody is sending the other");
    later(&world, LEASE_MS);
    deliver(&world, &posting, &id).unwrap();
    assert_eq!(recipients(&world), ["amelie@example.org", "applications@omct.org"]);
    let mailbox = world.mailbox.borrow();
    let marked = parse(&mailbox[1].1).header_raw("X-Guichet-Possible-Duplicate").is_some();
    assert!(marked, "the earlier claim may have sent it");
}

#[test]
fn a_document_that_cannot_be_read_holds_up_its_mail_only() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    world.broken.set(Some(Port::Documents));
    assert!(deliver(&world, &posting, &id).is_err());
    assert_eq!(recipients(&world), ["amelie@example.org"]);
    world.broken.set(None);
    later(&world, MINUTE);
    deliver(&world, &posting, &id).unwrap();
    assert_eq!(recipients(&world), ["amelie@example.org", "applications@omct.org"]);
}

#[test]
fn waiting_grows_from_a_minute_to_six_hours() {
    let (mut now, mut waits) = (Timestamp(0), Vec::new());
    while now.0 < GIVE_UP_AFTER_MS {
        let next = next_attempt(Timestamp(0), now);
        waits.push((next.0 - now.0) / MINUTE);
        now = next;
    }
    assert_eq!(waits[..9], [1, 2, 4, 8, 16, 32, 64, 128, 256]);
    assert!(waits[9..].iter().all(|wait| *wait == 360), "{waits:?}");
    // A clock that was set back does not bring the attempts closer together.
    assert_eq!(next_attempt(Timestamp(5), Timestamp(0)), Timestamp(MINUTE));
}

#[test]
fn a_mail_that_never_leaves_is_tried_for_three_days_and_then_given_up() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    // What keeps everything from being tried at first is not counted.
    later(&world, 10 * 24 * 60 * MINUTE);
    let began = world.now.get();
    let refused = "SELECT refused_because FROM mails WHERE kind = 'staff'";
    while world.ask(refused).is_null() {
        let longest = GIVE_UP_AFTER_MS + 6 * 60 * MINUTE;
        assert!(world.now.get().0 <= began.0 + longest, "the next attempt is the last");
        *world.answers.borrow_mut() = vec![Sending::Later("421".into()); 2];
        deliver(&world, &posting, &id).unwrap();
        later(&world, 30 * MINUTE);
    }
    assert!(world.now.get().0 > began.0 + GIVE_UP_AFTER_MS, "not before three days");
    assert_eq!(world.ask(refused), "421");
    assert!(world.mailbox.borrow().is_empty());
}

/// A server with too many sessions refuses whatever comes, so it says nothing
/// of this mail.
#[test]
fn a_server_with_too_many_mails_is_no_failure_of_this_one() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    for failures in [0, 0, 1] {
        *world.answers.borrow_mut() = vec![Sending::SlowDown("greeting: 421".into()); 2];
        deliver(&world, &posting, &id).unwrap();
        assert_eq!(world.ask("SELECT max(failures) FROM mails"), failures);
        assert!(swept(&world).is_empty(), "its queue message comes again");
        later(&world, SLOW_DOWN_MS - 1);
        deliver(&world, &posting, &id).unwrap();
        assert!(world.mailbox.borrow().is_empty(), "not before a minute has passed");
        // The third attempt is a quarter of an hour after the first.
        later(&world, if failures == 0 { 7 * MINUTE } else { MINUTE });
    }
    later(&world, 16 * MINUTE);
    assert_eq!(swept(&world).len(), 2, "a failure, which the sweep takes up");
    deliver(&world, &posting, &id).unwrap();
    assert_eq!(recipients(&world), ["applications@omct.org", "amelie@example.org"]);
}

fn swept(world: &World) -> Vec<String> {
    world.queue.borrow_mut().clear();
    let ports = &world.ports;
    pollster::block_on(intake::sweep(&world.ledger, ports, ports, 0)).unwrap();
    world.queue.take()
}

#[test]
fn what_is_too_large_goes_with_addresses_of_the_documents() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    *world.answers.borrow_mut() =
        vec![Sending::Sent(None), Sending::Sent(None), Sending::TooLarge("552".into())];
    deliver(&world, &posting, &id).unwrap();
    assert_eq!(recipients(&world), ["applications@omct.org", "amelie@example.org"]);
    let mailbox = world.mailbox.borrow();
    let message = parse(&mailbox[0].1);
    assert_eq!(message.attachment_count(), 0);
    let text = message.body_text(0).unwrap();
    let links: Vec<&str> =
        text.split_whitespace().filter(|word| word.contains("/documents/")).collect();
    let [letter, cv] = links.as_slice() else { panic!("{text}") };
    assert!(letter.contains("/documents/cover_letter?") && cv.contains("/documents/cv?"), "{text}");
    assert!(
        text.contains("BEN_SALAH_Amélie_CV.docx") && text.contains("30 janvier 2026"),
        "{text}"
    );
}

/// Some servers say 552 of a mailbox that is full.
#[test]
fn what_is_too_large_even_so_waits() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    *world.answers.borrow_mut() = vec![Sending::TooLarge("552".into()); 3];
    deliver(&world, &posting, &id).unwrap();
    assert!(world.mailbox.borrow().is_empty());
    later(&world, MINUTE);
    deliver(&world, &posting, &id).unwrap();
    assert_eq!(recipients(&world), ["applications@omct.org", "amelie@example.org"]);
    assert_eq!(parse(&world.mailbox.borrow()[0].1).attachment_count(), 2);
}

fn parse(message: &[u8]) -> Message<'_> {
    MessageParser::default().parse(message).unwrap()
}

fn recipients(world: &World) -> Vec<String> {
    world.mailbox.borrow().iter().map(|(to, _)| to.clone()).collect()
}
