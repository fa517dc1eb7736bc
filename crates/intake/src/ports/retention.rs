//! The port of the ledger for deletion.

use domain::{Application, Posting};
use rules::Timestamp;

use super::Fault;

/// That an application was withdrawn: all that is left of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawn {
    /// The slug of its posting.
    pub posting: String,
    /// When.
    pub at: Timestamp,
}

/// What is known of ids under which old documents are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strays {
    /// Those that no application has.
    pub orphans: Vec<String>,
    /// Those whose application is sealed or forgotten, so that it has no
    /// documents.
    pub sealed: Vec<String>,
}

/// Deleting, and what may be known afterwards.
pub trait Retention {
    /// Marks an application as withdrawn, in one step: its id is retired, so
    /// that it is no longer found and cannot come again; its mails go; a
    /// notice to staff and one to the candidate are written, due when no mail
    /// can still be on its way. `key_hash` is how its receipt's key is found again. Without effect
    /// where it was withdrawn before.
    async fn withdraw(
        &self,
        received: &Application,
        key_hash: &str,
        now: Timestamp,
    ) -> Result<(), Fault>;

    /// Whether the application with this id was withdrawn.
    async fn is_withdrawn(&self, id: &str) -> Result<bool, Fault>;

    /// Whether this id was retired because its documents were taken for
    /// orphaned ones.
    async fn is_orphaned(&self, id: &str) -> Result<bool, Fault>;

    /// Returns ids of up to `limit` applications that are withdrawn and not yet
    /// erased.
    async fn withdrawn(&self, limit: u32) -> Result<Vec<String>, Fault>;

    /// Notes on which day each of these postings is to be erased, unless a
    /// later one is noted. What was noted of others stays. Applications of
    /// the previous Worker that have no day yet get that of their posting.
    async fn note_erasure_days(&self, postings: &[Posting]) -> Result<(), Fault>;

    /// Ids of up to `limit` applications that are to be erased by `now`.
    async fn to_erase(&self, now: Timestamp, limit: u32) -> Result<Vec<String>, Fault>;

    /// Deletes an application and its mails, and counts it.
    async fn erase(&self, id: &str) -> Result<(), Fault>;

    /// Forgets whatever is left of postings that are to be erased by `now` and
    /// have no application any more; the counts stay.
    async fn forget_erased_postings(&self, now: Timestamp) -> Result<(), Fault>;

    /// Returns those of `ids` whose documents nobody needs. Orphans are retired
    /// in the same step, so that none can come while its documents are deleted.
    async fn retire_orphans(&self, ids: &[String], now: Timestamp) -> Result<Strays, Fault>;

    /// Forgets orphans that were retired before `until`, and alerts and
    /// incidents that ended before it.
    async fn forget_until(&self, until: Timestamp) -> Result<(), Fault>;

    /// Where `task` has to go on, if it has begun.
    async fn cursor(&self, task: &str) -> Result<Option<String>, Fault>;

    /// Notes where `task` has to go on; nothing where it has come to the end.
    async fn keep_cursor(&self, task: &str, after: Option<&str>) -> Result<(), Fault>;
}
