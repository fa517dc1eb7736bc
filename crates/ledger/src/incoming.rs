//! The statements for mails that come in.

use intake::ports::{Draft, Fault, Inbox, IncomingMail, Processed};
use rules::Timestamp;

use crate::database::{Database, Query, SqlLedger, Value, json};
use crate::rows::{CountRow, DraftRow, IdRow, IncomingRow};

const KEEP: Query = Query::new(
    "keep incoming",
    "INSERT INTO incoming (id, received_at, envelope_from, envelope_to, bytes) \
    VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
);

const CLAIM: Query = Query::new(
    "claim incoming",
    "UPDATE incoming SET attempts = attempts + 1, leased_until = ?3 \
    WHERE id = ?1 AND outcome IS NULL AND leased_until <= ?2 \
    RETURNING id, received_at, envelope_from, envelope_to, bytes",
);

const IS_DUPLICATE: Query = Query::new(
    "is duplicate",
    "SELECT EXISTS (SELECT 1 FROM incoming WHERE identity = ?1 AND id != ?2 \
        AND outcome != 'duplicate' AND (received_at <= ?3 OR outcome = 'applied')) AS count",
);

const IS_ANSWERED: Query = Query::new(
    "is answered",
    "SELECT EXISTS (SELECT 1 FROM incoming WHERE sender = ?1 AND posting = ?2 \
        AND problems = ?3 AND received_at >= ?4 AND answer IS NOT NULL) AS count",
);

const COUNT_OF_AUTHOR: Query = Query::new(
    "count mails of author",
    "SELECT count(*) AS count FROM (SELECT 1 FROM incoming \
        WHERE author = ?1 AND received_at > ?2 AND received_at <= ?3 LIMIT ?4)",
);

const SELECT_DRAFT: Query = Query::new(
    "select draft",
    "SELECT * FROM incoming WHERE id = ?1 AND draft IS NOT NULL AND erased = 0",
);

/// `?1` is a JSON array of Message-IDs.
const SELECT_ANSWERED_DRAFT: Query = Query::new(
    "select answered draft",
    "SELECT * FROM incoming WHERE answer IN (SELECT value FROM json_each(?1)) \
        AND draft IS NOT NULL AND erased = 0 ORDER BY received_at DESC, id LIMIT 1",
);

const COMPLETE_DRAFT: Query = Query::new(
    "complete draft",
    "UPDATE incoming SET application = ?2 WHERE id = ?1 AND draft IS NOT NULL",
);

const PROCESS: Query = Query::new(
    "process incoming",
    "UPDATE incoming SET outcome = ?2, identity = ?3, posting = ?4, sender = ?5, problems = ?6, \
        answer = ?7, draft = ?8, application = ?9, erase_at = ?10, author = ?11, flood = ?12, \
        subject = ?13 \
    WHERE id = ?1 AND outcome IS NULL",
);

/// The id follows from the identity, so that a mail which comes twice calls
/// for one only.
const INSERT_NOTICE: Query = Query::new(
    "insert notice of incoming",
    "INSERT INTO mails (id, kind, posting, payload, due_at, incoming) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
);

/// `?2` is a JSON array of addresses. A mail to one recipient has no rows here.
const NOTE_BOUNCED_RECIPIENTS: Query = Query::new(
    "note bounced recipients",
    "UPDATE mail_recipients SET refused_because = 'bounced' \
    WHERE mail = ?1 AND refused_because IS NULL \
        AND lower(address) IN (SELECT lower(value) FROM json_each(?2))",
);

/// Where another recipient has it, it stays sent. One that is still tried is tried
/// again at those from whom it came back too.
const NOTE_BOUNCE: Query = Query::new(
    "note bounce",
    "UPDATE mails SET refused_because = 'bounced', last_problem = 'bounced', \
        sent_at = iif(EXISTS (SELECT 1 FROM mail_recipients AS other \
            WHERE other.mail = ?1 AND other.refused_because IS NULL), sent_at, NULL) \
    WHERE id = ?1 AND sent_at IS NOT NULL",
);

const SELECT_DUE: Query = Query::new(
    "select due incoming",
    "SELECT id FROM incoming WHERE outcome IS NULL AND leased_until <= ?1 \
    ORDER BY leased_until, received_at, id LIMIT ?2",
);

/// What is still to be attached to a mail stays, and what may still be
/// completed. The application of a mail that became one has its documents; the
/// mail goes once staff have been sent it.
const SELECT_TO_ERASE: Query = Query::new(
    "select incoming to erase",
    "SELECT id FROM incoming WHERE outcome IS NOT NULL AND erased = 0 \
        AND (outcome != 'incomplete' OR application IS NOT NULL OR erase_at <= ?1) \
        AND (flood IS NULL OR erase_at <= ?1) \
        AND NOT EXISTS (SELECT 1 FROM mails WHERE mails.incoming = incoming.id \
            AND sent_at IS NULL AND refused_because IS NULL) \
        AND NOT EXISTS (SELECT 1 FROM mails WHERE mails.application = incoming.application \
            AND kind = 'staff' AND sent_at IS NULL) \
    LIMIT ?2",
);

const ERASED: Query = Query::new(
    "incoming erased",
    "UPDATE incoming SET erased = 1, envelope_from = '', envelope_to = '', sender = NULL, \
        draft = NULL, problems = NULL, subject = NULL WHERE id = ?1",
);

/// `?1` is a JSON array of ids.
const SELECT_UNKNOWN: Query = Query::new(
    "select unknown incoming",
    "SELECT value AS id FROM json_each(?1) WHERE value NOT IN (SELECT id FROM incoming)",
);

const FORGET: Query =
    Query::new("forget incoming", "DELETE FROM incoming WHERE erased = 1 AND received_at < ?1");

impl<D: Database> Inbox for SqlLedger<D> {
    async fn keep(&self, mail: &IncomingMail) -> Result<(), Fault> {
        self.execute(KEEP.bind([
            (&mail.id).into(),
            mail.received_at.into(),
            (&mail.envelope_from).into(),
            (&mail.envelope_to).into(),
            mail.bytes.into(),
        ]))
        .await
    }

    async fn claim_incoming(
        &self,
        id: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<IncomingMail>, Fault> {
        let row: Option<IncomingRow> =
            self.first(CLAIM.bind([id.into(), now.into(), until.into()])).await?;
        Ok(row.map(Into::into))
    }

    async fn is_duplicate(
        &self,
        identity: &str,
        id: &str,
        received_at: Timestamp,
    ) -> Result<bool, Fault> {
        let values = [identity.into(), id.into(), received_at.into()];
        let row: Option<CountRow> = self.first(IS_DUPLICATE.bind(values)).await?;
        Ok(row.is_some_and(|row| row.count > 0))
    }

    async fn is_answered(
        &self,
        sender: &str,
        slug: &str,
        problems: &str,
        since: Timestamp,
    ) -> Result<bool, Fault> {
        let values = [sender.into(), slug.into(), problems.into(), since.into()];
        let row: Option<CountRow> = self.first(IS_ANSWERED.bind(values)).await?;
        Ok(row.is_some_and(|row| row.count > 0))
    }

    async fn mails_of(
        &self,
        author: &str,
        since: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<u32, Fault> {
        let values = [author.into(), since.into(), until.into(), limit.into()];
        let row: Option<CountRow> = self.first(COUNT_OF_AUTHOR.bind(values)).await?;
        Ok(row.map_or(0, |row| row.count))
    }

    async fn draft(&self, id: &str) -> Result<Option<Draft>, Fault> {
        let row: Option<DraftRow> = self.first(SELECT_DRAFT.bind([id.into()])).await?;
        row.map(TryInto::try_into).transpose()
    }

    async fn draft_answered_by(&self, answers: &[String]) -> Result<Option<Draft>, Fault> {
        if answers.is_empty() {
            return Ok(None);
        }
        let ids = json(&answers, "a list of ids")?;
        let row: Option<DraftRow> = self.first(SELECT_ANSWERED_DRAFT.bind([ids])).await?;
        row.map(TryInto::try_into).transpose()
    }

    async fn complete_draft(&self, id: &str, application: &str) -> Result<(), Fault> {
        self.execute(COMPLETE_DRAFT.bind([id.into(), application.into()])).await
    }

    async fn process(&self, id: &str, processed: &Processed, now: Timestamp) -> Result<(), Fault> {
        let draft = processed.draft.as_ref().map(|draft| json(draft, "a draft")).transpose()?;
        let (flood, subject) = processed.listed.as_ref().map(|(of, subject)| (of, subject)).unzip();
        let mut batch = vec![PROCESS.bind([
            id.into(),
            processed.fate.as_str().into(),
            (&processed.identity).into(),
            processed.posting.as_ref().into(),
            processed.sender.as_ref().into(),
            (&processed.problems).into(),
            processed.answer.as_ref().into(),
            draft.unwrap_or(Value::Null),
            processed.application.as_ref().into(),
            processed.erase_at.into(),
            (&processed.author).into(),
            flood.into(),
            subject.into(),
        ])];
        for (mail, notice) in &processed.notices {
            let due_at = notice.list_due_at().unwrap_or(now);
            batch.push(INSERT_NOTICE.bind([
                (&mail.id).into(),
                mail.kind.as_str().into(),
                processed.posting.as_ref().into(),
                json(notice, "a notice")?,
                due_at.into(),
                id.into(),
            ]));
        }
        self.execute_all(batch).await
    }

    async fn note_bounce(&self, mail: &str, addresses: &[String]) -> Result<(), Fault> {
        let addresses = json(&addresses, "a list of addresses")?;
        let recipients = NOTE_BOUNCED_RECIPIENTS.bind([mail.into(), addresses]);
        self.execute_all(vec![recipients, NOTE_BOUNCE.bind([mail.into()])]).await
    }

    async fn incoming_due(&self, now: Timestamp, limit: u32) -> Result<Vec<String>, Fault> {
        let rows: Vec<IdRow> = self.0.run(SELECT_DUE.bind([now.into(), limit.into()])).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    async fn incoming_to_erase(&self, now: Timestamp, limit: u32) -> Result<Vec<String>, Fault> {
        let rows: Vec<IdRow> = self.0.run(SELECT_TO_ERASE.bind([now.into(), limit.into()])).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    async fn incoming_erased(&self, id: &str) -> Result<(), Fault> {
        self.execute(ERASED.bind([id.into()])).await
    }

    async fn unknown_incoming(&self, ids: &[String]) -> Result<Vec<String>, Fault> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids = json(&ids, "a list of ids")?;
        let rows: Vec<IdRow> = self.0.run(SELECT_UNKNOWN.bind([ids])).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    async fn forget_incoming(&self, until: Timestamp) -> Result<(), Fault> {
        self.execute(FORGET.bind([until.into()])).await
    }
}
