//! The careers page.

use askama::Template;
use domain::Posting;
use locales::Texts;
use rules::Timestamp;
use rules::deadline::Phase;

use crate::facts::Facts;
use crate::frame::{Address, Brand, Frame, Site, in_language};
use crate::words::{Around, Closing, Time};

/// Returns the postings: open ones, soonest closing first, then closed ones,
/// latest first. One that is not published yet, or was taken down, is not
/// shown.
pub fn careers(texts: &'static Texts, postings: &[Posting], now: Timestamp, site: &Site) -> String {
    let mut open = in_phase(postings, now, Phase::Open);
    open.sort_by_key(|posting| posting.requirements.window.closes_at);
    let mut closed = in_phase(postings, now, Phase::Closed);
    closed.sort_by_key(|posting| core::cmp::Reverse(posting.requirements.window.closes_at));
    // An organisation's name has a form for each language it works in.
    let in_this_language = postings.iter().find(|posting| posting.language == texts.language_tag);
    let organisation = in_this_language.or(postings.first());
    let brand = organisation.map_or_else(|| Brand::ours(texts), Brand::of);
    let page = Page {
        t: texts,
        frame: Frame {
            title: format!("{} – {}", texts.site_careers, brand.name),
            brand,
            description: Some(texts.careers_description),
            address: Some(Address::of(texts, site, "/")),
            indexed: true,
            has_form: false,
        },
        organisation,
        until: Around::of(texts.careers_until, "closing"),
        since: Around::of(texts.careers_closed_since, "date"),
        open: open.into_iter().map(|posting| Opening::of(texts, posting, now)).collect(),
        closed: closed.into_iter().map(|posting| Opening::of(texts, posting, now)).collect(),
    };
    page.to_string()
}

fn in_phase(postings: &[Posting], now: Timestamp, phase: Phase) -> Vec<&Posting> {
    let is_in = |posting: &&Posting| {
        posting.is_published() && posting.requirements.window.phase(now) == phase
    };
    postings.iter().filter(is_in).collect()
}

#[derive(Template)]
#[template(path = "careers.html")]
struct Page<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    /// A posting of the organisation whose page this is.
    organisation: Option<&'a Posting>,
    until: Around,
    since: Around,
    open: Vec<Opening<'a>>,
    closed: Vec<Opening<'a>>,
}

/// A posting in the list.
struct Opening<'a> {
    title: &'a str,
    language: &'a str,
    href: String,
    facts: Facts,
    closing: Closing,
    last_day: Time,
}

impl<'a> Opening<'a> {
    fn of(texts: &'static Texts, posting: &'a Posting, now: Timestamp) -> Self {
        Self {
            title: &posting.title,
            language: &posting.language,
            href: in_language(texts, &format!("/postings/{}", posting.slug)),
            facts: Facts::of(texts, posting),
            closing: Closing::of(texts, posting, now),
            last_day: Time::day(texts, posting.deadline.date),
        }
    }
}
