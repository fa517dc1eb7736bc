//! Withdrawing an application: the question, and the answer.

use askama::Template;
use domain::{Application, Posting};
use locales::{Texts, fill};
use rules::{Mails, Timestamp};

use crate::frame::{Address, Brand, Frame, Site, in_language};
use crate::open::OPEN_ADDRESS;
use crate::receipt::{groups, receipt_address, withdraw_address};
use crate::words::{Around, Time};

/// Renders the page that asks to confirm the withdrawal. `key` is that of the
/// receipt; on a shared computer it is posted, and no address holds it.
pub fn withdraw(
    texts: &'static Texts,
    posting: &Posting,
    received: &Application,
    key: &str,
    site: &Site,
) -> String {
    let reference = received.reference.as_str();
    let is_shared = received.shared.is_some();
    let (path, receipt) = if is_shared {
        (format!("/applications/{reference}/withdraw"), OPEN_ADDRESS.to_owned())
    } else {
        (withdraw_address(reference, key), receipt_address(reference, key))
    };
    let address = (!is_shared).then(|| Address::private(texts, site, &path));
    let page = Question {
        t: texts,
        frame: frame(texts, texts.withdraw_title, posting, address),
        posting,
        halves: groups(reference),
        action: in_language(texts, &path),
        receipt: in_language(texts, &receipt),
        posted: is_shared.then_some((reference, key)),
        is_confirmed: received.content.mails != Mails::Nothing,
    };
    page.to_string()
}

/// Renders the page that confirms the withdrawal. `path` is the address of the
/// receipt, which now shows this page; none on a shared computer.
pub fn withdrawn(
    texts: &'static Texts,
    posting: &Posting,
    at: Timestamp,
    path: Option<&str>,
    site: &Site,
) -> String {
    let until = locales::date(texts, posting.erased_on());
    let page = Answer {
        t: texts,
        frame: frame(
            texts,
            texts.withdrawn_title,
            posting,
            path.map(|path| Address::private(texts, site, path)),
        ),
        posting,
        at: Time::moment(texts, at, &posting.deadline.zone),
        at_words: Around::of(texts.withdrawn_when, "moment"),
        is_shared: path.is_none(),
        until: match path {
            Some(_) => fill(texts.withdrawn_until, &[("date", &until)]),
            None => texts.shared_code_over.to_owned(),
        },
        home: in_language(texts, "/"),
    };
    page.to_string()
}

/// Without an address, on a shared computer, the title says nothing.
fn frame<'a>(
    texts: &Texts,
    title: &str,
    posting: &'a Posting,
    address: Option<Address>,
) -> Frame<'a> {
    Frame {
        title: match address {
            Some(_) => format!("{title} – {}", posting.organisation.name),
            None => texts.shared_page.to_owned(),
        },
        brand: Brand::of(posting),
        description: None,
        address,
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
    /// The reference and the key that are posted on a shared computer.
    posted: Option<(&'a str, &'a str)>,
    /// Whether the candidate gets a mail about it.
    is_confirmed: bool,
}

#[derive(Template)]
#[template(path = "withdrawn.html")]
struct Answer<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    posting: &'a Posting,
    at: Time,
    at_words: Around,
    is_shared: bool,
    until: String,
    home: String,
}
