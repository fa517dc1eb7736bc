//! The page that says how to apply by mail.

use askama::Template;
use domain::Posting;
use locales::Texts;
use rules::Timestamp;

use crate::frame::{Address, Brand, Frame, Site, in_language};
use crate::words::{Around, Closing};

/// Returns the address of the page, from the root of the site.
pub(crate) fn by_mail_address(texts: &Texts, posting: &Posting) -> String {
    in_language(texts, &format!("/postings/{}/by-mail", posting.slug))
}

/// What a mail to `to` has to have to be an application. The script of the form
/// shows it too, where the form cannot reach the server.
pub fn by_mail(
    texts: &'static Texts,
    posting: &Posting,
    to: &str,
    now: Timestamp,
    site: &Site,
) -> String {
    let page = Page {
        t: texts,
        frame: Frame {
            title: format!("{} – {}", texts.by_mail_title, posting.organisation.name),
            brand: Brand::of(posting),
            description: None,
            address: Some(Address::of(texts, site, &format!("/postings/{}/by-mail", posting.slug))),
            indexed: false,
            has_form: false,
        },
        posting,
        to,
        documents: posting
            .requirements
            .documents
            .iter()
            .map(|asked| (asked.name.get(texts.language_tag), asked.required))
            .collect(),
        closing: Closing::of(texts, posting, now),
        until: Around::of(texts.by_mail_until, "closing"),
    };
    page.to_string()
}

#[derive(Template)]
#[template(path = "by-mail.html")]
struct Page<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    posting: &'a Posting,
    to: &'a str,
    /// What each document is called, and whether it has to be there.
    documents: Vec<(&'a str, bool)>,
    closing: Closing,
    until: Around,
}
