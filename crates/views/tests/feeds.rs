//! The sitemap, the Atom feed and the deadline's calendar file.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use locales::{EN, FR};
use rules::Timestamp;
use support::{CLOSES, OPEN, SITE, posting};
use views::{deadline_calendar, feed, sitemap};

#[test]
fn machines_are_told_of_open_postings_only() {
    let postings = [posting()];
    for (now, is_open) in [(Timestamp(0), false), (OPEN, true), (CLOSES, false)] {
        let address = format!("{}/postings/mission", SITE.base_url);
        assert_eq!(sitemap(&postings, now, &SITE).contains(&address), is_open, "{now:?}");
        assert_eq!(feed(&FR, &postings, now, &SITE).contains(&address), is_open, "{now:?}");
    }
}

#[test]
fn what_a_posting_says_is_escaped() {
    let mut hostile = posting();
    hostile.title = "R&D <b>; a, b\\c\u{2028}\nX-EVIL:1".into();
    hostile.summary = "]]><script>".into();
    let feed = feed(&FR, &[hostile.clone()], OPEN, &SITE);
    assert!(feed.contains("R&#38;D &#60;b&#62;") && !feed.contains("<script"), "{feed}");
    let calendar = deadline_calendar(&EN, &hostile, &SITE);
    assert!(calendar.contains("R&D <b>\\; a\\, b\\\\c"), "{calendar}");
    assert!(!calendar.lines().any(|line| line.starts_with("X-EVIL")), "{calendar}");
}

#[test]
fn a_calendar_file_says_when_the_posting_closes() {
    let calendar = deadline_calendar(&EN, &posting(), &SITE);
    for line in ["DTSTART:20250803T210000Z", "DTEND:20250803T220000Z", "TRIGGER:-P1D"] {
        assert!(calendar.lines().any(|found| found == line), "{line} in {calendar}");
    }
    assert!(calendar.split("\r\n").all(|line| line.len() <= 75), "{calendar}");
    let unfolded = calendar.replace("\r\n ", "");
    assert!(unfolded.contains("23:59\\, Brussels time"), "{unfolded}");
}

#[test]
fn a_link_elsewhere_has_a_title_a_sentence_and_a_picture() {
    let page = views::posting(&EN, &posting(), OPEN, None, &SITE);
    for tag in [
        "<meta property=\"og:title\" content=\"Chargé·e de mission (Tunisie/UE) – Organisation mondiale contre la torture\">",
        "<meta property=\"og:url\" content=\"https://jobs.example.org/postings/mission\">",
        "<meta property=\"og:image\" content=\"https://jobs.example.org/social.png\">",
        "<meta property=\"og:description\" ",
        "<meta name=\"twitter:card\" content=\"summary_large_image\">",
    ] {
        assert!(page.contains(tag), "{tag} in {page}");
    }
}
