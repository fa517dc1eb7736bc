//! The receipt of an application, and its correction.

mod support;

use domain::{Delivery, MailState};
use locales::EN;
use rules::{Code, Form, Issue};
use support::{CLOSES, KEY, OPEN, SITE, correction, fresh, posting, received, sent};
use views::FormState;

#[test]
fn a_receipt_says_how_far_the_application_has_come() {
    let receipt =
        |delivery| views::receipt(&EN, &posting(), sent(&received(), &delivery), OPEN, &SITE);
    let waiting = receipt(Delivery::default());
    assert_eq!(waiting.matches("<li class=\"done\">").count(), 1);
    let at = MailState::Sent(OPEN);
    let delivered = receipt(Delivery { forwarding: at, acknowledgement: at });
    assert_eq!(delivered.matches("<li class=\"done\">").count(), 3);
    let given_up = receipt(Delivery { forwarding: MailState::GivenUp, acknowledgement: at });
    assert!(given_up.contains("We are on it: there is nothing for you to do."), "{given_up}");
    for text in [
        "<span>7KXM</span><span>29QT</span>",
        "Received on <time datetime=\"2025-07-15T12:03:00.000Z\">Tuesday 15 July 2025 at 14:03, Brussels time (UTC+2)</time>",
        "Acknowledgement sent to marie.dupont@example.org",
        "PDF, 813\u{A0}KB",
        &"<span>0123</span><span>4567</span><span>89ab</span><span>cdef</span>".repeat(4),
        "<code dir=\"ltr\">https://jobs.example.org/applications/7KXM29QT?key=never-to-be-guessed&#38;lang=en</code>",
        "<a href=\"/applications/7KXM29QT?key=never-to-be-guessed&#38;lang=fr\" lang=\"fr\"",
        "<a class=\"alone\" href=\"/applications/7KXM29QT/withdraw?key=never-to-be-guessed&#38;lang=en\">",
        "We delete your application, your documents and this receipt on Friday 30 January 2026.",
    ] {
        assert!(delivered.contains(text), "{text} in {delivered}");
    }
    // The page may be left open on a shared screen. Of personal data it shows
    // the address alone, where a mistake would go unnoticed.
    for private in ["never-shown", "Marie", "staff@example.org"] {
        assert!(!delivered.contains(private), "{private} in {delivered}");
    }
}

/// By its fields alone: its script sends the same form in parts.
#[test]
fn a_correction_keeps_the_documents_that_are_not_replaced() {
    let (posting, received, values) = (posting(), received(), Form::default());
    let of = correction(&received);
    let page = views::correct(&EN, &posting, OPEN, &fresh(&values), of, &SITE);
    let action = format!("action=\"/applications/7KXM29QT/corrections?key={KEY}&#38;lang=en\"");
    assert!(page.contains(&action), "{page}");
    assert!(page.contains("You sent “cv.pdf”. It stays unless you choose another file."), "{page}");
    assert!(page.contains("name=\"revision\" value=\"1\"") && page.contains(KEY), "{page}");
    assert!(!page.contains("name=\"token\""), "{page}");
    let late = [Issue::new("deadline", Code::DeadlinePassed)];
    let state = FormState { issues: &late, kept: Some("7KXM29QT"), ..fresh(&values) };
    let closed = views::correct(&EN, &posting, CLOSES, &state, of, &SITE);
    assert!(closed.contains("The correction was not stored") && !closed.contains("<form"));
    assert!(closed.contains("Your application 7KXM29QT stays as we received it."), "{closed}");
}

#[test]
fn a_receipt_leads_to_the_correction_until_the_deadline() {
    let (posting, received, delivery) = (posting(), received(), Delivery::default());
    let page = |now| views::receipt(&EN, &posting, sent(&received, &delivery), now, &SITE);
    let link = "/applications/7KXM29QT/correct?key=";
    assert!(page(OPEN).contains(link) && !page(CLOSES).contains(link));
}

#[test]
fn a_receipt_asks_about_an_address_that_is_probably_a_slip() {
    let (posting, delivery, mut received) = (posting(), Delivery::default(), received());
    received.content.email = "marie.dupont@gmial.com".to_owned();
    let page = |now| views::receipt(&EN, &posting, sent(&received, &delivery), now, &SITE);
    let question = "<bdi dir=\"ltr\">marie.dupont@gmail.com</bdi>";
    assert!(page(OPEN).contains(question), "{}", page(OPEN));
    // What cannot be mended any more is not asked about.
    assert!(!page(CLOSES).contains(question));
}
