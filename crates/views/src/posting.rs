//! The page of a posting.

use askama::Template;
use domain::Posting;
use locales::{Labels, Texts, Words as _, fill, issue_message};
use rules::Timestamp;
use rules::deadline::Phase;

use crate::facts::Facts;
use crate::form::{FormState, FormView};
use crate::frame::{Address, Brand, Frame, Site, in_language};
use crate::job_posting::json_ld;
use crate::words::{Around, Closing, Time};

/// Returns a posting and, while it is open, its form.
///
/// Out of time there is no form, whatever is in `form`; if somebody has sent
/// one, the page says that it was not stored and why.
pub fn posting(
    texts: &'static Texts,
    posting: &Posting,
    now: Timestamp,
    form: Option<FormState>,
    site: &Site,
) -> String {
    let window = &posting.requirements.window;
    let zone = &posting.deadline.zone;
    let phase = window.phase(now);
    let open = phase == Phase::Open;
    let address = Address::untranslated(texts, site, &format!("/postings/{}", posting.slug));
    let refused = form.as_ref().filter(|_| !open).map(|form| refusal(texts, posting, form));
    let form = form.filter(|_| open).map(|form| FormView::of(texts, posting, now, &form));
    let wrong = form.as_ref().is_some_and(|form| !form.summary.is_empty());
    let mut title = format!("{} – {}", posting.title, posting.organisation.name);
    if wrong {
        title = fill(texts.form_title_error, &[("title", &title)]);
    }
    let page = Page {
        t: texts,
        json_ld: json_ld(posting, &address.neutral, open),
        frame: Frame {
            title,
            brand: Brand::of(posting),
            description: Some(&posting.summary),
            indexed: open && !wrong,
            has_form: form.is_some(),
            address: Some(address),
        },
        posting,
        other_language: other_language(texts, posting),
        facts: Facts::of(texts, posting),
        closing: Closing::of(texts, posting, now),
        opening: Time::moment(texts, window.opens_at, zone),
        phase,
        refused: refused.unwrap_or_default(),
        wrong,
        form,
        until: Around::of(texts.posting_deadline_until, "closing"),
        since: Around::of(texts.posting_closed_since, "closing"),
        in_time: Around::of(texts.form_in_time, "closing"),
        from: Around::of(texts.posting_opens_from, "opening"),
        home: in_language(texts, "/"),
    };
    page.to_string()
}

fn other_language(texts: &'static Texts, posting: &Posting) -> Option<&'static str> {
    let key = format!("posting_is_in_{}", posting.language);
    texts.find(&key).filter(|_| posting.language != texts.language_tag)
}

/// Returns the reasons why a form that was sent is not stored.
pub(crate) fn refusal(texts: &'static Texts, posting: &Posting, form: &FormState) -> Vec<String> {
    let labels = Labels {
        requirements: &posting.requirements,
        zone: &posting.deadline.zone,
        language: &posting.language,
    };
    let issues = form.issues.iter().map(|issue| issue_message(texts, issue, labels));
    let kept = form.kept.map(|reference| fill(texts.form_kept, &[("reference", reference)]));
    issues.chain(form.not_taken.map(str::to_owned)).chain(kept).collect()
}

#[derive(Template)]
#[template(path = "posting.html")]
struct Page<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    json_ld: String,
    posting: &'a Posting,
    /// That the text is in another language than the page.
    other_language: Option<&'static str>,
    facts: Facts,
    closing: Closing,
    opening: Time,
    phase: Phase,
    refused: Vec<String>,
    /// Whether the form comes back with something to correct.
    wrong: bool,
    form: Option<FormView<'a>>,
    until: Around,
    since: Around,
    in_time: Around,
    from: Around,
    home: String,
}
