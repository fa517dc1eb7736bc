//! Sends the mails of an application.

use domain::Application;
use rules::Timestamp;

use crate::mail_composer::{Enclosed, MailComposer};
use crate::ports::{
    Claim, Clock, DocumentStore, Fault, Ledger, MailKind, Sending, Settlement, Transport,
};

/// How long a claim on a mail holds, in milliseconds: longer than a Worker
/// may take for one queue message (15 minutes of wall time), so that nobody
/// else sends while it may still be sending.
pub const LEASE_MS: i64 = 16 * 60_000;

/// For how long a mail is tried, in milliseconds. What has not left after
/// three days will not leave unless somebody sees to it.
pub const PATIENCE_MS: i64 = 72 * 3_600_000;

/// Sends what an application still has to send. It may have been withdrawn
/// since it was found: then it has nothing left to send.
///
/// Each mail is claimed, composed, handed over and settled by itself, so
/// that one which fails does not hold up the other. To call it twice, at the
/// same time too, does no harm. The fault that it gives is the first one.
pub async fn deliver(
    documents: &impl DocumentStore,
    ledger: &impl Ledger,
    transport: &impl Transport,
    clock: &impl Clock,
    composer: &MailComposer<'_>,
    received: &Application,
) -> Result<(), Fault> {
    let id = &received.id;
    let mut result = Ok(());
    for mail in MailKind::ALL {
        let now = clock.now();
        let until = Timestamp(now.0.saturating_add(LEASE_MS));
        let Some(claim) = ledger.claim(id, mail, now, until).await? else { continue };
        let sent = send(documents, transport, composer, mail, received, claim, now).await;
        let sending = match sent {
            Ok(sending) => sending,
            Err(fault) => {
                let reason = fault.to_string();
                result = result.and(Err(fault));
                Sending::Later(reason)
            }
        };
        let now = clock.now();
        let settlement = give_up_after_days(settlement(sending, claim, now), claim, now);
        ledger.settle(id, mail, claim, &settlement).await?;
    }
    result
}

/// Sends a mail, with the documents attached where they may be. Where the
/// transport takes no message of that size, staff get their addresses.
async fn send(
    documents: &impl DocumentStore,
    transport: &impl Transport,
    composer: &MailComposer<'_>,
    mail: MailKind,
    received: &Application,
    claim: Claim,
    now: Timestamp,
) -> Result<Sending, Fault> {
    if mail == MailKind::Acknowledgement {
        return Ok(composer.acknowledgement(received, claim, now)?.send(transport).await);
    }
    let attached = Enclosed::Attached(composer.attachments(documents, received).await?);
    match composer.to_staff(received, claim, now, attached)?.send(transport).await {
        Sending::TooLarge(_) => {
            let linked = composer.to_staff(received, claim, now, Enclosed::Linked)?;
            Ok(linked.send(transport).await)
        }
        sending => Ok(sending),
    }
}

/// Says when to try again what has been tried since `since`. The wait is the
/// time that has passed so far plus a minute, and six hours at most: the first
/// wait is a minute, and each one is twice the one before.
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
        // Without a document a mail is small: it is the mailbox that is full.
        Sending::Later(reason) | Sending::TooLarge(reason) => {
            Settlement::Later { at, reason, possibly_sent: false }
        }
        Sending::Unknown(reason) => Settlement::Later { at, reason, possibly_sent: true },
    }
}

/// Refuses instead of waiting where the mail has been tried for long enough.
fn give_up_after_days(settlement: Settlement, claim: Claim, now: Timestamp) -> Settlement {
    let tried = now.0.saturating_sub(claim.since.0);
    match settlement {
        Settlement::Later { reason, .. } if tried >= PATIENCE_MS => Settlement::Refused { reason },
        other => other,
    }
}
