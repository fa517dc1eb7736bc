//! The statements for documents of refused forms.

use domain::HeldDocument;
use intake::ports::{Fault, HeldDocuments};
use rules::Timestamp;

use crate::database::{Database, Query, SqlLedger, json};
use crate::rows::{HeldRow, KeyRow};

/// How many documents of a page and address are looked at: far more than
/// anybody chooses in an hour.
const MOST: u32 = 40;

/// The same document again is the same row.
const HOLD: Query = Query::new(
    "hold",
    "\
    INSERT INTO held_documents (key, hold, document, until) VALUES (?1, ?2, ?3, ?4) \
    ON CONFLICT DO NOTHING",
);

const SELECT_HELD: Query = Query::new(
    "select held",
    "\
    SELECT * FROM held_documents WHERE hold IN (?1, ?2) AND until > ?3 \
    ORDER BY until DESC, key LIMIT ?4",
);

const SELECT_NO_LONGER_HELD: Query = Query::new(
    "select no longer held",
    "SELECT key FROM held_documents WHERE until <= ?1 ORDER BY until LIMIT ?2",
);

const FORGET_HELD: Query = Query::new("forget held", "DELETE FROM held_documents WHERE key = ?1");

impl<D: Database> HeldDocuments for SqlLedger<D> {
    async fn hold(&self, documents: &[HeldDocument]) -> Result<(), Fault> {
        let mut batch = Vec::with_capacity(documents.len());
        for HeldDocument { key, hold, document, until } in documents {
            let document = json(document, "a held document")?;
            batch.push(HOLD.bind([key.into(), hold.into(), document, (*until).into()]));
        }
        self.execute_all(batch).await
    }

    async fn held(&self, holds: &[String; 2], now: Timestamp) -> Result<Vec<HeldDocument>, Fault> {
        let [first, second] = holds;
        let values = [first.into(), second.into(), now.into(), MOST.into()];
        let rows: Vec<HeldRow> = self.0.run(SELECT_HELD.bind(values)).await?;
        // What another build has written otherwise is chosen again.
        Ok(rows.into_iter().filter_map(|row| row.try_into().ok()).collect())
    }

    async fn no_longer_held(&self, now: Timestamp, limit: u32) -> Result<Vec<String>, Fault> {
        let values = [now.into(), limit.into()];
        let rows: Vec<KeyRow> = self.0.run(SELECT_NO_LONGER_HELD.bind(values)).await?;
        Ok(rows.into_iter().map(|row| row.key).collect())
    }

    async fn forget_held(&self, key: &str) -> Result<(), Fault> {
        self.execute(FORGET_HELD.bind([key.into()])).await
    }
}
