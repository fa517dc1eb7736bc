//! The statements for mails to outsiders.

use intake::ports::{Admission, Claim, Digest, Digested, Fault, Notice, Recipient, Recipients};
use rules::Timestamp;

use crate::database::{Database, Query, SqlLedger, Value, json};
use crate::rows::{AdmissionRow, DigestedRow};

/// Without effect where the recipient had enough, or the mail was let through
/// before.
const COUNT_SENDING: Query = Query::new(
    "count sending",
    "\
    INSERT INTO sendings (recipient, mail, at) SELECT ?1, ?2, ?3 \
    WHERE (SELECT count(*) FROM sendings WHERE recipient = ?1 AND at > ?4) < ?5 \
    ON CONFLICT DO NOTHING",
);

const INSERT_DIGEST: Query = Query::new(
    "insert digest",
    "\
    INSERT INTO mails (id, kind, payload, due_at) SELECT ?3, 'digest', ?4, ?5 \
    WHERE NOT EXISTS (SELECT 1 FROM sendings WHERE recipient = ?1 AND mail = ?2) \
    ON CONFLICT DO NOTHING",
);

/// Only into a digest that nobody has begun to send.
const PUT_INTO_DIGEST: Query = Query::new(
    "put into digest",
    "\
    UPDATE mails SET digest = ?4, due_at = ?5, leased_until = 0, tried_since = NULL \
    WHERE id = ?2 AND attempts = ?3 \
        AND NOT EXISTS (SELECT 1 FROM sendings WHERE recipient = ?1 AND mail = ?2) \
        AND EXISTS (SELECT 1 FROM mails AS other WHERE other.id = ?4 AND other.attempts = 0)",
);

/// A mail that was let through is no longer the digest's.
const TAKE_OUT_OF_DIGEST: Query = Query::new(
    "take out of digest",
    "\
    UPDATE mails SET digest = NULL WHERE id = ?2 AND digest IS NOT NULL \
        AND EXISTS (SELECT 1 FROM sendings WHERE recipient = ?1 AND mail = ?2)",
);

const SELECT_ADMISSION: Query = Query::new(
    "select admission",
    "\
    SELECT EXISTS (SELECT 1 FROM sendings WHERE recipient = ?1 AND mail = ?2) AS admitted, \
        EXISTS (SELECT 1 FROM mails WHERE id = ?2 AND digest = ?3 AND leased_until = 0) AS digested",
);

const SELECT_DIGESTED: Query = Query::new(
    "select digested",
    "\
    SELECT mails.id AS mail, payload, applications.id AS application, reference, \
        applications.posting AS posting, posting_version, origin, coalesce(revised_at, received_at) AS revised_at, \
        address_changes, shared_opened IS NOT NULL AS shared, \
        json_extract(applications.application, '$.email') AS address, \
        json_extract(applications.application, '$.mails') AS mails \
    FROM mails LEFT JOIN applications ON applications.id = mails.application \
    WHERE digest = ?1 AND sent_at IS NULL \
        AND (mails.application IS NULL OR mails.revision = applications.revision) \
    ORDER BY revised_at, mails.id LIMIT ?2",
);

impl<D: Database> Recipients for SqlLedger<D> {
    async fn admit(
        &self,
        mail: &str,
        claim: Claim,
        recipient: &Recipient,
        digest: &Digest,
        now: Timestamp,
    ) -> Result<Admission, Fault> {
        let Recipient { hash, limit, since } = recipient;
        let (hash, mail, id) = (Value::from(hash), Value::from(mail), Value::from(&digest.id));
        let notice = json(&Notice::Digest(digest.notice.clone()), "a notice")?;
        let both = [hash.clone(), mail.clone()];
        let [first, second] = both.clone();
        let row: Vec<AdmissionRow> = self
            .0
            .batch(vec![
                COUNT_SENDING.bind([first, second, now.into(), (*since).into(), (*limit).into()]),
                INSERT_DIGEST.bind([
                    hash.clone(),
                    mail.clone(),
                    id.clone(),
                    notice,
                    digest.due_at.into(),
                ]),
                PUT_INTO_DIGEST.bind([
                    hash.clone(),
                    mail.clone(),
                    claim.attempt.into(),
                    id.clone(),
                    digest.at_the_latest.into(),
                ]),
                TAKE_OUT_OF_DIGEST.bind(both),
                SELECT_ADMISSION.bind([hash, mail, id]),
            ])
            .await?;
        row.first().map(Into::into).ok_or_else(|| Fault::Ledger("an admission gave no row".into()))
    }

    async fn digested(&self, digest: &str, limit: u32) -> Result<Vec<Digested>, Fault> {
        let rows: Vec<DigestedRow> =
            self.0.run(SELECT_DIGESTED.bind([digest.into(), limit.into()])).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }
}
