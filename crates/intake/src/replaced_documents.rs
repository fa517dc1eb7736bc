//! Says where the documents of a correction go, and deletes what corrections
//! have replaced or have left when they failed.

use std::collections::BTreeSet;

use domain::Application;
use rules::Timestamp;

use crate::each::each;
use crate::ports::{Corrections, DocumentStore, Fault, Ledger};
use crate::retention::is_orphaned;
use crate::sealed::{SEALED, sealed_key};
use crate::uploads::{document_key, document_prefix};

/// How many applications one run cleans.
const BATCH: u32 = 100;

/// The most documents that are read of an application, with those that failed
/// corrections have left.
const DOCUMENTS_OF_ONE: u32 = 1_000;

/// Deletes documents that corrections have replaced, once staff have been
/// sent the latest revision. Says how many applications there were; the fault
/// is the first one.
pub async fn erase_replaced_documents(
    documents: &impl DocumentStore,
    ledger: &impl Corrections,
) -> Result<usize, Fault> {
    let to_clean = ledger.to_clean(BATCH).await?;
    each(to_clean, async |received| clean(documents, ledger, &received).await).await
}

pub(crate) async fn clean(
    documents: &impl DocumentStore,
    ledger: &impl Corrections,
    received: &Application,
) -> Result<(), Fault> {
    let used = used_keys(received);
    let latest = latest_place(received);
    let folder = document_prefix(&received.id);
    let page = documents.list(&folder, None, DOCUMENTS_OF_ONE).await?;
    for kept in page.documents {
        let is_replaced = place_of(&folder, &kept.key) <= latest;
        if is_replaced && !used.contains(&kept.key) {
            documents.delete(&kept.key).await?;
        }
    }
    ledger.cleaned(&received.id, received.revision).await
}

/// Deletes documents of an application that it does not use, once they are a day
/// old: those of failed corrections, and those of a form that was sent twice and
/// came again after the application had been sealed or forgotten. A correction
/// that is arriving never uses them: its documents get a place of their own.
pub(crate) async fn erase_unused_documents(
    documents: &impl DocumentStore,
    ledger: &impl Ledger,
    id: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    let Some((received, delivery)) = ledger.find_with_delivery(id).await? else { return Ok(()) };
    let (used, latest) = (used_keys(&received), latest_place(&received));
    // What the latest revision has replaced stays until staff have that.
    let is_forwarded = delivery.forwarding.sent_at().is_some();
    let has_documents = received.as_sealed().is_none();
    let folder = document_prefix(id);
    let page = documents.list(&folder, None, DOCUMENTS_OF_ONE).await?;
    for kept in page.documents.iter().filter(|kept| is_orphaned(kept, now)) {
        let is_unused = is_forwarded || !has_documents || place_of(&folder, &kept.key) > latest;
        if is_unused && !used.contains(&kept.key) {
            documents.delete(&kept.key).await?;
        }
    }
    Ok(())
}

/// Whether corrections have left anything among the `keys` of an application.
pub(crate) fn was_corrected(id: &str, keys: &[&str]) -> bool {
    let folder = document_prefix(id);
    let name = |key: &&str| key.strip_prefix(&folder)?.split('/').next().map(str::to_owned);
    let names: BTreeSet<_> = keys.iter().filter_map(name).collect();
    names.len() < keys.len() || keys.iter().any(|key| place_of(&folder, key) > 1)
}

/// Whether there are documents among the `keys` of an application, beside its
/// encrypted mail.
pub(crate) fn has_documents(id: &str, keys: &[&str]) -> bool {
    let sealed = format!("{}{SEALED}/", document_prefix(id));
    keys.iter().any(|key| !key.starts_with(&sealed))
}

/// Returns the place for the documents of a correction: the number of the new
/// revision, or a later one where a failed correction has left documents there.
pub(crate) async fn free_place(
    documents: &impl DocumentStore,
    id: &str,
    revision: u32,
) -> Result<u32, Fault> {
    let folder = document_prefix(id);
    let page = documents.list(&folder, None, DOCUMENTS_OF_ONE).await?;
    let last = page.documents.iter().map(|kept| place_of(&folder, &kept.key)).max();
    Ok(last.map_or(revision, |last| revision.max(last.saturating_add(1))))
}

/// Returns the latest place that can hold documents which an application uses
/// or has replaced. Later places belong to corrections that are arriving or
/// have failed.
fn latest_place(received: &Application) -> u32 {
    let used = received.content.documents.iter().map(|document| document.revision);
    used.fold(received.revision, u32::max)
}

fn used_keys(received: &Application) -> Vec<String> {
    let documents = received.content.documents.iter();
    let keys = documents.map(|document| document_key(&received.id, document));
    let sealed = received.sealed.iter().filter_map(|sealed| sealed_key(&received.id, sealed));
    keys.chain(sealed).collect()
}

/// The place of the document under `key`, which [`document_key`] has made.
fn place_of(folder: &str, key: &str) -> u32 {
    let mut parts = key.strip_prefix(folder).unwrap_or_default().split('/').skip(1);
    match (parts.next(), parts.next()) {
        (Some(place), Some(_)) => place.parse().unwrap_or(u32::MAX),
        _ => 1,
    }
}
