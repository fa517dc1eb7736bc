//! Tests that every code and kind has a text, and that every text is used.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use documents::Active;
use domain::Stage;
use locales::{ALL, Words as _};
use rules::content::{Verdict, verdict};
use rules::{Code, Remark};

/// The rooms in which texts are used.
const ROOMS: &[&str] = &[
    "../../www/templates",
    "../views/src",
    "../browser/src",
    "../edge/src",
    "../intake/src",
    "src",
];

/// Sections whose keys are put together from codes, kinds, numbers and names.
const COMPOSED: &[&str] = &[
    "active_",
    "date_weekday_",
    "date_month_",
    "desk_about_",
    "desk_deed_",
    "desk_fact_",
    "desk_field_",
    "desk_flaw_",
    "desk_group_",
    "desk_letter_",
    "desk_mistake_",
    "desk_option_",
    "desk_remark_",
    "desk_skipped_",
    "desk_stage_",
    "desk_state_",
    "issue_",
    "kind_",
    "posting_is_in_",
    "remark_",
    "zone_",
];

#[test]
fn every_stage_has_a_name_and_a_letter() {
    for texts in ALL {
        for stage in Stage::ALL {
            // Nobody is written to because their application has arrived.
            let letter = if stage == Stage::Received { "plain" } else { stage.as_str() };
            let keys = ["subject", "body"].map(|part| format!("desk_letter_{letter}_{part}"));
            for key in keys.into_iter().chain([format!("desk_stage_{}", stage.as_str())]) {
                let is_there = texts.find(&key).is_some_and(|text| !text.is_empty());
                assert!(is_there, "{}: `{key}` is missing", texts.language_tag);
            }
        }
    }
}

#[test]
fn every_code_has_a_sentence() {
    for texts in ALL {
        for code in Code::ALL {
            // A token is the only choice outside questions; each code may
            // have a sentence per field beside its general one.
            let key = format!("issue_{}", code.as_str());
            assert!(texts.find(&key).is_some(), "{}: `{key}` is missing", texts.language_tag);
        }
    }
}

#[test]
fn every_remark_and_all_that_is_refused_has_its_words() {
    for texts in ALL {
        let has = |key: String| {
            assert!(texts.find(&key).is_some(), "{}: `{key}` is missing", texts.language_tag);
        };
        for remark in Remark::ALL {
            has(format!("remark_{}", remark.as_str()));
            has(format!("mail_remark_{}", remark.as_str()));
        }
        for active in Active::ALL.iter().filter(|active| verdict(**active) == Verdict::Refused) {
            has(format!("active_{}", active.as_str()));
        }
    }
}

#[test]
fn every_sentence_has_a_code() {
    for (key, _) in ALL[0].entries() {
        let Some(rest) = key.strip_prefix("issue_") else { continue };
        assert!(
            Code::ALL.iter().any(|code| rest
                .strip_prefix(code.as_str())
                .is_some_and(|field| field.is_empty() || field.starts_with('_'))),
            "`{key}` belongs to no code"
        );
    }
}

#[test]
fn every_text_is_used() {
    let mut sources = String::new();
    for room in ROOMS {
        read_into(Path::new(room), &mut sources);
    }
    let unused: Vec<_> = ALL[0]
        .entries()
        .iter()
        .map(|(key, _)| *key)
        .filter(|key| !COMPOSED.iter().any(|section| key.starts_with(section)))
        .filter(|key| !mentions(&sources, key))
        .collect();
    assert!(unused.is_empty(), "nothing uses {unused:?}: delete them from www/locales/*.toml");
}

/// Returns whether a source names the key, or the stem of its plural forms.
fn mentions(sources: &str, key: &str) -> bool {
    let stem = key.strip_suffix("_one").or_else(|| key.strip_suffix("_other")).unwrap_or(key);
    [key, stem].iter().any(|name| {
        sources.match_indices(name).any(|(at, _)| {
            let before = sources[..at].chars().next_back().unwrap_or(' ');
            let after = sources[at + name.len()..].chars().next().unwrap_or(' ');
            matches!(before, '.' | '"') && !(after.is_alphanumeric() || after == '_')
        })
    })
}

fn read_into(path: &Path, sources: &mut String) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            read_into(&entry.unwrap().path(), sources);
        }
    } else {
        sources.push_str(&fs::read_to_string(path).unwrap());
    }
}

#[test]
fn french_typography_is_kept() {
    let french = ALL.iter().find(|texts| texts.language_tag == "fr").unwrap();
    for (key, text) in french.entries() {
        for wrong in ["'", " :", " ;", " !", " ?", "« ", " »", "..."] {
            assert!(!text.contains(wrong), "{key}: {text:?} contains {wrong:?}");
        }
    }
}

#[test]
fn spanish_and_arabic_typography_is_kept() {
    for (language, wrong) in [
        ("es", &["'", "\"", "“", "...", " :", " ;", " !", " ?", "« ", " »"][..]),
        ("ar", &["'", "\"", "“", "...", "? ", ", ", "; "][..]),
    ] {
        let texts = ALL.iter().find(|texts| texts.language_tag == language).unwrap();
        let own = texts.entries().iter().filter(|(key, text)| {
            let french = ALL.iter().find(|one| one.language_tag == texts.language_staff).unwrap();
            french.find(key) != Some(*text)
        });
        for (key, text) in own {
            for wrong in wrong {
                assert!(!text.contains(wrong), "{language} {key}: {text:?} contains {wrong:?}");
            }
        }
    }
}

/// A question or an exclamation is opened in Spanish too.
#[test]
fn spanish_questions_are_opened() {
    let spanish = ALL.iter().find(|texts| texts.language_tag == "es").unwrap();
    for (key, text) in spanish.entries().iter().filter(|(key, _)| !key.starts_with("desk_")) {
        assert_eq!(text.matches('?').count(), text.matches('¿').count(), "{key}: {text}");
    }
}
