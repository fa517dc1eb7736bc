//! From an application that is kept to the letters that it calls for.

use domain::Application;
use rules::Timestamp;

use crate::office::{Enclosed, Office};
use crate::ports::{
    Claim, Clock, DocumentStore, Fault, Ledger, Letter, Sending, Settlement, Transport,
};

/// How long a claim on a letter holds, in milliseconds: longer than a Worker
/// may take for one queue message (15 minutes of wall time), so that nobody
/// else sends while it may still be sending.
pub const LEASE_MS: i64 = 16 * 60_000;

/// For how long a letter is tried, in milliseconds. What has not left after
/// three days will not leave unless somebody sees to it.
pub const PATIENCE_MS: i64 = 72 * 3_600_000;

/// Sends what an application still has to send. It may have been withdrawn
/// since it was found: then it has nothing left to send.
///
/// Each letter is claimed, composed, handed over and settled by itself, so
/// that one which fails does not hold up the other. To call it twice, at the
/// same time too, does no harm. The fault that it gives is the first one.
pub async fn deliver(
    documents: &impl DocumentStore,
    ledger: &impl Ledger,
    transport: &impl Transport,
    clock: &impl Clock,
    office: &Office<'_>,
    received: &Application,
) -> Result<(), Fault> {
    let id = &received.id;
    let mut result = Ok(());
    for letter in Letter::ALL {
        let now = clock.now();
        let until = Timestamp(now.0.saturating_add(LEASE_MS));
        let Some(claim) = ledger.claim(id, letter, now, until).await? else { continue };
        let sent = send(documents, transport, office, letter, received, claim, now).await;
        let sending = match sent {
            Ok(sending) => sending,
            Err(fault) => {
                let reason = fault.to_string();
                result = result.and(Err(fault));
                Sending::Later(reason)
            }
        };
        let now = clock.now();
        let settlement = patient(settlement(sending, claim, now), claim, now);
        ledger.settle(id, letter, claim, &settlement).await?;
    }
    result
}

/// Sends a letter, with the documents attached where they may be. Where the
/// transport takes no message of that size, staff get their addresses.
async fn send(
    documents: &impl DocumentStore,
    transport: &impl Transport,
    office: &Office<'_>,
    letter: Letter,
    received: &Application,
    claim: Claim,
    now: Timestamp,
) -> Result<Sending, Fault> {
    if letter == Letter::Acknowledgement {
        return Ok(office.acknowledgement(received, claim, now)?.send(transport).await);
    }
    let attached = Enclosed::Attached(office.attachments(documents, received).await?);
    match office.to_staff(received, claim, now, attached)?.send(transport).await {
        Sending::TooLarge(_) => {
            let linked = office.to_staff(received, claim, now, Enclosed::Linked)?;
            Ok(linked.send(transport).await)
        }
        sending => Ok(sending),
    }
}

/// When to try again what has been tried since `since`: a minute later than
/// after as long again as has passed, and after six hours at most. So the
/// first wait is a minute, and each one twice the one before.
pub fn next_attempt(since: Timestamp, now: Timestamp) -> Timestamp {
    const SHORTEST: i64 = 60_000;
    const LONGEST: i64 = 6 * 3_600_000;
    let passed = now.0.saturating_sub(since.0);
    let wait = passed.saturating_add(SHORTEST).clamp(SHORTEST, LONGEST);
    Timestamp(now.0.saturating_add(wait))
}

pub(crate) fn settlement(sending: Sending, claim: Claim, now: Timestamp) -> Settlement {
    let at = next_attempt(claim.since, now);
    match sending {
        Sending::Sent => Settlement::Sent { at: now },
        Sending::Refused(reason) => Settlement::Refused { reason },
        // Without a document a letter is small: it is the mailbox that is full.
        Sending::Later(reason) | Sending::TooLarge(reason) => {
            Settlement::Later { at, reason, possibly_sent: false }
        }
        Sending::Unknown(reason) => Settlement::Later { at, reason, possibly_sent: true },
    }
}

/// The same, unless it has been tried for long enough.
fn patient(settlement: Settlement, claim: Claim, now: Timestamp) -> Settlement {
    let tried = now.0.saturating_sub(claim.since.0);
    match settlement {
        Settlement::Later { reason, .. } if tried >= PATIENCE_MS => Settlement::Refused { reason },
        other => other,
    }
}
