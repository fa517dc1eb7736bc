//! The open postings for machines: a sitemap (sitemaps.org, 0.9) and an Atom
//! feed (RFC 4287).

use askama::Template;
use domain::Posting;
use locales::Texts;
use rules::Timestamp;
use rules::deadline::Phase;

use crate::frame::{Brand, Site};

/// The sitemap: the careers page and the open postings.
pub fn sitemap(postings: &[Posting], now: Timestamp, site: &Site) -> String {
    Sitemap { base_url: site.base_url, postings: open(postings, now) }.to_string()
}

/// The Atom feed of the open postings, the latest first.
pub fn feed(texts: &'static Texts, postings: &[Posting], now: Timestamp, site: &Site) -> String {
    let mut open = open(postings, now);
    open.sort_by_key(|posting| core::cmp::Reverse(posting.published.to_days()));
    let brand = postings.first().map_or_else(|| Brand::ours(texts), Brand::of);
    // The feed has changed when a posting was published or has closed.
    let changes = postings
        .iter()
        .flat_map(|posting| [posting.published.midnight(), posting.requirements.window.closes_at]);
    let updated = changes.filter(|change| *change <= now).max().unwrap_or(Timestamp(0));
    let feed = Feed {
        t: texts,
        brand,
        base_url: site.base_url,
        updated: updated.to_rfc3339(),
        entries: open.into_iter().map(|posting| Entry::of(posting, site)).collect(),
    };
    feed.to_string()
}

fn open(postings: &[Posting], now: Timestamp) -> Vec<&Posting> {
    let is_open = |posting: &&Posting| {
        posting.is_published() && posting.requirements.window.phase(now) == Phase::Open
    };
    postings.iter().filter(is_open).collect()
}

#[derive(Template)]
#[template(path = "feeds/sitemap.xml")]
struct Sitemap<'a> {
    base_url: &'a str,
    postings: Vec<&'a Posting>,
}

#[derive(Template)]
#[template(path = "feeds/feed.xml")]
struct Feed<'a> {
    t: &'static Texts,
    brand: Brand<'a>,
    base_url: &'a str,
    updated: String,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    posting: &'a Posting,
    url: String,
    published: String,
}

impl<'a> Entry<'a> {
    fn of(posting: &'a Posting, site: &Site) -> Self {
        Self {
            posting,
            url: format!("{}/postings/{}", site.base_url, posting.slug),
            published: posting.published.midnight().to_rfc3339(),
        }
    }
}
