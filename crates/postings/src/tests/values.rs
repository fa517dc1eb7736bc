//! Tests the checks of single values.

use super::{SAMPLE, check, mistakes};

#[test]
fn words_and_addresses() {
    check(&[
        (
            "language = \"fr\"",
            "language = \"de\"",
            &["3: `language` takes \"fr\" or \"ar\" or \"en\" or \"es\". It is \"de\"."],
        ),
        (
            "title = \"Chargé·e de programme\"",
            "title = \" \"",
            &["4: `title` is empty. Write its text between the quotes."],
        ),
        (
            "\"jobs@example.org\"",
            "\"jobs@example.org, a@b.org\"",
            &["11: `recipient` must be one e-mail address. It is \"jobs@example.org, a@b.org\"."],
        ),
        (
            "\"jobs@example.org\"",
            "[]",
            &["11: `recipient` is empty. Write the address that gets the applications."],
        ),
        (
            "\"jobs@example.org\"",
            "[\"jobs@example.org\", \"b\"]",
            &["11: `recipient` must hold e-mail addresses. One is \"b\"."],
        ),
        (
            "\"jobs@example.org\"",
            "7",
            &["11: `recipient` must be text between quotes, or a list of such texts, as in \
             `recipient = \"jobs@example.org\"`. It is a whole number."],
        ),
        (
            "\"people@example.org\"",
            "\"people@example.org\\r\\nBcc: a@b.org\"",
            &[
                "12: `contact` must be one e-mail address. It is \"people@example.org\\r\\nBcc: a@b.org\".",
            ],
        ),
        (
            "\"https://www.example.org\"",
            "\"www.example.org\"",
            &["25: `website` must be a page, as in `website = \"https://www.omct.org\"`. \
             It is \"www.example.org\"."],
        ),
        (
            "contact = \"people@example.org\"",
            "contact = \"people@example.org\"\npanel = [\"a@example.org\", \"b\"]",
            &["13: `panel` must hold e-mail addresses. One is \"b\"."],
        ),
        (
            "contact = \"people@example.org\"",
            "contact = \"people@example.org\"\nletter_in_mail = \"letter\"",
            &["13: `letter_in_mail` is \"letter\", which is the id of no document."],
        ),
        (
            "country = \"TN\"",
            "country = \"Tunisia\"",
            &[
                "29: `country` must be 2 capital letters, as in `country = \"BE\"`. It is \"Tunisia\".",
            ],
        ),
        (
            "currency = \"EUR\"",
            "currency = \"€\"",
            &["39: `currency` must be 3 capital letters, as in `currency = \"EUR\"`. It is \"€\"."],
        ),
        (
            "period = \"year\"",
            "period = \"week\"",
            &["40: `period` takes \"year\" or \"month\" or \"hour\". It is \"week\"."],
        ),
        (
            "kind = \"fixed_term\"",
            "kind = \"internship\"",
            &["32: `kind` takes \"fixed_term\" or \"permanent\". It is \"internship\"."],
        ),
        (
            "kind = \"fixed_term\"",
            "kind = \"permanent\"",
            &[
                "32: a permanent contract has neither `months` nor `renewable`. Drop them, or write \
             `kind = \"fixed_term\"`.",
            ],
        ),
    ]);
}

#[test]
fn subjects_and_steps() {
    let subject = "\"Chargé·e de programme, l'appui (Tunis)\"";
    let long = format!("\"{}\"", "é".repeat(501));
    check(&[
        (subject, "\"\"", &["10: `subject` is empty. Write its text between the quotes."]),
        (
            subject,
            "\"Officer\\nBcc: a@b.org\"",
            &[
                "10: `subject` must be one line with single plain spaces. Write it as \"Officer Bcc: a@b.org\".",
            ],
        ),
        (
            subject,
            "\"Officer\\u0000 \\u202Eor\"",
            &[
                "10: `subject` must be one line with single plain spaces. Write it as \"Officer or\".",
            ],
        ),
        (subject, &long, &["10: `subject` has 501 characters. At most 500 are taken."]),
        (
            "    \"Un test ?\",\n    \"Un entretien\",\n",
            "",
            &["13: `steps` is empty. Tell candidates what happens after they apply."],
        ),
        ("\"Un entretien\"", "\"\"", &["15: `steps` is empty. Write its text between the quotes."]),
    ]);
}

#[test]
fn texts_that_are_too_long() {
    let long = "é".repeat(501);
    let too_long = |line: usize, key: &str| {
        format!("{line}: `{key}` has 501 characters. At most 500 are taken.")
    };
    for (old, line, key) in [
        ("Chargé·e de programme\"\nsummary", 4, "title"),
        ("Un entretien", 15, "steps"),
        ("Exemple", 23, "name"),
        ("Un permis ?", 52, "text.fr"),
    ] {
        let (text, rest) = old.split_at(old.find('"').unwrap_or(old.len()));
        assert!(!text.is_empty());
        check(&[(old, &format!("{long}{rest}"), &[&too_long(line, key)])]);
    }
    // Each of these makes ten times as much HTML.
    let marks = format!("Le texte.\n\n{}", "-\n".repeat(90_000));
    let [mistake] = &mistakes(&SAMPLE.replace("Le texte.", &marks))[..] else {
        panic!("one mistake");
    };
    assert!(
        mistake.starts_with("57: the posting makes 991 kB of page.")
            && mistake.ends_with("shorten it."),
        "{mistake}"
    );
    let slug = "a".repeat(101);
    let source = SAMPLE.replace("\"programme-officer\"", &format!("\"{slug}\""));
    let [mistake] = &mistakes(&source)[..] else { panic!("one mistake") };
    assert_eq!(
        mistake,
        "2: the slug has 101 characters. At most 100 are taken: it stands in addresses."
    );
}

#[test]
fn numbers() {
    check(&[
        ("workload = 80", "workload = 0", &["8: `workload` must lie between 1 and 100. It is 0."]),
        (
            "workload = 80",
            "workload = 800",
            &["8: `workload` must lie between 1 and 100. It is 800."],
        ),
        (
            "retention_days = 180",
            "retention_days = 0",
            &["9: `retention_days` must lie between 1 and 730. It is 0."],
        ),
        (
            "retention_days = 180",
            "retention_days = 36500",
            &["9: `retention_days` must lie between 1 and 730. It is 36500."],
        ),
        ("months = 12", "months = -12", &["33: `months` must lie between 1 and 120. It is -12."]),
        (
            "minimum = 38400",
            "minimum = 48400",
            &["37: `minimum`, 48400, is more than `maximum`, 41400. Mend one of them."],
        ),
        (
            "maximum = 41400",
            "maximum = 99999999999",
            &["38: `maximum` must lie between 1 and 4294967295. It is 99999999999."],
        ),
    ]);
}

#[test]
fn days_and_zones() {
    check(&[
        (
            "published = 2025-07-09",
            "published = 2052-07-09",
            &["19: the deadline 2025-08-03 lies before the day of publication, 2052-07-09."],
        ),
        (
            "published = 2025-07-09",
            "published = 0205-07-09",
            &["6: `published` lies in the year 205. Mend the year."],
        ),
        (
            "starts = 2025-09-01",
            "starts = 2024-09-01",
            &[
                "7: the work starts on 2024-09-01, before the deadline 2025-08-03. Mend one of them, \
             or leave `starts` out if the start is open.",
            ],
        ),
        ("starts = 2025-09-01", "starts = 2025-08-03", &[]),
        ("published = 2025-07-09", "published = 2025-08-03", &[]),
        (
            "zone = \"Africa/Tunis\"",
            "zone = \"Europe/Tunis\"",
            &["20: unknown zone \"Europe/Tunis\". Did you mean \"Africa/Tunis\"?"],
        ),
        (
            "zone = \"Africa/Tunis\"",
            "zone = \"heure locale\"",
            &[
                "20: unknown zone \"heure locale\". Use a name of the IANA list, such as \"Europe/Brussels\".",
            ],
        ),
    ]);
}

#[test]
fn a_day_that_the_clocks_have_skipped() {
    let source = SAMPLE
        .replace("published = 2025-07-09", "published = 2011-12-30")
        .replace("date = 2025-08-03", "date = 2011-12-30")
        .replace("Africa/Tunis", "Pacific/Apia");
    let expected = "19: no moment is left before the end of 2011-12-30. Mend the day.";
    assert_eq!(mistakes(&source), [expected]);
}

#[test]
fn mails_may_be_neutral_first() {
    let with = |line: &str| SAMPLE.replacen("\n+++\n", &format!("\n[privacy]\n{line}\n+++\n"), 1);
    let compiled = |line| crate::compile("programme-officer.md", &with(line));
    assert!(compiled("neutral = true").unwrap().requirements.is_neutral);
    assert!(!compiled("neutral = false").unwrap().requirements.is_neutral);
    assert!(compiled("neutral = 1").is_err());
}

#[test]
fn a_posting_may_forget() {
    let with = |line: &str| SAMPLE.replacen("\n+++\n", &format!("\n[privacy]\n{line}\n+++\n"), 1);
    let compiled = |line| crate::compile("programme-officer.md", &with(line));
    assert!(compiled("forget = true").unwrap().privacy.forget);
    assert!(!compiled("neutral = true").unwrap().privacy.forget);
    assert!(compiled("forget = \"yes\"").is_err());
}
