//! The statements for stages and for messages to candidates.

use domain::Reference;
use intake::ports::{
    Actor, EVERY_REVISION, Fault, Message, MessageAttachment, Progress, Standing, Step, Stop, Taken,
};
use rules::Timestamp;

use crate::database::{Database, Query, SqlLedger, Value, json};
use crate::rows::{KeyRow, MessageRow, StandingRow, StopRow, TakenRow};

/// A mail that has certainly not left, and that no task is sending.
macro_rules! not_left {
    () => {
        "mails.sent_at IS NULL AND mails.refused_because IS NULL \
            AND mails.leased_until = 0 AND mails.possible_duplicate = 0"
    };
}

/// The steps of `?1`, a JSON array, whose applications are still as they were
/// seen.
macro_rules! open_steps {
    () => {
        "json_each(?1) AS step JOIN applications \
            ON applications.id = json_extract(step.value, '$.application') \
            AND applications.revision = json_extract(step.value, '$.revision') \
            AND applications.stage = json_extract(step.value, '$.seen') \
            AND applications.id NOT IN (SELECT id FROM retired)"
    };
}

const SELECT_STANDINGS: Query = Query::new(
    "select standings",
    concat!(
        "SELECT applications.*, pending.id AS pending, pending.stage AS pending_stage, \
            pending.stage_before AS pending_stage_before \
        FROM applications LEFT JOIN messages AS pending ON pending.id = ( \
            SELECT messages.id FROM messages JOIN mails ON mails.id = 'message/' || messages.id \
            WHERE messages.application = applications.id AND stopped_at IS NULL \
                AND replaced_at IS NULL AND ",
        not_left!(),
        " ORDER BY scheduled_at DESC LIMIT 1) \
        WHERE applications.reference IN (SELECT value FROM json_each(?1)) \
            AND applications.id NOT IN (SELECT id FROM retired)"
    ),
);

const REPLACE_PENDING: Query = Query::new(
    "replace pending",
    concat!(
        "UPDATE messages SET replaced_at = ?2 \
        WHERE stopped_at IS NULL AND replaced_at IS NULL \
            AND application IN (SELECT applications.id FROM ",
        open_steps!(),
        " WHERE json_extract(step.value, '$.message') IS NOT NULL) \
            AND EXISTS (SELECT 1 FROM mails WHERE mails.id = 'message/' || messages.id AND ",
        not_left!(),
        ")"
    ),
);

const DELETE_REPLACED: Query = Query::new(
    "delete replaced",
    "DELETE FROM mails WHERE kind = 'message' AND id IN (SELECT 'message/' || id FROM messages \
        WHERE replaced_at IS NOT NULL AND application IN \
            (SELECT json_extract(value, '$.application') FROM json_each(?1)))",
);

const INSERT_MESSAGES: Query = Query::new(
    "insert messages",
    concat!(
        "INSERT INTO messages (id, application, subject, body, appointment, attachment, stage, \
            stage_before, scheduled_at, scheduled_by, send_at) \
        SELECT json_extract(step.value, '$.message.id'), applications.id, \
            json_extract(step.value, '$.message.subject'), \
            json_extract(step.value, '$.message.body'), \
            json_extract(step.value, '$.message.appointment'), \
            json_extract(step.value, '$.message.attachment'), \
            json_extract(step.value, '$.message.stages.to'), \
            json_extract(step.value, '$.message.stages.from'), ?2, ?3, ?4 FROM ",
        open_steps!(),
        " WHERE json_extract(step.value, '$.message') IS NOT NULL ON CONFLICT DO NOTHING"
    ),
);

const INSERT_MAILS: Query = Query::new(
    "insert message mails",
    concat!(
        "INSERT INTO mails (id, kind, application, posting, due_at, revision) \
        SELECT 'message/' || json_extract(step.value, '$.message.id'), 'message', \
            applications.id, applications.posting, ?2, ?3 FROM ",
        open_steps!(),
        " WHERE json_extract(step.value, '$.message') IS NOT NULL ON CONFLICT DO NOTHING"
    ),
);

const INSERT_STAGE_EVENTS: Query = Query::new(
    "insert stage events",
    concat!(
        "INSERT INTO events (id, posting, application, what, who, at, detail) \
        SELECT 'stage/' || json_extract(step.value, '$.event'), applications.posting, \
            applications.id, 'stage_changed', ?3, ?2, \
            json_object('from', applications.stage, 'to', json_extract(step.value, '$.stage')) \
        FROM ",
        open_steps!(),
        " WHERE json_extract(step.value, '$.stage') != applications.stage ON CONFLICT DO NOTHING"
    ),
);

const INSERT_MESSAGE_EVENTS: Query = Query::new(
    "insert message events",
    concat!(
        "INSERT INTO events (id, posting, application, what, who, at, detail) \
        SELECT 'scheduled/' || json_extract(step.value, '$.message.id'), applications.posting, \
            applications.id, 'message_scheduled', ?3, ?2, \
            json_object('message', json_extract(step.value, '$.message.id')) FROM ",
        open_steps!(),
        " WHERE json_extract(step.value, '$.message') IS NOT NULL ON CONFLICT DO NOTHING"
    ),
);

/// The last statement: after it the steps no longer match.
const SET_STAGES: Query = Query::new(
    "set stages",
    concat!(
        "UPDATE applications SET stage = (SELECT json_extract(value, '$.stage') \
            FROM json_each(?1) WHERE json_extract(value, '$.application') = applications.id) \
        WHERE id IN (SELECT applications.id FROM ",
        open_steps!(),
        " WHERE json_extract(step.value, '$.stage') IS NOT NULL)"
    ),
);

const SELECT_TAKEN: Query = Query::new(
    "select taken",
    "SELECT json_extract(value, '$.application') AS application, \
        EXISTS (SELECT 1 FROM events WHERE id = 'stage/' || json_extract(value, '$.event')) \
            AS changed, \
        EXISTS (SELECT 1 FROM messages WHERE id = json_extract(value, '$.message.id')) \
            AS scheduled \
    FROM json_each(?1)",
);

const STOP: Query = Query::new(
    "stop message",
    concat!(
        "UPDATE messages SET stopped_at = ?2 \
        WHERE id = ?1 AND stopped_at IS NULL AND replaced_at IS NULL \
            AND EXISTS (SELECT 1 FROM mails WHERE mails.id = 'message/' || ?1 AND ",
        not_left!(),
        ")"
    ),
);

/// The mail is there only the first time.
const PUT_STAGE_BACK: Query = Query::new(
    "put stage back",
    "UPDATE applications SET stage = (SELECT stage_before FROM messages WHERE id = ?1) \
    WHERE (id, stage) IN (SELECT application, stage FROM messages \
        WHERE id = ?1 AND stopped_at IS NOT NULL AND stage_before IS NOT NULL) \
        AND EXISTS (SELECT 1 FROM mails WHERE id = 'message/' || ?1)",
);

const INSERT_STOP_EVENT: Query = Query::new(
    "insert stop event",
    "INSERT INTO events (id, posting, application, what, who, at, detail) \
    SELECT 'stopped/' || messages.id, applications.posting, applications.id, 'message_stopped', \
        ?2, messages.stopped_at, json_object('message', messages.id) \
    FROM messages JOIN applications ON applications.id = messages.application \
    WHERE messages.id = ?1 AND stopped_at IS NOT NULL ON CONFLICT DO NOTHING",
);

const DELETE_STOPPED: Query = Query::new(
    "delete stopped",
    "DELETE FROM mails WHERE id = 'message/' || ?1 \
        AND EXISTS (SELECT 1 FROM messages WHERE id = ?1 AND stopped_at IS NOT NULL)",
);

const SELECT_STOPPED: Query = Query::new(
    "select stopped",
    "SELECT applications.reference, applications.stage, stopped_at IS NOT NULL AS stopped \
    FROM messages JOIN applications ON applications.id = messages.application \
    WHERE messages.id = ?1 AND applications.id NOT IN (SELECT id FROM retired)",
);

macro_rules! message {
    ($condition:literal) => {
        concat!(
            "SELECT messages.*, mails.sent_at, mails.refused_because IS NOT NULL AS given_up, \
                attachments.file_name, attachments.media_type, attachments.bytes \
            FROM messages LEFT JOIN mails ON mails.id = 'message/' || messages.id \
            LEFT JOIN attachments ON attachments.key = messages.attachment WHERE ",
            $condition
        )
    };
}

const SELECT_MESSAGE: Query = Query::new("select message", message!("messages.id = ?1"));

const SELECT_MESSAGES: Query = Query::new(
    "select messages",
    message!(
        "messages.application IN (SELECT value FROM json_each(?1)) \
        ORDER BY scheduled_at, messages.rowid"
    ),
);

const INSERT_ATTACHMENT: Query = Query::new(
    "insert attachment",
    "INSERT INTO attachments (key, file_name, media_type, bytes, stored_at) \
    VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (key) DO UPDATE SET stored_at = excluded.stored_at",
);

const SELECT_UNUSED: Query = Query::new(
    "select unused attachments",
    "SELECT key FROM attachments WHERE stored_at < ?1 \
        AND NOT EXISTS (SELECT 1 FROM messages WHERE attachment = attachments.key) LIMIT ?2",
);

const FORGET_ATTACHMENT: Query = Query::new(
    "forget attachment",
    "DELETE FROM attachments WHERE key = ?1 \
        AND NOT EXISTS (SELECT 1 FROM messages WHERE attachment = ?1) RETURNING key",
);

impl<D: Database> Progress for SqlLedger<D> {
    async fn standings(&self, references: &[Reference]) -> Result<Vec<Standing>, Fault> {
        let references = json(&references, "a list of references")?;
        let rows: Vec<StandingRow> = self.0.run(SELECT_STANDINGS.bind([references])).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    async fn take_steps(
        &self,
        steps: &[Step],
        by: Actor<'_>,
        send_at: Timestamp,
    ) -> Result<Vec<Taken>, Fault> {
        let steps = json(&steps, "steps")?;
        let (now, who) = (Value::from(by.at), Value::from(by.email));
        let event = |query: Query| query.bind([steps.clone(), now.clone(), who.clone()]);
        let batch = vec![
            REPLACE_PENDING.bind([steps.clone(), now.clone()]),
            DELETE_REPLACED.bind([steps.clone()]),
            INSERT_MESSAGES.bind([steps.clone(), now.clone(), who.clone(), send_at.into()]),
            INSERT_MAILS.bind([steps.clone(), send_at.into(), EVERY_REVISION.into()]),
            event(INSERT_STAGE_EVENTS),
            event(INSERT_MESSAGE_EVENTS),
            SET_STAGES.bind([steps.clone()]),
            SELECT_TAKEN.bind([steps.clone()]),
        ];
        let rows: Vec<TakenRow> = self.0.batch(batch).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn stop_message(&self, id: &str, by: Actor<'_>) -> Result<Stop, Fault> {
        let message = Value::from(id);
        let batch = vec![
            STOP.bind([message.clone(), by.at.into()]),
            PUT_STAGE_BACK.bind([message.clone()]),
            INSERT_STOP_EVENT.bind([message.clone(), by.email.into()]),
            DELETE_STOPPED.bind([message.clone()]),
            SELECT_STOPPED.bind([message]),
        ];
        let rows: Vec<StopRow> = self.0.batch(batch).await?;
        Ok(rows.into_iter().next().map_or(Stop::Unknown, Into::into))
    }

    async fn find_message(&self, id: &str) -> Result<Option<Message>, Fault> {
        let row: Option<MessageRow> = self.first(SELECT_MESSAGE.bind([id.into()])).await?;
        Ok(row.map(Into::into))
    }

    async fn messages(&self, applications: &[&str]) -> Result<Vec<(String, Message)>, Fault> {
        let ids = json(&applications, "a list of ids")?;
        let rows: Vec<MessageRow> = self.0.run(SELECT_MESSAGES.bind([ids])).await?;
        Ok(rows.into_iter().map(|row| (row.application.clone(), row.into())).collect())
    }

    async fn keep_attachment(
        &self,
        attachment: &MessageAttachment,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let MessageAttachment { key, file_name, media_type, bytes } = attachment;
        let bytes = u32::try_from(*bytes).unwrap_or(u32::MAX);
        let values = [key.into(), file_name.into(), media_type.into(), bytes.into(), now.into()];
        self.execute(INSERT_ATTACHMENT.bind(values)).await
    }

    async fn unused_attachments(&self, until: Timestamp, limit: u32) -> Result<Vec<String>, Fault> {
        let rows = self.0.run(SELECT_UNUSED.bind([until.into(), limit.into()])).await?;
        Ok(rows.into_iter().map(|row: KeyRow| row.key).collect())
    }

    async fn forget_attachment(&self, key: &str) -> Result<bool, Fault> {
        let row: Option<KeyRow> = self.first(FORGET_ATTACHMENT.bind([key.into()])).await?;
        Ok(row.is_some())
    }
}
