mod notices;

use locales::{EN, FR};

use super::samples::{posting, received, withdrawn};
use super::*;

const STATUS: &str = "https://jobs.omct.org/applications/7KXM29QT?key=a1&lang=en";

#[test]
fn staff_find_everything_in_the_mail() {
    for (texts, needed) in [
        (
            &FR,
            [
                "Marie Dupont a postulé le mardi 15 juillet 2025 à 14\u{A0}h\u{A0}03, heure de Bruxelles (UTC+2).",
                "Oui",
                "Lettre de motivation",
                "DOCX, 38,5\u{A0}ko",
                "samedi 1er novembre 2025",
                "antivirus",
                "Modifications suivies, pas encore acceptées.",
            ],
        ),
        (
            &EN,
            [
                "Marie Dupont applied on Tuesday 15 July 2025 at 14:03, Brussels time (UTC+2).",
                "Yes",
                "Cover letter",
                "DOCX, 38.5\u{A0}KB",
                "Saturday 1 November 2025",
                "antivirus",
                "Tracked changes, not yet accepted.",
            ],
        ),
    ] {
        let mail = to_staff(texts, &posting(), &received(), &[], &Notes::default());
        let common = [
            "marie.dupont+omct@example.org",
            "+32 470 12 34 56",
            "7KXM29QT",
            "Je travaille sur la Tunisie depuis quatre ans.",
            "Deux mois,",
            "DUPONT_Marie_Lettre_de_motivation.docx",
            "lettre finale v3.docx",
            "DUPONT_Marie_CV.pdf",
            "scan0001.pdf",
            &"e3".repeat(32),
        ];
        // The candidate's words keep their own direction.
        let html = mail.html.replace("<bdi>", "").replace("</bdi>", "");
        for needed in common.into_iter().chain(needed) {
            assert!(mail.text.contains(needed), "{needed:?} is not in {}", mail.text);
            assert!(html.contains(needed), "{needed:?} is not in {html}");
        }
        assert!(mail.html.contains(r#"href="mailto:marie.dupont%2Bomct@example.org""#));
    }
}

#[test]
fn the_subject_is_the_required_one_then_name_number_and_reference() {
    let required = "Chargé·e de mission, Protection de l’espace civique (Tunisie/UE)";
    for (texts, number) in [(&FR, "n°\u{A0}12"), (&EN, "no.\u{A0}12")] {
        let mail = to_staff(texts, &posting(), &received(), &[], &Notes::default());
        assert_eq!(mail.subject, format!("{required} – Marie Dupont – 7KXM29QT ({number})"));
    }
    let mut arabic = received();
    arabic.content.name = "عائشة بن صالح".to_owned();
    let mail = to_staff(&FR, &posting(), &arabic, &[], &Notes::default());
    assert_eq!(mail.subject, format!("{required} – عائشة بن صالح\u{200E} – 7KXM29QT (n°\u{A0}12)"));
}

#[test]
fn candidates_learn_what_was_received_and_what_follows() {
    for (texts, needed) in [
        (
            &FR,
            [
                "mardi 15 juillet 2025 à 14\u{A0}h\u{A0}03, heure de Bruxelles (UTC+2)",
                "Lettre de motivation",
                "PDF, 1,3\u{A0}Mo",
                "samedi 1er novembre 2025",
                "automatique",
            ],
        ),
        (
            &EN,
            [
                "Tuesday 15 July 2025 at 14:03, Brussels time (UTC+2)",
                "Cover letter",
                "PDF, 1.3\u{A0}MB",
                "Saturday 1 November 2025",
                "automatic",
            ],
        ),
    ] {
        let mail = acknowledgement(texts, &posting(), &received(), STATUS, None);
        let common = [
            "7KXM29QT",
            "Organisation Mondiale Contre la Torture",
            "Chargé·e protection de l’espace civique (Tunisie/UE)",
            "Les personnes présélectionnées passent un test écrit.",
            "jobs@omct.org",
            &"9f".repeat(32),
        ];
        for needed in common.into_iter().chain(needed) {
            assert!(mail.text.contains(needed), "{needed:?} is not in {}", mail.text);
            assert!(mail.html.contains(needed), "{needed:?} is not in {}", mail.html);
        }
        assert!(mail.text.contains(STATUS));
        assert!(mail.html.contains(&STATUS.replace('&', "&#38;")), "{}", mail.html);
        assert!(mail.subject.contains("7KXM29QT"));
    }
}

/// The acknowledgement may go to a stranger's address, so it must not carry
/// anything that the form's sender wrote.
#[test]
fn nothing_typed_is_in_the_acknowledgement() {
    let mut received = received();
    let content = &mut received.content;
    content.name = "typed http://evil.example".to_owned();
    content.email = "typed@example.org".to_owned();
    content.phone = Some("typed 1".to_owned());
    content.message = Some("typed 2".to_owned());
    for answer in &mut content.answers {
        answer.value = "typed 3".to_owned();
    }
    for document in &mut content.documents {
        document.file_name = "typed 4.pdf".to_owned();
    }
    for texts in [&FR, &EN] {
        let mail = acknowledgement(texts, &posting(), &received, STATUS, None);
        for part in [mail.subject, mail.text, mail.html] {
            assert!(!part.contains("typed") && !part.contains("evil"), "{part}");
            assert!(!part.contains("never-shown"), "the id stays with us: {part}");
        }
    }
}

#[test]
fn hostile_values_stay_text() {
    let hostile =
        "Eve\r\nBcc: x@y.org\u{2028}<script>alert(\"1\")</script> {reference} {{ facts }}";
    let mut received = received();
    let content = &mut received.content;
    content.name = hostile.to_owned();
    content.phone = Some(hostile.to_owned());
    content.message = Some(format!("{hostile}\nGuichet keeps it all"));
    content.email = "a\"><b>?bcc=x@y.org".to_owned();
    for document in &mut content.documents {
        document.file_name = hostile.to_owned();
    }
    for answer in &mut content.answers {
        answer.value = hostile.to_owned();
    }
    for texts in [&FR, &EN] {
        let mail = to_staff(texts, &posting(), &received, &[], &Notes::default());
        assert!(!mail.subject.contains(['\r', '\n', '\u{2028}']), "{:?}", mail.subject);
        assert!(mail.subject.contains("{reference} {{ facts }}"), "values are no templates");

        assert!(!mail.text.contains(['\r', '\u{2028}']));
        assert!(mail.text.contains("<script>alert(\"1\")</script>"), "text is not escaped");
        let lines: Vec<&str> = mail.text.lines().collect();
        assert!(lines.contains(&"> Guichet keeps it all"), "{}", mail.text);
        assert!(
            !lines.iter().any(|line| line.starts_with("Bcc") || line.starts_with("Guichet keeps"))
        );

        assert!(!mail.html.contains("<script"), "{}", mail.html);
        assert!(mail.html.contains("&#60;script&#62;"));
        assert!(mail.html.contains(r#"href="mailto:a%22%3E%3Cb%3E%3Fbcc%3Dx@y.org""#));
    }
}

#[test]
fn an_application_may_have_neither_message_nor_phone_nor_answers() {
    let mut received = received();
    received.content.phone = None;
    received.content.message = None;
    received.content.answers.clear();
    let mail = to_staff(&FR, &posting(), &received, &[], &Notes::default());
    for absent in [FR.mail_phone, FR.mail_message, FR.mail_answers] {
        assert!(!mail.text.lines().any(|line| line.starts_with(absent)), "{}", mail.text);
        assert!(!mail.html.contains(absent), "{}", mail.html);
    }
}

#[test]
fn mails_load_nothing_and_say_their_language() {
    for (texts, lang) in
        [(&FR, r#"<html lang="fr" dir="ltr">"#), (&EN, r#"<html lang="en" dir="ltr">"#)]
    {
        let staff = to_staff(texts, &posting(), &received(), &[], &Notes::default());
        let candidate = acknowledgement(texts, &posting(), &received(), STATUS, None);
        for html in [staff.html, candidate.html] {
            assert!(html.starts_with("<!DOCTYPE html>") && html.contains(lang), "{html}");
            for loading in ["src=", "url(", "<img", "<link", "<script", "@import", "@font-face"] {
                assert!(!html.contains(loading), "{loading} in {html}");
            }
        }
    }
}

/// Text that people read has no holes and no ragged lines.
#[test]
fn the_text_is_tidy() {
    let notes = Notes { confirm: Some("https://guichet.example/confirm"), ..Notes::default() };
    let staff = to_staff(&FR, &posting(), &received(), &[], &notes);
    assert!(staff.text.contains("\nhttps://guichet.example/confirm\n"), "{}", staff.text);
    let candidate = acknowledgement(&EN, &posting(), &received(), STATUS, None);
    let entries = vec![(1, "7KXM29QT"), (2, "9RXM29QT")];
    let lists = Report { pending: entries.clone(), delivered: entries, ..Report::default() };
    let now = received().received_at;
    let report = report(&FR, &posting(), &lists, now);
    let withdrawal = withdrawal(&EN, &posting(), withdrawn(""), now);
    for text in [staff.text, candidate.text, report.text, withdrawal.text] {
        assert!(!text.contains("\n\n\n\n"), "{text}");
        assert!(
            !text.starts_with('\n') && text.ends_with('\n') && !text.ends_with("\n\n"),
            "{text:?}"
        );
        assert!(text.lines().all(|line| line.trim_end() == line), "{text}");
    }
}

/// `MAILS=/tmp/mails cargo test -p views -- --ignored look` writes the
/// mails to a folder, to be looked at.
#[test]
#[ignore = "for people who want to look"]
fn look() {
    let Ok(folder) = std::env::var("MAILS") else { return };
    let folder = std::path::Path::new(&folder);
    std::fs::create_dir_all(folder).unwrap();
    for (tag, texts) in [("fr", &FR), ("en", &EN)] {
        let staff = to_staff(texts, &posting(), &received(), &[], &Notes::default());
        let candidate = acknowledgement(texts, &posting(), &received(), STATUS, None);
        let entries = vec![(1, "7KXM29QT"), (2, "9RXM29QT")];
        let lists = Report {
            given_up: entries.clone(),
            refused: vec![(1, "7KXM29QT", "b@example.org")],
            pending: entries.clone(),
            delivered: entries.clone(),
            not_acknowledged: entries,
            withdrawn: 1,
            unconfirmed: Vec::new(),
            unanswered: 7,
        };
        let (posting, now) = (posting(), received().received_at);
        let cause = "AUTH: the server answered 535 5.7.8";
        let stuck = Alert { cause, since: now, waiting: 14, lost: 1 };
        for (name, mail) in [
            ("staff", staff),
            ("candidate", candidate),
            ("report", report(texts, &posting, &lists, now)),
            ("withdrawal", withdrawal(texts, &posting, withdrawn("Amélie N’Diaye"), now)),
            ("confirmation", withdrawal_confirmation(texts, &posting, "7KXM29QT", now)),
            ("alert", alert(texts, &posting.deadline.zone, &stuck)),
        ] {
            let text = format!("Subject: {}\n\n{}", mail.subject, mail.text);
            std::fs::write(folder.join(format!("{name}.{tag}.txt")), text).unwrap();
            std::fs::write(folder.join(format!("{name}.{tag}.html")), mail.html).unwrap();
        }
    }
}

/// A mail that would be too large says where the documents are, and until when.
#[test]
fn documents_that_are_not_attached_are_linked() {
    let links = ["cover_letter", "cv"].map(|id| format!("https://jobs.omct.org/{id}?a=1&b=2"));
    for (texts, said) in [
        (&FR, ["Téléchargez-les", "samedi 1er novembre 2025"]),
        (&EN, ["Download", "Saturday 1 November 2025"]),
    ] {
        let mail = to_staff(texts, &posting(), &received(), &links, &Notes::default());
        for said in said {
            assert!(mail.text.contains(said) && mail.html.contains(said), "{}", mail.text);
        }
        assert!(!mail.text.contains(texts.mail_documents), "{}", mail.text);
        for link in &links {
            assert!(mail.text.lines().any(|line| line.ends_with(link.as_str())), "{}", mail.text);
            let href = format!("href=\"{}\"", link.replace('&', "&#38;"));
            assert!(mail.html.contains(&href), "{}", mail.html);
        }
    }
}

#[test]
fn a_neutral_mail_names_neither_post_nor_organisation() {
    let posting = posting();
    for texts in locales::ALL {
        for told in [
            Neutral::Received,
            Neutral::Corrected,
            Neutral::Withdrawn,
            Neutral::AddressChanged,
            Neutral::Message,
        ] {
            let MailText { subject, text, html } = neutral(texts, told, "7KXM29QT");
            for part in [&subject, &text, &html] {
                assert!(part.contains("7KXM29QT"), "{part}");
                for telling in [&posting.title, &posting.organisation.name, &posting.contact] {
                    assert!(!part.contains(telling.as_str()), "{part}");
                }
                assert!(!part.contains("http"), "{part}");
            }
        }
    }
}

#[test]
fn a_neutral_mail_about_what_has_not_come_whole_says_nothing_else() {
    let posting = posting();
    for texts in locales::ALL {
        let MailText { subject, text, html } = neutral(texts, Neutral::Unfinished, "");
        for part in [&subject, &text, &html] {
            assert!(part.contains(texts.neutral_unfinished), "{part}");
            assert!(!part.contains(&posting.title) && !part.contains("http"), "{part}");
        }
    }
}
