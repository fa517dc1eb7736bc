//! Tests when staff get a report on a posting, and what it says.

use domain::posting::Privacy;

use super::*;

/// The address was a slip of the keyboard, and nobody was told.
#[test]
fn a_report_names_a_refused_acknowledgement() {
    let (world, posting) = (World::default(), posting());
    let (first, second) = (accepted(&world, &posting, 1), accepted(&world, &posting, 2));
    *world.answers.borrow_mut() = vec![Sending::Refused("550 5.1.1".into()), Sending::Sent(None)];
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

/// The applications are kept until the day that they were told.
#[test]
fn a_shortened_retention_does_not_end_the_reports_on_what_staff_lack() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    closed(&world);
    later(&world, LONGEST_WAIT_MS);
    assert_eq!(cron_to_staff(&world).len(), 1);
    pollster::block_on(world.ledger.note_erasure_days(std::slice::from_ref(&posting))).unwrap();
    let shortened = Posting { retention_days: 1, ..posting.clone() };
    later(&world, 2 * DAY);
    assert!(shortened.erased_at() <= world.now.get());
    assert_eq!(to_staff(&world, &shortened), 1);
    let (_, text) = latest(&world);
    assert!(text.contains(world.application(&id).reference.as_str()), "{text}");
    deliver(&world, &posting, &id).unwrap();
    later(&world, DAY);
    assert_eq!(to_staff(&world, &shortened), 0);
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

#[test]
fn what_nobody_has_confirmed_is_in_each_report_until_somebody_does() {
    let world = World::default();
    let privacy = Privacy { keys: Vec::new(), forget: true };
    let posting = Posting { privacy, ..posting() };
    let id = accepted(&world, &posting, 1);
    deliver(&world, &posting, &id).unwrap();
    closed(&world);
    assert_eq!(cron_with(&world, &posting).len(), 1);
    let (_, text) = latest(&world);
    assert!(
        text.contains("n’est pas confirmée") && text.contains("Réception à confirmer"),
        "{text}"
    );
    later(&world, DAY);
    assert_eq!(cron_with(&world, &posting).len(), 1, "once a day");
    let (now, signing) = (world.now.get(), crate::key());
    let done = intake::confirm(&world.ports, &world.ledger, &signing, &id, 1, None, now);
    pollster::block_on(done).unwrap();
    later(&world, DAY);
    assert!(cron_with(&world, &posting).is_empty());
}
