//! Tests when the operator is alerted, and of what.

use super::*;

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
    *world.answers.borrow_mut() = vec![Sending::Refused("550".into()), Sending::Sent(None)];
    deliver(&world, &posting, &first).unwrap();
    assert!(cron(&world).is_empty());
    *world.answers.borrow_mut() = vec![Sending::Sent(None), Sending::Refused("550".into())];
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
        *world.answers.borrow_mut() = vec![Sending::Sent(None), Sending::Refused("550".into())];
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
        *world.answers.borrow_mut() =
            vec![Sending::Sent(None), Sending::Refused("RCPT: 550".into())];
        deliver(&world, &posting, &id).unwrap();
    }
    assert_eq!(cron(&world).len(), 1);
    assert!(cron(&world).is_empty());
    let today = accepted(&world, &posting, 4);
    for _ in 0..2 {
        later(&world, MINUTE);
        *world.answers.borrow_mut() = vec![Sending::Sent(None), Sending::Later("AUTH: 535".into())];
        deliver(&world, &posting, &today).unwrap();
        world.answers.borrow_mut().clear();
    }
    assert_eq!(cron(&world).len(), 1);
    let (_, text) = latest(&world);
    assert!(text.contains("AUTH: 535") && !text.contains("RCPT"), "{text}");
}
