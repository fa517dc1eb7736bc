//! The page on which an application is corrected, or a mail that lacks something
//! becomes one.

use askama::Template;
use domain::Posting;
use locales::Texts;
use rules::Timestamp;
use rules::deadline::Phase;

use crate::draft::draft_address;
use crate::form::{Completes, CorrectionOf, FormState, FormView};
use crate::frame::{Address, Brand, Frame, Site, in_language};
use crate::open::OPEN_ADDRESS;
use crate::posting::refusal;
use crate::receipt::{correct_address, receipt_address};
use crate::words::{Around, Closing};

/// Returns the form of an application that was sent or of a mail, with what it
/// says; no script takes part in it. Out of time there is no form: the page says
/// why what was sent was not stored.
pub fn correct(
    texts: &'static Texts,
    posting: &Posting,
    now: Timestamp,
    form: &FormState,
    correction: CorrectionOf,
    site: &Site,
) -> String {
    let CorrectionOf { completes, reference, key, is_shared, .. } = correction;
    let receipt = if is_shared { OPEN_ADDRESS } else { &receipt_address(reference, key) };
    let (heading, how, path, back) = match completes {
        Completes::Application => (
            texts.correct_title,
            texts.correct_how,
            correct_address(reference, key),
            Some(in_language(texts, receipt)),
        ),
        Completes::Mail => {
            (texts.draft_title, texts.draft_how, draft_address(reference, key), None)
        }
    };
    let state = FormState { correction: Some(correction), ..*form };
    let is_open = posting.requirements.window.phase(now) == Phase::Open;
    let refused = if is_open { Vec::new() } else { refusal(texts, posting, &state) };
    let shown = is_open.then(|| FormView::of(texts, posting, now, &state));
    let page = Page {
        t: texts,
        frame: Frame {
            title: if is_shared {
                texts.shared_page.to_owned()
            } else {
                format!("{heading} – {}", posting.organisation.name)
            },
            brand: Brand::of(posting),
            description: None,
            address: (!is_shared).then(|| Address::private(texts, site, &path)),
            indexed: false,
            has_form: false,
        },
        heading,
        how,
        posting,
        wrong: shown.as_ref().is_some_and(|form| !form.summary.is_empty()),
        form: shown,
        refused,
        closing: Closing::of(texts, posting, now),
        in_time: Around::of(texts.form_in_time, "closing"),
        back,
        posted: is_shared.then_some((reference, key)),
    };
    page.to_string()
}

#[derive(Template)]
#[template(path = "correct.html")]
struct Page<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    heading: &'static str,
    how: &'static str,
    posting: &'a Posting,
    /// Whether the form comes back with something to correct.
    wrong: bool,
    form: Option<FormView<'a>>,
    refused: Vec<String>,
    closing: Closing,
    in_time: Around,
    /// The address of the receipt, where there is one.
    back: Option<String>,
    /// The reference and the key that are posted on a shared computer.
    posted: Option<(&'a str, &'a str)>,
}
