//! Revisions of applications.

use domain::{Application, Revision};
use intake::ports::{
    Correction, Corrections, Fault, MailRef, Notice, NoticeOfChange, PreviousAddress, Related,
};
use rules::{Content, Mails, Timestamp};

use crate::applications::SELECT_BY_ID;
use crate::database::{Database, Query, SqlLedger, Value, json};
use crate::rows::{ApplicationRow, ContentRow, RelatedRow, RevisionRow};

/// This statement and all that follow have no effect where the application is
/// withdrawn, where the revision is not the latest, or where it was sealed or
/// forgotten meanwhile, so that documents which the correction keeps are gone.
macro_rules! is_as_seen {
    ($seen:literal) => {
        concat!(
            "id = ?1 AND revision = ?2 AND json_extract(sealed, '$.revision') IS ",
            $seen,
            " AND id NOT IN (SELECT id FROM retired)"
        )
    };
}

const KEEP_REVISION: Query = Query::new(
    "keep revision",
    concat!(
        "INSERT INTO revisions (application, revision, content, received_at) \
        SELECT id, revision, application, coalesce(revised_at, received_at) FROM applications \
        WHERE ",
        is_as_seen!("?3"),
        " ON CONFLICT DO NOTHING"
    ),
);

const REVISE: Query = Query::new(
    "revise",
    concat!(
        "UPDATE applications SET revision = revision + 1, revised_at = ?3, application = ?4, \
            language = ?5, address_changes = ?6, posting_version = ?7 WHERE ",
        is_as_seen!("?8")
    ),
);

/// A mail that a task may be sending stays until the task has settled it.
const DELETE_EARLIER_MAILS: Query = Query::new(
    "delete earlier mails",
    "\
    DELETE FROM mails WHERE application = ?1 AND sent_at IS NULL AND leased_until <= ?2 \
        AND revision < (SELECT revision FROM applications WHERE id = ?1)",
);

const INSERT_MAIL: Query = Query::new(
    "insert mail of revision",
    "\
    INSERT INTO mails (id, kind, application, posting, due_at, revision) \
    SELECT ?3, ?4, id, posting, ?5, revision FROM applications \
    WHERE id = ?1 AND revision = ?2 AND id NOT IN (SELECT id FROM retired) ON CONFLICT DO NOTHING",
);

/// `?3` is a text: as a number it would stand in the id with a decimal point.
const INSERT_NOTICE_OF_CHANGE: Query = Query::new(
    "insert notice of change",
    "\
    INSERT INTO mails (id, kind, posting, payload, due_at) \
    SELECT 'address_changed/' || id || '/' || ?3, 'address_changed', posting, ?5, ?6 \
    FROM applications WHERE id = ?1 AND revision = ?2 AND address_changes = ?4 \
        AND id NOT IN (SELECT id FROM retired) ON CONFLICT DO NOTHING",
);

const SELECT_REVISIONS: Query = Query::new(
    "select revisions",
    "SELECT revision, received_at, content FROM revisions WHERE application = ?1 ORDER BY revision",
);

const SELECT_FORWARDED: Query = Query::new(
    "select forwarded",
    "\
    SELECT content FROM revisions WHERE application = ?1 AND revision = coalesce( \
        (SELECT max(revision) FROM mails WHERE application = ?1 AND kind = 'staff' \
            AND revision < ?2 AND sent_at IS NOT NULL), 1)",
);

/// `?3` is the application that the page belonged to first.
const SELECT_RELATED: Query = Query::new(
    "select related",
    "\
    SELECT reference, received_at, (id = ?3 OR page IS ?3) AS same_page FROM applications \
    WHERE id != ?1 AND id NOT IN (SELECT id FROM retired) AND (id = ?3 OR page = ?3 \
        OR (posting = ?2 AND lower(json_extract(application, '$.email')) = lower(?4))) \
    ORDER BY received_at, id LIMIT 50",
);

const SELECT_TO_CLEAN: Query = Query::new(
    "select to clean",
    "\
    SELECT * FROM applications WHERE cleaned_revision < revision \
        AND id NOT IN (SELECT id FROM retired) \
        AND (forgotten_revision = revision \
            OR EXISTS (SELECT 1 FROM mails WHERE mails.application = applications.id \
                AND kind = 'staff' AND mails.revision = applications.revision \
                AND sent_at IS NOT NULL)) \
    LIMIT ?1",
);

const CLEANED: Query = Query::new(
    "cleaned",
    "UPDATE applications SET cleaned_revision = max(cleaned_revision, ?2) WHERE id = ?1",
);

/// `cleaned_revision` goes back, so that documents of this and earlier revisions
/// are deleted even where the task that seals is cut off.
const SEAL: Query = Query::new(
    "seal",
    "\
    UPDATE applications SET application = ?3, sealed = ?4, folded = NULL, \
        cleaned_revision = min(cleaned_revision, revision - 1) \
    WHERE id = ?1 AND revision = ?2 AND id NOT IN (SELECT id FROM retired)",
);

const SEAL_REVISIONS: Query = Query::new(
    "seal revisions",
    "\
    UPDATE revisions SET content = ?3 WHERE application = ?1 \
        AND EXISTS (SELECT 1 FROM applications WHERE id = ?1 AND revision = ?2 AND sealed = ?4)",
);

impl<D: Database> Corrections for SqlLedger<D> {
    async fn seal(&self, next: &Application) -> Result<Option<Application>, Fault> {
        self.replace_content(SEAL, next).await
    }

    async fn correct(
        &self,
        next: &Application,
        mails: &[MailRef],
        due_at: Timestamp,
        previous: Option<&PreviousAddress>,
    ) -> Result<Correction, Fault> {
        let id = Value::from(&next.id);
        let (before, revision) = (next.revision.saturating_sub(1), next.revision);
        let arrived = Value::from(next.revised_at);
        let sealed = Value::from(next.sealed.as_ref().map(|sealed| sealed.revision));
        let mut batch = vec![
            KEEP_REVISION.bind([id.clone(), before.into(), sealed.clone()]),
            REVISE.bind([
                id.clone(),
                before.into(),
                arrived.clone(),
                json(&next.content, "an application")?,
                (&next.language).into(),
                next.address_changes.into(),
                next.posting_version.into(),
                sealed,
            ]),
            DELETE_EARLIER_MAILS.bind([id.clone(), arrived.clone()]),
        ];
        for MailRef { id: mail, kind } in mails {
            let values = [mail.into(), kind.as_str().into(), due_at.into()];
            let [mail, kind, due_at] = values;
            batch.push(INSERT_MAIL.bind([id.clone(), revision.into(), mail, kind, due_at]));
        }
        let told = previous.filter(|previous| previous.mails != Mails::Nothing);
        if let Some(PreviousAddress { address, language, mails }) = told {
            let notice = Notice::AddressChanged(NoticeOfChange {
                posting: next.posting.clone(),
                version: next.posting_version,
                reference: next.reference.clone(),
                address: address.clone(),
                language: language.clone(),
                mails: *mails,
            });
            let changes = next.address_changes;
            batch.push(INSERT_NOTICE_OF_CHANGE.bind([
                id.clone(),
                revision.into(),
                revision.to_string().into(),
                changes.into(),
                json(&notice, "a notice")?,
                arrived,
            ]));
        }
        batch.push(SELECT_BY_ID.bind([id]));
        let held: Vec<ApplicationRow> = self.0.batch(batch).await?;
        let Some(row) = held.into_iter().next() else { return Ok(Correction::Gone) };
        let held: Application = row.try_into()?;
        let is_ours = held.revision == revision && held.content == next.content;
        let held = Box::new(held);
        Ok(if is_ours { Correction::Held(held) } else { Correction::Superseded(held) })
    }

    async fn revisions(&self, id: &str) -> Result<Vec<Revision>, Fault> {
        let rows: Vec<RevisionRow> = self.0.run(SELECT_REVISIONS.bind([id.into()])).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    async fn forwarded_before(&self, id: &str, revision: u32) -> Result<Option<Content>, Fault> {
        let values = [id.into(), revision.into()];
        let row: Option<ContentRow> = self.first(SELECT_FORWARDED.bind(values)).await?;
        row.map(TryInto::try_into).transpose()
    }

    async fn related(&self, application: &Application) -> Result<Vec<Related>, Fault> {
        let page = application.page.as_ref().unwrap_or(&application.id);
        let address = &application.content.email;
        let values =
            [(&application.id).into(), (&application.posting).into(), page.into(), address.into()];
        let rows: Vec<RelatedRow> = self.0.run(SELECT_RELATED.bind(values)).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn to_clean(&self, limit: u32) -> Result<Vec<Application>, Fault> {
        let rows: Vec<ApplicationRow> = self.0.run(SELECT_TO_CLEAN.bind([limit.into()])).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    async fn cleaned(&self, id: &str, revision: u32) -> Result<(), Fault> {
        self.execute(CLEANED.bind([id.into(), revision.into()])).await
    }
}

impl<D: Database> SqlLedger<D> {
    /// Replaces what an application says, and what its earlier revisions said,
    /// by `first` where that has an effect. Returns what is held if it is so.
    pub(crate) async fn replace_content(
        &self,
        first: Query,
        next: &Application,
    ) -> Result<Option<Application>, Fault> {
        let values = [
            (&next.id).into(),
            next.revision.into(),
            json(&next.content, "an application")?,
            json(&next.sealed, "what is sealed")?,
        ];
        let batch = vec![
            first.bind(values.clone()),
            SEAL_REVISIONS.bind(values),
            SELECT_BY_ID.bind([(&next.id).into()]),
        ];
        let held: Vec<ApplicationRow> = self.0.batch(batch).await?;
        let held: Option<Application> =
            held.into_iter().next().map(TryInto::try_into).transpose()?;
        Ok(held.filter(|held| held.revision == next.revision && held.sealed == next.sealed))
    }
}
