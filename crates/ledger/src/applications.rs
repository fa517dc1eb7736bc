//! Applications and their mails.

use domain::{Application, Reference};
use intake::ports::{Claim, Commit, Delivery, Fault, Ledger, MailKind, ReceiptLookup, Settlement};
use rules::Timestamp;

use crate::database::{Database, Query, SqlLedger, Value, json};
use crate::rows::{ApplicationRow, ClaimRow, IdRow, ReceiptLookupRow, ReceiptRow};

/// The number is one more than there are and were in the posting: nothing is
/// deleted without being counted in the same step.
const INSERT_APPLICATION: Query = Query::new(
    "insert application",
    "\
    INSERT INTO applications \
        (id, reference, posting, language, origin, received_at, application, number) \
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, \
        1 + (SELECT count(*) FROM applications WHERE posting = ?3) \
            + coalesce((SELECT erased + withdrawn FROM tallies WHERE posting = ?3), 0) \
    WHERE ?1 NOT IN (SELECT id FROM retired) \
    ON CONFLICT DO NOTHING",
);

/// Takes effect only where the application has made it into its table: one
/// that is withdrawn and not yet erased gets its mails back no more.
const INSERT_MAIL: Query = Query::new(
    "insert mail",
    "\
    INSERT INTO outbox (application, letter, due_at) \
    SELECT id, ?2, received_at FROM applications \
    WHERE id = ?1 AND id NOT IN (SELECT id FROM retired) ON CONFLICT DO NOTHING",
);

const SELECT_RETIRED: Query = Query::new("select retired", "SELECT id FROM retired WHERE id = ?1");

const SELECT_BY_ID: Query = Query::new(
    "select by id",
    "SELECT * FROM applications WHERE id = ?1 AND id NOT IN (SELECT id FROM retired)",
);

/// One row, of one size, whatever there is.
const LOOK_UP_RECEIPT: Query = Query::new(
    "look up receipt",
    "\
    SELECT coalesce((SELECT id FROM applications WHERE reference = ?1 \
            AND id NOT IN (SELECT id FROM retired)), ?3) AS id, \
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
    LEFT JOIN outbox AS staff ON staff.application = id AND staff.letter = 'staff' \
    LEFT JOIN outbox AS acknowledgement ON acknowledgement.application = id \
        AND acknowledgement.letter = 'acknowledgement' \
    WHERE id = ?1 AND id NOT IN (SELECT id FROM retired)",
);

/// A lease that is still there has run out: whoever held it never came back,
/// and may have sent.
const CLAIM: Query = Query::new(
    "claim",
    "\
    UPDATE outbox SET attempts = attempts + 1, leased_until = ?4, \
        tried_since = coalesce(tried_since, ?3), \
        possible_duplicate = max(possible_duplicate, leased_until > 0) \
    WHERE application = ?1 AND letter = ?2 AND sent_at IS NULL AND refused_because IS NULL \
        AND due_at <= ?3 AND leased_until <= ?3 \
    RETURNING attempts, possible_duplicate, tried_since",
);

/// `attempts` fences: a later claim has raised it.
const SETTLE: Query = Query::new(
    "settle",
    "\
    UPDATE outbox SET leased_until = 0, sent_at = ?4, refused_because = ?5, \
        due_at = coalesce(?6, due_at), last_trouble = coalesce(?7, last_trouble), \
        failures = failures + (?6 IS NOT NULL), possible_duplicate = max(possible_duplicate, ?8) \
    WHERE application = ?1 AND letter = ?2 AND attempts = ?3",
);

const SELECT_DUE: Query = Query::new(
    "select due",
    "\
    SELECT application AS id, min(due_at) AS due FROM outbox \
    WHERE sent_at IS NULL AND refused_because IS NULL AND due_at <= ?1 AND leased_until <= ?1 \
    GROUP BY application ORDER BY due LIMIT ?2",
);

const SELECT_TO_POSTING: Query = Query::new(
    "select to posting",
    "SELECT id FROM applications WHERE posting = ?1 ORDER BY received_at LIMIT ?2",
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

    async fn find_with_delivery(&self, id: &str) -> Result<Option<(Application, Delivery)>, Fault> {
        let row: Option<ReceiptRow> = self.first(SELECT_RECEIPT.bind([id.into()])).await?;
        row.map(TryInto::try_into).transpose()
    }

    async fn claim(
        &self,
        id: &str,
        mail: MailKind,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Claim>, Fault> {
        let values = [id.into(), mail.as_str().into(), now.into(), until.into()];
        let row: Option<ClaimRow> = self.first(CLAIM.bind(values)).await?;
        Ok(row.map(Claim::from))
    }

    async fn settle(
        &self,
        id: &str,
        mail: MailKind,
        claim: Claim,
        settlement: &Settlement,
    ) -> Result<(), Fault> {
        let [sent_at, refused, due_at, problem, duplicate] = settled(settlement);
        let (id, kind, attempt) = (id.into(), mail.as_str().into(), claim.attempt.into());
        let values = [id, kind, attempt, sent_at, refused, due_at, problem, duplicate];
        self.execute(SETTLE.bind(values)).await
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<String>, Fault> {
        let rows = self.0.run(SELECT_DUE.bind([now.into(), limit.into()])).await?;
        Ok(rows.into_iter().map(|row: IdRow| row.id).collect())
    }

    async fn to_posting(&self, slug: &str, limit: u32) -> Result<Vec<String>, Fault> {
        let rows = self.0.run(SELECT_TO_POSTING.bind([slug.into(), limit.into()])).await?;
        Ok(rows.into_iter().map(|row: IdRow| row.id).collect())
    }
}

/// What a settlement writes: when it was sent, why it was refused, when it is
/// due again, what went wrong, whether it may have arrived.
pub(crate) fn settled(settlement: &Settlement) -> [Value; 5] {
    let none = Value::Null;
    match settlement {
        Settlement::Sent { at } => [(*at).into(), none.clone(), none.clone(), none, false.into()],
        Settlement::Refused { reason } => {
            [none.clone(), reason.into(), none, reason.into(), false.into()]
        }
        Settlement::Later { at, reason, possibly_sent } => {
            [none.clone(), none, (*at).into(), reason.into(), (*possibly_sent).into()]
        }
    }
}
