//! Writes every page and mail in every language to a folder, for a designer to
//! look at: `cargo run -p views --example preview -- FOLDER`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use documents::Kind;
use domain::{Application, Delivery, Failure, HeldDocument, MailState, Posting, Reference};
use locales::{ALL, Texts};
use rules::application::{Document, OfferedDocument};
use rules::{Code, Content, Form, Issue, Mails, Timestamp};
use views::{CorrectionOf, FormState, Receipt, Site, mails};

const SITE: Site = Site { base_url: "https://jobs.example.org" };

/// The key of a receipt, of realistic length.
const KEY: &str = "3jXbT0pWq9vZk5cR7mYd2nHf8gLs1aEo4uKi6tBxPwQ";

const DAY: i64 = 86_400_000;

/// 15 July 2025, 14:03 in Brussels: one posting of the folder is open for
/// three more weeks, the other for years.
const NOW: Timestamp = Timestamp(1_752_580_980_000);

/// When one of the two is closed, as most visitors see it.
const A_YEAR_ON: Timestamp = Timestamp(NOW.0 + 365 * DAY);

/// 3 August 2025, 14:03 in Brussels.
const LAST_DAY: Timestamp = Timestamp(NOW.0 + 19 * DAY);

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::args().nth(1).ok_or("which folder?")?);
    fs::create_dir_all(&folder)?;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../postings");
    let postings = postings::compile_folder(&source)?;
    for texts in ALL {
        for (name, page) in pages(texts, &postings).into_iter().chain(mail_pages(texts, &postings))
        {
            fs::write(folder.join(format!("{name}.{}.html", texts.language_tag)), page)?;
        }
    }
    Ok(())
}

fn pages(texts: &'static Texts, postings: &[Posting]) -> Vec<(String, String)> {
    let mut pages = vec![
        ("careers".to_owned(), views::careers(texts, postings, NOW, &SITE)),
        ("careers-a-year-on".to_owned(), views::careers(texts, postings, A_YEAR_ON, &SITE)),
        ("careers-last-day".to_owned(), views::careers(texts, postings, LAST_DAY, &SITE)),
        ("careers-empty".to_owned(), views::careers(texts, &[], NOW, &SITE)),
    ];
    for posting in postings {
        let closes = posting.requirements.window.closes_at;
        let opens = posting.requirements.window.opens_at;
        let mut add = |state: &str, page: String| {
            pages.push((format!("{}-{state}", posting.slug), page));
        };
        let empty = Form::default();
        let fresh = FormState::new(&empty, "token");
        let at = |now, form| views::posting(texts, posting, now, Some(form), &SITE);
        add("open", at(NOW, fresh));
        add("last-day", at(Timestamp(closes.0 - DAY / 2), fresh));
        add("closed", views::posting(texts, posting, closes, None, &SITE));
        add("soon", views::posting(texts, posting, Timestamp(opens.0 - DAY), None, &SITE));
        let (typed, issues) = mistaken(posting);
        let wrong = FormState { issues: &issues, ..FormState::new(&typed, "token") };
        add("wrong", at(NOW, wrong));
        let held: Vec<HeldDocument> = typed.documents.iter().map(held).collect();
        add("held", at(NOW, FormState { held: &held, ..wrong }));
        add("busy", at(NOW, FormState { issues: &[], not_taken: Some(texts.form_busy), ..wrong }));
        let late = posting.requirements.window.review(closes);
        add("late", at(closes, FormState { issues: late.as_slice(), ..wrong }));
        let received = received(texts, posting);
        let sent = |after| MailState::Sent(Timestamp(NOW.0 + after));
        for (state, forwarding, acknowledgement) in [
            ("waiting", MailState::Waiting, MailState::Waiting),
            ("delivered", sent(4_000), sent(9_000)),
            ("given-up", MailState::GivenUp, MailState::GivenUp),
        ] {
            let delivery = Delivery { forwarding, acknowledgement };
            let receipt = Receipt {
                received: &received,
                earlier: &[],
                delivery: &delivery,
                messages: &[],
                key: KEY,
                code: None,
            };
            let page = views::receipt(texts, posting, receipt, NOW, &SITE);
            add(&format!("receipt-{state}"), page);
        }
        let of = CorrectionOf {
            completes: views::Completes::Application,
            reference: received.reference.as_str(),
            key: KEY,
            is_shared: false,
            revision: 1,
            documents: &received.content.documents,
            erased_on: None,
        };
        let correct = |form: &FormState| views::correct(texts, posting, NOW, form, of, &SITE);
        add("correct", correct(&fresh));
        add("correct-wrong", correct(&wrong));
        add("withdraw", views::withdraw(texts, posting, &received, KEY, &SITE));
        let address = views::receipt_address(received.reference.as_str(), KEY);
        add("withdrawn", views::withdrawn(texts, posting, NOW, Some(&address), &SITE));
    }
    for (name, failure) in [
        ("not-found", Failure::NotFound),
        ("gone", Failure::Gone),
        ("method", Failure::MethodNotAllowed),
        ("too-large", Failure::TooLarge { max_bytes: 25_000_000 }),
        ("cross-site", Failure::CrossSite),
        ("not-a-form", Failure::NotAForm),
        ("busy", Failure::Busy),
        ("unavailable", Failure::Unavailable),
    ] {
        pages.push((format!("failure-{name}"), views::failure(texts, &failure, &SITE)));
    }
    pages
}

/// Returns the mails' HTML; each says the same as text.
fn mail_pages(texts: &'static Texts, postings: &[Posting]) -> Vec<(String, String)> {
    let mut shown = Vec::new();
    for posting in postings {
        let received = received(texts, posting);
        let links: Vec<String> = received
            .content
            .documents
            .iter()
            .map(|document| {
                format!("{}/documents/{}?until=1&key={KEY}", SITE.base_url, document.id)
            })
            .collect();
        let report = mails::Report {
            delivered: vec![(1, "7KXM29QT"), (2, "9BXK29QT")],
            pending: vec![(3, "2AXM29QT")],
            given_up: vec![(4, "5KXZ29QT")],
            refused: vec![(2, "9BXK29QT", "equipe@example.org")],
            unconfirmed: vec![(1, "7KXM29QT")],
            not_acknowledged: vec![(2, "9BXK29QT")],
            withdrawn: 1,
            unanswered: 3,
        };
        let alert = mails::Alert {
            cause: "AUTH: the server answered 535 5.7.8",
            since: NOW,
            waiting: 12,
            lost: 1,
        };
        let status_url = views::receipt_address("7KXM29QT", KEY);
        let withdrawn =
            mails::Withdrawn { number: 3, reference: "7KXM29QT", name: "Amélie Ben Salah" };
        for (name, mail) in [
            ("staff", mails::to_staff(texts, posting, &received, &[], &mails::Notes::default())),
            (
                "staff-linked",
                mails::to_staff(texts, posting, &received, &links, &mails::Notes::default()),
            ),
            ("candidate", mails::acknowledgement(texts, posting, &received, &status_url, None)),
            ("report", mails::report(texts, posting, &report, A_YEAR_ON)),
            ("withdrawal", mails::withdrawal(texts, posting, withdrawn, NOW)),
            (
                "withdrawal-confirmation",
                mails::withdrawal_confirmation(texts, posting, "7KXM29QT", NOW),
            ),
            ("alert", mails::alert(texts, &posting.deadline.zone, &alert)),
        ] {
            shown.push((format!("{}-mail-{name}", posting.slug), mail.html));
        }
    }
    shown
}

/// Returns a form with one mistake of each sort.
/// A document as it is held, so that it need not be chosen again.
fn held(document: &OfferedDocument) -> HeldDocument {
    let (key, hold) = (String::new(), String::new());
    HeldDocument { key, hold, document: document.clone(), until: NOW }
}

fn mistaken(posting: &Posting) -> (Form, Vec<Issue>) {
    let typed = Form {
        name: "Amélie Ben Salah".to_owned(),
        email: "amelie@exemple".to_owned() + " org",
        message: "Madame, Monsieur,\n\nJe travaille sur la Tunisie depuis quatre ans.".to_owned(),
        documents: posting
            .requirements
            .documents
            .iter()
            .map(|required| OfferedDocument {
                id: required.id.clone(),
                file_name: format!("{}_Amelie_Ben_Salah_version_finale.pdf", required.id),
                bytes: 812_000,
                report: None,
                sha256: None,
            })
            .collect(),
        ..Form::default()
    };
    let mut issues = vec![Issue::new("email", Code::NotAnEmail)];
    issues.extend(posting.requirements.documents.last().map(|required| {
        Issue::new(&required.id, Code::DocumentKindMismatch)
            .with("file", "cv_Amelie_Ben_Salah_version_finale.pdf")
            .with("kind", "executable")
            .with("accepted", vec!["PDF".to_owned(), "DOCX".to_owned(), "ODT".to_owned()])
    }));
    issues.extend(
        posting
            .requirements
            .questions
            .first()
            .map(|question| Issue::new(&question.id, Code::Missing)),
    );
    issues.push(Issue::new("consent", Code::Missing));
    (typed, issues)
}

fn received(texts: &Texts, posting: &Posting) -> Application {
    let documents = posting.requirements.documents.iter().zip(["9f3c07e1", "e30b5a42"]);
    Application {
        id: "never shown".to_owned(),
        reference: Reference::from_random(0x1234_5678_9ABC_DEF0),
        posting: posting.slug.clone(),
        number: 1,
        language: texts.language_tag.to_owned(),
        origin: SITE.base_url.to_owned(),
        received_at: NOW,
        revision: 1,
        revised_at: NOW,
        address_changes: 0,
        sealed: None,
        shared: None,
        page: None,
        posting_version: None,
        mail: None,
        erase_at: None,
        content: Content {
            mails: Mails::Full,
            name: "Amélie Ben Salah".to_owned(),
            email: "amelie.bensalah@example.org".to_owned(),
            phone: None,
            message: None,
            answers: Vec::new(),
            documents: documents
                .map(|(required, digest)| Document {
                    id: required.id.clone(),
                    file_name: format!("{}_Amelie_Ben_Salah_version_finale.pdf", required.id),
                    kind: Kind::Pdf,
                    bytes: 812_345,
                    sha256: digest.repeat(8),
                    crc32: None,
                    remarks: vec![],
                    files: vec![],
                    revision: 1,
                })
                .collect(),
        },
    }
}
