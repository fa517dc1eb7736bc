//! Staff learn that nothing is missing, the operator that mails do not leave:
//! once each time.

use mail::Address;
use mail_parser::MessageParser;
use rules::Timestamp;

use super::{accepted, deliver, later, notify, posting};
use crate::memory::Memory;
use crate::ports::{Fault, Incident, Notices as _, Sending};
use crate::{Change, GRACE_MS};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The cron, as far as it tells somebody something; the subjects that leave.
fn cron(memory: &Memory) -> Vec<String> {
    let posting = posting();
    let postings = std::slice::from_ref(&posting);
    let before = memory.mailbox.borrow().len();
    pollster::block_on(crate::report(memory, postings, memory.now.get())).unwrap();
    watch(memory).unwrap();
    let operator = Address::parse("operator@example.org").unwrap();
    notify(memory, &posting, Some(&operator)).unwrap();
    let mailbox = memory.mailbox.borrow();
    let parsed = |raw| MessageParser::default().parse(raw).unwrap().subject().unwrap().to_owned();
    mailbox.iter().skip(before).map(|(_, raw)| parsed(raw)).collect()
}

/// The cron; the subjects of what staff get.
fn cron_to_staff(memory: &Memory) -> Vec<String> {
    let before = memory.mailbox.borrow().len();
    let subjects = cron(memory);
    let mailbox = memory.mailbox.borrow();
    let to_staff = mailbox.iter().skip(before).map(|(to, _)| to == "applications@omct.org");
    subjects
        .into_iter()
        .zip(to_staff)
        .filter_map(|(subject, kept)| kept.then_some(subject))
        .collect()
}

fn watch(memory: &Memory) -> Result<Option<Change>, Fault> {
    pollster::block_on(crate::watch(memory, true, memory.now.get()))
}

fn closed(memory: &Memory) {
    memory.now.set(Timestamp(posting().requirements.window.closes_at.0 + GRACE_MS));
}

/// The text of the latest mail.
fn latest(memory: &Memory) -> (String, String) {
    let mailbox = memory.mailbox.borrow();
    let (to, raw) = mailbox.last().unwrap();
    let message = MessageParser::default().parse(raw).unwrap();
    (to.clone(), message.body_text(0).unwrap().into_owned())
}

#[test]
fn a_report_comes_at_the_closing_then_daily_while_something_lacks_then_no_more() {
    let (memory, posting) = (Memory::default(), posting());
    let (first, second) = (accepted(&memory, &posting, 1), accepted(&memory, &posting, 2));
    let reference = |id: &String| memory.applications.borrow()[id].reference.to_string();
    deliver(&memory, &posting, &first).unwrap();
    assert!(cron_to_staff(&memory).is_empty(), "the posting is open");
    closed(&memory);
    let subjects = cron_to_staff(&memory);
    assert_eq!(subjects.len(), 1);
    assert!(subjects[0].contains('1'), "{subjects:?}");
    let (to, text) = latest(&memory);
    assert_eq!(to, "applications@omct.org");
    let (delivered, pending) = (reference(&first), reference(&second));
    assert!(text.contains("Reçues\u{A0}: 2") && text.contains(&delivered), "{text}");
    assert!(text.find(&pending) < text.find(&delivered), "what lacks comes first: {text}");
    assert!(cron_to_staff(&memory).is_empty(), "once a day");

    later(&memory, DAY - 1);
    assert!(cron_to_staff(&memory).is_empty());
    later(&memory, 1);
    assert_eq!(cron_to_staff(&memory).len(), 1);
    deliver(&memory, &posting, &second).unwrap();
    later(&memory, DAY);
    assert!(cron_to_staff(&memory).is_empty(), "nothing lacks any more");
}

#[test]
fn a_report_that_could_not_leave_gives_way_to_that_of_the_next_day() {
    let (memory, posting) = (Memory::default(), posting());
    accepted(&memory, &posting, 1);
    closed(&memory);
    *memory.answers.borrow_mut() = vec![Sending::Later("421".into()); 2];
    assert!(cron_to_staff(&memory).is_empty());
    later(&memory, DAY);
    assert_eq!(cron_to_staff(&memory).len(), 1);
    later(&memory, HOUR);
    assert!(cron_to_staff(&memory).is_empty());
}

#[test]
fn one_alert_tells_of_many_mails_and_the_next_incident_gets_its_own() {
    let (memory, posting) = (Memory::default(), posting());
    let ids = [1, 2, 3].map(|id| accepted(&memory, &posting, id));
    let fail = || {
        *memory.answers.borrow_mut() = vec![Sending::Later("AUTH: 535 5.7.8".into()); 6];
        for id in &ids {
            deliver(&memory, &posting, id).unwrap();
        }
    };
    fail();
    assert!(cron(&memory).is_empty(), "once may be chance");
    later(&memory, MINUTE);
    fail();
    assert_eq!(cron(&memory).len(), 1);
    let (to, text) = latest(&memory);
    assert_eq!(to, "operator@example.org");
    assert!(text.contains("AUTH: 535 5.7.8") && text.contains("6 messages"), "{text}");
    later(&memory, 2 * MINUTE);
    fail();
    assert!(cron(&memory).is_empty(), "the operator knows");

    later(&memory, 4 * MINUTE);
    for id in &ids {
        deliver(&memory, &posting, id).unwrap();
    }
    assert!(matches!(watch(&memory), Ok(Some(Change::Closed(_)))));
    assert_eq!(watch(&memory), Ok(None));

    let next = accepted(&memory, &posting, 4);
    for _ in 0..2 {
        later(&memory, HOUR);
        *memory.answers.borrow_mut() = vec![Sending::Later("451".into()); 2];
        deliver(&memory, &posting, &next).unwrap();
    }
    assert_eq!(cron(&memory).len(), 1);
}

#[test]
fn a_letter_to_staff_that_is_given_up_is_told_once_and_one_to_a_candidate_is_not() {
    let (memory, posting) = (Memory::default(), posting());
    let (first, second) = (accepted(&memory, &posting, 1), accepted(&memory, &posting, 2));
    // The answers are taken from the end: the letter to staff goes first.
    *memory.answers.borrow_mut() = vec![Sending::Refused("550".into()), Sending::Sent];
    deliver(&memory, &posting, &first).unwrap();
    assert!(cron(&memory).is_empty());
    *memory.answers.borrow_mut() = vec![Sending::Sent, Sending::Refused("550".into())];
    deliver(&memory, &posting, &second).unwrap();
    assert_eq!(cron(&memory).len(), 1);
    for _ in 0..3 {
        later(&memory, HOUR);
        assert!(cron(&memory).is_empty());
    }
}

#[test]
fn an_alert_that_does_not_leave_waits_and_brings_no_other() {
    let (memory, posting) = (Memory::default(), posting());
    let id = accepted(&memory, &posting, 1);
    let away = || *memory.answers.borrow_mut() = vec![Sending::Later("connect".into()); 9];
    for _ in 0..4 {
        away();
        deliver(&memory, &posting, &id).unwrap();
        assert!(cron(&memory).is_empty());
        later(&memory, HOUR);
    }
    memory.answers.borrow_mut().clear();
    later(&memory, 6 * HOUR);
    assert_eq!(cron(&memory).len(), 1);
    assert_eq!(memory.notices.borrow().len(), 1);
}

/// An operator who had a letter sent again hears of it when it is lost again.
#[test]
fn what_was_sent_after_all_and_is_lost_again_is_news() {
    let (memory, posting) = (Memory::default(), posting());
    let lose = |id| {
        let id = accepted(&memory, &posting, id);
        *memory.answers.borrow_mut() = vec![Sending::Sent, Sending::Refused("550".into())];
        deliver(&memory, &posting, &id).unwrap();
        id
    };
    let first = lose(1);
    assert_eq!(cron(&memory).len(), 1);
    assert!(cron(&memory).is_empty());
    memory.outbox.borrow_mut().retain(|(id, _), _| *id != first);
    assert!(cron(&memory).is_empty());
    lose(2);
    later(&memory, MINUTE);
    assert_eq!(cron(&memory).len(), 1);
}

/// Whatever keeps letters from being tried (a queue that delivers nothing, a setting that is missing) shows all the same.
#[test]
fn letters_that_nobody_tries_are_trouble_too() {
    let (memory, posting) = (Memory::default(), posting());
    accepted(&memory, &posting, 1);
    later(&memory, 30 * MINUTE);
    assert!(cron(&memory).is_empty(), "not yet late");
    later(&memory, 1);
    assert_eq!(cron(&memory).len(), 1);
    assert!(latest(&memory).1.contains("une demi-heure"), "{}", latest(&memory).1);
    let id = memory.applications.borrow().keys().next().cloned().unwrap();
    deliver(&memory, &posting, &id).unwrap();
    assert!(matches!(watch(&memory), Ok(Some(Change::Closed(_)))));
}

/// Found by the simulation: seed 3367 of its first version.
#[test]
fn an_incident_that_a_slow_cron_opens_with_an_older_time_ends_too() {
    let memory = Memory::default();
    let opened_at = |at| Incident {
        opened_at: Timestamp(at),
        cause: "connect".into(),
        losing: false,
        lost: 0,
        closed_at: None,
    };
    pollster::block_on(memory.open_incident(&opened_at(2_000), true)).unwrap();
    memory.now.set(Timestamp(3_000));
    assert!(matches!(watch(&memory), Ok(Some(Change::Closed(_)))));
    pollster::block_on(memory.open_incident(&opened_at(1_000), true)).unwrap();
    assert!(matches!(watch(&memory), Ok(Some(Change::Closed(_)))));
    assert_eq!(watch(&memory), Ok(None));
}

/// Three days into an outage the first letters are given up: that is told when it happens, not when the rest has left, and
/// once.
#[test]
fn what_is_given_up_during_an_incident_is_told_at_once() {
    let (memory, posting) = (Memory::default(), posting());
    let ids = [1, 2, 3].map(|id| accepted(&memory, &posting, id));
    let fail = |reason: &str| {
        *memory.answers.borrow_mut() = vec![Sending::Later(reason.into()); 6];
        for id in &ids {
            deliver(&memory, &posting, id).unwrap();
        }
        memory.answers.borrow_mut().clear();
    };
    fail("connect");
    later(&memory, MINUTE);
    fail("connect");
    assert_eq!(cron(&memory).len(), 1);
    let lose = |id: &String| {
        let staff = (id.clone(), crate::ports::Letter::Staff);
        let mut outbox = memory.outbox.borrow_mut();
        let row = outbox.get_mut(&staff).unwrap();
        row.trouble = Some("RCPT: the server answered 550".into());
        row.end = Some(crate::memory::End::Refused("550".into()));
    };
    later(&memory, MINUTE);
    lose(&ids[0]);
    assert_eq!(cron(&memory).len(), 1);
    let (_, text) = latest(&memory);
    assert!(text.contains("RCPT: the server answered 550"), "{text}");
    assert!(text.contains("1 candidature n’est pas transmise"), "{text}");
    later(&memory, MINUTE);
    lose(&ids[1]);
    assert!(cron(&memory).is_empty(), "once, however many follow");
}

/// What was lost long ago and told is not the cause of what fails today.
#[test]
fn the_cause_is_that_of_today() {
    let (memory, posting) = (Memory::default(), posting());
    for id in 1..=3 {
        let id = accepted(&memory, &posting, id);
        *memory.answers.borrow_mut() = vec![Sending::Sent, Sending::Refused("RCPT: 550".into())];
        deliver(&memory, &posting, &id).unwrap();
    }
    assert_eq!(cron(&memory).len(), 1);
    assert!(cron(&memory).is_empty());
    let today = accepted(&memory, &posting, 4);
    for _ in 0..2 {
        later(&memory, MINUTE);
        *memory.answers.borrow_mut() = vec![Sending::Sent, Sending::Later("AUTH: 535".into())];
        deliver(&memory, &posting, &today).unwrap();
        memory.answers.borrow_mut().clear();
    }
    assert_eq!(cron(&memory).len(), 1);
    let (_, text) = latest(&memory);
    assert!(text.contains("AUTH: 535") && !text.contains("RCPT"), "{text}");
}

/// Nobody but the notice tells what it tells.
#[test]
fn a_notice_that_is_refused_is_tried_again() {
    let (memory, _) = (Memory::default(), posting());
    closed(&memory);
    *memory.answers.borrow_mut() = vec![Sending::Refused("RCPT: 550".into())];
    assert!(cron(&memory).is_empty());
    later(&memory, HOUR);
    assert_eq!(cron(&memory).len(), 1);
}

#[test]
fn a_report_that_could_not_leave_until_all_is_erased_is_not_sent() {
    let (memory, posting) = (Memory::default(), posting());
    closed(&memory);
    *memory.answers.borrow_mut() = vec![Sending::Refused("RCPT: 550".into())];
    assert!(cron(&memory).is_empty());
    memory.now.set(posting.erased_at());
    assert!(cron(&memory).is_empty());
    later(&memory, DAY);
    assert!(cron(&memory).is_empty());
}
