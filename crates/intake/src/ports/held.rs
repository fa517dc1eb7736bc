//! The port of the ledger for documents of refused forms.

use domain::HeldDocument;
use rules::Timestamp;

use super::Fault;

/// The rows of documents that are held for a while. Their bytes are in the
/// store of documents.
pub trait HeldDocuments {
    /// Writes a row for each of these.
    async fn hold(&self, documents: &[HeldDocument]) -> Result<(), Fault>;

    /// Returns what is held under one of `holds` for longer than `now`: the
    /// latest first, and no more than anybody sends in an hour.
    async fn held(&self, holds: &[String; 2], now: Timestamp) -> Result<Vec<HeldDocument>, Fault>;

    /// Returns the keys of up to `limit` documents that were held until `now`.
    async fn no_longer_held(&self, now: Timestamp, limit: u32) -> Result<Vec<String>, Fault>;

    /// Deletes the row of a document.
    async fn forget_held(&self, key: &str) -> Result<(), Fault>;
}
