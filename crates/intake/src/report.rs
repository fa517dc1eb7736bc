//! Writes the reports that tell staff whether an application is missing.

use domain::Posting;
use rules::Timestamp;

use crate::open_page::pages_open_until;
use crate::ports::{Fault, Forgetting, Notices, PostingStore, WrittenReport};

/// How long after the closing the first report is written, in milliseconds:
/// an upload that began in time has arrived by then, and left again.
pub const GRACE_MS: i64 = 3_600_000;

/// How long after the closing the first report waits at most for mails that
/// are still to be sent, in milliseconds.
pub const LONGEST_WAIT_MS: i64 = 6 * 3_600_000;

const DAY_MS: i64 = 24 * 3_600_000;

/// Writes a report on each posting that has closed, once every application is
/// forwarded or given up, or after six hours; and then one a day while staff
/// lack an application, or have not confirmed one that is to be forgotten.
/// Where a deadline was moved earlier, the report waits
/// for the pages that may still send. A posting that was open again and has
/// closed once more gets a report on that closing too, even on the same day.
/// Idempotent.
pub async fn report(
    ledger: &(impl Forgetting + Notices + PostingStore),
    postings: &[Posting],
    now: Timestamp,
) -> Result<(), Fault> {
    for posting in postings {
        if today(posting, posting.requirements.window.closes_at, now).is_none() {
            continue;
        }
        let closed_at = last_closing(ledger, posting).await?;
        let Some(today) = today(posting, closed_at, now) else { continue };
        let last = ledger.last_report(&posting.slug).await?;
        let day = match last {
            Some(last) if last.at >= closed_at => {
                let is_due = last.day < today && is_incomplete(ledger, posting).await?;
                is_due.then_some(today)
            }
            // None on this closing: its day is later than that of any before.
            last => {
                let waited = now.0 >= closed_at.0.saturating_add(LONGEST_WAIT_MS);
                let due = waited || ledger.is_settled(&posting.slug).await?;
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

/// Whether staff lack an application, or one is still to be confirmed.
async fn is_incomplete(
    ledger: &(impl Forgetting + Notices),
    posting: &Posting,
) -> Result<bool, Fault> {
    Ok(ledger.undelivered(&posting.slug).await?
        || posting.privacy.forget && ledger.unconfirmed(&posting.slug).await?)
}

/// When the posting has closed for every page.
async fn last_closing(store: &impl PostingStore, posting: &Posting) -> Result<Timestamp, Fault> {
    let closes_at = posting.requirements.window.closes_at;
    let pages = pages_open_until(&store.closings(&posting.slug, 0).await?);
    Ok(pages.map_or(closes_at, |until| until.max(closes_at)))
}

/// Returns the day of a report on the posting, counted from 1970-01-01, as long
/// as there is something to report on. A day begins at the hour of the first
/// report.
fn today(posting: &Posting, closed_at: Timestamp, now: Timestamp) -> Option<u32> {
    let first = closed_at.0.saturating_add(GRACE_MS);
    let since = now.0.checked_sub(first).filter(|since| *since >= 0)?;
    let first = u32::try_from(first / DAY_MS).ok()?;
    let today = first.checked_add(u32::try_from(since / DAY_MS).ok()?)?;
    (now < posting.erased_at()).then_some(today)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_an_hour_after_the_closing_and_end_with_the_retention() {
        let postings = postings::compile_folder(std::path::Path::new("../../postings")).unwrap();
        let posting = &postings[0];
        let closes = posting.requirements.window.closes_at.0;
        let first = u32::try_from((closes + GRACE_MS) / DAY_MS).unwrap();
        for (after, expected) in [
            (-1, None),
            (GRACE_MS - 1, None),
            (GRACE_MS, Some(first)),
            (GRACE_MS + DAY_MS - 1, Some(first)),
            (GRACE_MS + DAY_MS, Some(first + 1)),
        ] {
            let now = Timestamp(closes + after);
            assert_eq!(today(posting, Timestamp(closes), now), expected, "{after}");
        }
        let last = Timestamp(posting.erased_at().0 - 1);
        assert!(today(posting, Timestamp(closes), last).is_some());
        assert_eq!(today(posting, Timestamp(closes), posting.erased_at()), None);
    }
}
