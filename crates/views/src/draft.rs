//! The page on which a mail that lacks something becomes an application.

use askama::Template;
use domain::Posting;
use locales::Texts;
use rules::Timestamp;
use rules::deadline::Phase;

use crate::form::{CorrectionOf, FormState, FormView};
use crate::frame::{Address, Brand, Frame, Site};
use crate::posting::refusal;
use crate::words::{Around, Closing};

/// Returns the address of the form of a mail, from the root of the site.
pub fn draft_address(id: &str, key: &str) -> String {
    format!("/incoming/{id}?key={key}")
}

/// Returns the address of a mail itself.
pub fn raw_mail_address(id: &str, key: &str) -> String {
    format!("/incoming/{id}/message?key={key}")
}

/// The form of a mail, with what it says; no script takes part in it. Out of
/// time there is no form.
pub fn draft(
    texts: &'static Texts,
    posting: &Posting,
    now: Timestamp,
    form: &FormState,
    of: CorrectionOf,
    site: &Site,
) -> String {
    let state = FormState { correction: Some(of), ..*form };
    let is_open = posting.requirements.window.phase(now) == Phase::Open;
    let refused = if is_open { Vec::new() } else { refusal(texts, posting, &state) };
    let shown = is_open.then(|| FormView::of(texts, posting, now, &state));
    let page = Page {
        t: texts,
        frame: Frame {
            title: format!("{} – {}", texts.draft_title, posting.organisation.name),
            brand: Brand::of(posting),
            description: None,
            address: Some(Address::private(texts, site, &draft_address(of.reference, of.key))),
            indexed: false,
            has_form: false,
        },
        posting,
        wrong: shown.as_ref().is_some_and(|form| !form.summary.is_empty()),
        form: shown,
        refused,
        closing: Closing::of(texts, posting, now),
        in_time: Around::of(texts.form_in_time, "closing"),
    };
    page.to_string()
}

#[derive(Template)]
#[template(path = "draft.html")]
struct Page<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    posting: &'a Posting,
    /// Whether the form comes back with something to correct.
    wrong: bool,
    form: Option<FormView<'a>>,
    refused: Vec<String>,
    closing: Closing,
    in_time: Around,
}
