//! A posting and an application for the tests, and ways into a page.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use documents::Kind;
use domain::posting::{Contract, Organisation, Period, Place, Salary, State};
use domain::{Application, Delivery, Posting, Reference};
use rules::application::Document;
use rules::deadline::{Deadline, Window, Zone};
use rules::requirements::{DocumentRequirement, Question, QuestionKind, Translated};
use rules::{Content, Date, Form, Mails, Requirements, Timestamp};
use views::{Completes, CorrectionOf, FormState, Receipt, Site};

pub(crate) const SITE: Site = Site { base_url: "https://jobs.example.org" };

/// The end of 3 August 2025 in Brussels.
pub(crate) const CLOSES: Timestamp = Timestamp(1_754_258_400_000);

/// 15 July 2025, 14:03 in Brussels.
pub(crate) const OPEN: Timestamp = Timestamp(1_752_580_980_000);

/// The address that takes applications by mail.
pub(crate) const INTAKE: &str = "applications@in.example.org";

/// The key of a receipt.
pub(crate) const KEY: &str = "never-to-be-guessed";

pub(crate) const DAY: i64 = 86_400_000;

pub(crate) fn posting() -> Posting {
    Posting {
        slug: "mission".to_owned(),
        language: "fr".to_owned(),
        title: "Chargé·e de mission (Tunisie/UE)".to_owned(),
        organisation: Organisation {
            name: "Organisation mondiale contre la torture".to_owned(),
            short: Some("OMCT".to_owned()),
            website: Some("https://www.omct.org".to_owned()),
            ..Organisation::default()
        },
        place: Place { town: "Bruxelles".to_owned(), country: "BE".to_owned(), ..Place::default() },
        workload: 80,
        contract: Contract::FixedTerm { months: 12, is_renewable: true },
        salary: Some(Salary {
            minimum: 38_400,
            maximum: 41_400,
            currency: "EUR".to_owned(),
            period: Period::Year,
        }),
        starts: Some(Date { year: 2025, month: 9, day: 1 }),
        published: Date { year: 2025, month: 7, day: 9 },
        deadline: Deadline {
            date: Date { year: 2025, month: 8, day: 3 },
            zone: Zone { name: "Europe/Brussels".to_owned(), offsets: vec![(Timestamp(0), 120)] },
        },
        recipients: vec!["staff@example.org".to_owned()],
        contact: "jobs@example.org".to_owned(),
        panel: Vec::new(),
        letter_in_mail: None,
        requirements: Requirements {
            window: Window { opens_at: Timestamp(1_752_012_000_000), closes_at: CLOSES },
            subject: "Chargé·e de mission".to_owned(),
            documents: vec![
                asked("cover_letter", "Lettre de motivation", "Cover letter"),
                asked("cv", "CV", "CV"),
            ],
            questions: vec![
                question("eu_work_permit", QuestionKind::YesNo),
                question("notice", QuestionKind::Text),
            ],
            is_neutral: false,
        },
        steps: vec!["Un test écrit.".to_owned()],
        retention_days: 180,
        privacy: domain::posting::Privacy::default(),
        summary: "Un poste à Bruxelles.".to_owned(),
        body: "<h2>Le poste</h2>\n<p>Vous ferez le lien.</p>\n".to_owned(),
        version: 1,
        state: State::Published,
        planned_closing: None,
    }
}

fn asked(id: &str, french: &str, english: &str) -> DocumentRequirement {
    DocumentRequirement {
        id: id.to_owned(),
        name: translated(french, english),
        required: true,
        kinds: vec![Kind::Pdf, Kind::Docx],
        max_bytes: 10_000_000,
    }
}

fn question(id: &str, kind: QuestionKind) -> Question {
    let required = kind == QuestionKind::YesNo;
    Question {
        id: id.to_owned(),
        text: translated("Une question\u{202F}?", "A question?"),
        kind,
        required,
    }
}

fn translated(french: &str, english: &str) -> Translated {
    let texts = [("fr", french), ("en", english)];
    Translated(texts.into_iter().collect())
}

pub(crate) fn received() -> Application {
    Application {
        id: "never-shown".to_owned(),
        reference: Reference::parse("7KXM29QT").unwrap(),
        posting: "mission".to_owned(),
        number: 1,
        language: "fr".to_owned(),
        origin: SITE.base_url.to_owned(),
        received_at: OPEN,
        revision: 1,
        revised_at: OPEN,
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
            email: "marie.dupont@example.org".to_owned(),
            phone: None,
            message: None,
            answers: Vec::new(),
            documents: vec![Document {
                id: "cv".to_owned(),
                file_name: "cv.pdf".to_owned(),
                kind: Kind::Pdf,
                bytes: 812_345,
                sha256: "0123456789abcdef".repeat(4),
                crc32: None,
                remarks: vec![],
                files: vec![],
                revision: 1,
            }],
        },
    }
}

/// The receipt of an application that was sent once.
pub(crate) fn sent<'a>(received: &'a Application, delivery: &'a Delivery) -> Receipt<'a> {
    Receipt { received, earlier: &[], delivery, messages: &[], key: KEY, code: None }
}

/// The correction of an application.
pub(crate) fn correction(received: &Application) -> CorrectionOf<'_> {
    CorrectionOf {
        completes: Completes::Application,
        reference: received.reference.as_str(),
        key: KEY,
        is_shared: false,
        revision: received.revision,
        documents: &received.content.documents,
        erased_on: None,
    }
}

pub(crate) fn fresh(values: &Form) -> FormState<'_> {
    FormState::new(values, "the-token")
}

/// Returns the text between the first `start` and the next `end`.
pub(crate) fn between<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = page.split_once(start).unwrap_or_else(|| panic!("no {start} in {page}"));
    rest.split_once(end).unwrap().0
}

/// Returns the opening tag of the element `id`.
pub(crate) fn tag<'a>(page: &'a str, id: &str) -> &'a str {
    let at = page.find(&format!(" id=\"{id}\"")).unwrap_or_else(|| panic!("no #{id}"));
    let start = page[..at].rfind('<').unwrap();
    &page[start..=start + page[start..].find('>').unwrap()]
}

/// Returns the values of every attribute `name`, in order.
pub(crate) fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    page.match_indices(&start)
        .map(|(at, _)| page[at + start.len()..].split_once('"').unwrap().0)
        .collect()
}

/// Returns how often each id stands in the page.
pub(crate) fn ids(page: &str) -> BTreeMap<&str, usize> {
    let mut ids = BTreeMap::new();
    for id in attributes(page, "id") {
        *ids.entry(id).or_default() += 1;
    }
    ids
}
