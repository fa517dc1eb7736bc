//! Confirming that an application has arrived, from a mail to staff.

use askama::Template;
use domain::{Application, Posting};
use locales::{Texts, fill, number};

use crate::frame::{Brand, Frame};
use crate::receipt::groups;

/// Returns the address at which staff confirm that they have a revision.
pub fn confirm_address(reference: &str, revision: u32, key: &str) -> String {
    format!("/applications/{reference}/confirm?revision={revision}&key={key}")
}

/// What the page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirming {
    /// It asks. Programs that check mails follow links, so opening the page
    /// deletes nothing.
    Asks,
    /// What the application said is deleted.
    Forgotten,
    /// It is deleted once the last mail has left.
    Waiting,
    /// There is a newer revision, with a mail of its own.
    Newer,
}

/// Returns the page at that address. It names the application, but neither the
/// candidate nor a document.
pub fn confirmation(
    texts: &'static Texts,
    posting: &Posting,
    received: &Application,
    confirming: Confirming,
) -> String {
    let (title, what) = match confirming {
        Confirming::Asks => (texts.confirm_title, texts.confirm_what),
        Confirming::Forgotten => (texts.confirm_done_title, texts.confirm_done),
        Confirming::Waiting => (texts.confirm_done_title, texts.confirm_waiting),
        Confirming::Newer => (texts.confirm_newer_title, texts.confirm_newer),
    };
    let date = locales::date(texts, received.erased_on(posting));
    let page = Page {
        t: texts,
        frame: Frame {
            title: format!("{title} – {}", posting.organisation.name),
            brand: Brand::of(posting),
            description: None,
            address: None,
            indexed: false,
            has_form: false,
        },
        posting,
        number: number(texts, received.number.into()),
        halves: groups(received.reference.as_str()),
        title,
        what: fill(what, &[("date", &date)]),
        asks: confirming == Confirming::Asks,
    };
    page.to_string()
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct Page<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    posting: &'a Posting,
    number: String,
    halves: Vec<String>,
    title: &'static str,
    what: String,
    asks: bool,
}
