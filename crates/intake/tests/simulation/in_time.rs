//! Says whether a form is in time, by what the tables say: another way to what
//! `intake::open_page` decides.

use domain::Posting;
use rules::Timestamp;
use serde_json::Value as Json;

use crate::world::World;

const HOUR: i64 = 3_600_000;

/// Whether a form that arrived at a moment is in time, and by which state of
/// its posting.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InTime {
    /// As a new application.
    pub(crate) new: bool,
    /// As a correction.
    pub(crate) correction: bool,
    /// The current version, and since when it is published or taken down.
    state: (i64, i64),
    /// What it is about.
    asked: (String, Option<u32>, i64, i64),
}

impl InTime {
    /// For a page of `page` that was made at `opened`, of that version, or for
    /// an application of that version.
    pub(crate) fn of(
        world: &World,
        page: &Posting,
        version: Option<u32>,
        opened: Timestamp,
        at: Timestamp,
    ) -> Self {
        Self::asked(world, (page.slug.clone(), version, opened.0, at.0))
    }

    /// When the form arrived.
    pub(crate) fn at(&self) -> Timestamp {
        Timestamp(self.asked.3)
    }

    /// Whether the posting was not changed since. Otherwise either answer may be
    /// right.
    pub(crate) fn still_holds(&self, world: &World) -> bool {
        *self == Self::asked(world, self.asked.clone())
    }

    fn asked(world: &World, asked: (String, Option<u32>, i64, i64)) -> Self {
        let (slug, version, opened, at) = &asked;
        let posting = &world.rows(&format!("SELECT * FROM postings WHERE slug = '{slug}'"))[0];
        let (current, since) = (number(posting, "version"), number(posting, "state_since"));
        let first = version.map_or(current, i64::from);
        let versions = world.rows(&format!(
            "SELECT closes_at, saved_at, ended_at FROM posting_versions \
             WHERE slug = '{slug}' AND version BETWEEN {first} AND {current} ORDER BY version"
        ));
        let correction = is_open(&versions, *at);
        let is_up = posting["state"] == "published";
        let may_still = *opened < since && *at < since + HOUR;
        let new = correction && (is_up || may_still);
        Self { new, correction, state: (current, since), asked }
    }
}

/// Before the closing of the last version; where a version moved it earlier, a
/// day more, or an hour where it ended the posting, and not beyond the closing
/// before. An hour after a posting was ended no page may send.
fn is_open(versions: &[Json], at: i64) -> bool {
    let closes_at = |version: &Json| number(version, "closes_at");
    let is_ended =
        |pair: &[Json]| !pair[1]["ended_at"].is_null() && at >= number(&pair[1], "saved_at") + HOUR;
    let first = versions.windows(2).rposition(is_ended).map_or(0, |last| last + 1);
    versions.last().is_some_and(|last| at < closes_at(last))
        || versions[first..].windows(2).any(|pair| {
            let grace = if pair[1]["ended_at"].is_null() { 24 * HOUR } else { HOUR };
            let is_earlier = closes_at(&pair[1]) < closes_at(&pair[0]);
            is_earlier && at < closes_at(&pair[0]) && at < number(&pair[1], "saved_at") + grace
        })
}

fn number(row: &Json, name: &str) -> i64 {
    row[name].as_f64().unwrap_or_default() as i64
}
