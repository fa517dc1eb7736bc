//! The ledger in D1.

use domain::{Application, Reference};
use intake::ports::{Claim, Commit, Delivery, Fault, Lead, Ledger, Letter, Settlement};
use rules::Timestamp;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use worker::{D1Database, D1PreparedStatement, D1Result};

use crate::record::{ApplicationRow, ClaimRow, IdRow, LeadRow, ReceiptRow};

/// Applications and letters in D1.
pub(crate) struct D1Ledger(pub(crate) D1Database);

/// The number is one more than there are and were in the posting: nothing is
/// deleted without being counted in the same step.
const INSERT_APPLICATION: &str = "\
    INSERT INTO applications \
        (id, reference, posting, language, origin, received_at, application, number) \
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, \
        1 + (SELECT count(*) FROM applications WHERE posting = ?3) \
            + coalesce((SELECT erased + withdrawn FROM tallies WHERE posting = ?3), 0) \
    WHERE ?1 NOT IN (SELECT id FROM retired) \
    ON CONFLICT DO NOTHING";

/// Takes effect only where the application has made it into its table: one
/// that is withdrawn and not yet erased gets its letters back no more.
const INSERT_LETTER: &str = "\
    INSERT INTO outbox (application, letter, due_at) \
    SELECT id, ?2, received_at FROM applications \
    WHERE id = ?1 AND id NOT IN (SELECT id FROM retired) ON CONFLICT DO NOTHING";

const SELECT_RETIRED: &str = "SELECT id FROM retired WHERE id = ?1";

const SELECT_BY_ID: &str =
    "SELECT * FROM applications WHERE id = ?1 AND id NOT IN (SELECT id FROM retired)";

/// One row, of one size, whatever there is.
const FOLLOW: &str = "\
    SELECT coalesce((SELECT id FROM applications WHERE reference = ?1 \
            AND id NOT IN (SELECT id FROM retired)), ?3) AS id, \
        (SELECT posting FROM retired WHERE receipt = ?2) AS posting, \
        (SELECT retired_at FROM retired WHERE receipt = ?2) AS withdrawn_at";

const SELECT_RECEIPT: &str = "\
    SELECT applications.*, staff.sent_at AS forwarded_at, \
        staff.refused_because IS NOT NULL AS not_forwarded, \
        acknowledgement.sent_at AS acknowledged_at, \
        acknowledgement.refused_because IS NOT NULL AS not_acknowledged \
    FROM applications \
    LEFT JOIN outbox AS staff ON staff.application = id AND staff.letter = 'staff' \
    LEFT JOIN outbox AS acknowledgement ON acknowledgement.application = id \
        AND acknowledgement.letter = 'acknowledgement' \
    WHERE id = ?1 AND id NOT IN (SELECT id FROM retired)";

/// A lease that is still there has run out: whoever held it never came back,
/// and may have sent.
const CLAIM: &str = "\
    UPDATE outbox SET attempts = attempts + 1, leased_until = ?4, \
        tried_since = coalesce(tried_since, ?3), \
        possible_duplicate = max(possible_duplicate, leased_until > 0) \
    WHERE application = ?1 AND letter = ?2 AND sent_at IS NULL AND refused_because IS NULL \
        AND due_at <= ?3 AND leased_until <= ?3 \
    RETURNING attempts, possible_duplicate, tried_since";

/// `attempts` fences: a later claim has raised it.
const SETTLE: &str = "\
    UPDATE outbox SET leased_until = 0, sent_at = ?4, refused_because = ?5, \
        due_at = coalesce(?6, due_at), last_trouble = coalesce(?7, last_trouble), \
        failures = failures + (?6 IS NOT NULL), possible_duplicate = max(possible_duplicate, ?8) \
    WHERE application = ?1 AND letter = ?2 AND attempts = ?3";

const SELECT_DUE: &str = "\
    SELECT application AS id, min(due_at) AS due FROM outbox \
    WHERE sent_at IS NULL AND refused_because IS NULL AND due_at <= ?1 AND leased_until <= ?1 \
    GROUP BY application ORDER BY due LIMIT ?2";

const SELECT_TO_POSTING: &str =
    "SELECT id FROM applications WHERE posting = ?1 ORDER BY received_at LIMIT ?2";

impl Ledger for D1Ledger {
    async fn commit(&self, received: &Application, letters: &[Letter]) -> Result<Commit, Fault> {
        let application = serde_json::to_string(&received.content)
            .map_err(|_| Fault::Ledger("an application is no JSON".into()))?;
        let id = JsValue::from(&received.id);
        let mut batch = vec![self.statement(
            INSERT_APPLICATION,
            &[
                id.clone(),
                received.reference.as_str().into(),
                JsValue::from(&received.posting),
                JsValue::from(&received.language),
                JsValue::from(&received.origin),
                number(received.received_at),
                application.into(),
            ],
        )?];
        for letter in letters {
            batch.push(self.statement(INSERT_LETTER, &[id.clone(), letter.as_str().into()])?);
        }
        batch.push(self.statement(SELECT_BY_ID, &[id])?);
        let results = self.0.batch(batch).await.map_err(fault)?;
        let held = results.last().ok_or_else(|| Fault::Ledger("no answer to a batch".into()))?;
        match rows::<ApplicationRow>(held)?.pop() {
            Some(row) => Ok(Commit::Held(Box::new(row.try_into()?))),
            None if self.is_retired(&received.id).await? => Ok(Commit::Retired),
            None => Ok(Commit::ReferenceTaken),
        }
    }

    async fn find(&self, id: &str) -> Result<Option<Application>, Fault> {
        let statement = self.statement(SELECT_BY_ID, &[id.into()])?;
        let row: Option<ApplicationRow> = only(&statement).await?;
        row.map(TryInto::try_into).transpose()
    }

    async fn follow(&self, reference: Option<&Reference>, trace: &str) -> Result<Lead, Fault> {
        let reference = reference.map_or("", Reference::as_str);
        let values = [reference.into(), trace.into(), Lead::NOWHERE.into()];
        let row: Option<LeadRow> = only(&self.statement(FOLLOW, &values)?).await?;
        row.map(Lead::from).ok_or_else(|| Fault::Ledger("no answer to a question".into()))
    }

    async fn look_up(&self, id: &str) -> Result<Option<(Application, Delivery)>, Fault> {
        let row: Option<ReceiptRow> = only(&self.statement(SELECT_RECEIPT, &[id.into()])?).await?;
        row.map(TryInto::try_into).transpose()
    }

    async fn claim(
        &self,
        id: &str,
        letter: Letter,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Claim>, Fault> {
        let values = [id.into(), letter.as_str().into(), number(now), number(until)];
        let row: Option<ClaimRow> = only(&self.statement(CLAIM, &values)?).await?;
        Ok(row.map(Claim::from))
    }

    async fn settle(
        &self,
        id: &str,
        letter: Letter,
        claim: Claim,
        settlement: &Settlement,
    ) -> Result<(), Fault> {
        let [sent_at, refused, due_at, trouble, duplicate] = settled(settlement);
        let values = [
            id.into(),
            letter.as_str().into(),
            claim.attempt.into(),
            sent_at,
            refused,
            due_at,
            trouble,
            duplicate,
        ];
        self.statement(SETTLE, &values)?.run().await.map(|_| ()).map_err(fault)
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<String>, Fault> {
        let result = self.statement(SELECT_DUE, &[number(now), limit.into()])?;
        let result = result.all().await.map_err(fault)?;
        Ok(rows::<IdRow>(&result)?.into_iter().map(|row| row.id).collect())
    }

    async fn to_posting(&self, slug: &str, limit: u32) -> Result<Vec<String>, Fault> {
        let statement = self.statement(SELECT_TO_POSTING, &[slug.into(), limit.into()])?;
        let result = statement.all().await.map_err(fault)?;
        Ok(rows::<IdRow>(&result)?.into_iter().map(|row| row.id).collect())
    }
}

impl D1Ledger {
    async fn is_retired(&self, id: &str) -> Result<bool, Fault> {
        let row: Option<IdRow> = only(&self.statement(SELECT_RETIRED, &[id.into()])?).await?;
        Ok(row.is_some())
    }

    pub(super) fn statement(
        &self,
        sql: &str,
        values: &[JsValue],
    ) -> Result<D1PreparedStatement, Fault> {
        self.0.prepare(sql).bind(values).map_err(fault)
    }
}

/// What a settlement writes: when it was sent, why it was refused, when it is
/// due again, what it met, whether it may have arrived.
pub(super) fn settled(settlement: &Settlement) -> [JsValue; 5] {
    let none = JsValue::NULL;
    match settlement {
        Settlement::Sent { at } => [number(*at), none.clone(), none.clone(), none, 0.into()],
        Settlement::Refused { reason } => {
            [none.clone(), reason.into(), none, reason.into(), 0.into()]
        }
        Settlement::Later { at, reason, possibly_sent } => {
            [none.clone(), none, number(*at), reason.into(), i32::from(*possibly_sent).into()]
        }
    }
}

pub(super) async fn only<T: DeserializeOwned>(
    statement: &D1PreparedStatement,
) -> Result<Option<T>, Fault> {
    let result = statement.all().await.map_err(fault)?;
    Ok(rows(&result)?.pop())
}

pub(super) fn rows<T: DeserializeOwned>(result: &D1Result) -> Result<Vec<T>, Fault> {
    if let Some(error) = result.error() {
        return Err(Fault::Ledger(error));
    }
    // serde-wasm-bindgen's message may quote a value.
    result.results().map_err(|_| Fault::Ledger("a row is not of the expected shape".into()))
}

/// D1 binds 32-bit integers only; a float keeps milliseconds exact, and the
/// column's type makes an integer of it again.
#[expect(clippy::cast_precision_loss, reason = "exact below 2^53")]
pub(super) fn number(timestamp: Timestamp) -> JsValue {
    JsValue::from_f64(timestamp.0 as f64)
}

pub(super) fn fault(error: worker::Error) -> Fault {
    Fault::Ledger(error.to_string())
}
