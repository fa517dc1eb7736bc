//! The port of the ledger for applications that are forgotten.

use domain::Application;
use rules::Timestamp;

use super::Fault;

/// Forgetting what applications say, once staff have it.
pub trait Forgetting {
    /// Notes that staff have confirmed to have this revision of an
    /// application, and by whom, if that is known; without effect where it is
    /// not the latest one. Once for each revision.
    async fn confirm(
        &self,
        id: &str,
        revision: u32,
        by: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Fault>;

    /// Up to `limit` applications whose latest revision is confirmed and not
    /// yet forgotten, and of which no mail has to leave any more.
    async fn to_forget(&self, limit: u32) -> Result<Vec<Application>, Fault>;

    /// Writes what is kept of an application that is forgotten, over what it
    /// says and what its earlier revisions said. Returns it; nothing, and
    /// nothing is written, where it is not among those of
    /// [`Forgetting::to_forget`] any more.
    async fn forget(&self, next: &Application) -> Result<Option<Application>, Fault>;

    /// Whether there is an application to the posting `slug` that has been
    /// forwarded and of which that is not confirmed.
    async fn unconfirmed(&self, slug: &str) -> Result<bool, Fault>;
}
