//! Telling the operator that mails do not leave, once each time.

use rules::Timestamp;

use crate::ports::{Fault, Incident, Notices, Trouble};

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
/// An incident lasts while letters wait that have failed more than once. A
/// letter to staff that is given up opens one too, and is then told: it does
/// not keep the incident open. Only letters of applications count, so an
/// alert that does not leave brings no further one.
pub async fn watch(
    ledger: &impl Notices,
    alert: bool,
    now: Timestamp,
) -> Result<Option<Change>, Fault> {
    let trouble = ledger.trouble(now).await?;
    let last = ledger.last_incident().await?;
    let known = last.as_ref().map_or(0, |last| last.lost);
    match last.filter(|last| last.closed_at.is_none()) {
        None if trouble.waiting > 0 || trouble.lost > known => {
            let incident = opened(trouble, now);
            ledger.open_incident(&incident, alert).await?;
            Ok(Some(Change::Opened(incident)))
        }
        Some(open) if trouble.waiting == 0 && trouble.lost <= open.lost => {
            let closed = Incident { closed_at: Some(now), lost: trouble.lost, ..open };
            ledger.update_incident(&closed).await?;
            Ok(Some(Change::Closed(closed)))
        }
        Some(open) if trouble.lost != open.lost => {
            ledger.update_incident(&Incident { lost: trouble.lost, ..open }).await?;
            Ok(None)
        }
        _ => Ok(None),
    }
}

fn opened(trouble: Trouble, now: Timestamp) -> Incident {
    let cause = trouble.cause.unwrap_or_default();
    Incident { opened_at: now, cause, lost: trouble.lost, closed_at: None }
}
