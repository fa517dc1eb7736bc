//! Writes the reports that tell staff whether an application is missing.

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
/// lack an application. A posting that was open again and has closed once more
/// gets a report on that closing too. Idempotent.
pub async fn report(
    ledger: &impl Notices,
    postings: &[Posting],
    now: Timestamp,
) -> Result<(), Fault> {
    for posting in postings {
        let Some(days) = days(posting, now) else { continue };
        let last = ledger.last_report(&posting.slug).await?;
        let due = match last.filter(|last| *last >= days.first) {
            None => {
                let closes_at = posting.requirements.window.closes_at.0;
                now.0 >= closes_at.saturating_add(LONGEST_WAIT_MS)
                    || ledger.is_settled(&posting.slug).await?
            }
            Some(last) => last < days.today && ledger.undelivered(&posting.slug).await?,
        };
        if due {
            ledger.open_report(&posting.slug, days.today, now).await?;
        }
    }
    Ok(())
}

/// Days of reports, counted from 1970-01-01, so that those of a later closing
/// follow those of an earlier one. A day begins at the hour of the first
/// report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ReportDays {
    first: u32,
    today: u32,
}

/// The days of the reports on a posting, as long as there is something to
/// report on.
fn days(posting: &Posting, now: Timestamp) -> Option<ReportDays> {
    let first = posting.requirements.window.closes_at.0.saturating_add(GRACE_MS);
    let since = now.0.checked_sub(first).filter(|since| *since >= 0)?;
    let first = u32::try_from(first / DAY_MS).ok()?;
    let today = first.checked_add(u32::try_from(since / DAY_MS).ok()?)?;
    (now < posting.erased_at()).then_some(ReportDays { first, today })
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
            let expected = expected.map(|today| ReportDays { first, today });
            assert_eq!(days(posting, Timestamp(closes + after)), expected, "{after}");
        }
        let last = Timestamp(posting.erased_at().0 - 1);
        assert!(days(posting, last).is_some());
        assert_eq!(days(posting, posting.erased_at()), None);
    }
}
