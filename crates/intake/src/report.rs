//! Writes the reports that tell staff whether an application is missing.

use domain::Posting;
use rules::Timestamp;

use crate::announced::has_announcements;
use crate::open_page::pages_open_until;
use crate::ports::{DocumentStore, Fault, Forgetting, Notices, PostingStore, WrittenReport};

/// How long after the closing the first report is written, in milliseconds:
/// an upload that began in time has arrived by then, and left again.
pub const GRACE_MS: i64 = 3_600_000;

/// How long after the closing the first report waits at most for mails that
/// are still to be sent, in milliseconds.
pub const LONGEST_WAIT_MS: i64 = 6 * 3_600_000;

const DAY_MS: i64 = 24 * 3_600_000;

/// Writes a report on each posting that has closed, once every application is
/// forwarded or given up, or after six hours; and then one a day while staff
/// lack an application, though the posting may say by now that all are erased,
/// or have not confirmed one that is to be forgotten. Where a deadline was
/// moved earlier, the report waits for the pages that may still send, and in
/// any case for what was announced and may still come whole. A posting that was
/// open again and has closed once more gets a report on that closing too, even
/// on the same day. Idempotent.
pub async fn report(
    store: &impl DocumentStore,
    ledger: &(impl Forgetting + Notices + PostingStore),
    postings: &[Posting],
    now: Timestamp,
) -> Result<(), Fault> {
    let undelivered = ledger.undelivered().await?;
    for posting in postings {
        if today(posting.requirements.window.closes_at, now).is_none() {
            continue;
        }
        let is_missing = undelivered.contains(&posting.slug)
            || posting.privacy.forget && ledger.unconfirmed(&posting.slug).await?;
        if posting.erased_at() <= now && !is_missing {
            continue;
        }
        let closed_at = last_closing(ledger, posting).await?;
        let Some(today) = today(closed_at, now) else { continue };
        let last = ledger.last_report(&posting.slug).await?;
        let day = match last {
            Some(last) if last.at >= closed_at => (is_missing && last.day < today).then_some(today),
            // None on this closing: its day is later than that of any before.
            last => {
                let waited = now.0 >= closed_at.0.saturating_add(LONGEST_WAIT_MS);
                let due = waited || ledger.is_settled(&posting.slug).await?;
                let due = due && !has_announcements(store, &posting.slug).await?;
                due.then(|| {
                    last.map_or(today, |WrittenReport { day, .. }| today.max(day.saturating_add(1)))
                })
            }
        };
        if let Some(day) = day {
            ledger.open_report(&posting.slug, day, now).await?;
        }
    }
    Ok(())
}

/// When the posting has closed for every page.
async fn last_closing(store: &impl PostingStore, posting: &Posting) -> Result<Timestamp, Fault> {
    let closes_at = posting.requirements.window.closes_at;
    let pages = pages_open_until(&store.closings(&posting.slug, 0).await?);
    Ok(pages.map_or(closes_at, |until| until.max(closes_at)))
}

/// Returns the day of a report, counted from 1970-01-01, once the first one may
/// be written. A day begins at the hour of the first report.
fn today(closed_at: Timestamp, now: Timestamp) -> Option<u32> {
    let first = closed_at.0.saturating_add(GRACE_MS);
    let since = now.0.checked_sub(first).filter(|since| *since >= 0)?;
    let first = u32::try_from(first / DAY_MS).ok()?;
    first.checked_add(u32::try_from(since / DAY_MS).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_an_hour_after_the_closing() {
        let closes = 1_754_258_400_000;
        let first = u32::try_from((closes + GRACE_MS) / DAY_MS).unwrap();
        for (after, expected) in [
            (-1, None),
            (GRACE_MS - 1, None),
            (GRACE_MS, Some(first)),
            (GRACE_MS + DAY_MS - 1, Some(first)),
            (GRACE_MS + DAY_MS, Some(first + 1)),
        ] {
            let now = Timestamp(closes + after);
            assert_eq!(today(Timestamp(closes), now), expected, "{after}");
        }
    }
}
