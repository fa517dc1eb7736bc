//! Decides what becomes of a mail after an attempt: it is sent, refused, or due
//! again later.

use rules::Timestamp;

use crate::QUEUED_MS;
use crate::ports::{Claim, RetryPolicy, Sending, Settlement};
use crate::sending_event::bare;

/// How long a mail waits that the server did not take because it has too many
/// sessions or mails, in milliseconds.
pub const SLOW_DOWN_MS: i64 = 60_000;

/// How long such a refusal does not count as a failure of the mail, in
/// milliseconds from its first attempt. A server that has no room for longer
/// counts as unavailable, and the operator is alerted.
const OVERLOAD_MS: i64 = 15 * 60_000;

/// For how long a recipient that the platform suppresses is tried again, in
/// milliseconds: a soft bounce is over by then.
const SUPPRESSED_MS: i64 = 24 * 3_600_000;

/// Settles a mail, as `policy` says for its kind.
pub(crate) fn settle(
    policy: RetryPolicy,
    sending: Sending,
    claim: Claim,
    now: Timestamp,
) -> Settlement {
    let tried = now.0.saturating_sub(claim.since.0);
    let (reason, possibly_sent) = match sending {
        Sending::Sent(id) => {
            let transport_id = id.as_deref().map(bare);
            return Settlement::Sent { at: now, transport_id };
        }
        Sending::Refused(reason) if !policy.retries_refusals => {
            return Settlement::Refused { reason };
        }
        Sending::Suppressed(reason) if tried >= SUPPRESSED_MS && !policy.retries_refusals => {
            return Settlement::Refused { reason };
        }
        // A mail without attachments is small, so "too large" here means a full
        // mailbox: retry.
        Sending::SlowDown(reason) if tried < OVERLOAD_MS => {
            let at = Timestamp(now.0.saturating_add(SLOW_DOWN_MS));
            let queued_until = Timestamp(at.0.saturating_add(QUEUED_MS));
            return Settlement::Postponed { at, queued_until, reason };
        }
        Sending::Refused(reason)
        | Sending::Suppressed(reason)
        | Sending::Later(reason)
        | Sending::SlowDown(reason)
        | Sending::TooLarge(reason) => (reason, false),
        Sending::Unknown(reason) => (reason, true),
    };
    if policy.gives_up_after_ms.is_some_and(|limit| tried >= limit) {
        return Settlement::Refused { reason };
    }
    Settlement::Later { at: next_attempt(claim.since, now), reason, possibly_sent }
}

/// Settles a mail that some of its recipients have. What others refuse for good
/// is over, even where a refusal of all of them would be tried again.
pub(crate) fn settle_partly(
    policy: RetryPolicy,
    left: Result<Sending, String>,
    claim: Claim,
    now: Timestamp,
) -> Settlement {
    let settled = left.map(|sending| settle(policy, sending, claim, now));
    match settled {
        Err(reason) | Ok(Settlement::Refused { reason }) => {
            Settlement::SentToSome { at: now, reason }
        }
        Ok(settled) => settled,
    }
}

/// Returns the time of the next attempt at what was first tried at `since`:
/// exponential backoff from one minute, capped at six hours.
pub fn next_attempt(since: Timestamp, now: Timestamp) -> Timestamp {
    const SHORTEST: i64 = 60_000;
    const LONGEST: i64 = 6 * 3_600_000;
    let passed = now.0.saturating_sub(since.0);
    let wait = passed.saturating_add(SHORTEST).clamp(SHORTEST, LONGEST);
    Timestamp(now.0.saturating_add(wait))
}
