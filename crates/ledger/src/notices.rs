//! The statements for notices and incidents.

use intake::ports::{
    DeliveryProblems, Fault, FloodedMail, Incident, Notice, Notices, PostingDelivery, WrittenReport,
};
use rules::Timestamp;

use crate::database::{Database, Query, SqlLedger, Value, json};
use crate::lacking::refused_by;
use crate::rows::{
    CountRow, DayRow, EntryRow, ErasureRow, FloodedRow, IdRow, IncidentRow, ProblemsRow,
};

const SELECT_LAST_REPORT: Query = Query::new(
    "select last report",
    "SELECT day, coalesce(sent_at, due_at) AS at FROM mails WHERE posting = ?1 AND day IS NOT NULL \
    ORDER BY day DESC LIMIT 1",
);

const SELECT_LAST_ERASURE: Query = Query::new(
    "select last erasure",
    "SELECT erased_at FROM tallies WHERE posting = ?1 AND erased_at IS NOT NULL",
);

const SELECT_UNDELIVERED: Query = Query::new(
    "select undelivered",
    "SELECT DISTINCT posting AS id FROM mails WHERE kind = 'staff' AND sent_at IS NULL",
);

const SELECT_UNSETTLED: Query = Query::new(
    "select unsettled",
    "SELECT EXISTS (SELECT 1 FROM mails \
        WHERE posting = ?1 AND kind = 'staff' AND sent_at IS NULL \
        AND refused_because IS NULL) AS count",
);

const DELETE_STALE_REPORTS: Query = Query::new(
    "delete stale reports",
    "DELETE FROM mails WHERE posting = ?1 AND day < ?2 AND day IS NOT NULL AND sent_at IS NULL",
);

/// `?2` is a text: as a number it would stand in the id with a decimal point.
const INSERT_REPORT: Query = Query::new(
    "insert report",
    "INSERT INTO mails (id, kind, posting, day, payload, due_at) \
    VALUES ('report/' || ?1 || '/' || ?2, 'report', ?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
);

const SELECT_FLOODED: Query = Query::new(
    "select flooded",
    "SELECT id, received_at, bytes, subject FROM incoming WHERE flood = ?1 AND erased = 0 \
    ORDER BY received_at LIMIT ?2",
);

const SELECT_FORWARDING: Query = Query::new(
    "select forwarding",
    concat!(
        "SELECT number, reference, staff.sent_at, staff.refused_because IS NOT NULL AS given_up, \
            acknowledgement.sent_at AS acknowledged_at, \
            acknowledgement.refused_because IS NOT NULL AS not_acknowledged, \
            confirmed_revision >= applications.revision AS confirmed, ",
        refused_by!(),
        " FROM applications JOIN mails AS staff ON staff.application = applications.id \
            AND staff.kind = 'staff' AND staff.revision = applications.revision \
        LEFT JOIN mails AS acknowledgement ON acknowledgement.application = applications.id \
            AND acknowledgement.kind = 'acknowledgement' \
            AND acknowledgement.revision = applications.revision \
        WHERE applications.posting = ?1 ORDER BY number"
    ),
);

const COUNT_WITHDRAWN: Query =
    Query::new("count withdrawn", "SELECT count(*) AS count FROM retired WHERE posting = ?1");

const COUNT_UNANSWERED: Query = Query::new(
    "count unanswered",
    "SELECT kept - answered AS count FROM tallies WHERE posting = ?1",
);

/// A mail that waits for its first attempt is late only where no mail has been
/// sent for as long: a long queue that moves is no problem. Without `INDEXED
/// BY`, `SQLite` reads every mail of every application.
const SELECT_PROBLEMS: Query = Query::new(
    "select problems",
    "WITH stuck AS ( \
        SELECT coalesce(last_problem, 'late') AS problem, application, false AS lost, due_at \
        FROM mails INDEXED BY mails_pending \
        WHERE application IS NOT NULL AND sent_at IS NULL AND refused_because IS NULL \
            AND (failures > 1 OR (due_at < ?2 AND leased_until <= ?1 \
                AND (attempts > 0 OR NOT EXISTS (SELECT 1 FROM mails \
                    WHERE sent_at >= ?2 AND application IS NOT NULL)))) \
        UNION ALL \
        SELECT coalesce(last_problem, 'late'), application, true, due_at FROM mails \
        WHERE kind = 'staff' AND refused_because IS NOT NULL) \
    SELECT count(*) - coalesce(sum(lost), 0) AS waiting, coalesce(sum(lost), 0) AS lost, \
        (SELECT min(received_at) FROM stuck JOIN applications ON applications.id = stuck.application \
            WHERE NOT lost) AS since, \
        (SELECT problem FROM stuck WHERE NOT lost \
            GROUP BY problem ORDER BY count(*) DESC LIMIT 1) AS cause, \
        (SELECT problem FROM stuck WHERE lost ORDER BY due_at DESC LIMIT 1) AS lost_cause \
    FROM stuck",
);

/// The open incident comes first: a slow cron may have opened it with an older
/// time than that of an incident which has ended.
const SELECT_LAST_INCIDENT: Query = Query::new(
    "select last incident",
    "SELECT * FROM incidents WHERE opened_at = coalesce( \
        (SELECT opened_at FROM incidents WHERE closed_at IS NULL), \
        (SELECT max(opened_at) FROM incidents))",
);

const INSERT_INCIDENT: Query = Query::new(
    "insert incident",
    "\
    INSERT INTO incidents (opened_at, cause, losing, lost) SELECT ?1, ?2, ?3, ?4 \
    WHERE NOT EXISTS (SELECT 1 FROM incidents WHERE closed_at IS NULL) ON CONFLICT DO NOTHING",
);

/// Only where the incident was just inserted.
const INSERT_ALERT: Query = Query::new(
    "insert alert",
    "\
    INSERT INTO mails (id, kind, payload, due_at) \
    SELECT 'alert/' || opened_at, 'alert', ?2, opened_at FROM incidents WHERE opened_at = ?1 \
    ON CONFLICT DO NOTHING",
);

const INSERT_NOTICE: Query = Query::new(
    "insert notice",
    "\
    INSERT INTO mails (id, kind, payload, due_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
);

const UPDATE_INCIDENT: Query = Query::new(
    "update incident",
    "UPDATE incidents SET lost = ?2, closed_at = ?3 WHERE opened_at = ?1",
);

impl<D: Database> Notices for SqlLedger<D> {
    async fn last_report(&self, slug: &str) -> Result<Option<WrittenReport>, Fault> {
        let row: Option<DayRow> = self.first(SELECT_LAST_REPORT.bind([slug.into()])).await?;
        Ok(row.map(Into::into))
    }

    async fn last_erasure(&self, slug: &str) -> Result<Option<Timestamp>, Fault> {
        let row: Option<ErasureRow> = self.first(SELECT_LAST_ERASURE.bind([slug.into()])).await?;
        Ok(row.map(Into::into))
    }

    async fn undelivered(&self) -> Result<Vec<String>, Fault> {
        let rows: Vec<IdRow> = self.0.run(SELECT_UNDELIVERED.bind([])).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    async fn is_settled(&self, slug: &str) -> Result<bool, Fault> {
        Ok(self.count(SELECT_UNSETTLED, slug).await? == 0)
    }

    async fn open_report(&self, slug: &str, day: u32, now: Timestamp) -> Result<(), Fault> {
        let notice = json(&Notice::Report { posting: slug.to_owned() }, "a notice")?;
        let (slug, day) = (Value::from(slug), Value::from(day.to_string()));
        self.execute_all(vec![
            DELETE_STALE_REPORTS.bind([slug.clone(), day.clone()]),
            INSERT_REPORT.bind([slug, day, notice, now.into()]),
        ])
        .await
    }

    async fn open_notice(&self, id: &str, notice: &Notice, now: Timestamp) -> Result<(), Fault> {
        let payload = json(notice, "a notice")?;
        let values = [id.into(), notice.kind().as_str().into(), payload, now.into()];
        self.execute(INSERT_NOTICE.bind(values)).await
    }

    async fn posting_delivery(&self, slug: &str) -> Result<PostingDelivery, Fault> {
        let rows: Vec<EntryRow> = self.0.run(SELECT_FORWARDING.bind([slug.into()])).await?;
        let kept = rows.into_iter().map(Into::into).collect();
        let withdrawn = self.count(COUNT_WITHDRAWN, slug).await?;
        let unanswered = self.count(COUNT_UNANSWERED, slug).await?;
        Ok(PostingDelivery { kept, withdrawn, unanswered })
    }

    async fn problems(&self, now: Timestamp, late: Timestamp) -> Result<DeliveryProblems, Fault> {
        let row: Option<ProblemsRow> =
            self.first(SELECT_PROBLEMS.bind([now.into(), late.into()])).await?;
        Ok(row.map(Into::into).unwrap_or_default())
    }

    async fn flooded(&self, id: &str, limit: u32) -> Result<Vec<FloodedMail>, Fault> {
        let rows: Vec<FloodedRow> =
            self.0.run(SELECT_FLOODED.bind([id.into(), limit.into()])).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn last_incident(&self) -> Result<Option<Incident>, Fault> {
        let row: Option<IncidentRow> = self.first(SELECT_LAST_INCIDENT.bind([])).await?;
        Ok(row.map(Into::into))
    }

    async fn open_incident(&self, incident: &Incident, with_alert: bool) -> Result<(), Fault> {
        let opened_at = Value::from(incident.opened_at);
        let (cause, losing) = ((&incident.cause).into(), incident.is_losing.into());
        let insert = INSERT_INCIDENT.bind([opened_at.clone(), cause, losing, incident.lost.into()]);
        let mut batch = vec![insert];
        if with_alert {
            let notice = json(&Notice::Alert { incident: incident.clone() }, "a notice")?;
            batch.push(INSERT_ALERT.bind([opened_at, notice]));
        }
        self.execute_all(batch).await
    }

    async fn update_incident(&self, incident: &Incident) -> Result<(), Fault> {
        let values = [incident.opened_at.into(), incident.lost.into(), incident.closed_at.into()];
        self.execute(UPDATE_INCIDENT.bind(values)).await
    }
}

impl<D: Database> SqlLedger<D> {
    async fn count(&self, query: Query, slug: &str) -> Result<u32, Fault> {
        let row: Option<CountRow> = self.first(query.bind([slug.into()])).await?;
        Ok(row.map_or(0, |row| row.count))
    }
}
