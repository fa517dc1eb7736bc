//! Mails that nobody is answered: without proof, automatic ones, bounces, our
//! own, and floods.

use mail::incoming::Incoming;

use crate::letters::{Letter, ORIGIN, STAFF, begin, come, sent, text, to};
use crate::posting;

#[test]
fn two_counters_that_write_to_each_other_stop_after_one_answer() {
    let (world, posting) = begin();
    let from_other = Letter::right(&posting)
        .without_cv()
        .with("From", "Other counter <applications@in.other.example>")
        .with("Authentication-Results", "mx.example.org; dmarc=pass header.from=in.other.example");
    come(&world, &posting, 1, &from_other).unwrap();
    let mails = sent(&world, &posting);
    let answer = to(&mails, "applications@in.other.example")[0].to_owned();

    // The other one takes it for what it is, whatever its text looks like.
    let (other, posting) = begin();
    let proved = format!("Authentication-Results: mx.example.org; dmarc=pass\r\n{answer}");
    let read = Incoming::read(proved.as_bytes());
    let mut letter = Letter::right(&posting)
        .with("From", read.from.unwrap().address.as_ref())
        .with("Authentication-Results", "mx.example.org; dmarc=pass")
        .with("Message-ID", &read.message_id.unwrap());
    for line in answer.lines().take_while(|line| !line.is_empty()) {
        if let Some((name, value)) = line.split_once(": ")
            && (name.starts_with("Auto-") || name.starts_with("X-") || name == "Precedence")
        {
            letter = letter.with(name, value);
        }
    }
    letter.envelope.0 = "guichet@example.org".into();
    come(&other, &posting, 1, &letter).unwrap();
    assert_eq!(other.count("applications"), 0);
    assert!(sent(&other, &posting).iter().all(|(to, _)| to == STAFF));
}

#[test]
fn nobody_is_answered_without_proof() {
    let posting = posting();
    let right = Letter::right(&posting);
    let unanswered = [
        right.clone().with("Authentication-Results", ""),
        right
            .clone()
            .with("Authentication-Results", "mx.example.org; dmarc=fail header.from=example.net"),
        right
            .clone()
            .with("Authentication-Results", "mx.evil.example; dmarc=pass header.from=example.net"),
        right.clone().with("Auto-Submitted", "auto-replied"),
        right.clone().with("Precedence", "bulk"),
        right.clone().with("List-Id", "<l.example.net>"),
        right.clone().with("From", "No reply <no-reply@example.net>"),
        right
            .clone()
            .with("From", "guichet@example.org")
            .with("Authentication-Results", "mx.example.org; dmarc=pass"),
        Letter { envelope: (String::new(), "applications@in.example.org".into()), ..right.clone() },
        right.clone().with("Subject", "Facture 2025-07"),
    ];
    for letter in unanswered {
        let (world, posting) = begin();
        come(&world, &posting, 1, &letter).unwrap();
        assert_eq!(world.count("applications"), 0, "{:?}", letter.headers);
        let mails = sent(&world, &posting);
        assert_eq!(mails.len(), 1, "{:?}", letter.headers);
        assert_eq!(Incoming::read(to(&mails, STAFF)[0].as_bytes()).files[0].bytes, letter.bytes());
        // What was only forwarded goes once it has been.
        pollster::block_on(intake::erase_incoming(&world.ports, &world.ledger, world.now.get()))
            .unwrap();
        assert!(world.documents.borrow().is_empty());
    }
}

#[test]
fn a_mail_under_our_own_name_is_kept_and_forwarded() {
    let posting = posting();
    let ours = Letter::right(&posting).with("From", "Guichet <guichet@example.org>");
    let forged = ours.clone().with("Authentication-Results", "mx.example.org; dmarc=fail");
    let proved = ours.with("Authentication-Results", "mx.example.org; dmarc=pass");
    let not_proved = "n’est pas vérifiée";
    for (letter, told) in [
        (forged.clone(), not_proved),
        (forged.with("Auto-Submitted", "auto-generated"), not_proved),
        (proved.clone(), "n’est pas une candidature"),
        (proved.with("Auto-Submitted", "auto-generated"), "Un programme a écrit"),
    ] {
        let (world, posting) = begin();
        come(&world, &posting, 1, &letter).unwrap();
        let mails = sent(&world, &posting);
        let [(to, raw)] = &mails[..] else { panic!("{mails:?}") };
        assert_eq!(to, STAFF);
        assert!(text(raw).contains(told), "{}", text(raw));
        assert_eq!(Incoming::read(raw.as_bytes()).files[0].bytes, letter.bytes());
    }
}

#[test]
fn a_loop_of_two_systems_ends() {
    let (world, posting) = begin();
    let mut letter = Letter::right(&posting).without_cv();
    let mut answers = 0;
    for round in 0..10 {
        come(&world, &posting, round, &letter).unwrap();
        let mails = sent(&world, &posting);
        let Some(answer) = to(&mails, "marie@example.net").first().copied() else { continue };
        answers += 1;
        let answered = Incoming::read(answer.as_bytes());
        letter = letter
            .with("Message-ID", &format!("<auto-{round}@example.net>"))
            .with("In-Reply-To", answered.message_id.as_deref().unwrap())
            .with("Subject", &format!("Re: {}", answered.subject));
        letter.files.clear();
        letter.text = format!("I am away ({round}).");
    }
    assert_eq!(answers, 1);
}

#[test]
fn a_bounce_is_noted_at_its_mail() {
    let (world, posting) = begin();
    come(&world, &posting, 1, &Letter::right(&posting)).unwrap();
    let mails = sent(&world, &posting);
    let id = Incoming::read(to(&mails, "marie@example.net")[0].as_bytes()).message_id.unwrap();
    let refused = || world.ask("SELECT refused_because FROM mails WHERE kind = 'acknowledgement'");
    for (at, (returned, noted)) in
        (2..).zip([("<7KXM29QT.acknowledgement.x@example.org>", false), (&*id, true)])
    {
        let mut bounce = Letter::right(&posting).with("From", "Mail <mailer-daemon@example.net>");
        bounce.envelope.0.clear();
        let headers = format!("Message-ID: {returned}\r\nSubject: x\r\n");
        bounce.files = vec![("text/rfc822-headers".into(), String::new(), headers.into_bytes())];
        come(&world, &posting, at, &bounce.with("Message-ID", returned)).unwrap();
        assert_eq!(refused().as_str() == Some("bounced"), noted, "{returned}");
    }
    let mails = sent(&world, &posting);
    assert_eq!((mails.len(), to(&mails, STAFF).len()), (2, 2));
}

#[test]
fn a_mail_that_is_only_late_has_not_failed() {
    let (world, posting) = begin();
    come(&world, &posting, 1, &Letter::right(&posting)).unwrap();
    let mails = sent(&world, &posting);
    let id = Incoming::read(to(&mails, "marie@example.net")[0].as_bytes()).message_id.unwrap();
    let refused = || world.ask("SELECT refused_because FROM mails WHERE kind = 'acknowledgement'");
    for (at, (action, noted)) in (2..).zip([("Delayed", false), ("failed", true)]) {
        let mut report = Letter::right(&posting)
            .with("From", "Mail <mailer-daemon@example.net>")
            .with("Message-ID", &format!("<{action}@example.net>"));
        report.envelope.0.clear();
        let status = format!("Reporting-MTA: dns; x\r\n\r\nAction: {action}\r\n");
        let headers = format!("Message-ID: {id}\r\n");
        report.files = vec![
            ("message/delivery-status".into(), String::new(), status.into_bytes()),
            ("text/rfc822-headers".into(), String::new(), headers.into_bytes()),
        ];
        come(&world, &posting, at, &report).unwrap();
        assert_eq!(refused().as_str() == Some("bounced"), noted, "{action}");
    }
}

#[test]
fn a_flood_from_one_sender_is_one_list() {
    let (world, posting) = begin();
    let letter = |n: u8| {
        Letter::right(&posting)
            .without_cv()
            .with("From", "Eve <eve@example.net>")
            .with("Message-ID", &format!("<{n}@example.net>"))
            .with("Subject", &format!("Question {n}"))
    };
    for n in 0..30 {
        come(&world, &posting, n, &letter(n)).unwrap();
    }
    // Somebody else is not kept out, nor is she where another writes in her name.
    let marie = Letter::right(&posting);
    come(&world, &posting, 40, &marie).unwrap();
    come(&world, &posting, 41, &marie.clone().with("Authentication-Results", "")).unwrap();
    assert_eq!(world.count("applications"), 1);
    assert_eq!(world.count("mails WHERE kind = 'forward'"), 21);
    assert_eq!(world.count("mails WHERE kind = 'flood'"), 1);

    world.mailbox.borrow_mut().clear();
    crate::notify(&world, &posting, None).unwrap();
    let lists = |world: &crate::world::World| {
        let mailbox = world.mailbox.borrow();
        let mails = mailbox.iter().map(|(_, raw)| String::from_utf8(raw.clone()).unwrap());
        mails.filter(|raw| raw.contains("X-Guichet-Notice: flood")).collect::<Vec<_>>()
    };
    assert!(lists(&world).is_empty(), "what comes in this hour is on the list as well");
    crate::later(&world, 80 * 60_000);
    for _ in 0..2 {
        crate::notify(&world, &posting, None).unwrap();
    }
    let [list] = &lists(&world)[..] else { panic!("{:?}", lists(&world)) };
    let list = text(list);
    for n in 20..30 {
        assert!(
            list.contains(&format!("Question {n}\n{ORIGIN}/incoming/{n:032x}/message?key=")),
            "{list}"
        );
    }
    assert!(!list.contains("Question 19"), "{list}");
    // They are kept for a month, so that the addresses are good.
    let erase = || {
        let erased = intake::erase_incoming(&world.ports, &world.ledger, world.now.get());
        pollster::block_on(erased).unwrap();
    };
    let kept =
        || world.documents.borrow().keys().filter(|key| key.starts_with("incoming/")).count();
    erase();
    assert_eq!(kept(), 11, "the ten, and an application that staff have not been sent");
    crate::later(&world, 31 * 24 * 3_600_000);
    erase();
    assert_eq!(kept(), 1);
}
