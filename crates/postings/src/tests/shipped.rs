//! The postings of this repository.

use std::path::Path;

use documents::Kind;
use domain::posting::{Contract, Period, Posting};
use rules::requirements::QuestionKind;

use crate::{Compiled, FORMAT, compile_folder, read};

fn shipped() -> Vec<Posting> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../postings");
    compile_folder(&folder).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn shipped_posting(slug: &str) -> Posting {
    shipped().into_iter().find(|posting| posting.slug == slug).unwrap()
}

#[test]
fn the_first_posting_says_what_the_organisation_wrote() {
    let posting = shipped_posting("protection-espace-civique-tunisie-ue");
    assert_eq!(posting.language, "fr");
    assert_eq!(posting.organisation.short.as_deref(), Some("OMCT"));
    assert_eq!((posting.place.town.as_str(), posting.place.country.as_str()), ("Bruxelles", "BE"));
    assert_eq!(posting.workload, 80);
    assert_eq!(posting.contract, Contract::FixedTerm { months: 12, is_renewable: true });
    let salary = posting.salary.as_ref().unwrap();
    assert_eq!((salary.minimum, salary.maximum), (38_400, 41_400));
    assert_eq!((salary.currency.as_str(), salary.period), ("EUR", Period::Year));
    assert_eq!(posting.starts.unwrap().to_string(), "2025-09-01");
    assert_eq!(posting.published.to_string(), "2025-07-09");
    assert_eq!(posting.deadline.date.to_string(), "2025-08-03");
    assert_eq!(posting.deadline.zone.name, "Europe/Brussels");
    assert_eq!(posting.recipients, ["applications@omct.org"]);

    let requirements = &posting.requirements;
    assert_eq!(requirements.window.opens_at.to_rfc3339(), "2025-07-08T22:00:00.000Z");
    assert_eq!(requirements.window.closes_at.to_rfc3339(), "2025-08-03T22:00:00.000Z");
    assert_eq!(
        requirements.subject,
        "Chargé·e de mission, Protection de l’espace civique (Tunisie/UE)"
    );
    let asked: Vec<_> = requirements
        .documents
        .iter()
        .map(|d| (d.id.as_str(), d.name.get("fr"), d.name.get("en")))
        .collect();
    assert_eq!(
        asked,
        [("cover_letter", "Lettre de motivation", "Cover letter"), ("cv", "CV", "CV")]
    );
    for document in &requirements.documents {
        assert!(document.required);
        assert_eq!(document.kinds, [Kind::Pdf, Kind::Docx, Kind::Odt]);
        assert_eq!(document.max_bytes, 10_000_000);
    }
    let [question] = requirements.questions.as_slice() else { panic!("one question") };
    assert_eq!((question.id.as_str(), question.kind), ("eu_work_permit", QuestionKind::YesNo));
    assert!(question.required);
}

#[test]
fn its_text_is_set_and_keeps_the_facts() {
    let body = shipped_posting("protection-espace-civique-tunisie-ue").body;
    for fact in [
        "quelque 200 organisations",
        "plus de 75 pays",
        "(75\u{A0}%)",
        "(25\u{A0}%)",
        "entre 38\u{202F}400 et 41\u{202F}400 euros",
        "20 jours de vacances",
        "12 mois, renouvelable",
        "De deux à cinq ans",
        "1er septembre 2025",
    ] {
        assert!(body.contains(fact), "{fact}");
    }
    for badly_set in [" ;", " :", " !", " ?", " %", "« ", " »", "'"] {
        assert!(!body.contains(badly_set), "{badly_set:?}");
    }
    assert!(body.starts_with("<h2>") && !body.contains("<h1"));
}

/// Someone who tries the product finds one posting to apply to and one that
/// shows what happens after the deadline, for years to come.
#[test]
fn one_posting_is_open_and_one_is_closed() {
    use rules::Timestamp;
    use rules::deadline::Phase::{Closed, Open};
    for at in [1_767_225_600_000, 2_000_000_000_000] {
        let phases: Vec<_> = shipped()
            .iter()
            .map(|posting| posting.requirements.window.phase(Timestamp(at)))
            .collect();
        assert!(phases.contains(&Open) && phases.contains(&Closed), "{phases:?}");
    }
}

#[test]
fn what_is_stored_gives_the_same_posting_back() {
    for posting in shipped() {
        let compiled = Compiled::of(&posting);
        assert_eq!(read(&posting.slug, Some(&compiled), "no source").unwrap(), posting);
        for other in [None, Some(Compiled { format: FORMAT + 1, ..compiled })] {
            let source = source(&posting.slug);
            assert_eq!(read(&posting.slug, other.as_ref(), &source).unwrap(), posting);
        }
    }
}

/// Where this fails, raise `FORMAT`: Workers would misread what is stored.
#[test]
fn the_format_of_what_is_stored_has_a_number() {
    let mut shape = Vec::new();
    for posting in shipped() {
        paths(&serde_json::to_value(posting).unwrap(), "", &mut shape);
    }
    shape.sort();
    shape.dedup();
    assert_eq!((FORMAT, shape.join(" ").as_str()), (1, SHAPE));
}

const SHAPE: &str = "\
    .body .contact .contract.is_renewable .contract.kind .contract.months .deadline.date.day \
    .deadline.date.month .deadline.date.year .deadline.zone.name .deadline.zone.offsets[][] \
    .language .organisation.logo .organisation.name .organisation.short .organisation.website \
    .place.country .place.postcode .place.region .place.remote .place.street .place.town .published.day .published.month .published.year .recipient \
    .requirements.documents[].id .requirements.documents[].kinds[] \
    .requirements.documents[].max_bytes .requirements.documents[].name.en \
    .requirements.documents[].name.fr .requirements.documents[].required \
    .requirements.questions[].id .requirements.questions[].kind \
    .requirements.questions[].required .requirements.questions[].text.en \
    .requirements.questions[].text.fr .requirements.subject .requirements.window.closes_at \
    .requirements.window.opens_at .retention_days .salary.currency .salary.maximum \
    .salary.minimum .salary.period .slug .starts .starts.day .starts.month .starts.year \
    .steps[] .summary .title .workload";

fn paths(value: &serde_json::Value, path: &str, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                paths(value, &format!("{path}.{name}"), found);
            }
        }
        serde_json::Value::Array(items) => {
            for item in items {
                paths(item, &format!("{path}[]"), found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

fn source(slug: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../postings");
    std::fs::read_to_string(folder.join(format!("{slug}.md"))).unwrap()
}
