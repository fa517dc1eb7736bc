//! The facts above the sections, and the sections that every posting has.

use super::{SAMPLE, check, mistakes};

#[test]
fn toml_that_is_none() {
    check(&[
        (
            "starts = 2025-09-01",
            "starts = 2025-02-30",
            &[
                "7: `2025-02-30` is not a day of the calendar (invalid date, expected day between 01 and 28).",
            ],
        ),
        (
            "slug = \"programme-officer\"",
            "slug = “programme-officer”",
            &["2: this is not TOML: string values must be quoted, expected literal string. \
               Put text between straight quotes: \"...\"."],
        ),
        (
            "required = true",
            "required = yes",
            &["46: this is not TOML: string values must be quoted, expected literal string. \
               Write `true` or `false`."],
        ),
        (
            "workload = 80",
            "workload = 80\nworkload = 90",
            &["9: this is not TOML: duplicate key. Keep one of the two."],
        ),
        (
            "title = \"Chargé·e de programme\"",
            "title \"Chargé·e de programme\"",
            &["4: this is not TOML: key with no value, expected `=`."],
        ),
        (
            "zone = \"Africa/Tunis\"",
            "zone = \"Africa/Tunis",
            &["20: this is not TOML: invalid basic string, expected `\"`. \
             Put text between straight quotes: \"...\"."],
        ),
    ]);
}

/// Below the line that TOML refuses, the rest is still judged.
#[test]
fn a_broken_line_does_not_hide_other_mistakes() {
    let source = SAMPLE.replace("workload = 80", "workload =").replace("\"EUR\"", "\"Euro\"");
    let [syntax, currency] = <[String; 2]>::try_from(mistakes(&source)).unwrap();
    assert!(syntax.starts_with("8: this is not TOML: "), "{syntax}");
    assert!(currency.starts_with("39: `currency` must be 3 capital letters"), "{currency}");
}

#[test]
fn keys() {
    check(&[
        (
            "[deadline]",
            "[dead_line]",
            &[
                "1: `deadline` is missing. Add a section `[deadline]` with `date` and `zone`.",
                "18: unknown key `dead_line`. Did you mean `deadline`?",
            ],
        ),
        (
            "minimum = 38400",
            "minimun = 38400",
            &[
                "36: `minimum` is missing in `[salary]`. Add a line such as `minimum = 38400`.",
                "37: unknown key `minimun` in `[salary]`. Did you mean `minimum`?",
            ],
        ),
        (
            "town = \"Tunis\"",
            "town = \"Tunis\"\ncolour = \"blue\"",
            &[
                "29: unknown key `colour` in `[place]`. Known here: town, country, street, postcode, region, remote.",
            ],
        ),
        ("workload = 80\n", "", &["1: `workload` is missing. Add a line such as `workload = 80`."]),
        (
            "slug = \"programme-officer\"\n",
            "",
            &["1: `slug` is missing. Add a line such as `slug = \"programme-officer\"`."],
        ),
        (
            "months = 12\n",
            "",
            &["31: `months` is missing in `[contract]`. Add a line such as `months = 12`."],
        ),
    ]);
    let below = SAMPLE
        .replace("contact = \"people@example.org\"\n", "")
        .replace("[organisation]\n", "[organisation]\ncontact = \"people@example.org\"\n");
    assert_eq!(
        mistakes(&below),
        [
            "1: `contact` is missing. Add a line such as `contact = \"jobs@example.org\"`.",
            "22: unknown key `contact` in `[organisation]`. It belongs higher up: move it above \
             the first line in square brackets.",
        ]
    );
}

#[test]
fn types() {
    check(&[
        (
            "workload = 80",
            "workload = \"80 %\"",
            &[
                "8: `workload` must be a whole number without quotes, as in `workload = 80`. It is text.",
            ],
        ),
        (
            "workload = 80",
            "workload = 80.5",
            &["8: `workload` must be a whole number without quotes, as in `workload = 80`. \
             It is a number with a fraction."],
        ),
        (
            "published = 2025-07-09",
            "published = \"9 July\"",
            &["6: `published` must be a day without quotes (year-month-day), as in \
             `published = 2025-07-09`. It is text."],
        ),
        (
            "date = 2025-08-03",
            "date = 2025-08-03T12:00:00",
            &["19: `date` must be a day without quotes (year-month-day), as in \
             `date = 2025-07-09`. It is a date or a time."],
        ),
        (
            "language = \"fr\"",
            "language = [\"fr\", \"en\"]",
            &[
                "3: `language` must be text between quotes, as in `language = \"fr\"`. It is a list.",
            ],
        ),
        (
            "renewable = true",
            "renewable = \"yes\"",
            &["34: `renewable` must be `true` or `false` without quotes, as in \
             `renewable = true`. It is text."],
        ),
        (
            "\"Un entretien\",",
            "3,",
            &[
                "13: `steps` must be a list of texts, as in `steps = [\"Written test\", \"Interview\"]`.",
            ],
        ),
        (
            "[place]\ntown = \"Tunis\"\ncountry = \"TN\"\n",
            "[[place]]\ntown = \"Tunis\"\n",
            &["27: `place` must be a section `[place]` with `town` and `country`. It is a list."],
        ),
        (
            "short = \"EX\"",
            "short = 1",
            &[
                "24: `short` must be text between quotes, as in `short = \"OMCT\"`. It is a whole number.",
            ],
        ),
    ]);
}

#[test]
fn slugs() {
    for slug in ["Programme-Officer", "programme_officer", "-a", "a--b", "chargé", "a/b", ""] {
        let expected = format!(
            "2: the slug {slug:?} must be lower-case letters without accents and digits, joined by \
             single hyphens, as in `slug = \"programme-officer\"`."
        );
        check(&[("\"programme-officer\"", &format!("{slug:?}"), &[&expected])]);
    }
    check(&[(
        "\"programme-officer\"",
        "\"finance-officer\"",
        &["2: the slug `finance-officer` must be the file's name. Write \
         `slug = \"programme-officer\"`, or rename the file to `finance-officer.md`."],
    )]);
}
