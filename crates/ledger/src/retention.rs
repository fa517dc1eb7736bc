//! The statements for deletion, posting counts and cursors.

use domain::{Application, Posting};
use intake::ports::{Fault, Notice, Retention, Strays};
use rules::{Mails, Timestamp};

use crate::database::{Database, Query, SqlLedger, Value, json};
use crate::rows::{CountRow, CursorRow, IdRow, StrayRow};

/// The application may be gone by now, or retired by somebody else: then it
/// has no effect, and neither have those after it.
const RETIRE: Query = Query::new(
    "retire",
    "\
    INSERT INTO retired (id, posting, retired_at, receipt) \
    SELECT id, posting, ?2, ?3 FROM applications WHERE id = ?1 ON CONFLICT DO NOTHING",
);

/// A notice of the kind `?3`. It is due when no mail of the application can
/// still be on its way.
const INSERT_WITHDRAWAL: Query = Query::new(
    "insert withdrawal",
    "\
    INSERT INTO mails (id, kind, posting, payload, due_at) \
    SELECT ?3 || '/' || id, ?3, posting, ?4, max(?2, coalesce( \
        (SELECT max(leased_until) FROM mails WHERE application = ?1), 0)) \
    FROM applications WHERE id = ?1 ON CONFLICT DO NOTHING",
);

/// The posting keeps the number alone.
const INSERT_WITHDRAWAL_EVENT: Query = Query::new(
    "insert withdrawal event",
    "\
    INSERT INTO events (id, posting, what, at, detail) \
    SELECT 'withdrawn/' || posting || '/' || number, posting, 'withdrawn', ?2, \
        json_object('number', number) \
    FROM applications WHERE id = ?1 ON CONFLICT DO NOTHING",
);

const DELETE_MAILS: Query = Query::new("delete mails", "DELETE FROM mails WHERE application = ?1");

const DELETE_REVISIONS: Query =
    Query::new("delete revisions", "DELETE FROM revisions WHERE application = ?1");

const DELETE_APPLICATION: Query =
    Query::new("delete application", "DELETE FROM applications WHERE id = ?1");

const SELECT_WITHDRAWN: Query = Query::new(
    "select withdrawn",
    "SELECT id FROM retired INDEXED BY retired_not_erased \
    WHERE posting IS NOT NULL AND erased = 0 LIMIT ?1",
);

/// `?1` is a JSON object of milliseconds by slug. A day never moves forward:
/// applications were told the later one. Nothing is written where nothing has
/// changed.
const NOTE_ERASURE_DAYS: Query = Query::new(
    "note erasure days",
    "\
    INSERT INTO tallies (posting, erased_at) SELECT key, value FROM json_each(?1) WHERE true \
    ON CONFLICT (posting) DO UPDATE SET erased_at = excluded.erased_at \
    WHERE erased_at IS NULL OR erased_at < excluded.erased_at",
);

/// What the previous Worker took in before the day of its posting was noted.
const DATE_APPLICATIONS: Query = Query::new(
    "date applications",
    "\
    UPDATE applications SET erase_at = \
        (SELECT erased_at FROM tallies WHERE tallies.posting = applications.posting) \
    WHERE erase_at IS NULL \
        AND posting IN (SELECT posting FROM tallies WHERE erased_at IS NOT NULL)",
);

const SELECT_TO_ERASE: Query = Query::new(
    "select to erase",
    "SELECT id FROM applications WHERE erase_at <= ?1 ORDER BY erase_at LIMIT ?2",
);

const COUNT_ERASED: Query = Query::new(
    "count erased",
    "\
    INSERT INTO tallies (posting, erased, withdrawn) \
    SELECT applications.posting, retired.id IS NULL, retired.id IS NOT NULL \
    FROM applications LEFT JOIN retired ON retired.id = applications.id \
    WHERE applications.id = ?1 \
    ON CONFLICT (posting) DO UPDATE \
    SET erased = erased + excluded.erased, withdrawn = withdrawn + excluded.withdrawn",
);

/// Of the postings that are erased: what is left of withdrawals.
const FORGET_RETIRED: Query = Query::new(
    "forget retired",
    "\
    DELETE FROM retired WHERE posting IN (SELECT posting FROM tallies WHERE erased_at <= ?1 \
        AND NOT EXISTS (SELECT 1 FROM applications WHERE applications.posting = tallies.posting))",
);

/// Of the postings that are erased: the mails of no application, sent or not. A
/// notice of a withdrawal has a name in it, and the day of deletion was promised.
const FORGET_NOTICES: Query = Query::new(
    "forget notices",
    "\
    DELETE FROM mails WHERE application IS NULL AND posting IN \
        (SELECT posting FROM tallies WHERE erased_at <= ?1 \
        AND NOT EXISTS (SELECT 1 FROM applications WHERE applications.posting = tallies.posting))",
);

/// Of the postings that are erased: what staff did.
const FORGET_EVENTS: Query = Query::new(
    "forget events",
    "\
    DELETE FROM events WHERE application IS NULL AND posting IN \
        (SELECT posting FROM tallies WHERE erased_at <= ?1 \
        AND NOT EXISTS (SELECT 1 FROM applications WHERE applications.posting = tallies.posting))",
);

const FORGET_SENDINGS: Query = Query::new("forget sendings", "DELETE FROM sendings WHERE at < ?1");

const IS_WITHDRAWN: Query = Query::new(
    "is withdrawn",
    "SELECT count(*) AS count FROM retired WHERE id = ?1 AND posting IS NOT NULL",
);

const IS_ORPHANED: Query = Query::new(
    "is orphaned",
    "SELECT count(*) AS count FROM retired WHERE id = ?1 AND posting IS NULL",
);

/// `?1` is a JSON array of ids.
const RETIRE_ORPHANS: Query = Query::new(
    "retire orphans",
    "\
    INSERT INTO retired (id, retired_at) \
    SELECT value, ?2 FROM json_each(?1) WHERE value NOT IN (SELECT id FROM applications) \
    ON CONFLICT DO NOTHING",
);

const SELECT_STRAYS: Query = Query::new(
    "select strays",
    "\
    SELECT value AS id, applications.id AS application \
    FROM json_each(?1) LEFT JOIN applications ON applications.id = value \
    WHERE applications.id IS NULL OR json_extract(sealed, '$.revision') = revision",
);

const FORGET_ORPHANS: Query = Query::new(
    "forget orphans",
    "DELETE FROM retired INDEXED BY retired_orphans WHERE posting IS NULL AND retired_at < ?1",
);

const FORGET_ALERTS: Query = Query::new(
    "forget alerts",
    "DELETE FROM mails WHERE posting IS NULL AND application IS NULL AND due_at < ?1",
);

/// All but the latest: what it counts as lost has been told.
const FORGET_INCIDENTS: Query = Query::new(
    "forget incidents",
    "\
    DELETE FROM incidents WHERE opened_at < ?1 AND closed_at < ?1 \
        AND opened_at < (SELECT max(opened_at) FROM incidents)",
);

const SELECT_CURSOR: Query =
    Query::new("select cursor", "SELECT after FROM bookmarks WHERE task = ?1");

const KEEP_CURSOR: Query = Query::new(
    "keep cursor",
    "\
    INSERT INTO bookmarks (task, after) VALUES (?1, ?2) \
    ON CONFLICT (task) DO UPDATE SET after = excluded.after",
);

const DELETE_CURSOR: Query = Query::new("delete cursor", "DELETE FROM bookmarks WHERE task = ?1");

impl<D: Database> Retention for SqlLedger<D> {
    async fn withdraw(
        &self,
        received: &Application,
        key_hash: &str,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let id = Value::from(&received.id);
        let mut batch = vec![RETIRE.bind([id.clone(), now.into(), key_hash.into()])];
        for notice in notices_of_withdrawal(received, now) {
            let (kind, notice) = (notice.kind().as_str().into(), json(&notice, "a notice")?);
            batch.push(INSERT_WITHDRAWAL.bind([id.clone(), now.into(), kind, notice]));
        }
        batch.push(INSERT_WITHDRAWAL_EVENT.bind([id.clone(), now.into()]));
        batch.push(DELETE_MAILS.bind([id]));
        self.execute_all(batch).await
    }

    async fn is_withdrawn(&self, id: &str) -> Result<bool, Fault> {
        let row: Option<CountRow> = self.first(IS_WITHDRAWN.bind([id.into()])).await?;
        Ok(row.is_some_and(|row| row.count > 0))
    }

    async fn is_orphaned(&self, id: &str) -> Result<bool, Fault> {
        let row: Option<CountRow> = self.first(IS_ORPHANED.bind([id.into()])).await?;
        Ok(row.is_some_and(|row| row.count > 0))
    }

    async fn withdrawn(&self, limit: u32) -> Result<Vec<String>, Fault> {
        let rows = self.0.run(SELECT_WITHDRAWN.bind([limit.into()])).await?;
        Ok(rows.into_iter().map(|row: IdRow| row.id).collect())
    }

    async fn note_erasure_days(&self, postings: &[Posting]) -> Result<(), Fault> {
        let days = postings.iter().map(|one| (one.slug.clone(), one.erased_at().0.into()));
        let days = serde_json::Value::Object(days.collect());
        self.execute_all(vec![
            NOTE_ERASURE_DAYS.bind([days.to_string().into()]),
            DATE_APPLICATIONS.bind([]),
        ])
        .await
    }

    async fn to_erase(&self, now: Timestamp, limit: u32) -> Result<Vec<String>, Fault> {
        let rows = self.0.run(SELECT_TO_ERASE.bind([now.into(), limit.into()])).await?;
        Ok(rows.into_iter().map(|row: IdRow| row.id).collect())
    }

    async fn erase(&self, id: &str) -> Result<(), Fault> {
        let each = [COUNT_ERASED, DELETE_MAILS, DELETE_REVISIONS, DELETE_APPLICATION];
        self.execute_all(each.map(|query| query.bind([id.into()])).into()).await
    }

    async fn forget_erased_postings(&self, now: Timestamp) -> Result<(), Fault> {
        let a_day_ago = now.0.saturating_sub(Timestamp(0).plus_days(1).0);
        let mut batch: Vec<_> = [FORGET_RETIRED, FORGET_NOTICES, FORGET_EVENTS]
            .map(|query| query.bind([now.into()]))
            .into();
        batch.push(FORGET_SENDINGS.bind([Timestamp(a_day_ago).into()]));
        self.execute_all(batch).await
    }

    async fn retire_orphans(&self, ids: &[String], now: Timestamp) -> Result<Strays, Fault> {
        let ids = json(&ids, "a list of ids")?;
        let batch = vec![RETIRE_ORPHANS.bind([ids.clone(), now.into()]), SELECT_STRAYS.bind([ids])];
        let mut strays = Strays::default();
        for StrayRow { id, application } in self.0.batch(batch).await? {
            let of = if application.is_none() { &mut strays.orphans } else { &mut strays.sealed };
            of.push(id);
        }
        Ok(strays)
    }

    async fn forget_until(&self, until: Timestamp) -> Result<(), Fault> {
        let each = [FORGET_ORPHANS, FORGET_ALERTS, FORGET_INCIDENTS];
        self.execute_all(each.map(|query| query.bind([until.into()])).into()).await
    }

    async fn cursor(&self, task: &str) -> Result<Option<String>, Fault> {
        let row: Option<CursorRow> = self.first(SELECT_CURSOR.bind([task.into()])).await?;
        Ok(row.map(|row| row.after))
    }

    async fn keep_cursor(&self, task: &str, after: Option<&str>) -> Result<(), Fault> {
        self.execute(match after {
            Some(after) => KEEP_CURSOR.bind([task.into(), after.into()]),
            None => DELETE_CURSOR.bind([task.into()]),
        })
        .await
    }
}

/// What staff and the candidate are told.
fn notices_of_withdrawal(received: &Application, at: Timestamp) -> Vec<Notice> {
    let (posting, reference) = (received.posting.clone(), received.reference.clone());
    let staff = Notice::Withdrawal {
        posting: posting.clone(),
        version: received.posting_version,
        number: received.number,
        reference: reference.clone(),
        name: received.content.name.clone(),
        at,
    };
    let candidate = Notice::WithdrawalConfirmation {
        posting,
        version: received.posting_version,
        reference,
        address: received.content.email.clone(),
        language: received.language.clone(),
        mails: received.content.mails,
        at,
    };
    let is_told = received.content.mails != Mails::Nothing;
    [staff].into_iter().chain(is_told.then_some(candidate)).collect()
}
