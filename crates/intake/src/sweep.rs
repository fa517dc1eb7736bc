//! Putting back what was left behind.

use rules::Timestamp;

use crate::ports::{Fault, Ledger, Queue};

/// How many applications one run takes up. What is beyond waits for the next
/// one, a few minutes later.
const BATCH: u32 = 100;

/// Queues every application that has a mail to send and that nobody is
/// working on: its queue message was lost, its attempt is due again, or
/// whoever had claimed it never came back. Says how many there were.
pub async fn sweep(
    ledger: &impl Ledger,
    queue: &impl Queue,
    now: Timestamp,
) -> Result<usize, Fault> {
    let due = ledger.due(now, BATCH).await?;
    for id in &due {
        queue.push(id).await?;
    }
    Ok(due.len())
}
