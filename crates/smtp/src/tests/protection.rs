//! Credentials are never sent in clear or shown, and injected answers are never believed.

use super::server::{At, Fault, SECRET, Script, run, run_with};
use crate::{Credentials, Outcome, Reason, Security, Step};

fn why(outcome: &Outcome) -> (Option<Step>, Option<&Reason>) {
    let cause = outcome.cause();
    (cause.map(|cause| cause.step), cause.map(|cause| &cause.reason))
}

#[tokio::test(start_paused = true)]
async fn plaintext_after_the_agreement_to_tls_is_an_attack() {
    for words in ["220 go\r\n250-mx\r\n250 AUTH PLAIN\r\n", "220 go\r\n2", "220-a\r\n220 b\r\n\0"] {
        let script = Script::with_fault(At::StartTls, Fault::Say(words));
        let (outcome, seen) = run(&script, Security::StartTls).await;
        assert!(matches!(outcome, Outcome::Blocked(_)), "{outcome:?}");
        assert_eq!(why(&outcome), (Some(Step::StartTls), Some(&Reason::Injected)));
        assert_eq!(seen.in_clear, ["EHLO guichet.example", "STARTTLS"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_removed_starttls_stops_everything() {
    let script = Script { clear: vec!["AUTH PLAIN", "X-STARTTLS"], ..Script::usual() };
    let (outcome, seen) = run(&script, Security::StartTls).await;
    assert!(matches!(outcome, Outcome::Blocked(_)), "{outcome:?}");
    assert_eq!(why(&outcome), (Some(Step::StartTls), Some(&Reason::NoStartTls)));
    assert_eq!(seen.lines(), ["EHLO guichet.example", "QUIT"]);
}

/// What was offered in clear may be forged, so only the second EHLO counts.
#[tokio::test(start_paused = true)]
async fn offers_made_in_clear_are_forgotten() {
    let script = Script {
        clear: vec!["STARTTLS", "AUTH PLAIN", "SIZE 1"],
        secured: vec![],
        ..Script::usual()
    };
    let (outcome, seen) = run(&script, Security::StartTls).await;
    assert!(matches!(outcome, Outcome::Blocked(_)), "{outcome:?}");
    assert_eq!(why(&outcome), (Some(Step::Auth), Some(&Reason::NoMechanism)));
    assert_eq!(seen.over_tls, ["EHLO guichet.example", "QUIT"]);
    let (outcome, _) = run_with(&script, Security::StartTls, None, b"larger than one\r\n").await;
    assert!(matches!(outcome, Outcome::Sent(_)), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn credentials_never_travel_in_clear() {
    let credentials = Credentials::new("careers", SECRET).unwrap();
    let script = Script { clear: vec!["AUTH PLAIN LOGIN"], ..Script::usual() };
    let (outcome, seen) = run_with(&script, Security::Clear, Some(&credentials), b"a\r\n").await;
    assert!(matches!(outcome, Outcome::Blocked(_)), "{outcome:?}");
    assert_eq!(why(&outcome), (Some(Step::Auth), Some(&Reason::ClearCredentials)));
    assert!(seen.lines().is_empty());
}

/// Some servers repeat the line that they refuse.
#[tokio::test(start_paused = true)]
async fn no_text_repeats_the_credentials() {
    let plain = "AGNhcmVlcnMAY29ycmVjdCBob3JzZQ==";
    let echoes = [
        (
            At::Auth,
            vec!["AUTH PLAIN"],
            "501 5.5.4 cannot read AUTH PLAIN AGNhcmVlcnMAY29ycmVjdCBob3JzZQ==\r\n",
        ),
        (At::Auth, vec!["AUTH PLAIN"], "535 5.7.8 careers: 'correct horse' is wrong\r\n"),
        (At::Auth, vec!["AUTH PLAIN"], "334 AGNhcmVlcnMAY29ycmVjdCBob3JzZQ==\r\n"),
        (
            At::AuthThird,
            vec!["AUTH LOGIN"],
            "454-4.7.0 what is\r\n454 4.7.0 Y29ycmVjdCBob3JzZQ==\r\n",
        ),
    ];
    for (at, secured, echo) in echoes {
        let script = Script { secured, ..Script::with_fault(at, Fault::Say(echo)) };
        let (outcome, _) = run(&script, Security::Tls).await;
        assert_eq!(outcome.cause().map(|cause| cause.step), Some(Step::Auth));
        let reply = outcome.reply().unwrap();
        assert_eq!(reply.text, "");
        let shown = format!("{outcome:?} {}", outcome.cause().unwrap());
        for secret in ["careers", SECRET, plain, "Y29ycmVjdCBob3JzZQ"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains(&echo[..3]), "the operator gets the code: {shown}");
    }
}

/// The recipient may be a candidate. Servers name it in their answers, and it must not get into a log.
#[tokio::test(start_paused = true)]
async fn what_a_log_may_show_has_no_address() {
    let script =
        Script::with_fault(At::Recipient, Fault::Say("550 5.1.1 <marie@example.net>: unknown\r\n"));
    let (outcome, _) = run(&script, Security::StartTls).await;
    assert_eq!(outcome.cause().unwrap().to_string(), "RCPT: the server answered 550 5.1.1");
    assert!(!format!("{outcome:?}").contains("marie"));
    assert!(outcome.reply().unwrap().text.contains("marie"));
}
