//! The statements for postings and their versions.

use domain::posting::State;
use intake::ports::{
    Closing, CurrentVersion, EarlyErasures, Fault, NewVersion, PostingStore, PostingVersion, Saved,
};
use rules::Timestamp;

use crate::database::{Database, Query, SqlLedger, Value, json};
use crate::rows::{ClosingRow, CurrentVersionRow, EarlyErasuresRow, SavedRow, VersionRow};

/// How many bytes of a text go into one statement: as a literal each may become
/// two, and two texts have to fit.
const PIECE: usize = 20_000;

const SELECT_CURRENT_VERSIONS: Query = Query::new(
    "select current versions",
    "SELECT slug, version, state FROM postings WHERE version > 0 ORDER BY slug",
);

/// `?1` is a JSON array of slugs.
const LOAD_POSTINGS: Query = Query::new(
    "load postings",
    "\
    SELECT slug, version, state, state_since, compiled, format, ended_at, saved_at, saved_by, \
        iif(compiled IS NULL OR format != ?2, source, '') AS source \
    FROM postings JOIN posting_versions USING (slug, version) \
    WHERE slug IN (SELECT value FROM json_each(?1)) ORDER BY slug",
);

const SELECT_CURRENT: Query = Query::new(
    "select current version",
    "SELECT * FROM postings JOIN posting_versions USING (slug, version) WHERE slug = ?1",
);

const SELECT_VERSION: Query = Query::new(
    "select version",
    "\
    SELECT posting_versions.*, state, state_since \
    FROM posting_versions JOIN postings USING (slug) \
    WHERE slug = ?1 AND posting_versions.version = ?2",
);

const SELECT_EARLIER: Query = Query::new(
    "select earlier versions",
    "\
    SELECT posting_versions.*, state, state_since \
    FROM posting_versions JOIN postings USING (slug) \
    WHERE slug = ?1 AND posting_versions.version < ?2 \
    ORDER BY posting_versions.version DESC LIMIT 50",
);

/// Makes room for the first version. A posting of version 0 does not count.
const INSERT_POSTING: Query = Query::new(
    "insert posting",
    "\
    INSERT INTO postings (slug, state, state_since, version) VALUES (?1, ?2, ?3, 0) \
    ON CONFLICT DO NOTHING",
);

/// A version of which only a part was written.
const DELETE_UNFINISHED: Query = Query::new(
    "delete unfinished version",
    "\
    DELETE FROM posting_versions WHERE slug = ?1 \
        AND version > (SELECT version FROM postings WHERE slug = ?1)",
);

/// Without effect, as all that follow, where the base is not the current
/// version.
const INSERT_VERSION: Query = Query::new(
    "insert version",
    "\
    INSERT INTO posting_versions \
        (slug, version, source, compiled, format, closes_at, ended_at, saved_at, saved_by) \
    SELECT slug, version + 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM postings \
    WHERE slug = ?1 AND version = ?2",
);

const APPEND_TO_VERSION: Query = Query::new(
    "append to version",
    "\
    UPDATE posting_versions SET source = source || ?3, compiled = compiled || ?4 \
    WHERE slug = ?1 AND version = ?2 + 1 \
        AND EXISTS (SELECT 1 FROM postings WHERE slug = ?1 AND version = ?2)",
);

/// Comes last: nobody sees a version before it is whole.
const MAKE_CURRENT: Query = Query::new(
    "make current",
    "\
    UPDATE postings SET version = version + 1, state = coalesce(?3, state), \
        state_since = iif(state = coalesce(?3, state), state_since, ?4) \
    WHERE slug = ?1 AND version = ?2",
);

const SELECT_SAVED: Query = Query::new(
    "select saved",
    "\
    SELECT version, saved_at, saved_by, length(source) AS length \
    FROM postings JOIN posting_versions USING (slug, version) WHERE slug = ?1",
);

const SET_STATE: Query = Query::new(
    "set state of posting",
    "\
    UPDATE postings SET state = ?2, state_since = iif(state = ?2, state_since, ?3) \
    WHERE slug = ?1 AND version > 0 RETURNING slug, version, state",
);

const SELECT_CLOSINGS: Query = Query::new(
    "select closings",
    "\
    SELECT version, closes_at, saved_at, ended_at IS NOT NULL AS is_ended FROM posting_versions \
    WHERE slug = ?1 AND version BETWEEN ?2 AND (SELECT version FROM postings WHERE slug = ?1) \
    ORDER BY version",
);

const COUNT_ERASED_BEFORE: Query = Query::new(
    "count erased before",
    "\
    SELECT count(*) AS count, min(erase_at) AS first FROM applications \
    WHERE posting = ?1 AND erase_at < ?2 \
        AND id NOT IN (SELECT id FROM retired)",
);

impl<D: Database> PostingStore for SqlLedger<D> {
    async fn current_versions(&self) -> Result<Vec<CurrentVersion>, Fault> {
        let rows: Vec<CurrentVersionRow> = self.0.run(SELECT_CURRENT_VERSIONS.bind([])).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn load(&self, slugs: &[String], format: u32) -> Result<Vec<PostingVersion>, Fault> {
        let values = [json(&slugs, "a list of slugs")?, format.into()];
        let rows: Vec<VersionRow> = self.0.run(LOAD_POSTINGS.bind(values)).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn current(&self, slug: &str) -> Result<Option<PostingVersion>, Fault> {
        let row: Option<VersionRow> = self.first(SELECT_CURRENT.bind([slug.into()])).await?;
        Ok(row.map(Into::into))
    }

    async fn version(&self, slug: &str, version: u32) -> Result<Option<PostingVersion>, Fault> {
        let values = [slug.into(), version.into()];
        let row: Option<VersionRow> = self.first(SELECT_VERSION.bind(values)).await?;
        Ok(row.map(Into::into))
    }

    async fn earlier(&self, slug: &str, version: u32) -> Result<Vec<PostingVersion>, Fault> {
        let values = [slug.into(), version.into()];
        let rows: Vec<VersionRow> = self.0.run(SELECT_EARLIER.bind(values)).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn save(&self, version: &NewVersion<'_>) -> Result<Saved, Fault> {
        let NewVersion { base, saved_at, saved_by, source, .. } = *version;
        let rows: Vec<SavedRow> = self.0.batch(statements(version)).await?;
        let Some(row) = rows.first() else { return Ok(Saved::Conflict { current: 0 }) };
        Ok(row.judge(base.saturating_add(1), saved_at, saved_by, source.chars().count()))
    }

    async fn set_state(&self, slug: &str, state: State, now: Timestamp) -> Result<bool, Fault> {
        let values = [slug.into(), state.as_str().into(), now.into()];
        let rows: Vec<CurrentVersionRow> = self.0.run(SET_STATE.bind(values)).await?;
        Ok(!rows.is_empty())
    }

    async fn closings(&self, slug: &str, first: u32) -> Result<Vec<Closing>, Fault> {
        let values = [slug.into(), first.into()];
        let rows: Vec<ClosingRow> = self.0.run(SELECT_CLOSINGS.bind(values)).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn erased_before(&self, slug: &str, until: Timestamp) -> Result<EarlyErasures, Fault> {
        let values = [slug.into(), until.into()];
        let row: Option<EarlyErasuresRow> = self.first(COUNT_ERASED_BEFORE.bind(values)).await?;
        Ok(row.map(Into::into).unwrap_or_default())
    }
}

/// The statements that write a version, long texts in pieces.
fn statements(version: &NewVersion<'_>) -> Vec<crate::Statement> {
    let NewVersion { source, compiled, format, closes_at, ended_at, saved_at, .. } = *version;
    let (slug, base) = (Value::from(version.slug), Value::from(version.base));
    let mut sources = pieces(source).into_iter();
    let mut compiled_pieces = pieces(compiled.unwrap_or_default()).into_iter();
    let mut batch = Vec::new();
    if version.base == 0 {
        let state = version.state.unwrap_or_default().as_str();
        batch.push(INSERT_POSTING.bind([slug.clone(), state.into(), saved_at.into()]));
    }
    batch.push(DELETE_UNFINISHED.bind([slug.clone()]));
    let first = compiled_pieces.next().unwrap_or_default();
    batch.push(INSERT_VERSION.bind([
        slug.clone(),
        base.clone(),
        sources.next().unwrap_or_default().into(),
        compiled.map(|_| first).into(),
        format.into(),
        closes_at.into(),
        ended_at.into(),
        saved_at.into(),
        version.saved_by.into(),
    ]));
    loop {
        let (source, compiled) = (sources.next(), compiled_pieces.next());
        if source.is_none() && compiled.is_none() {
            break;
        }
        let texts = [source.unwrap_or_default().into(), compiled.unwrap_or_default().into()];
        let [source, compiled] = texts;
        batch.push(APPEND_TO_VERSION.bind([slug.clone(), base.clone(), source, compiled]));
    }
    let state = version.state.map(State::as_str);
    batch.push(MAKE_CURRENT.bind([slug.clone(), base, state.into(), saved_at.into()]));
    batch.push(SELECT_SAVED.bind([slug]));
    batch
}

/// Returns `text` in pieces of at most [`PIECE`] bytes.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE));
        pieces.push(piece);
        rest = after;
    }
    pieces
}
