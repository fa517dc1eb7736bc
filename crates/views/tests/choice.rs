//! The choice of mails: what the form offers, and what the receipt then has.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use domain::Delivery;
use domain::dossier::{Message, MessageAttachment, MessageState};
use locales::ALL;
use rules::{Form, Mails};
use support::{KEY, OPEN, SITE, fresh, posting, received, sent};
use views::Receipt;

fn message() -> Message {
    Message {
        id: "one".into(),
        subject: "Entretien".into(),
        body: "Venez <vite>".into(),
        appointment: Some("BEGIN:VCALENDAR".into()),
        attachment: Some(MessageAttachment {
            key: "attachments/1".into(),
            file_name: "Consigne.pdf".into(),
            media_type: "application/pdf".into(),
            bytes: 9,
        }),
        stage: None,
        scheduled_by: "staff@example.org".into(),
        scheduled_at: OPEN,
        send_at: OPEN,
        state: MessageState::Sent(OPEN),
    }
}

#[test]
fn a_choice_stands_in_the_form_and_the_domain_is_spoken_of() {
    let mut posting = posting();
    for texts in ALL {
        for (is_neutral, mails, expected) in [
            (false, "", "full"),
            (true, "", "neutral"),
            (true, "full", "full"),
            (false, "none", "none"),
            (false, "loud", "full"),
        ] {
            posting.requirements.is_neutral = is_neutral;
            let values = Form { mails: mails.into(), ..Form::default() };
            let page = views::posting(texts, &posting, OPEN, Some(fresh(&values)), &SITE);
            let chosen = format!("name=\"mails\" value=\"{expected}\" checked");
            assert_eq!(page.matches("name=\"mails\"").count(), 3);
            assert!(page.contains(&chosen), "{chosen}");
            assert!(page.contains(texts.form_mails_hint));
        }
    }
}

#[test]
fn the_receipt_has_what_the_mails_did_not_bring() {
    let mut posting = posting();
    // It may name no steps.
    posting.steps.clear();
    let (delivery, messages) = (Delivery::default(), [message()]);
    for texts in ALL {
        for (mails, is_whole) in
            [(Mails::Full, false), (Mails::Neutral, true), (Mails::Nothing, true)]
        {
            let mut received = received();
            received.content.mails = mails;
            let shown = Receipt { messages: &messages, ..sent(&received, &delivery) };
            let page = views::receipt(texts, &posting, shown, OPEN, &SITE);
            assert!(page.contains("Entretien"));
            assert_eq!(page.contains("Venez &#60;vite&#62;"), is_whole, "{mails:?}");
            for part in ["file", "appointment"] {
                let address = format!("/applications/7KXM29QT/messages/one/{part}?key={KEY}");
                assert_eq!(page.contains(&address), is_whole, "{mails:?}");
            }
            let none = texts.receipt_state_no_mails;
            assert_eq!(page.contains(none), mails == Mails::Nothing);
        }
    }
}
