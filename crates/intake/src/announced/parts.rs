//! The parts of announced documents.
//!
//! A part is kept under the place in its document at which it begins, so that
//! parts which follow each other are the beginning of the document. It is
//! taken only where the ones before it end: none overlaps, however often it
//! comes and from however many tabs. Should two tabs send parts of different
//! length for one place at once, the first one stays, and both go on where it
//! ends.
//!
//! They lie in a folder of no application: what is left after a failure
//! [`crate::erase_orphaned_documents`] deletes.

use rules::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{ANNOUNCED, Expected, Record, announced_at, is_good};
use crate::key::id_of;
use crate::ports::{DocumentStore, Fault};
use crate::uploads::document_prefix;

/// The most bytes of a part.
pub const MAX_PART: u64 = 1_000_000;

/// The fewest bytes of a part that is not a document's last. In parts of this
/// size, the largest document has fewer than [`MOST`].
pub const MIN_PART: u64 = 32_000;

/// The most parts of a document, which one listing shows.
const MOST: u32 = 1_000;

/// Where a part belongs.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The slug of the posting.
    pub slug: &'a str,
    /// The id of the announcement.
    pub announcement: &'a str,
    /// The SHA-256 of its document.
    pub sha256: &'a str,
    /// At which byte it begins.
    pub from: u64,
}

/// The answer to a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartAnswer {
    /// So many bytes of the document have arrived from its beginning on. The
    /// next part begins there, whether this one was wanted or not.
    Arrived(u64),
    /// No announcement waits for this document, or none does any longer.
    Gone,
    /// The part is larger or smaller than allowed.
    WrongSize,
}

/// Keeps a part of a document that was announced and is awaited.
pub async fn take_part<D: DocumentStore>(
    store: &D,
    part: Part<'_>,
    bytes: Vec<u8>,
    now: Timestamp,
) -> Result<PartAnswer, Fault> {
    let Part { slug, announcement, sha256, from } = part;
    let is_good = announced_at(announcement).is_some_and(|at| is_good(at, now));
    let Some((folder, _)) = announcement.split_once('.').filter(|_| is_good) else {
        return Ok(PartAnswer::Gone);
    };
    let key = format!("{ANNOUNCED}{slug}/{announcement}");
    let documents = read(store, &key).await?.map(|record| record.documents).unwrap_or_default();
    let Some(document) = documents.iter().find(|document| document.sha256 == sha256) else {
        return Ok(PartAnswer::Gone);
    };
    let arrived = arrived(store, folder, sha256).await?;
    if from != arrived || arrived == document.bytes {
        return Ok(PartAnswer::Arrived(arrived));
    }
    let Some(until) = end_of(document, from, &bytes) else { return Ok(PartAnswer::WrongSize) };
    let hash: [u8; 32] = Sha256::digest(&bytes).into();
    let upload = store.upload(bytes)?;
    store.put(&format!("{}{from:010}", prefix(folder, sha256)), &upload, hash).await?;
    Ok(PartAnswer::Arrived(until))
}

/// Where a part ends, if it has a size that it may have.
fn end_of(document: &Expected, from: u64, bytes: &[u8]) -> Option<u64> {
    let bytes = u64::try_from(bytes.len()).ok()?;
    let until = from.checked_add(bytes).filter(|until| *until <= document.bytes)?;
    let is_last = until == document.bytes;
    let least = if is_last { 1 } else { MIN_PART };
    (least..=MAX_PART).contains(&bytes).then_some(until)
}

/// Reads what is kept of an announcement; nothing where there is none.
pub(super) async fn read(store: &impl DocumentStore, key: &str) -> Result<Option<Record>, Fault> {
    let Some(bytes) = store.get(key).await? else { return Ok(None) };
    let unreadable = |_| Fault::Documents("an announcement is not of the expected shape".into());
    serde_json::from_slice(&bytes).map(Some).map_err(unreadable)
}

/// How many bytes of a document have arrived from its beginning on.
pub(super) async fn arrived(
    store: &impl DocumentStore,
    folder: &str,
    sha256: &str,
) -> Result<u64, Fault> {
    Ok(beginning(store, folder, sha256).await?.1)
}

/// Returns the bytes of a document of which every part has arrived.
pub(super) async fn put_together(
    store: &impl DocumentStore,
    folder: &str,
    sha256: &str,
    bytes: u64,
) -> Result<Vec<u8>, Fault> {
    let gone = || Fault::Documents("parts of a document are gone".to_owned());
    let (keys, arrived) = beginning(store, folder, sha256).await?;
    if arrived != bytes {
        return Err(gone());
    }
    let mut document = Vec::with_capacity(usize::try_from(bytes).unwrap_or_default());
    for key in keys {
        document.extend(store.get(&key).await?.ok_or_else(gone)?);
    }
    Ok(document)
}

/// Returns the parts that follow each other from the beginning of a document,
/// and where they end. A part that was written while others were being deleted
/// may lie beyond a gap.
async fn beginning(
    store: &impl DocumentStore,
    folder: &str,
    sha256: &str,
) -> Result<(Vec<String>, u64), Fault> {
    let prefix = prefix(folder, sha256);
    let (mut keys, mut end) = (Vec::new(), 0_u64);
    for kept in store.list(&prefix, None, MOST).await?.documents {
        let from = kept.key.strip_prefix(&prefix).and_then(|from| from.parse::<u64>().ok());
        if from == Some(end) {
            end = end.saturating_add(kept.bytes);
            keys.push(kept.key);
        }
    }
    Ok((keys, end))
}

pub(super) async fn delete(
    store: &impl DocumentStore,
    folder: &str,
    sha256: &str,
) -> Result<(), Fault> {
    store.delete(&prefix(folder, sha256)).await
}

/// Deletes the parts of all documents from a page and address.
pub(super) async fn delete_all(store: &impl DocumentStore, folder: &str) -> Result<(), Fault> {
    store.delete(&document_prefix(folder)).await
}

/// The folder of the parts that come from the page with the id `page` and from
/// this address: as long as an application's id, and never one.
pub(super) fn folder_of(page: &str, address: &str) -> String {
    id_of(&format!("parts {page} {}", address.trim().to_ascii_lowercase()))
}

/// The folder of the parts that come from the receipt of the application with
/// the id `application`.
pub(super) fn folder_of_receipt(application: &str) -> String {
    id_of(&format!("parts of receipt {application}"))
}

fn prefix(folder: &str, sha256: &str) -> String {
    format!("{}{sha256}/", document_prefix(folder))
}
