//! Withdrawing an application: the question, and the answer.

use askama::Template;
use domain::{Application, Posting};
use locales::{Texts, fill};
use rules::Timestamp;

use crate::frame::{Address, Brand, Frame, Site, in_language};
use crate::receipt::{groups, receipt_address, withdraw_address};
use crate::words::{Around, Time};

/// Renders the page that asks to confirm the withdrawal. `key` is that of the
/// receipt.
pub fn withdraw(
    texts: &'static Texts,
    posting: &Posting,
    received: &Application,
    key: &str,
    site: &Site,
) -> String {
    let reference = received.reference.as_str();
    let receipt = receipt_address(reference, key);
    let path = withdraw_address(reference, key);
    let page = Question {
        t: texts,
        frame: frame(texts.withdraw_title, posting, Address::private(texts, site, &path)),
        posting,
        halves: groups(reference),
        action: in_language(texts, &path),
        receipt: in_language(texts, &receipt),
    };
    page.to_string()
}

/// Renders the page that confirms the withdrawal. `path` is the address of the
/// receipt, which now shows this page.
pub fn withdrawn(
    texts: &'static Texts,
    posting: &Posting,
    at: Timestamp,
    path: &str,
    site: &Site,
) -> String {
    let until = locales::date(texts, posting.erased_on());
    let page = Answer {
        t: texts,
        frame: frame(texts.withdrawn_title, posting, Address::private(texts, site, path)),
        posting,
        at: Time::moment(texts, at, &posting.deadline.zone),
        at_words: Around::of(texts.withdrawn_when, "moment"),
        until: fill(texts.withdrawn_until, &[("date", &until)]),
        home: in_language(texts, "/"),
    };
    page.to_string()
}

fn frame<'a>(title: &str, posting: &'a Posting, address: Address) -> Frame<'a> {
    Frame {
        title: format!("{title} – {}", posting.organisation.name),
        brand: Brand::of(posting),
        description: None,
        address: Some(address),
        indexed: false,
        has_form: false,
    }
}

#[derive(Template)]
#[template(path = "withdraw.html")]
struct Question<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    posting: &'a Posting,
    halves: Vec<String>,
    action: String,
    receipt: String,
}

#[derive(Template)]
#[template(path = "withdrawn.html")]
struct Answer<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    posting: &'a Posting,
    at: Time,
    at_words: Around,
    until: String,
    home: String,
}
