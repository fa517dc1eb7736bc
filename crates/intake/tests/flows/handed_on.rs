//! Mails in which staff hand on that of a candidate.

use domain::Posting;
use intake::ports::IncomingMail;

use crate::NOON;
use crate::letters::{Letter, STAFF, begin, come, process, sent, text, to};

#[test]
fn staff_hand_on_a_mail_and_confirm_it() {
    let (world, posting) = begin();
    // Staff are known by the domain of any recipient.
    let recipients = vec!["jobs@example.com".to_owned(), STAFF.to_owned()];
    let posting = Posting { recipients, ..posting };
    let inner = String::from_utf8(Letter::right(&posting).bytes()).unwrap();
    let mut outer = Letter::right(&posting)
        .with("Authentication-Results", "mx.example.org; dkim=pass header.d=omct.org")
        .with("From", "Staff <staff@omct.org>")
        .with("Subject", "TR : une candidature");
    outer.files.clear();
    let raw = String::from_utf8(outer.bytes()).unwrap();
    let raw = raw
        .replace(
            "\r\n--b--\r\n",
            &format!("\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--b--\r\n"),
        )
        .replacen("boundary=b\r\n", "boundary=o\r\n", 1)
        .replacen("--b\r\n", "--o\r\n", 1)
        .replacen("--b\r\nContent-Type: message", "--o\r\nContent-Type: message", 1);
    let raw = format!("{}--o--\r\n", raw.strip_suffix("--b--\r\n").unwrap());
    let mail = IncomingMail {
        id: format!("{:032x}", 1),
        received_at: NOON,
        envelope_from: "staff@omct.org".into(),
        envelope_to: "applications@in.example.org".into(),
        bytes: 1,
    };
    let ports = &world.ports;
    pollster::block_on(intake::accept(ports, &world.ledger, ports, &mail, raw.into_bytes()))
        .unwrap();
    process(&world, &posting, 1).unwrap();
    let mails = sent(&world, &posting);
    assert_eq!(mails.len(), 2, "{mails:?}");
    let told = text(to(&mails, STAFF)[0]);
    assert!(told.contains("/incoming/"), "{told}");
    assert_eq!(world.ask("SELECT sender FROM incoming"), "marie@example.net");
    assert_eq!(world.count("applications"), 0);
}

#[test]
fn what_staff_hand_on_in_the_text_is_no_application_of_theirs() {
    let of_staff = |text: &str| {
        let (world, posting) = begin();
        let mut letter = Letter::right(&posting)
            .with("Authentication-Results", "mx.example.org; dkim=pass header.d=omct.org")
            .with("From", "Staff <staff@omct.org>")
            .with("Subject", &format!("TR : {}", posting.requirements.subject));
        letter.text = text.to_owned();
        come(&world, &posting, 1, &letter).unwrap();
        let mails = sent(&world, &posting);
        (world, mails)
    };
    let (world, mails) =
        of_staff("Pour toi.\n\nDe : Marie Dupont <marie@example.net>\nEnvoyé : lundi\n\nBonjour");
    assert_eq!(world.count("applications"), 0);
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(text(to(&mails, STAFF)[0]).contains("/incoming/"));
    assert_eq!(world.ask("SELECT sender FROM incoming"), "marie@example.net");

    // Who forwards what they wrote themselves applies.
    let (world, mails) = of_staff("De : Staff <STAFF@omct.org>\n\nBonjour");
    assert_eq!(world.count("applications"), 1);
    assert_eq!(to(&mails, "staff@omct.org").len(), 1);
}
