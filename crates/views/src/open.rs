//! The page on which the receipt of an application from a shared computer is
//! opened by its code.

use askama::Template;
use locales::Texts;

use crate::frame::{Address, Brand, Frame, Site, in_language};

/// The address of that page, from the root of the site.
pub const OPEN_ADDRESS: &str = "/receipt";

/// Why the receipt was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOpened {
    /// Reference and code do not belong together.
    Wrong,
    /// There were too many attempts from this network.
    TooMany,
}

/// Returns the form for reference and code. Its title does not mention
/// applications, since others may see the browser's history. A code that was
/// wrong stays in its field: whoever typed it is asked to check each letter.
pub fn open(
    texts: &'static Texts,
    reference: &str,
    code: &str,
    not_opened: Option<NotOpened>,
    site: &Site,
) -> String {
    let page = Page {
        t: texts,
        frame: Frame {
            title: texts.shared_page.to_owned(),
            brand: Brand::ours(texts),
            description: None,
            address: Some(Address::private(texts, site, OPEN_ADDRESS)),
            indexed: false,
            has_form: false,
        },
        reference,
        code,
        wrong: not_opened.map(|why| match why {
            NotOpened::Wrong => texts.shared_open_wrong,
            NotOpened::TooMany => texts.shared_open_later,
        }),
        action: in_language(texts, OPEN_ADDRESS),
    };
    page.to_string()
}

#[derive(Template)]
#[template(path = "open.html")]
struct Page<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    reference: &'a str,
    code: &'a str,
    wrong: Option<&'static str>,
    action: String,
}
