//! Reads two advertisements. The first has the facts of the one that the first
//! organisation published in July 2025.

use crate::posting::compile;

use super::*;

const FRENCH: &str = include_str!("tests/french.txt");
const ENGLISH: &str = include_str!("tests/english.txt");

fn has(draft: &Draft, lines: &[&str]) {
    for line in lines {
        let found = draft.source.lines().any(|other| other == *line);
        assert!(found, "{line}\n---\n{}", draft.source);
    }
}

/// The mistakes that are left, without their lines.
fn mistakes(file: &str, source: &str) -> Vec<String> {
    let mistakes = compile(file, source).mistakes;
    mistakes.into_iter().map(|mistake| mistake.text).collect()
}

#[test]
fn a_french_advertisement_gives_its_facts() {
    let draft = from_advertisement(FRENCH);
    has(
        &draft,
        &[
            "slug = \"chargee-protection-de-l-espace-civique-tunisie-ue\"",
            "language = \"fr\"",
            "title = \"Chargé·e protection de l’espace civique (Tunisie/UE)\"",
            "published = 2025-07-09",
            "starts = 2025-09-01",
            "workload = 80",
            "subject = \"Chargé·e de mission, Protection de l’espace civique (Tunisie/UE)\"",
            "recipient = \"applications@omct.org\"",
            "contact = \"applications@omct.org\" # ?",
            "date = 2025-08-03",
            "zone = \"Europe/Brussels\" # ?",
            "name = \"Organisation Mondiale Contre la Torture\"",
            "short = \"OMCT\"",
            "town = \"Bruxelles\"",
            "country = \"BE\"",
            "kind = \"fixed_term\"",
            "months = 12",
            "renewable = true",
            "minimum = 38400",
            "maximum = 41400",
            "currency = \"EUR\"",
            "period = \"year\"",
            "id = \"cover_letter\"",
            "id = \"cv\"",
            "id = \"eu_work_permit\"",
            "## A propos de l'OMCT",
            "## Rôle et responsabilités",
            "### Plaidoyer auprès de l’Union européenne (75%)",
            "- Appuyer la stratégie de plaidoyer ;",
            "- Rédiger des notes \\* et des \\<b>positions\\</b>.",
            "## Qualifications requises (formation et/ou expérience)",
        ],
    );
    let unsure = [
        "summary",
        "retention_days",
        "contact",
        "steps",
        "deadline.zone",
        "documents.kinds",
        "documents.max_size",
        "questions",
    ];
    assert_eq!(draft.unsure, unsure);
}

#[test]
fn only_what_is_missing_keeps_it_from_being_published() {
    let draft = from_advertisement(FRENCH);
    let file = "chargee-protection-de-l-espace-civique-tunisie-ue.md";
    let left = mistakes(file, &draft.source);
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left.iter().all(|text| text.starts_with("`retention_days` is missing")), "{left:?}");
    let whole = draft.source.replacen("workload", "retention_days = 180\nworkload", 1);
    assert_eq!(mistakes(file, &whole), Vec::<String>::new());
}

#[test]
fn an_english_advertisement_gives_its_facts() {
    let draft = from_advertisement(ENGLISH);
    has(
        &draft,
        &[
            "language = \"en\"",
            "title = \"Digital Security Officer\"",
            "published = 2025-06-02",
            "workload = 100",
            "subject = \"Digital Security Officer (Geneva)\"",
            "recipient = \"jobs@example.org\"",
            "date = 2025-08-03",
            "town = \"Geneva\"",
            "kind = \"permanent\"",
            "minimum = 7000",
            "maximum = 8000",
            "currency = \"CHF\"",
            "period = \"month\"",
            "## What you will do",
        ],
    );
    assert!(!draft.source.contains("starts"), "no day is said");
    assert!(!draft.source.contains("[[questions]]"), "no condition is said");
    assert!(draft.unsure.contains(&"steps".to_owned()), "{:?}", draft.unsure);
}

#[test]
fn nothing_is_invented_where_nothing_is_said() {
    let draft = from_advertisement("Bonjour à toutes et à tous.");
    assert_eq!(draft.source.matches(" = ").count(), 1, "{}", draft.source);
    for fact in ["title", "deadline.date", "recipient", "subject", "place.town", "documents"] {
        assert!(draft.unsure.contains(&fact.to_owned()), "{fact}: {:?}", draft.unsure);
    }
    assert!(draft.source.ends_with("+++\n\nBonjour à toutes et à tous.\n"), "{}", draft.source);
}

#[test]
fn any_text_makes_a_draft_in_a_short_time() {
    let long = "É(%\"@.12 ".repeat(20_000);
    for text in ["", "\0", "+++\n+++", "\"\"\"\n = [", "\u{202E}txt", long.as_str()] {
        let draft = from_advertisement(text);
        let broken = mistakes("x.md", &draft.source);
        assert!(broken.iter().all(|text| !text.contains("TOML")), "{text:.20}: {broken:?}");
    }
}
