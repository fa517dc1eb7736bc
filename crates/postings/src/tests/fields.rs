//! Tests the fields of a posting's form: what was read is written again as it
//! stood, changes stand where they belong, and mistakes find their field.

use std::fs;
use std::path::Path;

use super::SAMPLE;
use crate::{Fields, Flaw, compile, field_of, fields, from_advertisement, with_fields};

fn changed(source: &str, changes: &[(&str, &str)]) -> String {
    let mut fields = fields(source).unwrap();
    for (name, value) in changes {
        fields.0.retain(|(other, _)| other != name);
        fields.0.push(((*name).to_owned(), (*value).to_owned()));
    }
    with_fields(&fields)
}

#[test]
fn what_nobody_changes_stays_to_the_byte() {
    let folder = Path::new("../../postings");
    let mut sources = vec![SAMPLE.to_owned()];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().is_some_and(|name| name != "README.md") {
            sources.push(fs::read_to_string(path).unwrap());
        }
    }
    assert!(sources.len() > 2);
    for source in sources {
        assert_same(&changed(&source, &[]), &source);
    }
}

/// The text begins after one empty line, and ends with one end of a line.
fn assert_same(written: &str, source: &str) {
    let fence = source.rfind("\n+++").unwrap() + 4;
    assert_eq!(written[..fence], source[..fence]);
    assert_eq!(written[fence..].trim(), source[fence..].trim());
}

#[test]
fn each_language_has_a_field_of_its_own() {
    for language in locales::LANGUAGES {
        let name = format!("documents.0.name.{language}");
        let source = changed(SAMPLE, &[(&name, "Carta")]);
        assert_eq!(fields(&source).unwrap().get(&name), "Carta");
        // Left empty, it is not written.
        let emptied = changed(&source, &[(&name, "")]);
        assert!(!emptied.contains("Carta") && !emptied.contains("name.es = "), "{emptied}");
    }
}

#[test]
fn a_change_stands_where_the_fact_stood() {
    let source = changed(
        SAMPLE,
        &[
            ("title", "Chargé·e de \"mission\""),
            ("deadline.date", "2026-02-27"),
            ("workload", "60"),
        ],
    );
    let lines: Vec<&str> = source.lines().collect();
    for line in ["title = 'Chargé·e de \"mission\"'", "date = 2026-02-27", "workload = 60"] {
        assert!(lines.contains(&line), "{line} is missing in {source}");
    }
    let differences = SAMPLE.lines().zip(&lines).filter(|(old, new)| old != *new).count();
    assert_eq!((differences, lines.len()), (3, SAMPLE.lines().count()));
}

#[test]
fn notes_of_colleagues_stay_and_marks_go_once_seen() {
    let source = SAMPLE.replacen("title =", "# Agreed with the board.\ntitle =", 1);
    let source = source.replacen("workload = 80", "workload = 80 # ?", 1);
    assert!(source.contains("# ?"), "{source}");
    let written = changed(&source, &[("title", "Another")]);
    assert!(written.contains("# Agreed with the board.\ntitle = \"Another\"\n"), "{written}");
    assert!(!written.contains("# ?"), "{written}");
}

#[test]
fn a_posting_is_written_from_nothing() {
    assert_eq!(fields("").unwrap().get("text"), "");
    let given = [
        ("title", "Agent d’accueil"),
        ("language", "fr"),
        ("summary", "Accueillir."),
        ("published", "2026-01-05"),
        ("workload", "80"),
        ("retention_days", "90"),
        ("subject", "Agent d’accueil, Genève"),
        ("recipient", "jobs@example.org"),
        ("contact", "jobs@example.org"),
        ("steps", "Un entretien.\r\nUne réponse."),
        ("deadline.date", "2026-02-01"),
        ("deadline.zone", "Europe/Zurich"),
        ("organisation.name", "Maison"),
        ("place.town", "Genève"),
        ("place.country", "CH"),
        ("contract.kind", "fixed_term"),
        ("contract.months", "12"),
        ("contract.renewable", "yes"),
        ("documents.0.name.fr", "Curriculum vitæ"),
        ("documents.0.name.en", "CV"),
        ("documents.0.required", "yes"),
        ("documents.0.kinds", "pdf"),
        ("documents.0.kinds", "odt"),
        ("documents.0.max_size", "5 MB"),
        ("documents.1.name.fr", ""),
        ("documents.2.name.fr", "Message"),
        ("documents.2.name.en", "Message"),
        ("documents.2.kinds", "pdf"),
        ("documents.2.max_size", "5 MB"),
        ("questions.0.text.fr", "CV ?"),
        ("questions.0.text.en", "CV"),
        ("questions.0.kind", "yes_no"),
        ("text", "## Mission\n\nAccueillir."),
    ];
    let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let source = with_fields(&Fields(given.into()));
    let posting =
        compile("agent-d-accueil.md", &source).unwrap_or_else(|e| panic!("{e}\n{source}"));
    let ids = posting.requirements.documents.iter().map(|one| (one.id.as_str(), one.required));
    assert_eq!(ids.collect::<Vec<_>>(), [("cv", true), ("message_2", false)]);
    assert_eq!(posting.requirements.questions[0].id, "cv_2");
    assert_eq!(posting.requirements.documents[0].kinds.len(), 2);
    assert_eq!(posting.steps.len(), 2);
    assert_eq!(posting.recipients, ["jobs@example.org"]);
    assert!(source.contains("recipient = \"jobs@example.org\"\n"), "{source}");
    let several =
        changed(&source, &[("recipient", "jobs@example.org\r\n zoe@xn--bcher-kva.example \r\n")]);
    let posting = compile("agent-d-accueil.md", &several).unwrap();
    assert_eq!(posting.recipients, ["jobs@example.org", "zoe@xn--bcher-kva.example"]);
    assert_eq!(fields(&several).unwrap().get("recipient"), posting.recipients.join("\n"));
    assert_eq!(changed(&several, &[("recipient", "jobs@example.org")]), source);
    // The same fields once more change nothing.
    assert_eq!(changed(&source, &[]), source);
}

#[test]
fn rows_and_sections_go_and_come() {
    let before = compile("programme-officer.md", SAMPLE).unwrap();
    let documents = before.requirements.documents.len();
    let source = changed(
        SAMPLE,
        &[
            ("documents.0.remove", "yes"),
            ("documents.9.name.fr", "Diplôme"),
            ("documents.9.name.en", "Degree"),
            ("documents.9.kinds", "pdf"),
            ("documents.9.max_size", "1 MB"),
        ],
    );
    let posting =
        compile("programme-officer.md", &source).unwrap_or_else(|e| panic!("{e}\n{source}"));
    let after = &posting.requirements.documents;
    assert_eq!(after.len(), documents);
    assert_eq!(after.last().unwrap().id, "degree");
    assert_eq!(after[..documents - 1], before.requirements.documents[1..]);

    let empty = ["minimum", "maximum", "currency", "period"].map(|key| format!("salary.{key}"));
    let empty: Vec<_> = empty.iter().map(|name| (name.as_str(), "")).collect();
    let source = changed(SAMPLE, &empty);
    assert!(!source.contains("[salary]"), "{source}");
}

#[test]
fn the_same_size_in_the_unit_of_another_language_is_no_change() {
    let sized = |size| changed(SAMPLE, &[("documents.0.max_size", size)]);
    assert_eq!(sized("10 Mo"), SAMPLE);
    assert_ne!(sized("9 Mo"), SAMPLE);
}

#[test]
fn mistakes_find_their_field() {
    for (name, value, expected, flaw) in [
        ("title", "", "title", Flaw::Missing),
        ("recipient", "nobody", "recipient", Flaw::NotAnAddress),
        ("recipient", "a@example.org\r\nnobody", "recipient", Flaw::NotAnAddress),
        ("panel", "nobody", "panel", Flaw::NotAnAddress),
        ("workload", "all", "workload", Flaw::NotANumber),
        ("workload", "101", "workload", Flaw::OutOfRange),
        ("published", "soon", "published", Flaw::NotADay),
        ("published", "2100-01-01", "deadline.date", Flaw::OutOfOrder),
        ("deadline.date", "", "deadline.date", Flaw::Missing),
        ("deadline.zone", "Europe/Nowhere", "deadline.zone", Flaw::Other),
        ("organisation.website", "example", "organisation.website", Flaw::NotAPage),
        ("documents.0.max_size", "", "documents.0.max_size", Flaw::Missing),
        ("documents.0.name.fr", "", "documents.0.name.fr", Flaw::Missing),
        ("documents.0.kinds", "exe", "documents.0.kinds", Flaw::Other),
        ("text", "# Title", "text", Flaw::Other),
    ] {
        let source = changed(SAMPLE, &[(name, value)]);
        let mistakes = compile("programme-officer.md", &source).unwrap_err();
        let found: Vec<_> =
            mistakes.0.iter().map(|one| (field_of(&source, one), one.flaw)).collect();
        assert!(found.contains(&(Some(expected.to_owned()), flaw)), "{name}: {found:?} {mistakes}");
    }
}

#[test]
fn what_is_no_toml_has_no_fields() {
    assert_eq!(fields("+++\ntitle = \n+++\n"), None);
    assert_eq!(fields("An advertisement"), None);
}

#[test]
fn a_draft_from_an_advertisement_has_fields() {
    let draft = from_advertisement("Chargé de mission\n\nDate limite : 3 août 2025");
    let fields = fields(&draft.source).unwrap();
    assert_eq!(fields.get("deadline.date"), "2025-08-03");
}

#[test]
fn a_row_needs_no_name_but_that_of_the_postings_language() {
    let source = SAMPLE.replace("language = \"fr\"", "language = \"es\"");
    let written = changed(&source, &[("documents.9.name.es", "Título")]);
    assert!(written.contains("name.es = \"Título\""), "{written}");
}

#[test]
fn that_there_is_no_text_stands_beside_the_text() {
    let source = changed(SAMPLE, &[("text", "")]);
    let mistake = compile("programme-officer.md", &source).unwrap_err().0.remove(0);
    assert_eq!(field_of(&source, &mistake).as_deref(), Some("text"));
    assert_eq!(mistake.flaw, Flaw::Missing);
}
