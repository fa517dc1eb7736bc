//! Every step, with every way in which a server can answer it.

use super::server::{At, Fault, Script, run, run_with};
use crate::{Credentials, Enhanced, Malformed, Outcome, Reason, Security, Step};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sent,
    Refused,
    TooLarge,
    TryLater,
    SlowDown,
    SessionEnded,
    Blocked,
    Unknown,
}

fn kind(outcome: &Outcome) -> (Kind, Option<Step>) {
    let step = outcome.cause().map(|cause| cause.step);
    let kind = match outcome {
        Outcome::Sent(_) => Kind::Sent,
        Outcome::Refused(_) => Kind::Refused,
        Outcome::TooLarge(_) => Kind::TooLarge,
        Outcome::TryLater(_) => Kind::TryLater,
        Outcome::SlowDown(_) => Kind::SlowDown,
        Outcome::SessionEnded(_) => Kind::SessionEnded,
        Outcome::Blocked(_) => Kind::Blocked,
        Outcome::Unknown(_) => Kind::Unknown,
    };
    (kind, step)
}

/// The steps with the place in the script, and what a plain 5xx means there.
const STEPS: [(At, Step, Kind); 10] = [
    (At::Greeting, Step::Greeting, Kind::Blocked),
    (At::Hello, Step::Hello, Kind::Blocked),
    (At::StartTls, Step::StartTls, Kind::Blocked),
    (At::HelloSecured, Step::HelloSecured, Kind::Blocked),
    (At::Auth, Step::Auth, Kind::Blocked),
    (At::Mail, Step::Mail, Kind::Blocked),
    (At::Recipient, Step::Recipient, Kind::Refused),
    (At::Data, Step::Data, Kind::Refused),
    // While it writes the message, the client does not read; a server that goes on reading is tested below.
    (At::Upload, Step::Body, Kind::Refused),
    (At::EndOfData, Step::EndOfData, Kind::Refused),
];

#[tokio::test(start_paused = true)]
async fn each_step_and_each_answer() {
    let mut ran = 0;
    for (at, step, permanent) in STEPS {
        let lost = if at == At::EndOfData { Kind::Unknown } else { Kind::TryLater };
        let table = [
            (Fault::Say("550 5.7.1 no\r\n"), permanent, true),
            (Fault::Say("500 what\r\n"), permanent, true),
            (Fault::Say("451 4.3.0 later\r\n"), Kind::TryLater, true),
            (Fault::Say("454 4.7.0 temporary\r\n"), Kind::TryLater, true),
            (Fault::SayAndClose("421 4.3.2 going down\r\n"), Kind::SlowDown, true),
            (Fault::SayAndClose("554-5.0.0 go\r\n554 5.0.0 away\r\n"), permanent, true),
            (Fault::Close, lost, false),
            (Fault::SayAndClose("250-half an ans"), lost, false),
            (Fault::Hang, lost, false),
            (Fault::Flood, lost, false),
            (Fault::Say("HTTP/1.1 400 Bad Request\r\n"), lost, false),
            (Fault::Say("250 lf only\n"), lost, false),
            (Fault::Say("250-a\r\n550 b\r\n"), lost, false),
        ];
        for (fault, expected, answered) in table {
            if at == At::Upload && matches!(fault, Fault::Say(_) | Fault::Flood) {
                continue;
            }
            let message = "x".repeat(70).repeat(1_000);
            let message = if at == At::Upload { message.as_bytes() } else { b"a\r\n" };
            let credentials = Credentials::new("careers", "pass").unwrap();
            let script = Script::with_fault(at, fault);
            let (outcome, seen) =
                run_with(&script, Security::StartTls, Some(&credentials), message).await;
            assert_eq!(kind(&outcome), (expected, Some(step)), "{at:?} {fault:?} {outcome:?}");
            assert_eq!(outcome.reply().is_some(), answered, "{at:?} {fault:?} {outcome:?}");
            // What is not unknown was either answered by the server, or its terminating dot was never sent.
            assert!(seen.messages.is_empty() || at == At::EndOfData, "{at:?} {fault:?}");
            ran += 1;
        }
    }
    assert_eq!(ran, 9 * 13 + 5);
}

#[tokio::test(start_paused = true)]
async fn a_positive_answer_out_of_place_is_no_success() {
    for (at, words, expected) in [
        (At::Greeting, "354 go\r\n", (Kind::TryLater, Step::Greeting)),
        (At::Auth, "334 \r\n", (Kind::TryLater, Step::Auth)),
        (At::Mail, "354 go\r\n", (Kind::TryLater, Step::Mail)),
        (At::Data, "250 ok\r\n", (Kind::TryLater, Step::Data)),
        (At::EndOfData, "354 more\r\n", (Kind::Unknown, Step::EndOfData)),
        (At::EndOfData, "221 bye\r\n", (Kind::Unknown, Step::EndOfData)),
    ] {
        let (outcome, _) =
            run(&Script::with_fault(at, Fault::Say(words)), Security::StartTls).await;
        assert_eq!(kind(&outcome), (expected.0, Some(expected.1)), "{at:?} {words:?}");
    }
}

/// The `250` that came along with the `354` is not the verdict.
#[tokio::test(start_paused = true)]
async fn answers_in_advance_are_not_believed() {
    for (at, words, step) in [
        (At::Greeting, "220 hi\r\n250 ok\r\n", Step::Hello),
        (At::Mail, "250 ok\r\n250 ok\r\n", Step::Recipient),
        (At::Recipient, "250 ok\r\n354 go\r\n250 queued\r\n", Step::Data),
    ] {
        let (outcome, seen) =
            run(&Script::with_fault(at, Fault::Say(words)), Security::StartTls).await;
        assert_eq!(kind(&outcome), (Kind::TryLater, Some(step)), "{words:?}");
        assert_eq!(outcome.cause().map(|cause| &cause.reason), Some(&Reason::OutOfTurn));
        assert_eq!(seen.message(), None);
    }
    let early = Script::with_fault(At::Data, Fault::Say("354 go\r\n250 queued\r\n"));
    let (outcome, _) = run(&early, Security::StartTls).await;
    assert_eq!(kind(&outcome), (Kind::TryLater, Some(Step::Body)));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_about_message_size_mailbox_or_settings() {
    for (at, words, expected) in [
        (At::Mail, "530 5.7.0 authentication required\r\n", Kind::Blocked),
        (At::Mail, "553 5.7.1 sender not yours\r\n", Kind::Blocked),
        (At::Mail, "552 5.3.4 too large\r\n", Kind::TooLarge),
        (At::Mail, "552 too large\r\n", Kind::TooLarge),
        (At::Mail, "554 5.3.4 too large\r\n", Kind::TooLarge),
        (At::Recipient, "530 5.7.0 authentication required\r\n", Kind::Blocked),
        (At::Data, "538 5.7.11 encryption required\r\n", Kind::Blocked),
        (At::Recipient, "550 5.1.1 no such user\r\n", Kind::Refused),
        (At::Recipient, "452 4.2.2 mailbox full\r\n", Kind::TryLater),
        (At::EndOfData, "552 5.3.4 too large\r\n", Kind::TooLarge),
        (At::EndOfData, "552 too large\r\n", Kind::TooLarge),
        (At::EndOfData, "550 5.2.3 too large for this mailbox\r\n", Kind::TooLarge),
        (At::Recipient, "552 5.2.2 mailbox full\r\n", Kind::TryLater),
        (At::EndOfData, "552 5.2.2 mailbox full\r\n", Kind::TryLater),
        (At::Greeting, "552 5.3.4 too large\r\n", Kind::Blocked),
        (At::EndOfData, "452 4.3.1 disk full\r\n", Kind::TryLater),
        (At::Auth, "535 5.7.8 bad credentials\r\n", Kind::Blocked),
        (At::Auth, "454 4.7.0 try again\r\n", Kind::TryLater),
        (At::Auth, "454 4.7.0 too many connections\r\n", Kind::SlowDown),
        (At::Mail, "450 4.7.1 Error: too much mail from you\r\n", Kind::SlowDown),
        (At::EndOfData, "454 Throttling failure\r\n", Kind::SlowDown),
        (At::Auth, "432 4.7.12 password transition\r\n", Kind::TryLater),
    ] {
        let (outcome, seen) =
            run(&Script::with_fault(at, Fault::Say(words)), Security::StartTls).await;
        assert_eq!(kind(&outcome).0, expected, "{at:?} {words:?}");
        let reply = outcome.reply().unwrap();
        assert_eq!(reply.code.to_string(), words[..3]);
        let enhanced = words[4..].split(' ').next().filter(|word| word.contains('.'));
        assert_eq!(reply.enhanced.map(|status| status.to_string()).as_deref(), enhanced);
        assert!(seen.said_quit(), "{words:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_mail_is_sent_over_starttls() {
    let (outcome, seen) = run(&Script::usual(), Security::StartTls).await;
    let Outcome::Sent(reply) = outcome else { panic!("{outcome:?}") };
    assert_eq!((reply.code, reply.enhanced), (250, Some(Enhanced(2, 0, 0))));
    assert_eq!(reply.text, "2.0.0 queued as 42");
    assert_eq!(seen.in_clear, ["EHLO guichet.example", "STARTTLS"]);
    let expected = [
        "EHLO guichet.example",
        "AUTH PLAIN AGNhcmVlcnMAY29ycmVjdCBob3JzZQ==",
        "MAIL FROM:<careers@example.org> SIZE=23",
        "RCPT TO:<staff@example.org>",
        "DATA",
        "QUIT",
    ];
    assert_eq!(seen.over_tls, expected);
    assert_eq!(seen.message(), Some(&b"Subject: x\r\n\r\n.\r\nbody\r\n"[..]));
}

#[tokio::test(start_paused = true)]
async fn in_clear_and_without_extensions() {
    let script = Script { clear: vec![], ..Script::usual() };
    let (outcome, seen) = run(&script, Security::Clear).await;
    assert_eq!(kind(&outcome).0, Kind::Sent);
    assert_eq!(seen.in_clear[1], "MAIL FROM:<careers@example.org>");
}

#[tokio::test(start_paused = true)]
async fn login_where_there_is_no_plain() {
    let script = |fault| Script { secured: vec!["AUTH LOGIN"], fault, ..Script::usual() };
    let (outcome, seen) = run(&script(None), Security::Tls).await;
    assert_eq!(kind(&outcome).0, Kind::Sent);
    assert_eq!(seen.over_tls[1..4], ["AUTH LOGIN", "Y2FyZWVycw==", "Y29ycmVjdCBob3JzZQ=="]);
    for at in [At::AuthSecond, At::AuthThird] {
        let (outcome, _) =
            run(&script(Some((at, Fault::Say("535 5.7.8 no\r\n")))), Security::Tls).await;
        assert_eq!(kind(&outcome), (Kind::Blocked, Some(Step::Auth)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_above_the_stated_size_is_not_sent() {
    let script = Script { clear: vec!["SIZE 10"], ..Script::usual() };
    // The CRLF we add counts.
    let (outcome, seen) = run_with(&script, Security::Clear, None, b"123456789").await;
    assert_eq!(kind(&outcome), (Kind::TooLarge, Some(Step::Mail)));
    let too_large = Reason::TooLarge { size: 11, limit: 10 };
    assert_eq!(outcome.cause().map(|cause| &cause.reason), Some(&too_large));
    assert_eq!(seen.lines(), ["EHLO guichet.example", "QUIT"]);
    let (outcome, seen) = run_with(&script, Security::Clear, None, b"12345678").await;
    assert_eq!(kind(&outcome).0, Kind::Sent);
    assert_eq!(seen.message(), Some(&b"12345678\r\n"[..]));
}

#[tokio::test(start_paused = true)]
async fn quit_changes_nothing_and_costs_two_seconds() {
    for fault in [Fault::Say("500 what\r\n"), Fault::Close, Fault::Hang, Fault::Flood] {
        let (outcome, seen) = run(&Script::with_fault(At::Quit, fault), Security::Clear).await;
        assert_eq!(kind(&outcome).0, Kind::Sent, "{fault:?}");
        assert!(seen.said_quit());
        let waited = if matches!(fault, Fault::Hang) { 2 } else { 0 };
        assert_eq!(seen.client_took.as_secs(), waited, "{fault:?}");
    }
}

/// After a step that failed nothing more is written, since its own write may still be pending.
#[tokio::test(start_paused = true)]
async fn nothing_follows_a_broken_step() {
    for (fault, why) in [
        (Fault::Hang, Reason::TimedOut),
        (Fault::Flood, Reason::Malformed(Malformed::TooLong)),
        (Fault::Close, Reason::Closed),
    ] {
        let (outcome, seen) = run(&Script::with_fault(At::Mail, fault), Security::StartTls).await;
        assert_eq!(outcome.cause().map(|cause| &cause.reason), Some(&why));
        assert!(seen.lines().last().is_some_and(|line| line.starts_with("MAIL")));
    }
}

#[tokio::test(start_paused = true)]
async fn each_step_has_its_time() {
    let message = "x".repeat(10_000);
    for (at, seconds) in [
        (At::Greeting, 30),
        (At::Hello, 30),
        (At::Mail, 30),
        (At::Upload, 30),
        (At::EndOfData, 120),
    ] {
        let script = Script { pipe: 64, ..Script::with_fault(at, Fault::Hang) };
        let (outcome, seen) = run_with(&script, Security::Clear, None, message.as_bytes()).await;
        assert_eq!(outcome.cause().map(|cause| &cause.reason), Some(&Reason::TimedOut));
        assert_eq!(seen.client_took.as_secs(), seconds, "{at:?}");
    }
}

/// The server accepts each block just in time.
#[tokio::test(start_paused = true)]
async fn all_blocks_together_have_their_time() {
    let message = "x".repeat(66).repeat(100_000);
    let (outcome, seen) = run_with(
        &Script::with_fault(At::Upload, Fault::ReadSlowly),
        Security::Clear,
        None,
        message.as_bytes(),
    )
    .await;
    assert_eq!(kind(&outcome), (Kind::TryLater, Some(Step::Body)));
    assert_eq!(seen.client_took.as_secs(), 300);
}
