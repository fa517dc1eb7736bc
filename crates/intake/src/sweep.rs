//! What runs by the clock: putting back what was left behind, and erasing
//! what has been kept long enough.

use rules::{Posting, Timestamp};

use crate::ports::{DocumentStore, Fault, Ledger, Queue};
use crate::submit::document_prefix;

/// How many applications one run takes up. What is beyond waits for the next
/// one, a few minutes later.
const BATCH: u32 = 100;

/// Queues every application that has a letter to send and that nobody is
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

/// Erases the applications to postings whose retention has ended: documents
/// first, then rows, so that a failure in between leaves a row that leads to
/// them. Says how many there were.
pub async fn erase(
    documents: &impl DocumentStore,
    ledger: &impl Ledger,
    postings: &[Posting],
    now: Timestamp,
) -> Result<usize, Fault> {
    let mut erased = 0;
    for posting in postings.iter().filter(|posting| posting.erased_at() <= now) {
        for id in ledger.to_posting(&posting.slug, BATCH).await? {
            documents.delete(&document_prefix(&id)).await?;
            ledger.erase(&id).await?;
            erased += 1;
        }
    }
    Ok(erased)
}
