//! Tests the notices: reports to staff, and one alert to the operator for each
//! incident.

use std::collections::HashSet;

use domain::Posting;
use mail::Address;
use mail_parser::MessageParser;
use rules::Timestamp;

use crate::world::World;
use crate::{accepted, deliver, later, notify, posting};
use intake::ports::{Fault, Incident, NewVersion, Notices as _, PostingStore as _, Sending};
use intake::{Change, ENDED_GRACE_MS, GRACE_MS, LONGEST_WAIT_MS};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Runs the tasks of the cron that write notices. Returns the subjects of the mails that leave.
fn cron(world: &World) -> Vec<String> {
    cron_with(world, &posting())
}

/// The cron, once the posting may have changed.
fn cron_with(world: &World, posting: &Posting) -> Vec<String> {
    let postings = std::slice::from_ref(posting);
    let before = world.mailbox.borrow().len();
    pollster::block_on(intake::report(&world.ledger, postings, world.now.get())).unwrap();
    watch(world).unwrap();
    let operator = Address::parse("operator@example.org").unwrap();
    notify(world, posting, Some(&operator)).unwrap();
    let mailbox = world.mailbox.borrow();
    let parsed = |raw| MessageParser::default().parse(raw).unwrap().subject().unwrap().to_owned();
    mailbox.iter().skip(before).map(|(_, raw)| parsed(raw)).collect()
}

/// Returns the cron; the subjects of what staff get.
fn cron_to_staff(world: &World) -> Vec<String> {
    let before = world.mailbox.borrow().len();
    let subjects = cron(world);
    let mailbox = world.mailbox.borrow();
    let to_staff = mailbox.iter().skip(before).map(|(to, _)| to == "applications@omct.org");
    subjects
        .into_iter()
        .zip(to_staff)
        .filter_map(|(subject, kept)| kept.then_some(subject))
        .collect()
}

fn watch(world: &World) -> Result<Option<Change>, Fault> {
    pollster::block_on(intake::watch(&world.ledger, true, world.now.get()))
}

fn closed(world: &World) {
    world.now.set(Timestamp(posting().requirements.window.closes_at.0 + GRACE_MS));
}

/// Returns the text of the latest mail.
fn latest(world: &World) -> (String, String) {
    let mailbox = world.mailbox.borrow();
    let (to, raw) = mailbox.last().unwrap();
    let message = MessageParser::default().parse(raw).unwrap();
    (to.clone(), message.body_text(0).unwrap().into_owned())
}

/// The address was a slip of the keyboard, and nobody was told.
#[test]
fn a_report_names_a_refused_acknowledgement() {
    let (world, posting) = (World::default(), posting());
    let (first, second) = (accepted(&world, &posting, 1), accepted(&world, &posting, 2));
    *world.answers.borrow_mut() = vec![Sending::Refused("550 5.1.1".into()), Sending::Sent];
    deliver(&world, &posting, &first).unwrap();
    deliver(&world, &posting, &second).unwrap();
    closed(&world);
    assert_eq!(cron_to_staff(&world).len(), 1);
    let (_, text) = latest(&world);
    let heading = text.lines().position(|line| line == "Accusé de réception revenu").unwrap();
    let list = text.lines().skip(heading + 1).skip_while(|line| line.is_empty());
    let listed: Vec<&str> = list.take_while(|line| !line.is_empty()).collect();
    let named = format!("n°\u{A0}1 – {}", world.application(&first).reference);
    assert_eq!(listed, [named], "{text}");
    assert!(text.contains("par téléphone"), "{text}");
}

#[test]
fn a_report_comes_at_the_closing_then_daily_while_something_lacks_then_no_more() {
    let (world, posting) = (World::default(), posting());
    let (first, second) = (accepted(&world, &posting, 1), accepted(&world, &posting, 2));
    let reference = |id: &String| world.application(id).reference.to_string();
    deliver(&world, &posting, &first).unwrap();
    assert!(cron_to_staff(&world).is_empty(), "the posting is open");
    closed(&world);
    assert!(cron_to_staff(&world).is_empty(), "a mail is still to be sent");
    later(&world, LONGEST_WAIT_MS - GRACE_MS - 1);
    assert!(cron_to_staff(&world).is_empty(), "not before six hours have passed");
    later(&world, 1);
    let subjects = cron_to_staff(&world);
    assert_eq!(subjects.len(), 1);
    assert!(subjects[0].contains('1'), "{subjects:?}");
    let (to, text) = latest(&world);
    assert_eq!(to, "applications@omct.org");
    let (delivered, pending) = (reference(&first), reference(&second));
    assert!(text.contains("Reçues\u{A0}: 2") && text.contains(&delivered), "{text}");
    assert!(text.find(&pending) < text.find(&delivered), "what lacks comes first: {text}");
    assert!(text.contains("n’est pas achevée\u{A0}: 6\u{A0}heures après"), "{text}");
    assert!(cron_to_staff(&world).is_empty(), "once a day");

    later(&world, DAY - (LONGEST_WAIT_MS - GRACE_MS) - 1);
    assert!(cron_to_staff(&world).is_empty());
    later(&world, 1);
    assert_eq!(cron_to_staff(&world).len(), 1);
    deliver(&world, &posting, &second).unwrap();
    later(&world, DAY);
    assert!(cron_to_staff(&world).is_empty(), "nothing lacks any more");
}

#[test]
fn the_first_report_comes_as_soon_as_all_mails_have_left() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    closed(&world);
    assert!(cron_to_staff(&world).is_empty(), "a mail is still to be sent");
    deliver(&world, &posting, &id).unwrap();
    assert_eq!(cron_to_staff(&world).len(), 1);
    let (_, text) = latest(&world);
    assert!(text.contains("La transmission est achevée"), "{text}");
}

#[test]
fn a_report_that_could_not_leave_gives_way_to_that_of_the_next_day() {
    let (world, posting) = (World::default(), posting());
    accepted(&world, &posting, 1);
    closed(&world);
    later(&world, LONGEST_WAIT_MS - GRACE_MS);
    *world.answers.borrow_mut() = vec![Sending::Later("421".into()); 2];
    assert!(cron_to_staff(&world).is_empty());
    later(&world, DAY);
    assert_eq!(cron_to_staff(&world).len(), 1);
    later(&world, HOUR);
    assert!(cron_to_staff(&world).is_empty());
}

/// The posting with a closing three days later.
fn extended() -> Posting {
    let mut posting = posting();
    posting.requirements.window.closes_at.0 += 3 * DAY;
    posting
}

#[test]
fn a_posting_that_was_open_again_gets_a_report_on_its_last_closing() {
    let (world, extended) = (World::default(), extended());
    let first = accepted(&world, &posting(), 1);
    deliver(&world, &posting(), &first).unwrap();
    closed(&world);
    assert_eq!(cron(&world).len(), 1);
    later(&world, DAY);
    assert!(cron_with(&world, &extended).is_empty(), "it is open again");
    let second = accepted(&world, &posting(), 2);
    deliver(&world, &posting(), &second).unwrap();
    closed(&world);
    later(&world, 3 * DAY);
    assert_eq!(cron_with(&world, &extended).len(), 1);
    let (_, text) = latest(&world);
    assert!(text.contains("Reçues\u{A0}: 2"), "{text}");
    assert!(cron_with(&world, &extended).is_empty(), "once");
    let mailbox = world.mailbox.borrow();
    let ids = mailbox.iter().map(|(_, raw)| MessageParser::default().parse(raw).unwrap());
    let ids: HashSet<_> = ids.map(|mail| mail.message_id().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), mailbox.len(), "no mail server takes the second one for the first");
}

#[test]
fn a_report_that_has_not_left_when_its_posting_opens_again_does_not_leave() {
    let (world, extended) = (World::default(), extended());
    let id = accepted(&world, &posting(), 1);
    deliver(&world, &posting(), &id).unwrap();
    closed(&world);
    *world.answers.borrow_mut() = vec![Sending::Later("421".into())];
    assert!(cron(&world).is_empty());
    later(&world, HOUR);
    assert!(cron_with(&world, &extended).is_empty(), "it would say that the posting is closed");
    later(&world, 3 * DAY);
    assert_eq!(cron_with(&world, &extended).len(), 1);
}

/// Ended by hand and opened again within a day: the days of both closings are
/// the same.
#[test]
fn each_closing_of_one_day_gets_its_report() {
    let (world, posting) = (World::default(), posting());
    let ended =
        posting.clone().ended(Timestamp(posting.requirements.window.closes_at.0 - 8 * HOUR));
    world.now.set(Timestamp(ended.requirements.window.closes_at.0 + GRACE_MS));
    assert_eq!(cron_with(&world, &ended).len(), 1);
    later(&world, HOUR);
    assert!(cron_with(&world, &ended).is_empty(), "once");
    closed(&world);
    assert_eq!(cron_with(&world, &posting).len(), 1);
    assert!(cron_with(&world, &posting).is_empty(), "once");
}

#[test]
fn a_report_waits_for_the_pages_that_may_still_send() {
    let (world, posting) = (World::default(), posting());
    let closes_at = posting.requirements.window.closes_at;
    save(&world, 0, closes_at, None, Timestamp(0));
    let ended_at = Timestamp(closes_at.0 - 3 * DAY);
    save(&world, 1, ended_at, Some(ended_at), ended_at);
    let ended = posting.ended(ended_at);
    world.now.set(Timestamp(ended_at.0 + ENDED_GRACE_MS + GRACE_MS - 1));
    assert!(cron_with(&world, &ended).is_empty(), "pages may have sent until an hour ago");
    later(&world, 1);
    assert_eq!(cron_with(&world, &ended).len(), 1);
}

/// Saves a version of the posting that closes then.
fn save(
    world: &World,
    base: u32,
    closes_at: Timestamp,
    ended_at: Option<Timestamp>,
    now: Timestamp,
) {
    let version = NewVersion {
        slug: &posting().slug,
        base,
        state: None,
        source: "",
        compiled: None,
        format: 0,
        closes_at: Some(closes_at),
        ended_at,
        saved_at: now,
        saved_by: "staff",
    };
    pollster::block_on(world.ledger.save(&version)).unwrap();
}

#[test]
fn one_alert_tells_of_many_mails_and_the_next_incident_gets_its_own() {
    let (world, posting) = (World::default(), posting());
    let ids = [1, 2, 3].map(|id| accepted(&world, &posting, id));
    let fail = || {
        *world.answers.borrow_mut() = vec![Sending::Later("AUTH: 535 5.7.8".into()); 6];
        for id in &ids {
            deliver(&world, &posting, id).unwrap();
        }
    };
    fail();
    assert!(cron(&world).is_empty(), "once may be chance");
    later(&world, MINUTE);
    fail();
    assert_eq!(cron(&world).len(), 1);
    let (to, text) = latest(&world);
    assert_eq!(to, "operator@example.org");
    assert!(text.contains("AUTH: 535 5.7.8") && text.contains("6 messages"), "{text}");
    later(&world, 2 * MINUTE);
    fail();
    assert!(cron(&world).is_empty(), "the operator knows");

    later(&world, 4 * MINUTE);
    for id in &ids {
        deliver(&world, &posting, id).unwrap();
    }
    assert!(matches!(watch(&world), Ok(Some(Change::Closed(_)))));
    assert_eq!(watch(&world), Ok(None));

    let next = accepted(&world, &posting, 4);
    for _ in 0..2 {
        later(&world, HOUR);
        *world.answers.borrow_mut() = vec![Sending::Later("451".into()); 2];
        deliver(&world, &posting, &next).unwrap();
    }
    assert_eq!(cron(&world).len(), 1);
}

#[test]
fn a_mail_to_staff_that_is_given_up_is_told_once_and_one_to_a_candidate_is_not() {
    let (world, posting) = (World::default(), posting());
    let (first, second) = (accepted(&world, &posting, 1), accepted(&world, &posting, 2));
    // Answers are popped from the end; the staff mail is sent first.
    *world.answers.borrow_mut() = vec![Sending::Refused("550".into()), Sending::Sent];
    deliver(&world, &posting, &first).unwrap();
    assert!(cron(&world).is_empty());
    *world.answers.borrow_mut() = vec![Sending::Sent, Sending::Refused("550".into())];
    deliver(&world, &posting, &second).unwrap();
    assert_eq!(cron(&world).len(), 1);
    for _ in 0..3 {
        later(&world, HOUR);
        assert!(cron(&world).is_empty());
    }
}

#[test]
fn an_alert_that_does_not_leave_waits_and_brings_no_other() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let away = || *world.answers.borrow_mut() = vec![Sending::Later("connect".into()); 9];
    for _ in 0..4 {
        away();
        deliver(&world, &posting, &id).unwrap();
        assert!(cron(&world).is_empty());
        later(&world, HOUR);
    }
    world.answers.borrow_mut().clear();
    later(&world, 6 * HOUR);
    assert_eq!(cron(&world).len(), 1);
    assert_eq!(world.count("mails WHERE application IS NULL"), 1);
}

/// An operator who had a mail sent again hears of it when it is lost again.
#[test]
fn what_was_sent_after_all_and_is_lost_again_is_news() {
    let (world, posting) = (World::default(), posting());
    let lose = |id| {
        let id = accepted(&world, &posting, id);
        *world.answers.borrow_mut() = vec![Sending::Sent, Sending::Refused("550".into())];
        deliver(&world, &posting, &id).unwrap();
        id
    };
    let first = lose(1);
    assert_eq!(cron(&world).len(), 1);
    assert!(cron(&world).is_empty());
    world.run(&format!("DELETE FROM mails WHERE application = '{first}'"));
    assert!(cron(&world).is_empty());
    lose(2);
    later(&world, MINUTE);
    assert_eq!(cron(&world).len(), 1);
}

/// An incident opens whatever keeps mails from being tried: a queue that
/// delivers nothing, a missing setting.
#[test]
fn mails_that_nobody_tries_are_trouble_too() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    later(&world, 30 * MINUTE);
    assert!(cron(&world).is_empty(), "not yet late");
    later(&world, 1);
    assert_eq!(cron(&world).len(), 1);
    assert!(latest(&world).1.contains("une demi-heure"), "{}", latest(&world).1);
    deliver(&world, &posting, &id).unwrap();
    assert!(matches!(watch(&world), Ok(Some(Change::Closed(_)))));
}

/// Found by the simulation: seed 3367 of its first version.
#[test]
fn an_incident_that_a_slow_cron_opens_with_an_older_time_ends_too() {
    let world = World::default();
    let opened_at = |at| Incident {
        opened_at: Timestamp(at),
        cause: "connect".into(),
        is_losing: false,
        lost: 0,
        closed_at: None,
    };
    pollster::block_on(world.ledger.open_incident(&opened_at(2_000), true)).unwrap();
    world.now.set(Timestamp(3_000));
    assert!(matches!(watch(&world), Ok(Some(Change::Closed(_)))));
    pollster::block_on(world.ledger.open_incident(&opened_at(1_000), true)).unwrap();
    assert!(matches!(watch(&world), Ok(Some(Change::Closed(_)))));
    assert_eq!(watch(&world), Ok(None));
}

/// Three days into an outage the first mails are given up: that is told when it happens, not when the rest has left, and
/// once.
#[test]
fn what_is_given_up_during_an_incident_is_told_at_once() {
    let (world, posting) = (World::default(), posting());
    let ids = [1, 2, 3].map(|id| accepted(&world, &posting, id));
    let fail = |reason: &str| {
        *world.answers.borrow_mut() = vec![Sending::Later(reason.into()); 6];
        for id in &ids {
            deliver(&world, &posting, id).unwrap();
        }
        world.answers.borrow_mut().clear();
    };
    fail("connect");
    later(&world, MINUTE);
    fail("connect");
    assert_eq!(cron(&world).len(), 1);
    let lose = |id: &String| {
        world.run(&format!(
            "UPDATE mails SET refused_because = '550', \
             last_problem = 'RCPT: the server answered 550' \
             WHERE application = '{id}' AND kind = 'staff'"
        ));
    };
    later(&world, MINUTE);
    lose(&ids[0]);
    assert_eq!(cron(&world).len(), 1);
    let (_, text) = latest(&world);
    assert!(text.contains("RCPT: the server answered 550"), "{text}");
    assert!(text.contains("1 candidature n’est pas transmise"), "{text}");
    later(&world, MINUTE);
    lose(&ids[1]);
    assert!(cron(&world).is_empty(), "once, however many follow");
}

/// Skip mails given up before this incident; the operator was already told.
#[test]
fn the_cause_is_that_of_today() {
    let (world, posting) = (World::default(), posting());
    for id in 1..=3 {
        let id = accepted(&world, &posting, id);
        *world.answers.borrow_mut() = vec![Sending::Sent, Sending::Refused("RCPT: 550".into())];
        deliver(&world, &posting, &id).unwrap();
    }
    assert_eq!(cron(&world).len(), 1);
    assert!(cron(&world).is_empty());
    let today = accepted(&world, &posting, 4);
    for _ in 0..2 {
        later(&world, MINUTE);
        *world.answers.borrow_mut() = vec![Sending::Sent, Sending::Later("AUTH: 535".into())];
        deliver(&world, &posting, &today).unwrap();
        world.answers.borrow_mut().clear();
    }
    assert_eq!(cron(&world).len(), 1);
    let (_, text) = latest(&world);
    assert!(text.contains("AUTH: 535") && !text.contains("RCPT"), "{text}");
}

/// A notice has no other channel, so a permanent refusal is retried until the
/// notice expires.
#[test]
fn a_notice_that_is_refused_is_tried_again() {
    let (world, _) = (World::default(), posting());
    closed(&world);
    *world.answers.borrow_mut() = vec![Sending::Refused("RCPT: 550".into())];
    assert!(cron(&world).is_empty());
    later(&world, HOUR);
    assert_eq!(cron(&world).len(), 1);
}

#[test]
fn a_report_that_could_not_leave_until_all_is_erased_is_not_sent() {
    let (world, posting) = (World::default(), posting());
    closed(&world);
    *world.answers.borrow_mut() = vec![Sending::Refused("RCPT: 550".into())];
    assert!(cron(&world).is_empty());
    world.now.set(posting.erased_at());
    assert!(cron(&world).is_empty());
    later(&world, DAY);
    assert!(cron(&world).is_empty());
}
