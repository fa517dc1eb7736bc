//! Deleting in D1.

use domain::{Application, Posting};
use intake::ports::{Fault, Notice, Retention};
use rules::Timestamp;
use wasm_bindgen::JsValue;

use super::d1::{D1Ledger, fault, number, only, rows};
use crate::record::{BookmarkRow, IdRow, PostingRow};

/// The application may be gone by now, or retired by somebody else: then it
/// has no effect, and neither have those after it.
const RETIRE: &str = "\
    INSERT INTO retired (id, posting, retired_at, receipt) \
    SELECT id, posting, ?2, ?3 FROM applications WHERE id = ?1 ON CONFLICT DO NOTHING";

/// Due when nobody can be sending a letter any more.
const INSERT_WITHDRAWAL: &str = "\
    INSERT INTO notices (id, posting, notice, due_at) \
    SELECT 'withdrawal/' || id, posting, ?3, max(?2, coalesce( \
        (SELECT max(leased_until) FROM outbox WHERE application = ?1), 0)) \
    FROM applications WHERE id = ?1 ON CONFLICT DO NOTHING";

const DELETE_LETTERS: &str = "DELETE FROM outbox WHERE application = ?1";

const DELETE_APPLICATION: &str = "DELETE FROM applications WHERE id = ?1";

const SELECT_WITHDRAWN: &str = "\
    SELECT applications.id FROM applications JOIN retired ON retired.id = applications.id LIMIT ?1";

/// `?1` is a JSON object of milliseconds by slug. Nothing is written where
/// nothing has changed.
const PROMISE: &str = "\
    INSERT INTO tallies (posting, erased_at) SELECT key, value FROM json_each(?1) WHERE true \
    ON CONFLICT (posting) DO UPDATE SET erased_at = excluded.erased_at \
    WHERE erased_at IS NOT excluded.erased_at";

const SELECT_TO_ERASE: &str = "\
    SELECT posting FROM tallies WHERE erased_at <= ?1 AND ( \
        EXISTS (SELECT 1 FROM applications WHERE applications.posting = tallies.posting) \
        OR EXISTS (SELECT 1 FROM retired WHERE retired.posting = tallies.posting) \
        OR EXISTS (SELECT 1 FROM notices WHERE notices.posting = tallies.posting))";

const COUNT: &str = "\
    INSERT INTO tallies (posting, erased, withdrawn) \
    SELECT applications.posting, retired.id IS NULL, retired.id IS NOT NULL \
    FROM applications LEFT JOIN retired ON retired.id = applications.id \
    WHERE applications.id = ?1 \
    ON CONFLICT (posting) DO UPDATE \
    SET erased = erased + excluded.erased, withdrawn = withdrawn + excluded.withdrawn";

const FORGET_RETIRED: &str = "DELETE FROM retired WHERE posting = ?1";

const FORGET_NOTICES: &str = "DELETE FROM notices WHERE posting = ?1";

/// `?1` is a JSON array of ids.
const RETIRE_STRAYS: &str = "\
    INSERT INTO retired (id, retired_at) \
    SELECT value, ?2 FROM json_each(?1) WHERE value NOT IN (SELECT id FROM applications) \
    ON CONFLICT DO NOTHING";

const SELECT_STRAYS: &str = "\
    SELECT value AS id FROM json_each(?1) WHERE value NOT IN (SELECT id FROM applications)";

const FORGET_STRAYS: &str = "DELETE FROM retired WHERE posting IS NULL AND retired_at < ?1";

const FORGET_ALERTS: &str = "DELETE FROM notices WHERE posting IS NULL AND due_at < ?1";

/// All but the latest: what it counts as lost has been told.
const FORGET_INCIDENTS: &str = "\
    DELETE FROM incidents WHERE closed_at < ?1 \
        AND opened_at < (SELECT max(opened_at) FROM incidents)";

const SELECT_BOOKMARK: &str = "SELECT after FROM bookmarks WHERE task = ?1";

const KEEP_BOOKMARK: &str = "\
    INSERT INTO bookmarks (task, after) VALUES (?1, ?2) \
    ON CONFLICT (task) DO UPDATE SET after = excluded.after";

const DELETE_BOOKMARK: &str = "DELETE FROM bookmarks WHERE task = ?1";

impl Retention for D1Ledger {
    async fn withdraw(
        &self,
        received: &Application,
        trace: &str,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let notice = Notice::Withdrawal {
            posting: received.posting.clone(),
            number: received.number,
            reference: received.reference.clone(),
            at: now,
        };
        let notice = serde_json::to_string(&notice)
            .map_err(|_| Fault::Ledger("a notice is no JSON".into()))?;
        let id = JsValue::from(&received.id);
        self.all_or_nothing(&[
            (RETIRE, &[id.clone(), number(now), trace.into()]),
            (INSERT_WITHDRAWAL, &[id.clone(), number(now), notice.into()]),
            (DELETE_LETTERS, &[id]),
        ])
        .await
    }

    async fn withdrawn(&self, limit: u32) -> Result<Vec<String>, Fault> {
        let result = self.statement(SELECT_WITHDRAWN, &[limit.into()])?;
        let result = result.all().await.map_err(fault)?;
        Ok(rows::<IdRow>(&result)?.into_iter().map(|row| row.id).collect())
    }

    async fn promise(&self, postings: &[Posting]) -> Result<(), Fault> {
        let days = postings.iter().map(|one| (one.slug.clone(), one.erased_at().0.into()));
        let days = serde_json::Value::Object(days.collect());
        self.all_or_nothing(&[(PROMISE, &[days.to_string().into()])]).await
    }

    async fn to_erase(&self, now: Timestamp) -> Result<Vec<String>, Fault> {
        let result = self.statement(SELECT_TO_ERASE, &[number(now)])?;
        let result = result.all().await.map_err(fault)?;
        Ok(rows::<PostingRow>(&result)?.into_iter().map(|row| row.posting).collect())
    }

    async fn erase(&self, id: &str) -> Result<(), Fault> {
        let id = [JsValue::from(id)];
        self.all_or_nothing(&[(COUNT, &id), (DELETE_LETTERS, &id), (DELETE_APPLICATION, &id)]).await
    }

    async fn close_books(&self, slug: &str) -> Result<(), Fault> {
        let slug = [JsValue::from(slug)];
        self.all_or_nothing(&[(FORGET_RETIRED, &slug), (FORGET_NOTICES, &slug)]).await
    }

    async fn retire_strays(&self, ids: &[String], now: Timestamp) -> Result<Vec<String>, Fault> {
        let ids =
            serde_json::to_string(ids).map_err(|_| Fault::Ledger("ids are no JSON".into()))?;
        let ids = JsValue::from(ids);
        let retire = self.statement(RETIRE_STRAYS, &[ids.clone(), number(now)])?;
        let select = self.statement(SELECT_STRAYS, &[ids])?;
        let results = self.0.batch(vec![retire, select]).await.map_err(fault)?;
        let strays = results.last().ok_or_else(|| Fault::Ledger("no answer to a batch".into()))?;
        Ok(rows::<IdRow>(strays)?.into_iter().map(|row| row.id).collect())
    }

    async fn forget_until(&self, until: Timestamp) -> Result<(), Fault> {
        let until = [number(until)];
        let each = [FORGET_STRAYS, FORGET_ALERTS, FORGET_INCIDENTS];
        self.all_or_nothing(&each.map(|sql| (sql, until.as_slice()))).await
    }

    async fn bookmark(&self, task: &str) -> Result<Option<String>, Fault> {
        let row: Option<BookmarkRow> =
            only(&self.statement(SELECT_BOOKMARK, &[task.into()])?).await?;
        Ok(row.map(|row| row.after))
    }

    async fn keep_bookmark(&self, task: &str, after: Option<&str>) -> Result<(), Fault> {
        let statement = match after {
            Some(after) => self.statement(KEEP_BOOKMARK, &[task.into(), after.into()])?,
            None => self.statement(DELETE_BOOKMARK, &[task.into()])?,
        };
        statement.run().await.map(|_| ()).map_err(fault)
    }
}

impl D1Ledger {
    /// Carries these out in one transaction.
    pub(super) async fn all_or_nothing(
        &self,
        statements: &[(&str, &[JsValue])],
    ) -> Result<(), Fault> {
        let statements = statements.iter().map(|(sql, values)| self.statement(sql, values));
        let statements = statements.collect::<Result<Vec<_>, _>>()?;
        self.0.batch(statements).await.map(|_| ()).map_err(fault)
    }
}
