//! Queues mails again that are due and not claimed.

use rules::Timestamp;

use crate::ports::{Clock, Fault, MailRef, Outbox, Queue};

/// How many mails one page has: as many as the platform takes in one call.
const PAGE: u32 = 100;

/// How long a queue message is expected to be on its way, in milliseconds. A
/// mail whose message has not come by then is queued again.
pub const QUEUED_MS: i64 = 15 * 60_000;

/// Queues every mail of an application that is due, that no task is sending,
/// and for which no queue message is expected: its message was lost, its
/// attempt is due again, or the task that claimed it never came back. Goes on
/// for `budget_ms`; what is left then waits for the next run. Says how many
/// mails there were.
pub async fn sweep(
    ledger: &impl Outbox,
    queue: &impl Queue,
    clock: &impl Clock,
    budget_ms: i64,
) -> Result<usize, Fault> {
    let began = clock.now();
    let mut queued = 0;
    loop {
        let now = clock.now();
        let mails = ledger.due(now, PAGE).await?;
        if !mails.is_empty() {
            push(ledger, queue, &mails, now, 0).await?;
        }
        queued += mails.len();
        let is_last = mails.len() < PAGE as usize;
        if is_last || now.0.saturating_sub(began.0) >= budget_ms {
            return Ok(queued);
        }
    }
}

/// Queues mails for after `delay_ms` and notes that they are queued. A note that fails costs a
/// second message, which finds nothing left to send.
pub(crate) async fn push(
    ledger: &impl Outbox,
    queue: &impl Queue,
    mails: &[MailRef],
    now: Timestamp,
    delay_ms: u32,
) -> Result<(), Fault> {
    queue.push(mails, delay_ms).await?;
    let until = now.0.saturating_add(delay_ms.into()).saturating_add(QUEUED_MS);
    ledger.mark_queued(mails, Timestamp(until)).await
}
