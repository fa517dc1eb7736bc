//! Says what holds for pages and applications that are older than the current
//! version of their posting.

use std::borrow::Cow;

use domain::posting::Privacy;
use domain::{Application, Posting};
use rules::Timestamp;
use rules::subject::{fold, is_same};

use crate::key::Token;
use crate::ports::{Closing, Fault, PostingStore, PostingVersion};

/// For how long pages that were open before a deadline was moved earlier may
/// still send, in milliseconds: a night, and the time to finish.
pub const PAGE_GRACE_MS: i64 = 24 * 3_600_000;

/// The same where a posting was ended by hand or taken down.
pub const ENDED_GRACE_MS: i64 = 3_600_000;

/// What holds for a form from a page that was open while its posting may have
/// changed.
#[derive(Clone, Debug)]
pub struct PageTerms {
    /// The posting by which the form is judged: the current version, or that of
    /// the page where the deadline was moved earlier while it was open.
    pub posting: Posting,
    /// Until when new applications are taken, where the posting was taken down:
    /// for an hour from pages that were open then. Corrections are taken until
    /// the deadline.
    pub taken_until: Option<Timestamp>,
    /// When the application is erased: as the page said it, unless that is over before the posting
    /// closes.
    pub erase_at: Timestamp,
}

/// Returns the terms of the page of `token`, for a form that arrived at
/// `received_at`. `state_since` is when `current` was published or taken down.
pub async fn page_terms(
    store: &impl PostingStore,
    read: impl Fn(PostingVersion) -> Result<Posting, Fault> + Copy,
    current: Posting,
    state_since: Timestamp,
    token: &Token,
    received_at: Timestamp,
) -> Result<PageTerms, Fault> {
    let is_published = current.is_published();
    let promised = posting_of_version(store, read, &current, token.version).await?.erased_at();
    // A page may be older than an extension: nobody's application may go before it was read.
    let is_kept = promised > current.requirements.window.closes_at;
    let erase_at = if is_kept { promised } else { current.erased_at() };
    let posting = posting_for_page(store, read, current, token.version, received_at).await?;
    let grace = if token.issued_at < state_since { ENDED_GRACE_MS } else { 0 };
    let taken_until = Timestamp(state_since.0.saturating_add(grace));
    Ok(PageTerms { posting, taken_until: (!is_published).then_some(taken_until), erase_at })
}

/// Until when pages of the first of these versions may still send, where the
/// deadline was moved earlier since: until the old deadline or so long after
/// the change, whichever is first. One that was ended by hand closes for all
/// pages within its hour. `closings` are in the order of versions.
pub fn pages_open_until(closings: &[Closing]) -> Option<Timestamp> {
    let mut until: Option<Timestamp> = None;
    for pair in closings.windows(2) {
        let [before, after] = pair else { continue };
        let (Some(old), Some(new)) = (before.closes_at, after.closes_at) else { continue };
        let grace = if after.is_ended { ENDED_GRACE_MS } else { PAGE_GRACE_MS };
        let latest = Timestamp(after.saved_at.0.saturating_add(grace));
        if new < old {
            until = until.max(Some(old.min(latest)));
        }
        if after.is_ended {
            until = until.min(Some(latest));
        }
    }
    until
}

/// Returns the posting by which an application is judged that arrived at
/// `received_at` from a page of version `page`: `current`, but for a page that
/// was open when the deadline was moved to before now.
pub async fn posting_for_page(
    store: &impl PostingStore,
    read: impl Fn(PostingVersion) -> Result<Posting, Fault>,
    current: Posting,
    page: Option<u32>,
    received_at: Timestamp,
) -> Result<Posting, Fault> {
    let closed = received_at >= current.requirements.window.closes_at;
    let Some(page) = page.filter(|page| closed && *page < current.version) else {
        return Ok(current);
    };
    let until = pages_open_until(&store.closings(&current.slug, page).await?);
    let Some(until) = until.filter(|until| received_at < *until) else { return Ok(current) };
    match store.version(&current.slug, page).await? {
        Some(stored) => Ok(read(stored)?.open_until(until)),
        None => Ok(current),
    }
}

/// Returns the posting as it was shown to those who applied to this `version`. Its
/// addresses are those of the current version: an earlier one may have been
/// wrong, or nobody's any more. A version that cannot be read any more gives
/// way to the current one, so that mails leave.
pub async fn posting_of_version<'a>(
    store: &impl PostingStore,
    read: impl Fn(PostingVersion) -> Result<Posting, Fault>,
    current: &'a Posting,
    version: Option<u32>,
) -> Result<Cow<'a, Posting>, Fault> {
    let Some(version) = version.filter(|version| *version != current.version) else {
        return Ok(Cow::Borrowed(current));
    };
    let stored = store.version(&current.slug, version).await?;
    let Some(Ok(told)) = stored.map(read) else { return Ok(Cow::Borrowed(current)) };
    let (recipients, contact) = (current.recipients.clone(), current.contact.clone());
    let privacy = kept_promises(&told.privacy, &current.privacy);
    Ok(Cow::Owned(Posting { recipients, contact, privacy, ..told }))
}

/// Returns what still holds for a candidate who was told `told`. Keys may be
/// replaced by others, but encryption and the promise to forget cannot be
/// withdrawn.
fn kept_promises(told: &Privacy, current: &Privacy) -> Privacy {
    let keys = if current.is_sealed() { &current.keys } else { &told.keys };
    Privacy { keys: keys.clone(), forget: told.forget || current.forget }
}

/// Returns the posting as the receipt of an application shows it: in the
/// application's version, open for as long as it can be corrected.
pub async fn posting_for_receipt(
    store: &impl PostingStore,
    read: impl Fn(PostingVersion) -> Result<Posting, Fault> + Copy,
    current: &Posting,
    received: &Application,
    now: Timestamp,
) -> Result<Posting, Fault> {
    let version = received.posting_version;
    let judged = posting_for_page(store, read, current.clone(), version, now).await?;
    let mut told = posting_of_version(store, read, current, version).await?.into_owned();
    told.requirements.window = judged.requirements.window;
    Ok(told)
}

/// Whether `subject` is that of `posting`, of an earlier version of it, or of
/// that of the candidate's `page`, which may be older than those looked at.
pub async fn is_a_subject(
    store: &impl PostingStore,
    read: impl Fn(PostingVersion) -> Result<Posting, Fault>,
    posting: &Posting,
    page: Option<u32>,
    subject: &str,
) -> Result<bool, Fault> {
    let is_of = |posting: &Posting| is_same(&posting.requirements.subject, subject, fold);
    if subject.is_empty() || is_of(posting) {
        return Ok(is_of(posting));
    }
    let mut earlier = store.earlier(&posting.slug, posting.version).await?;
    let unseen = page.filter(|page| earlier.iter().all(|stored| stored.version != *page));
    if let Some(page) = unseen {
        earlier.extend(store.version(&posting.slug, page).await?);
    }
    Ok(earlier.into_iter().any(|stored| read(stored).is_ok_and(|posting| is_of(&posting))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const DAY: i64 = 24 * HOUR;

    fn closing(version: u32, closes_at: i64, saved_at: i64, is_ended: bool) -> Closing {
        let (closes_at, saved_at) = (Some(Timestamp(closes_at)), Timestamp(saved_at));
        Closing { version, closes_at, saved_at, is_ended }
    }

    #[test]
    fn pages_may_send_for_a_day_after_the_deadline_was_moved_earlier() {
        let day = |n: i64| n * DAY;
        for (what, versions, expected) in [
            ("one version", vec![(day(9), 0, false)], None),
            ("extended", vec![(day(9), 0, false), (day(12), day(1), false)], None),
            ("a day", vec![(day(9), 0, false), (day(5), day(4), false)], Some(day(5))),
            (
                "the old one is sooner",
                vec![(day(9), 0, false), (day(5), day(9) - 1, false)],
                Some(day(9)),
            ),
            ("an hour", vec![(day(9), 0, false), (day(4), day(4), true)], Some(day(4) + HOUR)),
            (
                "the latest of two",
                vec![(day(9), 0, false), (day(7), day(1), false), (day(6), day(6), false)],
                Some(day(7)),
            ),
            (
                "ended by hand in the day of pages that were open before",
                vec![(day(9), 0, false), (day(4), day(4), false), (day(4) - 1, day(4) + 5, true)],
                Some(day(4) + 5 + HOUR),
            ),
            (
                "ended by hand after the deadline was moved to before then",
                vec![(day(9), 0, false), (day(3), day(4), false), (day(3), day(4) + 5, true)],
                Some(day(4) + 5 + HOUR),
            ),
            (
                "extended again",
                vec![(day(9), 0, false), (day(4), day(4), true), (day(12), day(6), false)],
                Some(day(4) + HOUR),
            ),
        ] {
            let closings: Vec<Closing> = (1..)
                .zip(versions)
                .map(|(version, (closes, saved, ended))| closing(version, closes, saved, ended))
                .collect();
            assert_eq!(pages_open_until(&closings), expected.map(Timestamp), "{what}");
        }
    }
}
