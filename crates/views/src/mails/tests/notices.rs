//! The mails that belong to no application.

use locales::{EN, FR};

use super::super::samples::{posting, received, withdrawn};
use super::super::*;

/// Staff can tell a report on all applications from one that did not wait any
/// longer.
#[test]
fn a_report_says_whether_forwarding_is_complete() {
    let entries = vec![(1, "7KXM29QT")];
    let closes_at = posting().requirements.window.closes_at;
    let said = |texts, lists: &Report, hours: i64| {
        let now = rules::Timestamp(closes_at.0 + hours * 3_600_000 + 299_999);
        let text = report(texts, &posting(), lists, now).text;
        text.split("\n\n").nth(1).unwrap().to_owned()
    };
    let settled =
        Report { delivered: entries.clone(), given_up: entries.clone(), ..Report::default() };
    let waiting = Report { pending: entries, ..settled.clone() };
    for (texts, lists, hours, expected) in [
        (&FR, &settled, 1, "est achevée\u{A0}: plus aucune candidature n’attend d’être transmise."),
        (&FR, &waiting, 1, "n’est pas achevée\u{A0}: 1\u{A0}heure après la clôture, il reste"),
        (&FR, &waiting, 6, "n’est pas achevée\u{A0}: 6\u{A0}heures après la clôture, il reste"),
        (&EN, &settled, 6, "is complete: no application is waiting to be forwarded."),
        (&EN, &waiting, 6, "is not complete: 6\u{A0}hours after the closing, applications are"),
    ] {
        let said = said(texts, lists, hours);
        assert!(said.contains(expected), "{expected} in {said}");
    }
}

/// A mail that the previous Worker has written names nobody.
#[test]
fn a_withdrawal_names_the_person_where_it_is_known() {
    let now = received().received_at;
    let mail = |name| withdrawal(&FR, &posting(), withdrawn(name), now);
    let named = mail("Amélie N’Diaye");
    assert_eq!(
        named.subject,
        "Candidature n°\u{A0}1\u{202F}200 retirée – Amélie N’Diaye – 7KXM29QT"
    );
    assert!(named.text.contains("Nom\u{A0}: Amélie N’Diaye"), "{}", named.text);
    let nobody = mail("");
    assert_eq!(nobody.subject, "Candidature n°\u{A0}1\u{202F}200 retirée – 7KXM29QT");
    assert!(!nobody.text.contains("Nom"), "{}", nobody.text);
}

#[test]
fn a_report_says_whose_address_is_to_be_checked() {
    let said = |texts, entries: &[(u32, &'static str)]| {
        let lists = Report { not_acknowledged: entries.to_vec(), ..Report::default() };
        report(texts, &posting(), &lists, received().received_at).text
    };
    for (texts, entries, sentence) in [
        (
            &EN,
            &[(12, "7KXM29QT")][..],
            "The acknowledgement to no. 12 came back: check the address with the candidate by phone.",
        ),
        (
            &FR,
            &[(12, "7KXM29QT"), (15, "9RXM29QT")],
            "Les accusés de réception des n°\u{A0}12 et 15 sont revenus\u{A0}: vérifiez",
        ),
    ] {
        let said = said(texts, entries);
        assert!(said.contains(sentence), "{said}");
    }
    assert!(!said(&EN, &[]).contains("came back"));
}

#[test]
fn a_report_says_how_many_wait_for_an_answer() {
    let said = |texts, unanswered| {
        let lists = Report { unanswered, ..Report::default() };
        report(texts, &posting(), &lists, received().received_at).text
    };
    assert!(said(&EN, 7).contains("7 people wait for an answer."), "{}", said(&EN, 7));
    assert!(said(&FR, 1).contains("1 personne attend une réponse."), "{}", said(&FR, 1));
    assert!(!said(&EN, 0).contains("wait for an answer"));
}

/// The cause in an alert is that of the code, in words.
#[test]
fn an_alert_names_what_stands_in_the_way() {
    for (cause, words) in [
        ("AUTH: the server answered 535 5.7.8", FR.cause_login),
        ("connect: refused", FR.cause_connection),
        ("greeting: the server took too long", FR.cause_connection),
        ("EHLO over TLS: the server closed the connection", FR.cause_connection),
        ("MAIL: the server answered 550", FR.cause_sender),
        ("RCPT: the server answered 550 5.1.1", FR.cause_recipient),
        ("end of message: the server answered 554", FR.cause_message),
        ("E_DAILY_LIMIT_EXCEEDED", FR.cause_quota),
        ("configuration: SMTP_PORT: a port's number", FR.cause_settings),
        ("E_INTERNAL_SERVER_ERROR", FR.cause_other),
    ] {
        let stuck = Alert { cause, since: received().received_at, waiting: 1, lost: 0 };
        let mail = alert(&FR, &posting().deadline.zone, &stuck);
        assert!(mail.subject.contains(words), "{}", mail.subject);
        assert!(mail.text.contains(cause) && mail.text.contains("1 message attend."));
    }
}
