//! A posting and an application for the tests, after the first organisation's.

use documents::Kind;
use domain::posting::{Contract, Organisation, Place, State};
use domain::{Application, Posting, Reference};
use rules::application::{Answer, Content, Document};
use rules::deadline::{Deadline, Window, Zone};
use rules::requirements::{DocumentRequirement, Question, QuestionKind, Translated};
use rules::{Date, Mails, Remark, Requirements, Timestamp};

use super::Withdrawn;

pub(super) fn posting() -> Posting {
    Posting {
        slug: "protection-espace-civique-tunisie-ue".to_owned(),
        language: "fr".to_owned(),
        title: "Chargé·e protection de l’espace civique (Tunisie/UE)".to_owned(),
        organisation: Organisation {
            name: "Organisation Mondiale Contre la Torture".to_owned(),
            short: Some("OMCT".to_owned()),
            website: None,
            ..Organisation::default()
        },
        place: Place { town: "Bruxelles".to_owned(), country: "BE".to_owned(), ..Place::default() },
        workload: 80,
        contract: Contract::FixedTerm { months: 12, is_renewable: true },
        salary: None,
        starts: Some(Date { year: 2025, month: 9, day: 1 }),
        published: Date { year: 2025, month: 7, day: 9 },
        deadline: Deadline {
            date: Date { year: 2025, month: 8, day: 3 },
            zone: Zone {
                name: "Europe/Brussels".to_owned(),
                offsets: vec![(Timestamp(1_743_296_400_000), 120)],
            },
        },
        recipients: vec!["applications@omct.org".to_owned()],
        contact: "jobs@omct.org".to_owned(),
        panel: Vec::new(),
        letter_in_mail: None,
        requirements: Requirements {
            window: Window {
                opens_at: Timestamp(1_752_012_000_000),
                closes_at: Timestamp(1_754_258_400_000),
            },
            subject: "Chargé·e de mission, Protection de l’espace civique (Tunisie/UE)".to_owned(),
            documents: vec![
                required("cover_letter", "Lettre de motivation", "Cover letter"),
                required("cv", "CV", "CV"),
            ],
            questions: vec![
                Question {
                    id: "eu_work_permit".to_owned(),
                    text: translated(
                        "Disposez-vous d’un permis de travail valide dans l’Union européenne\u{202F}?",
                        "Do you hold a work permit that is valid in the European Union?",
                    ),
                    kind: QuestionKind::YesNo,
                    required: true,
                },
                Question {
                    id: "notice".to_owned(),
                    text: translated(
                        "Quel est votre préavis\u{202F}?",
                        "What is your notice period?",
                    ),
                    kind: QuestionKind::Text,
                    required: false,
                },
            ],
            is_neutral: false,
        },
        steps: vec![
            "Les personnes présélectionnées passent un test écrit.".to_owned(),
            "Celles qui le réussissent rencontrent le panel de recrutement.".to_owned(),
        ],
        retention_days: 90,
        privacy: domain::posting::Privacy::default(),
        summary: String::new(),
        body: String::new(),
        version: 1,
        state: State::Published,
        planned_closing: None,
    }
}

pub(super) fn received() -> Application {
    Application {
        id: "4f1c2a7e-never-shown".to_owned(),
        reference: Reference::parse("7KXM29QT").unwrap(),
        posting: "protection-espace-civique-tunisie-ue".to_owned(),
        number: 12,
        language: "en".to_owned(),
        origin: "https://jobs.omct.org".to_owned(),
        received_at: Timestamp(1_752_580_980_000),
        revision: 1,
        revised_at: Timestamp(1_752_580_980_000),
        address_changes: 0,
        sealed: None,
        shared: None,
        page: None,
        posting_version: None,
        mail: None,
        erase_at: None,
        content: Content {
            mails: Mails::Full,
            name: "Marie Dupont".to_owned(),
            email: "marie.dupont+omct@example.org".to_owned(),
            phone: Some("+32 470 12 34 56".to_owned()),
            message: Some(
                "Madame, Monsieur,\n\nJe travaille sur la Tunisie depuis quatre ans.\nJe peux vous rencontrer à Bruxelles dès le mois d’août.".to_owned(),
            ),
            answers: vec![
                Answer { question: "eu_work_permit".to_owned(), value: "yes".to_owned() },
                Answer { question: "notice".to_owned(), value: "Deux mois,\nnégociables.".to_owned() },
            ],
            documents: vec![
                document("cover_letter", "lettre finale v3.docx", Kind::Docx, 38_412, "9f"),
                document("cv", "scan0001.pdf", Kind::Pdf, 1_240_512, "e3"),
            ],
        },
    }
}

pub(super) fn document(
    id: &str,
    file_name: &str,
    kind: Kind,
    bytes: u64,
    digest: &str,
) -> Document {
    Document {
        id: id.to_owned(),
        file_name: file_name.to_owned(),
        kind,
        bytes,
        sha256: digest.repeat(32),
        crc32: None,
        remarks: vec![Remark::TrackedChanges, Remark::Attachments],
        files: vec!["europass.xml".into()],
        revision: 1,
    }
}

pub(super) fn required(id: &str, french: &str, english: &str) -> DocumentRequirement {
    DocumentRequirement {
        id: id.to_owned(),
        name: translated(french, english),
        required: true,
        kinds: vec![Kind::Pdf, Kind::Docx, Kind::Odt],
        max_bytes: 8_000_000,
    }
}

fn translated(french: &str, english: &str) -> Translated {
    let texts = [("fr", french), ("en", english)];
    Translated(texts.into_iter().collect())
}

pub(super) fn withdrawn(name: &str) -> Withdrawn<'_> {
    Withdrawn { number: 1_200, reference: "7KXM29QT", name }
}
