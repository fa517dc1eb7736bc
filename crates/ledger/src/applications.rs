//! The statements for applications and receipts.

use domain::{Application, Reference};
use intake::ports::{Commit, Delivery, Fault, Ledger, MailKind, ReceiptLookup};
use rules::Timestamp;

use crate::database::{Database, Query, SqlLedger, Value, json};
use crate::rows::{ApplicationRow, IdRow, ReceiptLookupRow, ReceiptRow};

/// The number is one more than the latest one in the posting, which a trigger
/// keeps.
const INSERT_APPLICATION: Query = Query::new(
    "insert application",
    "\
    INSERT INTO applications \
        (id, reference, posting, language, origin, received_at, application, erase_at, page, \
        posting_version, mail, shared_opened, number) \
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, \
        1 + coalesce((SELECT last_number FROM tallies WHERE posting = ?3), 0) \
    WHERE ?1 NOT IN (SELECT id FROM retired) \
    ON CONFLICT DO NOTHING",
);

/// Takes effect only where the application was just inserted. One that is
/// withdrawn and not yet erased does not get its mails back, nor does one that
/// was corrected while the same form was still being stored.
const INSERT_MAIL: Query = Query::new(
    "insert mail",
    "\
    INSERT INTO mails (id, kind, application, posting, due_at) \
    SELECT ?2 || '/' || id, ?2, id, posting, received_at FROM applications \
    WHERE id = ?1 AND revision = 1 AND id NOT IN (SELECT id FROM retired) ON CONFLICT DO NOTHING",
);

const SELECT_RETIRED: Query = Query::new("select retired", "SELECT id FROM retired WHERE id = ?1");

pub(crate) const SELECT_BY_ID: Query = Query::new(
    "select by id",
    "SELECT * FROM applications WHERE id = ?1 AND id NOT IN (SELECT id FROM retired)",
);

/// Always one row of the same size, whether the application exists or not.
const LOOK_UP_RECEIPT: Query = Query::new(
    "look up receipt",
    "\
    SELECT coalesce((SELECT id FROM applications WHERE reference = ?1 \
            AND id NOT IN (SELECT id FROM retired)), ?3) AS id, \
        coalesce((SELECT address_changes FROM applications WHERE reference = ?1), 0) \
            AS address_changes, \
        (SELECT posting FROM retired WHERE receipt = ?2) AS posting, \
        (SELECT retired_at FROM retired WHERE receipt = ?2) AS withdrawn_at",
);

const SELECT_RECEIPT: Query = Query::new(
    "select receipt",
    "\
    SELECT applications.*, staff.sent_at AS forwarded_at, \
        staff.refused_because IS NOT NULL AS not_forwarded, \
        acknowledgement.sent_at AS acknowledged_at, \
        acknowledgement.refused_because IS NOT NULL AS not_acknowledged \
    FROM applications \
    LEFT JOIN mails AS staff ON staff.application = applications.id \
        AND staff.kind = 'staff' AND staff.revision = applications.revision \
    LEFT JOIN mails AS acknowledgement ON acknowledgement.application = applications.id \
        AND acknowledgement.kind = 'acknowledgement' \
        AND acknowledgement.revision = applications.revision \
    WHERE applications.id = ?1 AND applications.id NOT IN (SELECT id FROM retired)",
);

/// Each address works once, and not after one that works longer.
const OPEN_ONCE: Query = Query::new(
    "open once",
    "UPDATE applications SET shared_opened = ?2 WHERE id = ?1 AND shared_opened < ?2 RETURNING id",
);

impl<D: Database> Ledger for SqlLedger<D> {
    async fn commit(&self, received: &Application, mails: &[MailKind]) -> Result<Commit, Fault> {
        let id = Value::from(&received.id);
        let mut batch = vec![INSERT_APPLICATION.bind([
            id.clone(),
            received.reference.as_str().into(),
            (&received.posting).into(),
            (&received.language).into(),
            (&received.origin).into(),
            received.received_at.into(),
            json(&received.content, "an application")?,
            received.erase_at.into(),
            received.page.as_ref().into(),
            received.posting_version.into(),
            received.mail.as_ref().into(),
            received.shared.into(),
        ])];
        for mail in mails {
            batch.push(INSERT_MAIL.bind([id.clone(), mail.as_str().into()]));
        }
        batch.push(SELECT_BY_ID.bind([id.clone()]));
        let held: Vec<ApplicationRow> = self.0.batch(batch).await?;
        if let Some(row) = held.into_iter().next() {
            return Ok(Commit::Held(Box::new(row.try_into()?)));
        }
        let retired: Option<IdRow> = self.first(SELECT_RETIRED.bind([id])).await?;
        Ok(if retired.is_some() { Commit::Retired } else { Commit::ReferenceTaken })
    }

    async fn find(&self, id: &str) -> Result<Option<Application>, Fault> {
        let row: Option<ApplicationRow> = self.first(SELECT_BY_ID.bind([id.into()])).await?;
        row.map(TryInto::try_into).transpose()
    }

    async fn look_up_receipt(
        &self,
        reference: Option<&Reference>,
        key_hash: &str,
    ) -> Result<ReceiptLookup, Fault> {
        let reference = reference.map_or("", Reference::as_str);
        let values = [reference.into(), key_hash.into(), ReceiptLookup::NOWHERE.into()];
        let row: Option<ReceiptLookupRow> = self.first(LOOK_UP_RECEIPT.bind(values)).await?;
        row.map(Into::into).ok_or_else(|| Fault::Ledger("a lookup gave no row".into()))
    }

    async fn open_once(&self, id: &str, until: Timestamp) -> Result<bool, Fault> {
        let row: Option<IdRow> = self.first(OPEN_ONCE.bind([id.into(), until.into()])).await?;
        Ok(row.is_some())
    }

    async fn find_with_delivery(&self, id: &str) -> Result<Option<(Application, Delivery)>, Fault> {
        let row: Option<ReceiptRow> = self.first(SELECT_RECEIPT.bind([id.into()])).await?;
        row.map(TryInto::try_into).transpose()
    }
}
