//! The statements for the outbox.

use intake::ports::{Claim, Fault, Mail, MailKind, MailRef, Outbox, RecipientOutcome, Settlement};
use rules::Timestamp;

use crate::database::{Database, Query, SqlLedger, Value, json};
use crate::rows::{ClaimRow, IdRow, MailRow, SentRow};

/// The last parameter of each statement is a JSON array of the kinds that this
/// build knows. Rows of other kinds were written by a newer build that was
/// rolled back; they must not keep the others from being read.
const SELECT_MAIL: Query = Query::new(
    "select mail",
    "SELECT id, kind, application, revision, payload FROM mails \
    WHERE id = ?1 AND kind IN (SELECT value FROM json_each(?2))",
);

/// A lease that is still set has expired: its holder ended without settling,
/// and may have sent the mail. Mails of earlier revisions are no longer sent,
/// and a mail of the latest revision waits while a task may be sending an
/// earlier one. Messages of staff belong to no revision.
const CLAIM: Query = Query::new(
    "claim",
    "UPDATE mails SET attempts = attempts + 1, leased_until = ?3, queued_until = 0, \
        tried_since = coalesce(tried_since, ?2), \
        possible_duplicate = max(possible_duplicate, leased_until > 0) \
    WHERE id = ?1 AND sent_at IS NULL AND refused_because IS NULL \
        AND due_at <= ?2 AND leased_until <= ?2 \
        AND kind IN (SELECT value FROM json_each(?4)) \
        AND (application IS NULL OR kind = 'message' OR ( \
            revision = (SELECT revision FROM applications WHERE id = mails.application) \
            AND NOT EXISTS (SELECT 1 FROM mails AS earlier \
                WHERE earlier.application = mails.application AND earlier.kind = mails.kind \
                AND earlier.revision < mails.revision AND earlier.leased_until > ?2))) \
    RETURNING id, kind, application, revision, payload, attempts, possible_duplicate, tried_since, \
        (SELECT json_group_array(address) FROM mail_recipients \
            WHERE mail = mails.id AND mail_recipients.refused_because IS NULL) AS reached",
);

/// `attempts` is the fencing token: each claim raises it. A mail that is only
/// postponed has not failed, and its queue message comes again.
const SETTLE: Query = Query::new(
    "settle",
    "UPDATE mails SET leased_until = 0, sent_at = ?3, refused_because = ?4, \
        due_at = coalesce(?5, due_at), last_problem = coalesce(?6, last_problem), \
        tried_since = iif(?9, NULL, tried_since), \
        failures = failures + (?5 IS NOT NULL AND ?8 = 0), queued_until = ?8, \
        possible_duplicate = max(possible_duplicate, ?7), \
        payload = CASE WHEN ?3 IS NULL AND ?4 IS NULL THEN payload END, transport_id = ?10 \
    WHERE id = ?1 AND attempts = ?2",
);

/// `?3` is a JSON array of outcomes.
const NOTE_RECIPIENTS: Query = Query::new(
    "note recipients",
    "INSERT INTO mail_recipients (mail, address, transport_id, refused_because) \
    SELECT ?1, value ->> 'address', value ->> 'transport_id', value ->> 'refused_because' \
    FROM json_each(?3) WHERE EXISTS (SELECT 1 FROM mails WHERE id = ?1 AND attempts = ?2) \
    ON CONFLICT DO UPDATE SET transport_id = excluded.transport_id, \
        refused_because = excluded.refused_because",
);

/// Noted once, however often it is reported. A mail that is queued again waits
/// as if it had never been sent.
const NOTE_UNDELIVERED: Query = Query::new(
    "note undelivered",
    "UPDATE mails SET sent_at = NULL, refused_because = 'bounced', last_problem = 'bounced' \
    WHERE transport_id = ?1 AND (sent_at IS NOT NULL OR refused_because = 'bounced') RETURNING id",
);

const NOTE_RECIPIENT_BOUNCED: Query = Query::new(
    "note recipient bounced",
    "UPDATE mail_recipients SET refused_because = 'bounced' WHERE transport_id = ?1 \
    RETURNING mail AS id",
);

/// Where others have it, it stays sent. One that is still tried is tried again
/// at this recipient too.
const NOTE_BOUNCED_AT_SOME: Query = Query::new(
    "note bounced at some",
    "UPDATE mails SET refused_because = 'bounced', last_problem = 'bounced', \
        sent_at = iif(EXISTS (SELECT 1 FROM mail_recipients AS other \
            WHERE other.mail = ?1 AND other.refused_because IS NULL), sent_at, NULL) \
    WHERE id = ?1 AND (sent_at IS NOT NULL OR refused_because = 'bounced')",
);

/// Of what was settled and of what came before it: mails of revisions that
/// are not the latest and that no task is sending.
const DELETE_SUPERSEDED: Query = Query::new(
    "delete superseded",
    "DELETE FROM mails WHERE sent_at IS NULL \
        AND application = (SELECT application FROM mails WHERE id = ?1) \
        AND kind = (SELECT kind FROM mails WHERE id = ?1) \
        AND (revision < (SELECT revision FROM mails WHERE id = ?1) \
            OR (id = ?1 AND leased_until = 0 AND revision < \
                (SELECT revision FROM applications WHERE id = mails.application)))",
);

/// The index has this very expression, so that no row is read but those given.
const SELECT_DUE: Query = Query::new(
    "select due",
    "SELECT id, kind FROM mails \
    WHERE application IS NOT NULL AND sent_at IS NULL AND refused_because IS NULL \
        AND max(due_at, leased_until, queued_until) <= ?1 \
        AND kind IN (SELECT value FROM json_each(?3)) \
    ORDER BY max(due_at, leased_until, queued_until), due_at, kind DESC, id LIMIT ?2",
);

/// `?1` is a JSON array of ids.
const MARK_QUEUED: Query = Query::new(
    "mark queued",
    "UPDATE mails SET queued_until = ?2 \
    WHERE id IN (SELECT value FROM json_each(?1))",
);

/// `?1` is a JSON array of ids.
const NOTE_SENT: Query = Query::new(
    "note sent",
    "UPDATE mails SET sent_at = ?2, leased_until = 0, payload = NULL \
    WHERE id IN (SELECT value FROM json_each(?1)) AND sent_at IS NULL",
);

/// Mails of earlier revisions than those, which nobody may send any more.
const DELETE_EARLIER: Query = Query::new(
    "delete earlier",
    "DELETE FROM mails WHERE sent_at IS NULL \
        AND application IN (SELECT application FROM mails \
            WHERE id IN (SELECT value FROM json_each(?1))) \
        AND revision < (SELECT max(revision) FROM mails AS told \
            WHERE told.application = mails.application AND told.kind = mails.kind \
            AND told.id IN (SELECT value FROM json_each(?1)))",
);

const SELECT_SENT: Query = Query::new(
    "select sent",
    "SELECT id, sent_at FROM mails WHERE sent_at > ?1 ORDER BY sent_at LIMIT ?2",
);

const SELECT_DUE_NOTICES: Query = Query::new(
    "select due notices",
    "SELECT id, kind FROM mails \
    WHERE application IS NULL AND sent_at IS NULL AND refused_because IS NULL \
        AND due_at <= ?1 AND leased_until <= ?1 \
        AND kind IN (SELECT value FROM json_each(?3)) \
    ORDER BY due_at, id LIMIT ?2",
);

impl<D: Database> Outbox for SqlLedger<D> {
    async fn find_mail(&self, id: &str) -> Result<Option<Mail>, Fault> {
        let row: Option<MailRow> =
            self.first(SELECT_MAIL.bind([id.into(), known_kinds()?])).await?;
        row.map(TryInto::try_into).transpose()
    }

    async fn claim(
        &self,
        id: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<(Mail, Claim)>, Fault> {
        let values = [id.into(), now.into(), until.into(), known_kinds()?];
        let row: Option<ClaimRow> = self.first(CLAIM.bind(values)).await?;
        row.map(TryInto::try_into).transpose()
    }

    async fn settle(&self, id: &str, claim: Claim, settlement: &Settlement) -> Result<(), Fault> {
        let [sent_at, refused, due_at, problem, duplicate, queued] = settled(settlement);
        let is_held = matches!(settlement, Settlement::Held { .. }).into();
        let transport_id = match settlement {
            Settlement::Sent { transport_id, .. } => transport_id.as_ref().into(),
            _ => Value::Null,
        };
        let (id, attempt) = (Value::from(id), claim.attempt.into());
        let superseded = DELETE_SUPERSEDED.bind([id.clone()]);
        let values = [
            id,
            attempt,
            sent_at,
            refused,
            due_at,
            problem,
            duplicate,
            queued,
            is_held,
            transport_id,
        ];
        self.execute_all(vec![SETTLE.bind(values), superseded]).await
    }

    async fn note_recipients(
        &self,
        id: &str,
        claim: Claim,
        outcomes: &[RecipientOutcome],
    ) -> Result<(), Fault> {
        let outcomes = json(&outcomes, "what recipients have said")?;
        self.execute(NOTE_RECIPIENTS.bind([id.into(), claim.attempt.into(), outcomes])).await
    }

    async fn note_undelivered(&self, transport_id: &str) -> Result<bool, Fault> {
        let row: Option<IdRow> = self.first(NOTE_UNDELIVERED.bind([transport_id.into()])).await?;
        if row.is_some() {
            return Ok(true);
        }
        let bounced = NOTE_RECIPIENT_BOUNCED.bind([transport_id.into()]);
        let Some(IdRow { id }) = self.first(bounced).await? else { return Ok(false) };
        self.execute(NOTE_BOUNCED_AT_SOME.bind([id.into()])).await?;
        Ok(true)
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<MailRef>, Fault> {
        self.0.run(SELECT_DUE.bind([now.into(), limit.into(), known_kinds()?])).await
    }

    async fn mark_queued(&self, mails: &[MailRef], until: Timestamp) -> Result<(), Fault> {
        let ids: Vec<&str> = mails.iter().map(|mail| mail.id.as_str()).collect();
        let ids = json(&ids, "a list of ids")?;
        self.execute(MARK_QUEUED.bind([ids, until.into()])).await
    }

    async fn note_sent(&self, mails: &[String], at: Timestamp) -> Result<(), Fault> {
        let mails = json(&mails, "a list of ids")?;
        let earlier = DELETE_EARLIER.bind([mails.clone()]);
        self.execute_all(vec![NOTE_SENT.bind([mails, at.into()]), earlier]).await
    }

    async fn sent_since(
        &self,
        after: Timestamp,
        limit: u32,
    ) -> Result<Vec<(String, Timestamp)>, Fault> {
        let rows: Vec<SentRow> = self.0.run(SELECT_SENT.bind([after.into(), limit.into()])).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn due_notices(&self, now: Timestamp, limit: u32) -> Result<Vec<MailRef>, Fault> {
        self.0.run(SELECT_DUE_NOTICES.bind([now.into(), limit.into(), known_kinds()?])).await
    }
}

fn known_kinds() -> Result<Value, Fault> {
    json(&MailKind::ALL, "the kinds of mail")
}

/// What a settlement writes: when it was sent, why it was refused, when it is
/// due again, what went wrong, whether it may have arrived, until when a queue
/// message is expected.
fn settled(settlement: &Settlement) -> [Value; 6] {
    let (none, unqueued) = (Value::Null, Value::from(0));
    match settlement {
        Settlement::Sent { at, .. } => {
            [(*at).into(), none.clone(), none.clone(), none, false.into(), unqueued]
        }
        Settlement::SentToSome { at, reason } => {
            [(*at).into(), reason.into(), none, reason.into(), false.into(), unqueued]
        }
        Settlement::Refused { reason } => {
            [none.clone(), reason.into(), none, reason.into(), false.into(), unqueued]
        }
        Settlement::Postponed { at, queued_until, reason } => {
            let due_at = Value::from(*at);
            [none.clone(), none, due_at, reason.into(), false.into(), (*queued_until).into()]
        }
        Settlement::Held { at, reason } => {
            [none.clone(), none, (*at).into(), reason.into(), false.into(), unqueued]
        }
        Settlement::Later { at, reason, possibly_sent } => {
            let due_at = Value::from(*at);
            [none.clone(), none, due_at, reason.into(), (*possibly_sent).into(), unqueued]
        }
    }
}
