//! Opens and closes delivery incidents and alerts the operator once per
//! incident.

use rules::Timestamp;

use crate::ports::{DeliveryProblems, Fault, Incident, Notices};

/// A mail not sent within this time counts as late. Milliseconds; six cron
/// runs.
const LATE_MS: i64 = 30 * 60_000;

/// What [`watch`] has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Mails no longer leave.
    Opened(Incident),
    /// They leave again.
    Closed(Incident),
}

/// Compares the mails that do not leave with the latest incident: opens
/// one, with an alert if an operator's address is set, or ends it.
///
/// An incident lasts while mails wait that have failed more than once or are
/// late. Lateness counts because a mail may never be tried at all. Mails to
/// staff that are given up open an incident of their own, with one alert
/// however many follow while it lasts. Only mails of applications count, so an
/// alert that does not leave causes no further alert.
pub async fn watch(
    ledger: &impl Notices,
    with_alert: bool,
    now: Timestamp,
) -> Result<Option<Change>, Fault> {
    let trouble = problems(ledger, now).await?;
    let last = ledger.last_incident().await?;
    let open = last.clone().filter(|last| last.closed_at.is_none());
    let told = last.as_ref().map_or(0, |last| last.lost);
    let loses = trouble.lost > told && open.as_ref().is_none_or(|open| !open.is_losing);
    if loses || (open.is_none() && trouble.waiting > 0) {
        if let Some(open) = open {
            ledger.update_incident(&Incident { closed_at: Some(now), ..open }).await?;
        }
        let incident = opened(trouble, loses, now);
        ledger.open_incident(&incident, with_alert).await?;
        return Ok(Some(Change::Opened(incident)));
    }
    let Some(last) = last else { return Ok(None) };
    let ends = open.is_some() && trouble.waiting == 0 && trouble.lost <= told;
    let closed_at = if ends { Some(now) } else { last.closed_at };
    // What is lost no longer, since it was sent after all, may be lost again: then that is news.
    let updated = Incident { lost: trouble.lost, closed_at, ..last.clone() };
    if updated != last {
        ledger.update_incident(&updated).await?;
    }
    Ok(ends.then_some(Change::Closed(updated)))
}

/// Returns the mails that do not leave.
pub(crate) async fn problems(
    ledger: &impl Notices,
    now: Timestamp,
) -> Result<DeliveryProblems, Fault> {
    ledger.problems(now, Timestamp(now.0.saturating_sub(LATE_MS))).await
}

fn opened(trouble: DeliveryProblems, is_losing: bool, now: Timestamp) -> Incident {
    let cause = if is_losing { trouble.lost_cause } else { trouble.cause };
    let cause = cause.unwrap_or_default();
    Incident { opened_at: now, cause, is_losing, lost: trouble.lost, closed_at: None }
}
