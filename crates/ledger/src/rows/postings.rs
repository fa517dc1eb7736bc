//! Rows about postings and their versions.

use domain::posting::State;
use intake::ports::{Closing, CurrentVersion, EarlyErasures, PostingVersion, Saved};
use rules::Timestamp;
use serde::Deserialize;

use super::timestamp;

/// A row of `posting_versions`, with the state of its posting.
#[derive(Debug, Deserialize)]
pub(crate) struct VersionRow {
    slug: String,
    version: u32,
    state: State,
    state_since: f64,
    source: String,
    compiled: Option<String>,
    format: u32,
    ended_at: Option<f64>,
    saved_at: f64,
    saved_by: String,
}

impl From<VersionRow> for PostingVersion {
    fn from(row: VersionRow) -> Self {
        Self {
            slug: row.slug,
            version: row.version,
            state: row.state,
            state_since: timestamp(row.state_since),
            source: row.source,
            compiled: row.compiled,
            format: row.format,
            ended_at: row.ended_at.map(timestamp),
            saved_at: timestamp(row.saved_at),
            saved_by: row.saved_by,
        }
    }
}

/// A row of `postings`.
#[derive(Debug, Deserialize)]
pub(crate) struct CurrentVersionRow {
    slug: String,
    version: u32,
    state: State,
}

impl From<CurrentVersionRow> for CurrentVersion {
    fn from(row: CurrentVersionRow) -> Self {
        Self { slug: row.slug, version: row.version, state: row.state }
    }
}

/// What is the current version after one was written.
#[derive(Debug, Deserialize)]
pub(crate) struct SavedRow {
    version: u32,
    saved_at: f64,
    saved_by: String,
    length: u32,
}

impl SavedRow {
    /// Whether it is the one that was written.
    pub(crate) fn judge(&self, written: u32, at: Timestamp, by: &str, length: usize) -> Saved {
        let is_it = self.version == written
            && timestamp(self.saved_at) == at
            && self.saved_by == by
            && u32::try_from(length) == Ok(self.length);
        if is_it { Saved::Version(written) } else { Saved::Conflict { current: self.version } }
    }
}

/// When a version closes.
#[derive(Debug, Deserialize)]
pub(crate) struct ClosingRow {
    version: u32,
    closes_at: Option<f64>,
    saved_at: f64,
    is_ended: u32,
}

/// How many applications are erased early, and when the first.
#[derive(Debug, Deserialize)]
pub(crate) struct EarlyErasuresRow {
    count: u32,
    first: Option<f64>,
}

impl From<EarlyErasuresRow> for EarlyErasures {
    fn from(row: EarlyErasuresRow) -> Self {
        Self { count: row.count, first: row.first.map(timestamp) }
    }
}

impl From<ClosingRow> for Closing {
    fn from(row: ClosingRow) -> Self {
        Self {
            version: row.version,
            closes_at: row.closes_at.map(timestamp),
            saved_at: timestamp(row.saved_at),
            is_ended: row.is_ended > 0,
        }
    }
}
