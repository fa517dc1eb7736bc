//! The page of a posting, and its form.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use domain::{Delivery, HeldDocument, Posting};
use locales::{ALL, EN, FR};
use rules::application::OfferedDocument;
use rules::{Code, Form, Issue, Requirements, Timestamp};
use serde_json::Value;
use support::{
    CLOSES, INTAKE, OPEN, SITE, attributes, between, correction, fresh, ids, posting, received,
    sent, tag,
};
use views::{Completes, CorrectionOf, FormState};

#[test]
fn out_of_time_there_is_no_form() {
    let values = Form::default();
    for (now, words) in [
        (
            CLOSES,
            "They were taken until <time id=\"closing\" datetime=\"2025-08-03T21:59:59.999Z\">Sunday 3 August 2025 at 23:59, Brussels time (UTC+2)</time>.",
        ),
        (Timestamp(0), "They will be taken from"),
    ] {
        for form in [None, Some(fresh(&values))] {
            let page = views::posting(&EN, &posting(), now, form, &SITE);
            for absent in ["<form", "type=\"module\"", "id=\"guichet\"", "modulepreload", "#apply"]
            {
                assert!(!page.contains(absent), "{absent} in {page}");
            }
            assert!(page.contains(words), "{page}");
            assert!(
                page.contains("<a class=\"alone\" href=\"/?lang=en\">See the open posts</a>"),
                "{page}"
            );
        }
    }
}

#[test]
fn whoever_was_late_is_told_that_nothing_was_stored() {
    let late = posting().requirements.window.review(CLOSES);
    let values = Form::default();
    let state = FormState { issues: late.as_slice(), ..FormState::new(&values, "") };
    let page = views::posting(&FR, &posting(), CLOSES, Some(state), &SITE);
    assert!(page.contains("Votre envoi n’a pas été enregistré"), "{page}");
    assert!(page.contains("jusqu’au dimanche 3 août 2025 à 23\u{A0}h\u{A0}59"), "{page}");
}

#[test]
fn a_fresh_form_is_complete_and_silent() {
    let values = Form::default();
    for texts in ALL {
        let page = views::posting(texts, &posting(), OPEN, Some(fresh(&values)), &SITE);
        let lang = texts.language_tag;
        let form = tag(&page, "application");
        assert!(form.contains(&format!("action=\"/postings/mission/applications?lang={lang}\"")));
        assert!(form.contains("enctype=\"multipart/form-data\"") && form.contains("novalidate"));
        assert!(tag(&page, "token").contains("value=\"the-token\""));
        assert!(tag(&page, "subject").contains("value=\"Chargé·e de mission\""));
        assert!(tag(&page, "error-summary").contains(" hidden"));
        assert!(!page.contains("aria-invalid"));
        // On a telephone the facts are far from the button.
        let beside = between(&page, "class=\"in-time\"", "<button");
        assert!(beside.contains("datetime=\"2025-08-03T21:59:59.999Z\""), "{beside}");
        let fields = attributes(&page, "data-field");
        let order = [
            "shared",
            "name",
            "email",
            "phone",
            "mails",
            "cover_letter",
            "cv",
            "eu_work_permit",
            "notice",
            "message",
            "consent",
        ];
        assert_eq!(fields, order);
        // The first is a box, with which nothing can be wrong.
        for field in order.into_iter().skip(1) {
            assert!(tag(&page, &format!("{field}-error")).contains(" hidden"), "{field}");
            let described = attributes(&page, "aria-describedby");
            let error = format!("{field}-error");
            assert!(described.iter().any(|ids| ids.split(' ').any(|id| id == error)), "{field}");
        }
        let present = ids(&page);
        for id in [
            "upload",
            "upload-text",
            "upload-bar",
            "upload-cancel",
            "mail-size",
            "countdown",
            "closing",
            "closing-here",
            "cv-status",
            "eu_work_permit-no",
            "submit",
            "error-summary-list",
        ] {
            assert!(present.contains_key(id), "{id}");
        }
        assert!(tag(&page, "cv").contains("accept=\".pdf,.docx,application/pdf,application/vnd."));
    }
}

#[test]
fn the_way_by_mail_is_shown_where_mails_are_taken_while_the_posting_is_open() {
    let values = Form::default();
    let by_mail = FormState { intake: Some(INTAKE), ..fresh(&values) };
    let shown = |posting: &Posting, state| {
        let page = views::posting(&EN, posting, OPEN, Some(state), &SITE);
        page.contains("id=\"by-mail\"") || page.contains(INTAKE)
    };
    let mut posting = posting();
    assert!(shown(&posting, by_mail));
    assert!(!shown(&posting, fresh(&values)));
    let page = |posting: &Posting, now| views::by_mail(&EN, posting, INTAKE, now, &SITE);
    assert!(page(&posting, Timestamp(CLOSES.0 - 1)).is_some());
    assert_eq!(page(&posting, CLOSES), None);

    // A mail would cross two providers in clear.
    posting.privacy.keys = vec!["a key".to_owned()];
    assert!(!shown(&posting, by_mail));
    assert_eq!(page(&posting, OPEN), None);
}

#[test]
fn what_is_wrong_is_said_above_and_beside() {
    let values = Form {
        name: "Marie Dupont".to_owned(),
        email: "marie@".to_owned(),
        message: "\nBonjour".to_owned(),
        answers: [("eu_work_permit", "no")].into_iter().collect(),
        consent: "yes".to_owned(),
        documents: vec![offered("cover_letter", "letter.pdf"), offered("cv", "cv.pdf")],
        ..Form::default()
    };
    let issues = [
        Issue::new("email", Code::NotAnEmail),
        Issue::new("cv", Code::DocumentEmpty).with("file", "cv.pdf"),
        Issue::new("documents", Code::DocumentsTooLarge).with("bytes", 19_u64).with("max", 18_u64),
        Issue::new("token", Code::NotAChoice),
    ];
    let state = FormState { issues: &issues, ..FormState::new(&values, "t") };
    let page = views::posting(&EN, &posting(), OPEN, Some(state), &SITE);
    assert!(page.contains("<title>Error: Chargé·e"), "{page}");
    assert!(
        tag(&page, "error-summary").contains("autofocus")
            && !tag(&page, "error-summary").contains("hidden")
    );
    let list = between(&page, "<ul id=\"error-summary-list\">", "</ul>");
    assert_eq!(attributes(list, "href"), ["#email", "#cv", "#cover_letter", "#application"]);
    let email = between(&page, "data-field=\"email\"", "</div>");
    assert!(email.contains("<span class=\"error-text\">Enter one email address"), "{email}");
    let input = tag(&page, "email");
    assert!(input.contains("aria-describedby=\"email-hint email-error\" aria-invalid=\"true\""));
    assert!(
        !tag(&page, "cv-error").contains(" hidden")
            && !tag(&page, "documents-error").contains(" hidden")
    );
    assert!(tag(&page, "name-error").contains(" hidden"));
    // Typed values come back; a file cannot, and the page says so.
    assert!(tag(&page, "name").contains("value=\"Marie Dupont\""));
    assert!(input.contains("value=\"marie@\""));
    assert!(
        tag(&page, "eu_work_permit-no").contains("checked")
            && tag(&page, "consent").contains("checked")
    );
    assert!(!tag(&page, "eu_work_permit").contains("checked"));
    assert!(page.contains("You had chosen “letter.pdf”. Choose it again."), "{page}");
    assert!(!page.contains("You had chosen “cv.pdf”"), "not where something is wrong with it");
    // A parser drops the first line break of a textarea: one is added.
    assert_eq!(
        between(&page, "name=\"message\"", "</textarea>").split_once('>').unwrap().1,
        "\n\nBonjour"
    );
    // What is to be mended comes before what was read already.
    assert!(page.find("id=\"application\"") < page.find("<article"));
}

fn offered(id: &str, file_name: &str) -> OfferedDocument {
    OfferedDocument {
        id: id.to_owned(),
        file_name: file_name.to_owned(),
        bytes: 0,
        report: None,
        sha256: None,
    }
}

#[test]
fn a_document_that_is_held_need_not_be_chosen_again() {
    let (letter, cv) = (offered("cover_letter", "letter.pdf"), offered("cv", "cv.pdf"));
    let held = HeldDocument {
        key: "applications/the-hold/cover_letter".into(),
        hold: "the-hold".into(),
        document: letter.clone(),
        until: OPEN,
    };
    let values = Form { documents: vec![letter, cv], ..Form::default() };
    let issues = [Issue::new("name", Code::Missing)];
    let state = FormState { issues: &issues, held: &[held], ..fresh(&values) };
    let page = views::posting(&EN, &posting(), OPEN, Some(state), &SITE);
    assert!(page.contains("“letter.pdf” is kept for an hour"), "{page}");
    assert!(page.contains("You had chosen “cv.pdf”. Choose it again."), "{page}");
    assert!(!page.contains("the-hold"), "a page names it and no more");
    let data: Value = serde_json::from_str(between(&page, "id=\"guichet\">", "</script>")).unwrap();
    let required = |index: usize| data["requirements"]["documents"][index]["required"].clone();
    assert_eq!((required(0), required(1)), (false.into(), true.into()), "nor ask for it");
}

#[test]
fn the_script_is_handed_the_rules_and_the_words() {
    let mut posting = posting();
    posting.requirements.subject = "</script><!-- & \u{2028}".to_owned();
    let values = Form::default();
    let page = views::posting(&FR, &posting, OPEN, Some(fresh(&values)), &SITE);
    let data = between(&page, "id=\"guichet\">", "</script>");
    let data: Value = serde_json::from_str(data).unwrap();
    let requirements: Requirements = serde_json::from_value(data["requirements"].clone()).unwrap();
    let mut in_french = posting.requirements.clone();
    for document in &mut in_french.documents {
        document.name = document.name.only("fr", "fr");
    }
    for question in &mut in_french.questions {
        question.text = question.text.only("fr", "fr");
    }
    assert_eq!(requirements, in_french, "nothing in another language");
    assert_eq!(data["now"], OPEN.0);
    assert_eq!(data["zone"]["name"], "Europe/Brussels");
    assert_eq!(data["words"]["script_language"], "fr");
}

#[test]
fn search_engines_read_the_posting() {
    let values = Form::default();
    let mut posting = posting();
    posting.title.push_str("</script>");
    for (now, open) in [(OPEN, true), (CLOSES, false)] {
        let page = views::posting(&EN, &posting, now, Some(fresh(&values)), &SITE);
        let data = between(&page, "<script type=\"application/ld+json\">", "</script>");
        let data: Value = serde_json::from_str(data).unwrap();
        for (pointer, value) in [
            ("/@type", "JobPosting".into()),
            ("/title", posting.title.as_str().into()),
            ("/description", posting.body.as_str().into()),
            ("/identifier/value", "mission".into()),
            ("/url", "https://jobs.example.org/postings/mission".into()),
            ("/datePosted", "2025-07-09".into()),
            ("/validThrough", "2025-08-03T22:00:00Z".into()),
            ("/employmentType", serde_json::json!(["PART_TIME", "TEMPORARY"])),
            ("/hiringOrganization/name", posting.organisation.name.as_str().into()),
            ("/jobLocation/address/addressCountry", "BE".into()),
            ("/baseSalary/value/minValue", 30_720.into()),
            ("/baseSalary/value/unitText", "YEAR".into()),
            ("/jobStartDate", "2025-09-01".into()),
            ("/directApply", open.into()),
        ] {
            assert_eq!(data.pointer(pointer), Some(&value), "{pointer} in {data}");
        }
    }
}

#[test]
fn facts_are_said_in_words() {
    let french = views::posting(&FR, &posting(), OPEN, None, &SITE);
    let english = views::posting(&EN, &posting(), OPEN, None, &SITE);
    for (page, facts) in [
        (
            french,
            [
                "Bruxelles, Belgique",
                "80\u{A0}% d’un temps plein",
                "Durée déterminée de 12\u{A0}mois, renouvelable",
                "30\u{202F}720 à 33\u{202F}120\u{A0}€ par an à 80\u{A0}% (38\u{202F}400 à 41\u{202F}400\u{A0}€ par an pour un temps plein)",
            ],
        ),
        (
            english,
            [
                "Bruxelles, Belgique",
                "80% of full time",
                "Fixed term of 12 months, renewable",
                "EUR\u{A0}30,720 to 33,120 a year at 80% (EUR\u{A0}38,400 to 41,400 a year for full time)",
            ],
        ),
    ] {
        for fact in facts {
            assert!(page.contains(&format!(">{fact}</dd>")), "{fact} in {page}");
        }
    }
}

#[test]
fn what_candidates_write_and_call_their_files_keeps_its_direction() {
    let values = Form {
        documents: vec![OfferedDocument {
            id: "cv".to_owned(),
            file_name: "سيرة.pdf".to_owned(),
            bytes: 5,
            report: None,
            sha256: None,
        }],
        ..Form::default()
    };
    let page = views::posting(&EN, &posting(), OPEN, Some(fresh(&values)), &SITE);
    for id in ["name", "notice", "message", "look-name", "look-notice", "look-message"] {
        assert!(tag(&page, id).contains("dir=\"auto\""), "{id}");
    }
    assert!(page.contains("You had chosen “\u{2068}سيرة.pdf\u{2069}”."), "{page}");
    let receipt =
        views::receipt(&EN, &posting(), sent(&received(), &Delivery::default()), OPEN, &SITE);
    assert!(receipt.contains("<p class=\"file-name\" dir=\"auto\">cv.pdf</p>"), "{receipt}");
}

#[test]
fn a_form_that_comes_back_unread_has_no_trap_to_fall_into_again() {
    let values = Form::default();
    let page = |form| views::posting(&EN, &posting(), OPEN, Some(form), &SITE);
    let trap = "name=\"website\"";
    assert!(page(fresh(&values)).contains(trap));
    let busy = page(FormState { not_taken: Some(EN.form_busy), ..fresh(&values) });
    assert!(!busy.contains(trap));
    let list = between(&busy, "<ul id=\"error-summary-list\">", "</ul>");
    assert!(list.contains(&format!("<li>{}</li>", EN.form_busy)), "a sentence is no link: {list}");
    assert_eq!(attributes(list, "href"), ["#submit"]);
    let received = received();
    let corrected =
        views::correct(&EN, &posting(), OPEN, &fresh(&values), correction(&received), &SITE);
    assert!(!corrected.contains(trap));
}

#[test]
fn a_correction_names_the_documents_that_stay_though_nobody_asks_for_them() {
    let (values, received) = (Form::default(), received());
    let shown =
        |posting: &Posting, of| views::correct(&EN, posting, OPEN, &fresh(&values), of, &SITE);
    let sentence = "It is no longer asked for, and stays in your application.";
    assert!(!shown(&posting(), correction(&received)).contains(sentence));
    let mut fewer = posting();
    fewer.requirements.documents.retain(|document| document.id != "cv");
    let page = shown(&fewer, correction(&received));
    let (before, _) = page.split_once(sentence).unwrap();
    let (_, staying) = before.rsplit_once("<p class=\"hint\">").unwrap();
    assert!(staying.contains("cv.pdf"), "{staying}");
    // The documents of a mail that nobody asks for become no part of an application.
    let mail = CorrectionOf { completes: Completes::Mail, ..correction(&received) };
    assert!(!shown(&fewer, mail).contains(sentence));
}

#[test]
fn a_page_in_another_language_than_its_posting_says_so() {
    let page = |texts| views::posting(texts, &posting(), OPEN, None, &SITE);
    let english = page(&EN);
    assert!(english.contains(EN.posting_is_in_fr), "{english}");
    assert!(english.contains("<dd lang=\"fr\">Bruxelles, Belgique</dd>"), "{english}");
    assert!(!page(&FR).contains(FR.posting_is_in_fr));
}

#[test]
fn who_cannot_use_the_form_is_told_where_to_write() {
    let values = Form::default();
    let page = views::posting(&EN, &posting(), OPEN, Some(fresh(&values)), &SITE);
    let needs = between(&page, "<div class=\"needs\">", "</div>");
    assert!(needs.contains("mailto:jobs@example.org"), "{needs}");
    assert!(page.contains("<a class=\"alone\" href=\"/accessibility?lang=en\">"), "{page}");
    let statement = |now| views::accessibility(&EN, &[posting()], now, &SITE);
    assert!(statement(OPEN).contains("mailto:jobs@example.org"));
    assert!(!statement(CLOSES).contains("mailto:jobs@example.org"), "only while it is open");
}
