//! The sample itself, and what may be left out of it.

use documents::Kind;
use domain::posting::Contract;
use rules::requirements::QuestionKind;

use super::{SAMPLE, check};
use crate::posting::compile;

#[test]
fn every_fact_arrives() {
    let posting = compile("postings/programme-officer.md", SAMPLE).posting.unwrap();
    assert_eq!((posting.slug.as_str(), posting.language.as_str()), ("programme-officer", "fr"));
    assert_eq!(posting.title, "Chargé·e de programme");
    assert_eq!(posting.summary, "Un poste à Tunis\u{A0}: l’appui aux associations.");
    assert_eq!(posting.contact, "people@example.org");
    assert_eq!(posting.steps, ["Un test\u{202F}?", "Un entretien"]);
    assert_eq!(posting.erased_on().to_string(), "2026-01-30");
    assert_eq!(posting.deadline.zone.offsets.iter().map(|o| o.1).collect::<Vec<_>>(), [60]);
    assert_eq!(posting.requirements.window.closes_at.to_rfc3339(), "2025-08-03T23:00:00.000Z");
    // Candidates' subjects are compared with it: it stays as it was written.
    assert_eq!(posting.requirements.subject, "Chargé·e de programme, l'appui (Tunis)");
    let document = posting.requirements.document("cv").unwrap();
    assert_eq!((document.name.get("fr"), document.name.get("en")), ("CV", "Résumé"));
    assert_eq!(
        (document.kinds.as_slice(), document.max_bytes),
        (&[Kind::Pdf, Kind::Odt][..], 10_000_000)
    );
    let question = posting.requirements.question("work_permit").unwrap();
    assert_eq!(question.text.get("fr"), "Un permis\u{202F}?");
    assert_eq!((question.kind, question.required), (QuestionKind::YesNo, false));
    assert_eq!(posting.body, "<h2>Le poste</h2>\n<p>Le texte.</p>\n");
}

#[test]
fn what_may_be_left_out_may_be_left_out() {
    let salary =
        "[salary]\nminimum = 38400\nmaximum = 41400\ncurrency = \"EUR\"\nperiod = \"year\"\n";
    check(&[
        ("starts = 2025-09-01\n", "", &[]),
        ("short = \"EX\"\n", "", &[]),
        ("website = \"https://www.example.org\"\n", "", &[]),
        ("renewable = true\n", "", &[]),
        (salary, "", &[]),
        (document_section(), "", &[]),
        (question_section(), "", &[]),
        ("kind = \"fixed_term\"\nmonths = 12\nrenewable = true", "kind = \"permanent\"", &[]),
    ]);
    let source = SAMPLE.replace("renewable = true\n", "").replace(salary, "");
    let posting = compile("postings/programme-officer.md", &source).posting.unwrap();
    assert_eq!(posting.contract, Contract::FixedTerm { months: 12, is_renewable: false });
    assert_eq!(posting.salary, None);
}

fn document_section() -> &'static str {
    section("[[documents]]", "[[questions]]")
}

fn question_section() -> &'static str {
    section("[[questions]]", "+++\n\n##")
}

fn section(from: &str, to: &str) -> &'static str {
    &SAMPLE[SAMPLE.find(from).unwrap()..SAMPLE.find(to).unwrap()]
}

#[test]
fn line_ends_of_windows_make_no_difference() {
    let compiled = compile("postings/programme-officer.md", &SAMPLE.replace('\n', "\r\n"));
    assert_eq!(compiled.mistakes, []);
    assert_eq!(compiled.posting, compile("postings/programme-officer.md", SAMPLE).posting);
}

/// Half a file is what an editor saves at the worst moment.
#[test]
fn half_a_file_is_a_mistake_on_one_of_its_lines() {
    let last = SAMPLE.find("Le texte.").unwrap();
    let ends = SAMPLE.char_indices().map(|(end, _)| end).filter(|end| *end < last);
    for source in ends.step_by(3).map(|end| &SAMPLE[..end]) {
        let lines = source.lines().count().max(1);
        let closed = format!("{source}\n+++\n");
        for (source, lines) in [(source, lines), (closed.as_str(), lines + 2)] {
            let compiled = compile("postings/programme-officer.md", source);
            assert!(compiled.mistakes.iter().all(|m| (1..=lines).contains(&m.line)), "{source}");
            assert_eq!(compiled.posting.is_none(), !compiled.mistakes.is_empty(), "{source}");
        }
    }
}
