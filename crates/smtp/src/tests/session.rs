//! Several mails in one session: what comes between them, and when a session may be used again.

use tokio::io::duplex;
use tokio::time::Instant;

use super::server::{At, Fault, Script, Seen, TestPlatform, envelope, spawn};
use crate::{Hello, Message, Outcome, Reason, Security, Server, Session, Step, Timeouts};

const MESSAGE: &[u8] = b"Subject: x\r\n\r\nbody\r\n";

/// Sends up to `mails` mails in one session in clear, for as long as it is given back, then quits.
async fn run(script: &Script, mails: usize) -> (Vec<Outcome>, Seen) {
    let platform = TestPlatform::default();
    let (ours, theirs) = duplex(script.pipe);
    let server = spawn(theirs, script.clone(), false);
    let before = Instant::now();
    let mut session = Some(connect(ours, &platform).await);
    let mut outcomes = Vec::new();
    for _ in 0..mails {
        let Some(open) = session.take() else { break };
        let (outcome, reusable) = open.send(envelope(), Message::new(MESSAGE).unwrap()).await;
        outcomes.push(outcome);
        session = reusable;
    }
    if let Some(open) = session {
        open.quit().await;
    }
    let client_took = before.elapsed();
    assert_eq!(platform.closed.get(), 1);
    (outcomes, Seen { client_took, ..server.await.unwrap() })
}

async fn connect(
    stream: tokio::io::DuplexStream,
    platform: &TestPlatform,
) -> Session<'_, tokio::io::DuplexStream, TestPlatform> {
    let hello = Hello::new("guichet.example").unwrap();
    let server = Server { hello, security: Security::Clear, credentials: None };
    Session::connect(stream, &server, platform, &Timeouts::WORKER).await.ok().unwrap()
}

/// Returns a fault at the place, for the second mail.
fn second(at: At, fault: Fault) -> Script {
    let skip = usize::from(at != At::Reset);
    Script { skip, ..Script::with_fault(at, fault) }
}

fn is_sent(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Sent(_))
}

#[tokio::test(start_paused = true)]
async fn mails_share_a_session_with_rset_between_them() {
    let (outcomes, seen) = run(&Script::usual(), 3).await;
    assert_eq!(outcomes.len(), 3);
    assert!(outcomes.iter().all(is_sent), "{outcomes:?}");
    assert_eq!(seen.messages, [MESSAGE, MESSAGE, MESSAGE]);
    let commands: Vec<_> = seen.lines().iter().map(|line| &line[..4]).collect();
    let expected = [
        "EHLO", "MAIL", "RCPT", "DATA", "RSET", "MAIL", "RCPT", "DATA", "RSET", "MAIL", "RCPT",
        "DATA", "QUIT",
    ];
    assert_eq!(commands, expected);
}

/// A refusal of one mail says nothing about the next one.
#[tokio::test(start_paused = true)]
async fn a_refused_mail_leaves_the_session_usable() {
    for at in [At::Mail, At::Recipient, At::Data, At::EndOfData] {
        for words in ["550 5.7.1 no\r\n", "451 4.3.0 later\r\n", "450 4.7.1 too much mail\r\n"] {
            // The scripted server refuses every later mail too; the next one must at least be asked about.
            let (outcomes, seen) = run(&Script::with_fault(at, Fault::Say(words)), 2).await;
            assert_eq!(outcomes.len(), 2, "{at:?} {words:?}");
            assert!(!outcomes.iter().any(is_sent));
            assert_eq!(outcomes[0], outcomes[1], "{at:?} {words:?}");
            let lines = seen.lines();
            assert_eq!(lines.iter().filter(|line| line.starts_with("MAIL")).count(), 2);
            assert_eq!(lines.iter().filter(|line| **line == "RSET").count(), 1);
            assert!(seen.said_quit());
        }
    }
}

/// A server that is about to close, or whose state is unknown, gets no other
/// mail.
#[tokio::test(start_paused = true)]
async fn a_session_in_doubt_is_not_used_again() {
    let faults = [
        Fault::Say("421 4.3.2 closing\r\n"),
        Fault::SayAndClose("421 4.3.2 closing\r\n"),
        Fault::Close,
        Fault::Hang,
        Fault::Flood,
        Fault::Say("HTTP/1.1 400 Bad Request\r\n"),
        Fault::Say("250-a\r\n550 b\r\n"),
        Fault::Say("221 bye\r\n"),
    ];
    for at in [At::Mail, At::Recipient, At::Data, At::EndOfData] {
        for fault in faults {
            // To MAIL and RCPT 221 is a positive answer as good as any.
            if matches!(fault, Fault::Say("221 bye\r\n")) && at != At::Data && at != At::EndOfData {
                continue;
            }
            let (outcomes, seen) = run(&Script::with_fault(at, fault), 2).await;
            assert_eq!(outcomes.len(), 1, "{at:?} {fault:?} {outcomes:?}");
            assert!(!outcomes.iter().any(is_sent));
            assert!(!seen.lines().contains(&"RSET"), "{at:?} {fault:?}");
        }
    }
}

/// A server that refuses in the middle of the message has read only a part of it: what follows would be taken for the rest.
#[tokio::test(start_paused = true)]
async fn a_refusal_within_the_message_ends_the_session() {
    let platform = TestPlatform::default();
    let (ours, theirs) = duplex(4_096);
    let script = Script::with_fault(At::Upload, Fault::SayAndClose("552 5.3.4 enough\r\n"));
    let server = spawn(theirs, script, false);
    let session = connect(ours, &platform).await;
    let message = "x".repeat(100_000);
    let (outcome, session) =
        session.send(envelope(), Message::new(message.as_bytes()).unwrap()).await;
    assert!(matches!(outcome, Outcome::TooLarge(_)), "{outcome:?}");
    assert!(session.is_none());
    assert_eq!(platform.closed.get(), 1);
    assert_eq!(server.await.unwrap().message(), None);
}

/// A mail that is too large for the stated SIZE is never begun, so the smaller one that replaces it needs no RSET.
#[tokio::test(start_paused = true)]
async fn a_mail_above_the_stated_size_leaves_the_session_as_it_was() {
    let platform = TestPlatform::default();
    let (ours, theirs) = duplex(4_096);
    let script = Script { clear: vec!["SIZE 10"], ..Script::usual() };
    let server = spawn(theirs, script, false);
    let session = connect(ours, &platform).await;
    let (outcome, session) = session.send(envelope(), Message::new(MESSAGE).unwrap()).await;
    assert!(matches!(outcome, Outcome::TooLarge(_)), "{outcome:?}");
    let (outcome, session) =
        session.unwrap().send(envelope(), Message::new(b"small\r\n").unwrap()).await;
    assert!(is_sent(&outcome), "{outcome:?}");
    session.unwrap().quit().await;
    let seen = server.await.unwrap();
    assert_eq!(seen.message(), Some(&b"small\r\n"[..]));
    assert!(!seen.lines().contains(&"RSET"));
}

/// A session that ended while it was idle, or that has carried as many mails as the server allows, costs the next mail nothing.
#[tokio::test(start_paused = true)]
async fn a_session_that_has_ended_sends_the_mail_to_a_new_one() {
    for (at, fault, step) in [
        (At::Reset, Fault::Close, Step::Reset),
        (At::Reset, Fault::SayAndClose("421 4.4.2 idle for too long\r\n"), Step::Reset),
        (At::Reset, Fault::Say("500 what\r\n"), Step::Reset),
        (At::Reset, Fault::Say("354 what\r\n"), Step::Reset),
        (At::Reset, Fault::Hang, Step::Reset),
        (At::Reset, Fault::Flood, Step::Reset),
        (At::Mail, Fault::Close, Step::Mail),
        (At::Mail, Fault::SayAndClose("421 4.7.0 too many messages\r\n"), Step::Mail),
        // The server says so when it has taken the first mail, before the second one.
        (At::EndOfData, Fault::SayAndClose("250 queued\r\n421 bye\r\n"), Step::Reset),
        (At::EndOfData, Fault::SayAndClose("250 queued\r\n"), Step::Reset),
    ] {
        let script = match at {
            At::EndOfData => Script::with_fault(at, fault),
            _ => second(at, fault),
        };
        let (outcomes, seen) = run(&script, 3).await;
        assert_eq!(outcomes.len(), 2, "{at:?} {fault:?} {outcomes:?}");
        assert!(is_sent(&outcomes[0]), "{at:?} {fault:?} {outcomes:?}");
        let Outcome::SessionEnded(cause) = &outcomes[1] else {
            panic!("{at:?} {fault:?} {outcomes:?}")
        };
        assert_eq!(cause.step, step, "{at:?} {fault:?}");
        assert_eq!(seen.messages.len(), 1, "the second message was not begun");
        assert!(seen.client_took.as_secs() <= 7, "{at:?} {fault:?} {:?}", seen.client_took);
    }
}

/// From RCPT on the loss of a connection concerns the mail: it is not sent again at once, for it may be the mail that ends sessions.
#[tokio::test(start_paused = true)]
async fn a_later_loss_is_the_outcome_of_the_mail() {
    for (at, fault) in [
        (At::Mail, Fault::Hang),
        (At::Mail, Fault::Say("451 4.3.0 later\r\n")),
        (At::Recipient, Fault::Close),
        (At::Data, Fault::Close),
    ] {
        let (outcomes, _) = run(&second(at, fault), 3).await;
        assert!(is_sent(&outcomes[0]));
        assert!(matches!(outcomes[1], Outcome::TryLater(_)), "{at:?} {fault:?} {outcomes:?}");
    }
    let (outcomes, _) = run(&second(At::Recipient, Fault::Say("421 busy\r\n")), 3).await;
    assert!(matches!(outcomes[1..], [Outcome::SlowDown(_)]), "{outcomes:?}");
    let (outcomes, _) = run(&second(At::EndOfData, Fault::Close), 3).await;
    assert!(matches!(outcomes[1..], [Outcome::Unknown(_)]), "{outcomes:?}");
}

/// An unsolicited answer after the first mail must not become the answer to the second one.
#[tokio::test(start_paused = true)]
async fn an_extra_answer_is_not_taken_for_the_next_mail() {
    let script = Script::with_fault(At::EndOfData, Fault::Say("250 queued\r\n250 queued\r\n"));
    let (outcomes, seen) = run(&script, 2).await;
    assert!(is_sent(&outcomes[0]));
    let Outcome::SessionEnded(cause) = &outcomes[1] else { panic!("{outcomes:?}") };
    assert_eq!((cause.step, &cause.reason), (Step::Reset, &Reason::OutOfTurn));
    assert_eq!(seen.messages.len(), 1);
    // The extra answer comes with that to RSET, so that each answer is taken for the one before it.
    let script = second(At::Reset, Fault::Say("250 flushed\r\n250 ok\r\n"));
    let (outcomes, seen) = run(&script, 2).await;
    assert!(matches!(&outcomes[1], Outcome::TryLater(cause) if cause.reason == Reason::OutOfTurn));
    assert_eq!(seen.messages.len(), 1);
}

/// A Worker has six sockets: one that is forgotten must not count among them.
#[tokio::test(start_paused = true)]
async fn a_dropped_session_closes_its_stream() {
    let platform = TestPlatform::default();
    let (ours, theirs) = duplex(4_096);
    let server = spawn(theirs, Script::usual(), false);
    drop(connect(ours, &platform).await);
    assert_eq!(platform.closed.get(), 1);
    assert_eq!(server.await.unwrap().lines(), ["EHLO guichet.example"]);
}
