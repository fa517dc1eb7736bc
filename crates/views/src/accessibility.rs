//! The accessibility statement.

use std::collections::BTreeSet;

use askama::Template;
use domain::Posting;
use locales::Texts;
use rules::Timestamp;
use rules::deadline::Phase;

use crate::frame::{Address, Brand, Frame, Site};

/// Returns what is done for people with disabilities, what is known to be
/// missing, and the contacts of the open postings for who cannot use the form.
pub fn accessibility(
    texts: &'static Texts,
    postings: &[Posting],
    now: Timestamp,
    site: &Site,
) -> String {
    let brand = postings.first().map_or_else(|| Brand::ours(texts), Brand::of);
    let is_open = |posting: &&Posting| posting.requirements.window.phase(now) == Phase::Open;
    let contacts: BTreeSet<&str> =
        postings.iter().filter(is_open).map(|posting| posting.contact.as_str()).collect();
    let page = Page {
        t: texts,
        frame: Frame {
            title: format!("{} – {}", texts.accessibility_title, brand.name),
            brand,
            description: Some(texts.accessibility_aim),
            address: Some(Address::of(texts, site, "/accessibility")),
            indexed: true,
            has_form: false,
        },
        contacts: contacts.into_iter().collect(),
    };
    page.to_string()
}

#[derive(Template)]
#[template(path = "accessibility.html")]
struct Page<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    contacts: Vec<&'a str>,
}
