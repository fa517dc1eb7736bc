//! Saves versions of postings.

use domain::Posting;
use domain::posting::State;
use rules::Timestamp;

use crate::ports::{EarlyErasures, Fault, NewVersion, PostingStore, PostingVersion, Saved};

/// A version that somebody wants to save.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// The version, with its base.
    pub version: NewVersion<'a>,
    /// Whether it was confirmed that applications may be erased before the
    /// closing.
    pub confirmed: bool,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saving {
    /// It is the current version, with this number.
    Version(u32),
    /// The current version, with this number, says the same.
    Unchanged(u32),
    /// Another has saved since.
    Conflict {
        /// The current version; 0 where there is no such posting.
        current: u32,
    },
    /// So many applications were promised to be erased before the new
    /// closing. Whoever saves has to confirm that this is fine.
    Unconfirmed {
        /// How many, and when the first of them.
        early: EarlyErasures,
    },
    /// The posting is over and its applications are erased: its slug cannot be
    /// used again.
    Over,
}

/// Saves a version of a posting, unless it says what the current one says.
/// `read` compiles what is stored.
pub async fn save_posting(
    store: &impl PostingStore,
    read: impl Fn(PostingVersion) -> Result<Posting, Fault>,
    draft: Draft<'_>,
) -> Result<Saving, Fault> {
    let Draft { version, confirmed } = draft;
    if let Some(current) = store.current(version.slug).await? {
        let same_end = version.ended_at == current.ended_at;
        let same_state = version.state.is_none_or(|state| state == current.state);
        if current.source == version.source && same_end && same_state {
            return Ok(Saving::Unchanged(current.version));
        }
        if current.version != version.base {
            return Ok(Saving::Conflict { current: current.version });
        }
        // A draft that this build cannot compile has no applications.
        let is_public = current.state != State::Draft;
        if is_public
            && read(current).is_ok_and(|posting| posting.erased_at() <= version.saved_at)
            // None is left, however late it is to be erased.
            && store.erased_before(version.slug, Timestamp(i64::MAX)).await?.count == 0
        {
            return Ok(Saving::Over);
        }
        if let Some(closes_at) = version.closes_at.filter(|_| !confirmed) {
            let early = store.erased_before(version.slug, closes_at).await?;
            if early.count > 0 {
                return Ok(Saving::Unconfirmed { early });
            }
        }
    }
    Ok(match store.save(&version).await? {
        Saved::Version(number) => Saving::Version(number),
        Saved::Conflict { current } => Saving::Conflict { current },
    })
}

/// Returns when the posting of `before` was ended by hand, unless the new
/// version has another deadline: then it is open again.
pub fn still_ended(
    before: &PostingVersion,
    read: impl Fn(PostingVersion) -> Result<Posting, Fault>,
    new: &Posting,
) -> Option<Timestamp> {
    let ended_at = before.ended_at?;
    let earlier = read(before.clone()).ok()?;
    (new.deadline.date == earlier.deadline.date).then_some(ended_at)
}
