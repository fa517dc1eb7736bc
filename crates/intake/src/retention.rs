//! Erases applications on the promised day, and orphaned documents after a day.

use std::collections::BTreeMap;

use domain::Posting;
use rules::Timestamp;

use crate::each::each;
use crate::ports::{DocumentStore, Fault, KeptDocument, Ledger, Retention, Strays};
use crate::replaced_documents::{erase_unused_documents, has_documents, was_corrected};
use crate::restore::write_tombstone;
use crate::uploads::{DOCUMENTS, document_prefix};
use crate::walk::Part;

/// How many applications one run erases. What is beyond waits for the next
/// one, a few minutes later.
const BATCH: u32 = 100;

/// How old a document without an application must be to be an orphan, in days:
/// far longer than between a document's arrival and its application's.
const ORPHANED_AFTER: u32 = 1;

/// How long what an orphan or an incident leaves is kept, in days.
const FORGOTTEN_AFTER: u32 = 30;

/// Erases the applications whose day of deletion has come, whatever their
/// postings say by now: documents first, then rows, so that a failure in
/// between leaves a row that leads to them. One that fails does not hold up
/// the others. Says how many there were; the fault is the first one.
pub async fn erase(
    documents: &impl DocumentStore,
    ledger: &impl Retention,
    postings: &[Posting],
    now: Timestamp,
) -> Result<usize, Fault> {
    ledger.note_erasure_days(postings).await?;
    let ids = ledger.to_erase(now, BATCH).await?;
    let erased = each(ids, async |id| erase_one(documents, ledger, &id).await).await;
    ledger.forget_erased_postings(now).await?;
    erased
}

/// Erases documents that belong to no application: the request that stored them
/// ended before it wrote the application down. Each run looks at a part of the store and
/// the next goes on from there. Documents of corrections that failed go as
/// well. Says how many applications there would have been.
pub async fn erase_orphaned_documents(
    documents: &impl DocumentStore,
    ledger: &(impl Ledger + Retention),
    now: Timestamp,
) -> Result<usize, Fault> {
    let part = Part::next(documents, ledger, "strays", DOCUMENTS).await?;
    let old = part.documents().filter(|kept| is_orphaned(kept, now));
    let mut keys: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for kept in old {
        keys.entry(application_of(&kept.key)).or_default().push(&kept.key);
    }
    let ids: Vec<String> = keys.keys().map(|id| (*id).to_owned()).collect();
    let Strays { orphans, sealed } =
        if ids.is_empty() { Strays::default() } else { ledger.retire_orphans(&ids, now).await? };
    let is_one = |ids: &[String], id: &str| ids.iter().any(|one| one == id);
    let has_unused = |id: &str, keys: &[&str]| {
        was_corrected(id, keys) || is_one(&sealed, id) && has_documents(id, keys)
    };
    let kept = keys.iter().filter(|(id, _)| !is_one(&orphans, id));
    let to_clean: Vec<&str> =
        kept.filter(|(id, keys)| has_unused(id, keys)).map(|(id, _)| *id).collect();
    let cleaned =
        each(to_clean, async |id| erase_unused_documents(documents, ledger, id, now).await).await;
    let erased = each(orphans, async |id| documents.delete(&document_prefix(&id)).await).await;
    part.finish(ledger).await?;
    ledger
        .forget_until(Timestamp(now.0.saturating_sub(Timestamp(0).plus_days(FORGOTTEN_AFTER).0)))
        .await?;
    cleaned.and(erased)
}

/// Whether a document is so old that the request that stored it has ended.
pub(crate) fn is_orphaned(kept: &KeptDocument, now: Timestamp) -> bool {
    kept.stored_at.plus_days(ORPHANED_AFTER) <= now
}

pub(crate) async fn erase_one(
    documents: &impl DocumentStore,
    ledger: &impl Retention,
    id: &str,
) -> Result<(), Fault> {
    documents.delete(&document_prefix(id)).await?;
    write_tombstone(documents, id).await?;
    ledger.erase(id).await
}

/// Returns the id of the application in a document's key.
fn application_of(key: &str) -> &str {
    key.strip_prefix(DOCUMENTS).and_then(|rest| rest.split('/').next()).unwrap_or_default()
}
