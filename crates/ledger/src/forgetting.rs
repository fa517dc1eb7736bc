//! The statements for applications that are forgotten.

use domain::{Application, Deed};
use intake::ports::{Fault, Forgetting};
use rules::Timestamp;

use crate::database::{Database, Query, SqlLedger};
use crate::rows::{ApplicationRow, CountRow};

/// Only the latest revision, once.
const CONFIRM: Query = Query::new(
    "confirm",
    "\
    UPDATE applications SET confirmed_revision = revision \
    WHERE id = ?1 AND revision = ?2 AND confirmed_revision < revision \
        AND id NOT IN (SELECT id FROM retired)",
);

const INSERT_CONFIRMATION: Query = Query::new(
    "insert confirmation",
    "\
    INSERT INTO events (id, posting, application, what, who, at, detail) \
    SELECT 'confirmed/' || id || '/' || revision, posting, id, ?3, ?4, ?5, \
        json_object('revision', revision) FROM applications \
    WHERE id = ?1 AND confirmed_revision = ?2 AND id NOT IN (SELECT id FROM retired) \
    ON CONFLICT DO NOTHING",
);

/// Whether an application is confirmed and no mail still needs its content.
macro_rules! may_be_forgotten {
    () => {
        "confirmed_revision > forgotten_revision AND confirmed_revision = revision \
            AND id NOT IN (SELECT id FROM retired) \
            AND NOT EXISTS (SELECT 1 FROM mails WHERE mails.application = applications.id \
                AND sent_at IS NULL AND refused_because IS NULL)"
    };
}

const SELECT_TO_FORGET: Query = Query::new(
    "select to forget",
    concat!(
        "SELECT * FROM applications INDEXED BY applications_to_forget WHERE ",
        may_be_forgotten!(),
        " LIMIT ?1"
    ),
);

/// `cleaned_revision` goes back, so that documents of this and earlier revisions
/// are deleted even where the task that forgets is cut off.
const FORGET: Query = Query::new(
    "forget",
    concat!(
        "UPDATE applications SET application = ?3, sealed = ?4, folded = NULL, \
            forgotten_revision = revision, cleaned_revision = min(cleaned_revision, revision - 1) \
        WHERE id = ?1 AND revision = ?2 AND ",
        may_be_forgotten!()
    ),
);

const SELECT_UNCONFIRMED: Query = Query::new(
    "select unconfirmed",
    "\
    SELECT EXISTS (SELECT 1 FROM applications \
        WHERE posting = ?1 AND confirmed_revision < revision \
            AND id NOT IN (SELECT id FROM retired) \
            AND EXISTS (SELECT 1 FROM mails WHERE mails.application = applications.id \
                AND kind = 'staff' AND mails.revision = applications.revision \
                AND sent_at IS NOT NULL)) AS count",
);

impl<D: Database> Forgetting for SqlLedger<D> {
    async fn confirm(
        &self,
        id: &str,
        revision: u32,
        by: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Fault> {
        let what = Deed::Confirmed.as_str();
        let event = [id.into(), revision.into(), what.into(), by.into(), at.into()];
        let batch =
            vec![CONFIRM.bind([id.into(), revision.into()]), INSERT_CONFIRMATION.bind(event)];
        self.execute_all(batch).await
    }

    async fn to_forget(&self, limit: u32) -> Result<Vec<Application>, Fault> {
        let rows: Vec<ApplicationRow> = self.0.run(SELECT_TO_FORGET.bind([limit.into()])).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    async fn forget(&self, next: &Application) -> Result<Option<Application>, Fault> {
        self.replace_content(FORGET, next).await
    }

    async fn unconfirmed(&self, slug: &str) -> Result<bool, Fault> {
        let row: Option<CountRow> = self.first(SELECT_UNCONFIRMED.bind([slug.into()])).await?;
        Ok(row.is_some_and(|row| row.count > 0))
    }
}
