//! The port of the ledger for postings and their versions.

use domain::dossier::EarlyErasures;
use domain::posting::State;
use rules::Timestamp;

use super::Fault;

/// A version of a posting, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostingVersion {
    /// The posting.
    pub slug: String,
    /// Which version, from 1.
    pub version: u32,
    /// What people have decided about the posting by now.
    pub state: State,
    /// Since when it has that state.
    pub state_since: Timestamp,
    /// The Markdown file. Left out by [`PostingStore::load`] where `compiled`
    /// has the format that was asked for.
    pub source: String,
    /// What was compiled from it, as JSON.
    pub compiled: Option<String>,
    /// The number of that format.
    pub format: u32,
    /// When the posting was ended by hand, in this version.
    pub ended_at: Option<Timestamp>,
    /// When the version was saved.
    pub saved_at: Timestamp,
    /// By whom.
    pub saved_by: String,
}

/// Which version of a posting is the current one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentVersion {
    /// The posting.
    pub slug: String,
    /// Its current version.
    pub version: u32,
    /// What people have decided about it.
    pub state: State,
}

/// A version to be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewVersion<'a> {
    /// The posting.
    pub slug: &'a str,
    /// The version that it was made from; 0 for a posting that is new.
    pub base: u32,
    /// The state that it gives the posting; none leaves it as it is. A new
    /// posting without one is published.
    pub state: Option<State>,
    /// The Markdown file.
    pub source: &'a str,
    /// What was compiled from it, as JSON; none of a draft with mistakes.
    pub compiled: Option<&'a str>,
    /// The number of that format.
    pub format: u32,
    /// When it closes, by what was compiled and by `ended_at`.
    pub closes_at: Option<Timestamp>,
    /// When it is ended by hand.
    pub ended_at: Option<Timestamp>,
    /// Now.
    pub saved_at: Timestamp,
    /// By whom.
    pub saved_by: &'a str,
}

/// What became of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is the current one, with this number.
    Version(u32),
    /// Another has saved since. Nothing is written.
    Conflict {
        /// The current version; 0 where there is no such posting.
        current: u32,
    },
}

/// When a version of a posting closes, and since when it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// The version.
    pub version: u32,
    /// When it closes; none of a draft with mistakes.
    pub closes_at: Option<Timestamp>,
    /// When it was saved.
    pub saved_at: Timestamp,
    /// Whether it was ended by hand.
    pub is_ended: bool,
}

/// Postings, in versions. A version never changes, and a slug is never used
/// again.
pub trait PostingStore {
    /// The current version of every posting, by slug.
    async fn current_versions(&self) -> Result<Vec<CurrentVersion>, Fault>;

    /// The current versions of these postings. Sources come only where there
    /// is nothing compiled in `format`.
    async fn load(&self, slugs: &[String], format: u32) -> Result<Vec<PostingVersion>, Fault>;

    /// The current version of a posting.
    async fn current(&self, slug: &str) -> Result<Option<PostingVersion>, Fault>;

    /// A version of a posting.
    async fn version(&self, slug: &str, version: u32) -> Result<Option<PostingVersion>, Fault>;

    /// The versions of a posting before `version`, the latest first, fifty at
    /// most.
    async fn earlier(&self, slug: &str, version: u32) -> Result<Vec<PostingVersion>, Fault>;

    /// Saves a version, in one step, if its base is the current one.
    async fn save(&self, version: &NewVersion<'_>) -> Result<Saved, Fault>;

    /// Changes what people have decided about a posting. Says whether there is
    /// one.
    async fn set_state(&self, slug: &str, state: State, now: Timestamp) -> Result<bool, Fault>;

    /// When the versions of a posting from `first` on close, in their order.
    async fn closings(&self, slug: &str, first: u32) -> Result<Vec<Closing>, Fault>;

    /// How many applications to a posting will be erased before `until`, and
    /// when the first of them.
    async fn erased_before(&self, slug: &str, until: Timestamp) -> Result<EarlyErasures, Fault>;
}
