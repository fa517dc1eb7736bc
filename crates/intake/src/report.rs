//! Telling staff that nothing is missing.

use domain::Posting;
use rules::Timestamp;

use crate::ports::{Fault, Notices};

/// How long after the closing the first report is written, in milliseconds:
/// an upload that began in time has arrived by then, and left again.
pub const GRACE_MS: i64 = 3_600_000;

/// How long after the closing the first report waits at most for mails that
/// are still to be sent, in milliseconds.
pub const LONGEST_WAIT_MS: i64 = 6 * 3_600_000;

const DAY_MS: i64 = 24 * 3_600_000;

/// Writes a report on each posting that has closed, once every application is
/// forwarded or given up, or after six hours; and then one a day while staff
/// lack an application. To call it more often does no harm.
pub async fn report(
    ledger: &impl Notices,
    postings: &[Posting],
    now: Timestamp,
) -> Result<(), Fault> {
    for posting in postings {
        let Some(day) = day(posting, now) else { continue };
        let due = match ledger.last_report(&posting.slug).await? {
            None => {
                let closes_at = posting.requirements.window.closes_at.0;
                now.0 >= closes_at.saturating_add(LONGEST_WAIT_MS)
                    || ledger.is_settled(&posting.slug).await?
            }
            Some(last) => last < day && ledger.undelivered(&posting.slug).await?,
        };
        if due {
            ledger.open_report(&posting.slug, day, now).await?;
        }
    }
    Ok(())
}

/// Returns how many days ago the time of the first report was, as long as there
/// is something to report on.
fn day(posting: &Posting, now: Timestamp) -> Option<u32> {
    let first = posting.requirements.window.closes_at.0.saturating_add(GRACE_MS);
    let since = now.0.checked_sub(first).filter(|since| *since >= 0)?;
    u32::try_from(since / DAY_MS).ok().filter(|_| now < posting.erased_at())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_an_hour_after_the_closing_and_end_with_the_retention() {
        let postings = postings::compile_folder(std::path::Path::new("../../postings")).unwrap();
        let posting = &postings[0];
        let closes = posting.requirements.window.closes_at.0;
        for (after, expected) in [
            (-1, None),
            (GRACE_MS - 1, None),
            (GRACE_MS, Some(0)),
            (GRACE_MS + DAY_MS - 1, Some(0)),
            (GRACE_MS + DAY_MS, Some(1)),
        ] {
            assert_eq!(day(posting, Timestamp(closes + after)), expected, "{after}");
        }
        let last = Timestamp(posting.erased_at().0 - 1);
        assert!(day(posting, last).is_some());
        assert_eq!(day(posting, posting.erased_at()), None);
    }
}
