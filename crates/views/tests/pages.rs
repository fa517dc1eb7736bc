//! What holds for every page.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::slice::from_ref;

use domain::{Delivery, Failure, MailState};
use locales::{ALL, Texts};
use rules::application::OfferedDocument;
use rules::{Code, Form, Issue, Timestamp};
use support::{
    CLOSES, DAY, INTAKE, KEY, OPEN, SITE, attributes, correction, fresh, ids, posting, received,
    sent,
};
use views::{FormState, Receipt};

const FAILURES: [Failure; 9] = [
    Failure::Gone,
    Failure::CrossSite,
    Failure::NotFound,
    Failure::MethodNotAllowed,
    Failure::TooLarge { max_bytes: 25_000_000 },
    Failure::TooManyParts,
    Failure::NotAForm,
    Failure::Busy,
    Failure::Unavailable,
];

/// Returns every page in the language of `texts`, in every state.
fn pages(texts: &'static Texts) -> Vec<String> {
    let posting = posting();
    let values = Form::default();
    let issues = [Issue::new("email", Code::NotAnEmail), Issue::new("token", Code::NotAChoice)];
    let wrong = FormState { issues: &issues, ..FormState::new(&values, "the-token") };
    let mut pages = vec![
        views::careers(texts, &[], OPEN, &SITE),
        views::accessibility(texts, from_ref(&posting), OPEN, &SITE),
        views::careers(texts, from_ref(&posting), OPEN, &SITE),
        views::careers(texts, from_ref(&posting), CLOSES, &SITE),
        views::posting(texts, &posting, OPEN, Some(fresh(&values)), &SITE),
        views::posting(
            texts,
            &posting,
            OPEN,
            Some(FormState { intake: Some(INTAKE), ..fresh(&values) }),
            &SITE,
        ),
        views::by_mail(texts, &posting, INTAKE, OPEN, &SITE).unwrap(),
        views::posting(texts, &posting, OPEN, Some(wrong), &SITE),
        views::posting(
            texts,
            &posting,
            OPEN,
            Some(FormState { not_taken: Some(texts.form_busy), ..fresh(&values) }),
            &SITE,
        ),
        views::posting(texts, &posting, CLOSES, Some(wrong), &SITE),
        views::posting(texts, &posting, CLOSES, None, &SITE),
        views::posting(texts, &posting, Timestamp(0), None, &SITE),
    ];
    for stage in [MailState::Waiting, MailState::Sent(OPEN), MailState::GivenUp] {
        let delivery = Delivery { forwarding: stage, acknowledgement: stage };
        pages.push(views::receipt(texts, &posting, sent(&received(), &delivery), OPEN, &SITE));
    }
    let received = received();
    let of = correction(&received);
    for (now, form) in [(OPEN, fresh(&values)), (OPEN, wrong), (CLOSES, wrong)] {
        pages.push(views::correct(texts, &posting, now, &form, of, &SITE));
    }
    pages.push(views::withdraw(texts, &posting, &received, KEY, &SITE));
    pages.push(views::withdrawn(
        texts,
        &posting,
        OPEN,
        Some("/applications/7KXM29QT?key=k"),
        &SITE,
    ));
    pages.extend(FAILURES.iter().map(|failure| views::failure(texts, failure, &SITE)));
    pages
}

#[test]
fn each_has_its_language_one_title_and_one_heading() {
    for texts in ALL {
        let (tag, direction) = (texts.language_tag, texts.language_direction);
        for page in pages(texts) {
            assert!(page.contains(&format!("<html lang=\"{tag}\" dir=\"{direction}\">")), "{page}");
            assert_eq!(page.matches("<title>").count(), 1, "{page}");
            assert_eq!(page.matches("<h1").count(), 1, "{page}");
            assert_eq!(page.matches("<main id=\"main\"").count(), 1, "{page}");
        }
    }
}

#[test]
fn no_placeholder_is_left_unfilled() {
    for page in ALL.iter().flat_map(|texts| pages(texts)) {
        let (text, _) = page.split_once("<script type=\"application/json\"").unwrap_or((&page, ""));
        // What the script of a correction fills in.
        let of_script = attributes(text, "data-sending").into_iter().next().unwrap_or_default();
        let text = text.replacen(of_script, "", usize::from(!of_script.is_empty()));
        let (before, after) =
            text.split_once("<script type=\"application/ld").unwrap_or((&text, ""));
        let after = after.split_once("</script>").map_or("", |(_, after)| after);
        assert!(!before.contains('{') && !after.contains('{'), "{page}");
    }
}

#[test]
fn what_is_referred_to_is_there_once() {
    for page in ALL.iter().flat_map(|texts| pages(texts)) {
        let ids = ids(&page);
        assert!(ids.values().all(|count| *count == 1), "{ids:?}");
        let links = attributes(&page, "href").into_iter().filter_map(|href| href.strip_prefix('#'));
        let labels = attributes(&page, "for");
        let aria = ["aria-describedby", "aria-labelledby"];
        let aria = aria.iter().flat_map(|name| attributes(&page, name));
        for id in links.chain(labels).chain(aria.flat_map(str::split_whitespace)) {
            assert!(ids.contains_key(id), "no #{id} in {page}");
        }
    }
}

#[test]
fn nothing_breaks_the_content_security_policy() {
    for page in ALL.iter().flat_map(|texts| pages(texts)) {
        for forbidden in [" style=", "<style", " onclick", " onload", " onsubmit", "javascript:"] {
            assert!(!page.contains(forbidden), "{forbidden} in {page}");
        }
        for source in attributes(&page, "src") {
            assert!(source.starts_with('/'), "{source}");
        }
        // A script without a source holds data, which no browser runs.
        for script in page.split("<script").skip(1) {
            let data = [" type=\"application/ld+json\">", " type=\"application/json\" "];
            assert!(script.contains(" src=") || data.iter().any(|data| script.starts_with(data)));
        }
    }
}

#[test]
fn hostile_values_stay_text() {
    const HOSTILE: &str = "\"'></textarea></script><script>alert(1)</script>&amp;{{x}}";
    let hostile = || HOSTILE.to_owned();
    let mut posting = posting();
    posting.title = hostile();
    posting.summary = hostile();
    posting.organisation.name = hostile();
    posting.organisation.short = Some(hostile());
    posting.contact = hostile();
    posting.place.town = hostile();
    posting.steps = vec![hostile()];
    posting.requirements.subject = hostile();
    posting.requirements.documents[0].name.0.set("fr", Some(hostile()));
    posting.requirements.questions[0].text.0.set("fr", Some(hostile()));
    let values = Form {
        name: hostile(),
        email: hostile(),
        phone: hostile(),
        subject: hostile(),
        message: hostile(),
        answers: [("notice", hostile())].into_iter().collect(),
        mails: String::new(),
        shared: hostile(),
        consent: hostile(),
        documents: vec![OfferedDocument {
            id: "cv".to_owned(),
            file_name: hostile(),
            bytes: 0,
            report: None,
            sha256: None,
        }],
        repeated: Vec::new(),
    };
    let issues = [
        Issue::new("cv", Code::DocumentEmpty).with("file", HOSTILE),
        Issue::new("subject", Code::NotTheSubject).with("given", HOSTILE).with("required", HOSTILE),
        Issue::new(HOSTILE, Code::NotAChoice).with("file", HOSTILE),
    ];
    let state = FormState {
        values: &values,
        issues: &issues,
        token: HOSTILE,
        arrival: HOSTILE,
        not_taken: None,
        kept: None,
        held: &[],
        correction: None,
        intake: None,
    };
    let mut received = received();
    received.content.email = hostile();
    received.content.documents[0].file_name = hostile();
    received.content.documents[0].sha256 = hostile();
    let texts = &locales::FR;
    for page in [
        views::careers(texts, from_ref(&posting), OPEN, &SITE),
        views::posting(texts, &posting, OPEN, Some(fresh(&values)), &SITE),
        views::posting(texts, &posting, OPEN, Some(state), &SITE),
        views::posting(texts, &posting, CLOSES, Some(state), &SITE),
        views::receipt(texts, &posting, sent(&received, &Delivery::default()), OPEN, &SITE),
        views::correct(texts, &posting, OPEN, &state, correction(&received), &SITE),
    ] {
        assert!(!page.contains("<script>"), "{page}");
        let scripts = page.matches("<script").count();
        assert_eq!(page.matches("</script").count(), scripts, "{page}");
        let areas = page.matches("<textarea").count();
        assert_eq!(page.matches("</textarea").count(), areas, "{page}");
    }
}

#[test]
fn only_what_is_public_and_current_may_be_indexed() {
    let (posting, values) = (posting(), Form::default());
    let texts = &locales::FR;
    let issues = [Issue::new("email", Code::Missing)];
    let wrong = FormState { issues: &issues, ..FormState::new(&values, "") };
    let receipt =
        views::receipt(texts, &posting, sent(&received(), &Delivery::default()), OPEN, &SITE);
    // Its address holds the key.
    assert!(!receipt.contains("rel=\"canonical\""));
    for (page, robots) in [
        (views::careers(texts, from_ref(&posting), OPEN, &SITE), "index, follow"),
        (views::posting(texts, &posting, OPEN, Some(fresh(&values)), &SITE), "index, follow"),
        (views::posting(texts, &posting, OPEN, Some(wrong), &SITE), "noindex"),
        (views::posting(texts, &posting, CLOSES, None, &SITE), "noindex"),
        (receipt, "noindex"),
        (views::failure(texts, &Failure::NotFound, &SITE), "noindex"),
    ] {
        assert!(page.contains(&format!("<meta name=\"robots\" content=\"{robots}\">")), "{page}");
    }
}

#[test]
fn a_page_names_the_languages_in_which_its_text_is() {
    let careers = views::careers(&locales::EN, &[posting()], OPEN, &SITE);
    for link in [
        "<link rel=\"canonical\" href=\"https://jobs.example.org/?lang=en\">",
        "<link rel=\"alternate\" hreflang=\"fr\" href=\"https://jobs.example.org/?lang=fr\">",
        "hreflang=\"x-default\" href=\"https://jobs.example.org/?lang=en\">",
    ] {
        assert!(careers.contains(link), "{link} in {careers}");
    }
}

#[test]
fn a_posting_has_one_address_because_its_text_is_in_one_language() {
    for texts in ALL {
        let page = views::posting(texts, &posting(), OPEN, None, &SITE);
        let canonical =
            "<link rel=\"canonical\" href=\"https://jobs.example.org/postings/mission\">";
        assert!(page.contains(canonical), "{page}");
        assert!(!page.contains("rel=\"alternate\""), "{page}");
        let dir = if texts.language_tag == "ar" { " dir=\"ltr\"" } else { "" };
        let title = format!("<h1 lang=\"fr\"{dir}>Chargé·e de mission (Tunisie/UE)</h1>");
        assert!(page.contains(&title), "{page}");
    }
    let page = views::posting(&locales::EN, &posting(), OPEN, None, &SITE);
    let other = "<a href=\"/postings/mission?lang=fr\" lang=\"fr\" hreflang=\"fr\">Français</a>";
    assert!(page.contains(other), "{page}");
}

#[test]
fn careers_are_in_the_order_of_their_closing() {
    let named = |title: &str, days: i64| {
        let mut posting = posting();
        posting.title = title.to_owned();
        posting.requirements.window.closes_at.0 += days * DAY;
        posting
    };
    let mut unpublished = named("Unpublished", 300);
    unpublished.requirements.window.opens_at = Timestamp(CLOSES.0 + 100 * DAY);
    let postings = [
        unpublished,
        named("Closed first", 0),
        named("Last", 60),
        named("Next", 40),
        named("Closed last", 9),
    ];
    let page = views::careers(&locales::EN, &postings, Timestamp(CLOSES.0 + 30 * DAY), &SITE);
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("no {text} in {page}"));
    let order =
        ["Open posts", "Next", "Last", "Closed to applications", "Closed last", "Closed first"];
    assert!(order.iter().map(|text| at(&format!(">{text}<"))).is_sorted(), "{page}");
    assert!(!page.contains("Unpublished"));
}

#[test]
fn a_receipt_on_a_shared_computer_asks_to_keep_the_code_and_not_the_page() {
    let (received, delivery) =
        (received(), Delivery { acknowledgement: MailState::GivenUp, ..Delivery::default() });
    for texts in ALL {
        let own = sent(&received, &delivery);
        let code = views::Code { letters: "ABCDEFGHJKLM", until: OPEN };
        let shared = Receipt { code: Some(code), ..own };
        let posting = posting();
        let page = |receipt| views::receipt(texts, &posting, receipt, OPEN, &SITE);
        let after_address = |text: &'static str| text.split("{email}").last().unwrap();
        let page_words = after_address(texts.receipt_state_not_acknowledged);
        let code_words = after_address(texts.shared_not_acknowledged);
        let (own, shared) = (page(own), page(shared));
        // Until when it is good stands right after the code.
        let once = texts.shared_once.split("{moment}").next().unwrap_or_default();
        let until = OPEN.to_rfc3339();
        assert!(shared.contains(&format!("{once}<time datetime=\"{until}\">")), "{shared}");
        assert!(own.contains(page_words) && !own.contains(code_words));
        assert!(shared.contains(code_words) && !shared.contains(page_words));
    }
}

#[test]
fn the_last_two_days_are_said_in_words() {
    for (days_before, words) in [(0, Some("Closes today")), (1, Some("Closes tomorrow")), (2, None)]
    {
        let now = Timestamp(CLOSES.0 - days_before * DAY - 1);
        let page = views::careers(&locales::EN, &[posting()], now, &SITE);
        assert_eq!(page.contains("class=\"near\""), words.is_some(), "{page}");
        assert!(words.is_none_or(|words| page.contains(words)), "{page}");
        assert!(page.contains("Sunday 3 August 2025 at 23:59, Brussels time (UTC+2)"), "{page}");
    }
}
