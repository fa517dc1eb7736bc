//! Tests the review: one row for each thing that can be wrong with an
//! application.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use addresses::to_ascii;
use documents::{Active, Damage, Encryption, Kind, Report, Trace};
use rules::deadline::Window;
use rules::requirements::{DocumentRequirement, Question, QuestionKind, Translated};
use rules::subject::fold;
use rules::{
    Code, Form, Mails, OfferedDocument, Remark, Requirements, TextMap, Timestamp, Unicode, review,
    review_field,
};

const UNICODE: Unicode = Unicode { fold, to_ascii };
const OPENS: Timestamp = Timestamp(1_000);
const CLOSES: Timestamp = Timestamp(2_000);
const MIDDLE: Timestamp = Timestamp(1_500);

fn requirements() -> Requirements {
    let name = |text: &str| Translated(TextMap::from_iter([("en", text)]));
    let document = |id: &str, required| DocumentRequirement {
        id: id.into(),
        name: name(id),
        required,
        kinds: vec![Kind::Pdf, Kind::Docx, Kind::Odt],
        max_bytes: 10_000_000,
    };
    let question =
        |id: &str, kind, required| Question { id: id.into(), text: name(id), kind, required };
    Requirements {
        window: Window { opens_at: OPENS, closes_at: CLOSES },
        subject: "Chargé·e de mission (Tunisie/UE)".into(),
        documents: vec![
            document("cover_letter", true),
            document("cv", true),
            document("sample", false),
        ],
        questions: vec![
            question("eu_work_permit", QuestionKind::YesNo, true),
            question("notice", QuestionKind::Text, false),
        ],
        is_neutral: false,
    }
}

fn offered(id: &str, file_name: &str, kind: Kind, bytes: u64) -> OfferedDocument {
    OfferedDocument {
        id: id.into(),
        file_name: file_name.into(),
        bytes,
        report: Some(Report::of(kind, bytes)),
        sha256: Some(format!("{id}{bytes}")),
    }
}

/// Returns an application with which nothing is wrong.
fn form() -> Form {
    Form {
        name: "  Amélie\tDupont ".into(),
        email: " amelie@example.org ".into(),
        phone: String::new(),
        subject: "Chargé-e de mission (Tunisie / UE)".into(),
        message: "Bonjour,\r\n\r\nMerci.\r\n".into(),
        answers: TextMap::from_iter([("eu_work_permit", "no")]),
        mails: String::new(),
        shared: String::new(),
        consent: "yes".into(),
        documents: vec![
            offered("cv", "CV.docx", Kind::Docx, 100),
            offered("cover_letter", "Lettre", Kind::Pdf, 200),
        ],
        repeated: Vec::new(),
    }
}

#[test]
fn a_field_given_twice_is_an_issue() {
    let repeated = vec!["name".to_owned(), "eu_work_permit".to_owned()];
    let twice = Form { repeated, ..form() };
    let issues = review(UNICODE, &requirements(), &twice, MIDDLE).unwrap_err();
    let told: Vec<_> = issues.iter().map(|issue| (issue.field.as_str(), issue.code)).collect();
    assert_eq!(told, [("name", Code::NotAChoice), ("eu_work_permit", Code::NotAChoice)]);
}

#[test]
fn what_is_accepted_is_tidied_up_and_in_order() {
    let application = review(UNICODE, &requirements(), &form(), MIDDLE).unwrap();
    assert_eq!(application.name, "Amélie Dupont");
    assert_eq!(application.email, "amelie@example.org");
    assert_eq!(application.phone, None);
    assert_eq!(application.message.as_deref(), Some("Bonjour,\n\nMerci."));
    assert_eq!(application.answers.len(), 1);
    let ids: Vec<_> = application.documents.iter().map(|document| document.id.as_str()).collect();
    assert_eq!(ids, ["cover_letter", "cv"]);
}

#[test]
fn the_posting_chooses_the_mails_of_who_does_not() {
    let wanted = |is_neutral, mails: &str| {
        let requirements = Requirements { is_neutral, ..requirements() };
        let form = Form { mails: mails.into(), ..form() };
        review(UNICODE, &requirements, &form, MIDDLE).unwrap().mails
    };
    assert_eq!(wanted(false, ""), Mails::Full);
    assert_eq!(wanted(true, " "), Mails::Neutral);
    for is_neutral in [true, false] {
        let choices = ["full", "neutral", "none"].map(|name| wanted(is_neutral, name));
        assert_eq!(choices, [Mails::Full, Mails::Neutral, Mails::Nothing]);
    }
}

#[test]
fn a_choice_of_mails_is_part_of_what_is_said() {
    let said = |mails: &str| {
        let form = Form { mails: mails.into(), ..form() };
        review(UNICODE, &requirements(), &form, MIDDLE).unwrap()
    };
    assert!(said("").says_the_same(&said("full"), &requirements()));
    assert!(!said("neutral").says_the_same(&said("none"), &requirements()));
    // As it was kept before there was a choice.
    assert!(!serde_json::to_string(&said("full")).unwrap().contains("mails"));
}

#[test]
fn each_mistake_has_its_code() {
    type Spoil = fn(&mut Form);
    let cases: &[(&str, Code, Spoil)] = &[
        ("name", Code::Missing, |f| f.name = " \u{A0}\r\n".into()),
        ("name", Code::TooLong, |f| f.name = "é".repeat(201)),
        ("email", Code::Missing, |f| f.email = "  ".into()),
        ("email", Code::NotAnEmail, |f| f.email = "amelie".into()),
        ("email", Code::NotAnEmail, |f| f.email = "a@b.org, c@d.org".into()),
        ("email", Code::NotAnEmail, |f| f.email = "a@b.org\r\nBcc: c@d.org".into()),
        ("email", Code::NotAnEmail, |f| f.email = "a@b.org%0d%0aBcc:c@d.org".into()),
        ("email", Code::NotAnEmail, |f| f.email = "a\u{200B}@b.org".into()),
        ("email", Code::NotAnEmail, |f| f.email = "é@b.org".into()),
        ("phone", Code::TooLong, |f| f.phone = "1".repeat(41)),
        ("message", Code::TooLong, |f| f.message = "a".repeat(5_001)),
        ("subject", Code::Missing, |f| f.subject = String::new()),
        ("subject", Code::NotTheSubject, |f| f.subject = "Candidature".into()),
        ("eu_work_permit", Code::Missing, |f| f.answers = TextMap::default()),
        ("eu_work_permit", Code::NotAChoice, |f| {
            f.answers.set("eu_work_permit", Some("maybe".into()));
        }),
        ("notice", Code::TooLong, |f| {
            f.answers.set("notice", Some("a".repeat(2_001)));
        }),
        ("mails", Code::NotAChoice, |f| f.mails = "loud".into()),
        ("consent", Code::Missing, |f| f.consent = String::new()),
        ("consent", Code::NotAChoice, |f| f.consent = "perhaps".into()),
        ("cv", Code::DocumentMissing, |f| drop(f.documents.remove(0))),
        ("cv", Code::DocumentEmpty, |f| f.documents[0].bytes = 0),
        ("cv", Code::DocumentTooLarge, |f| f.documents[0].bytes = 10_000_001),
        ("cv", Code::DocumentKindMismatch, |f| {
            f.documents[0] = offered("cv", "cv.pdf", Kind::Executable, 9);
        }),
        ("cv", Code::DocumentKindMismatch, |f| {
            f.documents[0] = offered("cv", "cv\u{202E}fdp.docx", Kind::Docx, 9);
        }),
        ("cv", Code::DocumentKindNotAccepted, |f| {
            f.documents[0] = offered("cv", "cv.jpg", Kind::Image, 9);
        }),
        ("cv", Code::DocumentDamaged, |f| {
            f.documents[0].report.as_mut().unwrap().damage = Some(Damage::Truncated);
        }),
        ("cv", Code::DocumentDamaged, |f| {
            f.documents[0] = offered("cv", "cv.docx", Kind::Zip, 9);
            f.documents[0].report.as_mut().unwrap().damage = Some(Damage::Truncated);
        }),
        ("cv", Code::DocumentPassword, |f| {
            let report = f.documents[0].report.as_mut().unwrap();
            (report.encryption, report.kind) = (Encryption::Password, Kind::Doc);
        }),
        ("cv", Code::DocumentActiveContent, |f| {
            f.documents[0].report.as_mut().unwrap().active = vec![Active::Macros];
        }),
        ("cv", Code::DocumentSameTwice, |f| {
            f.documents[0].sha256 = f.documents[1].sha256.clone();
        }),
        ("cv", Code::NotAChoice, |f| f.documents.push(offered("cv", "b.pdf", Kind::Pdf, 9))),
        ("photo", Code::NotAChoice, |f| f.documents.push(offered("photo", "p.pdf", Kind::Pdf, 9))),
        ("documents", Code::DocumentsTooLarge, |f| {
            f.documents[0].bytes = 9_500_000;
            f.documents[1].bytes = 9_500_000;
        }),
    ];
    for (field, code, spoil) in cases {
        let mut form = form();
        spoil(&mut form);
        let issues = review(UNICODE, &requirements(), &form, MIDDLE).unwrap_err();
        let found: Vec<_> = issues.iter().map(|issue| (issue.field.as_str(), issue.code)).collect();
        assert_eq!(found, [(*field, *code)]);
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once_and_in_the_order_of_the_form() {
    let issues = review(UNICODE, &requirements(), &Form::default(), MIDDLE).unwrap_err();
    let fields: Vec<_> = issues.iter().map(|issue| issue.field.as_str()).collect();
    let expected = ["name", "email", "subject", "cover_letter", "cv", "eu_work_permit", "consent"];
    assert_eq!(fields, expected);
}

#[test]
fn out_of_time_nothing_else_is_told() {
    for (received_at, code) in [
        (Timestamp(OPENS.0 - 1), Some(Code::NotYetOpen)),
        (OPENS, None),
        (Timestamp(CLOSES.0 - 1), None),
        (CLOSES, Some(Code::DeadlinePassed)),
    ] {
        let verdict = review(UNICODE, &requirements(), &Form::default(), received_at);
        let issues = verdict.unwrap_err();
        match code {
            Some(code) => assert_eq!((issues.len(), issues[0].code), (1, code)),
            None => assert!(issues.len() > 1),
        }
    }
}

#[test]
fn what_is_remarked_is_accepted_and_kept_with_the_document() {
    let mut form = form();
    let report = form.documents[0].report.as_mut().unwrap();
    report.active = vec![Active::EmbeddedFile];
    report.files = vec!["a.xml".into()];
    report.traces = vec![Trace::TrackedChanges];
    let application = review(UNICODE, &requirements(), &form, MIDDLE).unwrap();
    assert_eq!(application.documents[0].remarks, []);
    assert_eq!(application.documents[1].remarks, [Remark::TrackedChanges, Remark::Attachments]);
    assert_eq!(application.documents[1].files, ["a.xml"]);
}

#[test]
fn a_name_without_a_known_extension_says_nothing_about_the_file() {
    for name in ["CV", "CV.Dupont", "CV 03.08.2025", "cv.PDF", "CV.final.pdf"] {
        let mut form = form();
        form.documents[0] = offered("cv", name, Kind::Pdf, 9);
        assert!(review(UNICODE, &requirements(), &form, MIDDLE).is_ok(), "{name}");
    }
}

#[test]
fn a_field_is_judged_alone_when_it_is_left() {
    let issues = review_field(UNICODE, &requirements(), &Form::default(), MIDDLE, "email");
    assert_eq!(issues.len(), 1);
    assert_eq!((issues[0].field.as_str(), issues[0].code), ("email", Code::Missing));
    assert!(review_field(UNICODE, &requirements(), &form(), MIDDLE, "email").is_empty());
}

#[test]
fn an_address_is_tidied_up_and_what_is_hidden_in_it_is_named() {
    let review = |email: &str| {
        let form = Form { email: email.into(), ..form() };
        review(UNICODE, &requirements(), &form, MIDDLE)
    };
    let taken = review("\u{FEFF}\u{A0}amelie@bücher.example\u{200B}").unwrap();
    assert_eq!(taken.email, "amelie@xn--bcher-kva.example");
    let params = |email: &str| {
        let issue = review(email).unwrap_err().remove(0);
        issue
            .params
            .iter()
            .map(|(name, value)| format!("{name} {value:?}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    assert_eq!(
        params("amelie\u{200B}@example.org"),
        r#"address Text("invisible"), before Text("amelie"), character Text("U+200B")"#
    );
    assert_eq!(
        params("ame lie@example.org"),
        r#"address Text("space"), before Text("ame"), character Text("U+0020")"#
    );
    assert_eq!(params("amelie@example.org jean@example.org"), "", "one address is wanted");
    assert_eq!(params("amelie"), "");
}
