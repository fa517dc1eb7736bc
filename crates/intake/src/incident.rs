//! Telling the operator that mails do not leave, once each time.

use rules::Timestamp;

use crate::ports::{Fault, Incident, Notices, Trouble};

/// How late a letter may be, in milliseconds: several runs of the cron, each
/// of which would have queued it.
const LATE_MS: i64 = 30 * 60_000;

/// What [`watch`] has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Mails no longer leave.
    Opened(Incident),
    /// They leave again.
    Closed(Incident),
}

/// Compares the letters that do not leave with the latest incident: opens
/// one, with an alert if somebody is there to read it, or ends it.
///
/// An incident lasts while letters wait that have failed more than once or are
/// late, which shows whatever keeps them from being tried. A
/// letter to staff that is given up opens one too, and is then told: it does
/// not keep the incident open. Only letters of applications count, so an
/// alert that does not leave brings no further one.
pub async fn watch(
    ledger: &impl Notices,
    alert: bool,
    now: Timestamp,
) -> Result<Option<Change>, Fault> {
    let trouble = trouble(ledger, now).await?;
    let last = ledger.last_incident().await?;
    let (ongoing, known) =
        last.as_ref().map_or((false, 0), |last| (last.closed_at.is_none(), last.lost));
    if !ongoing && (trouble.waiting > 0 || trouble.lost > known) {
        let incident = opened(trouble, now);
        ledger.open_incident(&incident, alert).await?;
        return Ok(Some(Change::Opened(incident)));
    }
    let Some(last) = last else { return Ok(None) };
    let ends = ongoing && trouble.waiting == 0 && trouble.lost <= known;
    let closed_at = if ends { Some(now) } else { last.closed_at };
    // What is lost no longer, since it was sent after all, may be lost again: then that is news.
    let updated = Incident { lost: trouble.lost, closed_at, ..last.clone() };
    if updated != last {
        ledger.update_incident(&updated).await?;
    }
    Ok(ends.then_some(Change::Closed(updated)))
}

/// The letters that do not leave.
pub(crate) async fn trouble(ledger: &impl Notices, now: Timestamp) -> Result<Trouble, Fault> {
    ledger.trouble(now, Timestamp(now.0.saturating_sub(LATE_MS))).await
}

fn opened(trouble: Trouble, now: Timestamp) -> Incident {
    let cause = trouble.cause.unwrap_or_default();
    Incident { opened_at: now, cause, lost: trouble.lost, closed_at: None }
}
