//! Notices in D1.

use intake::ports::{
    Claim, Entry, Fault, Incident, Notice, Notices, Settlement, Standing, Trouble,
};
use rules::Timestamp;
use wasm_bindgen::JsValue;

use super::d1::{D1Ledger, fault, number, only, rows, settled};
use crate::record::{CountRow, DayRow, EntryRow, IdRow, IncidentRow, NoticeRow, TroubleRow};

const SELECT_LAST_REPORT: &str = "SELECT day AS day FROM notices WHERE posting = ?1 AND day IS NOT NULL \
     ORDER BY day DESC LIMIT 1";

const SELECT_UNDELIVERED: &str = "\
    SELECT count(*) AS count FROM applications JOIN outbox ON outbox.application = applications.id \
    WHERE posting = ?1 AND letter = 'staff' AND sent_at IS NULL";

const DELETE_STALE_REPORTS: &str = "\
    DELETE FROM notices WHERE posting = ?1 AND day < ?2 AND sent_at IS NULL";

const INSERT_REPORT: &str = "\
    INSERT INTO notices (id, posting, day, notice, due_at) \
    VALUES ('report/' || ?1 || '/' || ?2, ?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";

const SELECT_STANDING: &str = "\
    SELECT number, reference, sent_at, refused_because IS NOT NULL AS given_up \
    FROM applications JOIN outbox ON outbox.application = applications.id AND letter = 'staff' \
    WHERE posting = ?1 ORDER BY number";

const COUNT_WITHDRAWN: &str = "SELECT count(*) AS count FROM retired WHERE posting = ?1";

/// A letter that waits for its first turn is late only where none has left
/// for as long: a queue that is long still moves.
const SELECT_TROUBLE: &str = "\
    WITH stuck AS ( \
        SELECT coalesce(last_trouble, 'late') AS last_trouble, due_at, \
            refused_because IS NOT NULL AS lost, received_at \
        FROM outbox JOIN applications ON applications.id = outbox.application \
        WHERE sent_at IS NULL AND ( \
            (refused_because IS NULL AND failures > 1) \
            OR (refused_because IS NULL AND due_at < ?2 AND leased_until <= ?1 \
                AND (attempts > 0 OR NOT EXISTS (SELECT 1 FROM outbox WHERE sent_at >= ?2))) \
            OR (refused_because IS NOT NULL AND letter = 'staff'))) \
    SELECT count(*) - coalesce(sum(lost), 0) AS waiting, coalesce(sum(lost), 0) AS lost, \
        (SELECT min(received_at) FROM stuck WHERE NOT lost) AS since, \
        (SELECT last_trouble FROM stuck WHERE NOT lost \
            GROUP BY last_trouble ORDER BY count(*) DESC LIMIT 1) AS cause, \
        (SELECT last_trouble FROM stuck WHERE lost ORDER BY due_at DESC LIMIT 1) AS lost_cause \
    FROM stuck";

/// The one that goes on comes first: a slow cron may open it with an older
/// time than that of one which has ended.
const SELECT_LAST_INCIDENT: &str = "\
    SELECT * FROM incidents ORDER BY closed_at IS NOT NULL, opened_at DESC LIMIT 1";

const INSERT_INCIDENT: &str = "\
    INSERT INTO incidents (opened_at, cause, losing, lost) SELECT ?1, ?2, ?3, ?4 \
    WHERE NOT EXISTS (SELECT 1 FROM incidents WHERE closed_at IS NULL) ON CONFLICT DO NOTHING";

/// Only where the incident has made it into its table.
const INSERT_ALERT: &str = "\
    INSERT INTO notices (id, notice, due_at) \
    SELECT 'alert/' || opened_at, ?2, opened_at FROM incidents WHERE opened_at = ?1 \
    ON CONFLICT DO NOTHING";

const UPDATE_INCIDENT: &str = "UPDATE incidents SET lost = ?2, closed_at = ?3 WHERE opened_at = ?1";

const SELECT_DUE: &str = "\
    SELECT id FROM notices \
    WHERE sent_at IS NULL AND refused_because IS NULL AND due_at <= ?1 AND leased_until <= ?1 \
    ORDER BY due_at LIMIT ?2";

/// A lease that is still there has run out: whoever held it never came back,
/// and may have sent.
const CLAIM: &str = "\
    UPDATE notices SET attempts = attempts + 1, leased_until = ?3, \
        tried_since = coalesce(tried_since, ?2), \
        possible_duplicate = max(possible_duplicate, leased_until > 0) \
    WHERE id = ?1 AND sent_at IS NULL AND refused_because IS NULL \
        AND due_at <= ?2 AND leased_until <= ?2 \
    RETURNING notice, attempts, possible_duplicate, tried_since";

/// `attempts` fences: a later claim has raised it.
const SETTLE: &str = "\
    UPDATE notices SET leased_until = 0, sent_at = ?3, refused_because = ?4, \
        due_at = coalesce(?5, due_at), last_trouble = coalesce(?6, last_trouble), \
        possible_duplicate = max(possible_duplicate, ?7), \
        notice = CASE WHEN ?3 IS NULL THEN notice END \
    WHERE id = ?1 AND attempts = ?2";

impl Notices for D1Ledger {
    async fn last_report(&self, slug: &str) -> Result<Option<u32>, Fault> {
        let statement = self.statement(SELECT_LAST_REPORT, &[slug.into()])?;
        let row: Option<DayRow> = only(&statement).await?;
        Ok(row.map(|row| row.day))
    }

    async fn undelivered(&self, slug: &str) -> Result<bool, Fault> {
        Ok(self.count(SELECT_UNDELIVERED, slug).await? > 0)
    }

    async fn open_report(&self, slug: &str, day: u32, now: Timestamp) -> Result<(), Fault> {
        let notice = json(&Notice::Report { posting: slug.to_owned() })?;
        // As a text: as a number it would stand in the id with a decimal point.
        let (slug, day) = (JsValue::from(slug), JsValue::from(day.to_string()));
        self.all_or_nothing(&[
            (DELETE_STALE_REPORTS, &[slug.clone(), day.clone()]),
            (INSERT_REPORT, &[slug, day, notice, number(now)]),
        ])
        .await
    }

    async fn standing(&self, slug: &str) -> Result<Standing, Fault> {
        let result = self.statement(SELECT_STANDING, &[slug.into()])?;
        let result = result.all().await.map_err(fault)?;
        let kept = rows::<EntryRow>(&result)?.into_iter().map(Entry::from).collect();
        Ok(Standing { kept, withdrawn: self.count(COUNT_WITHDRAWN, slug).await? })
    }

    async fn trouble(&self, now: Timestamp, late: Timestamp) -> Result<Trouble, Fault> {
        let row: Option<TroubleRow> =
            only(&self.statement(SELECT_TROUBLE, &[number(now), number(late)])?).await?;
        Ok(row.map(Trouble::from).unwrap_or_default())
    }

    async fn last_incident(&self) -> Result<Option<Incident>, Fault> {
        let row: Option<IncidentRow> = only(&self.statement(SELECT_LAST_INCIDENT, &[])?).await?;
        Ok(row.map(Incident::from))
    }

    async fn open_incident(&self, incident: &Incident, alert: bool) -> Result<(), Fault> {
        let opened_at = number(incident.opened_at);
        let (cause, losing) = (JsValue::from(&incident.cause), i32::from(incident.losing).into());
        let values = [opened_at.clone(), cause, losing, incident.lost.into()];
        let notice = [opened_at, json(&Notice::Alert { incident: incident.clone() })?];
        let both = [(INSERT_INCIDENT, values.as_slice()), (INSERT_ALERT, notice.as_slice())];
        self.all_or_nothing(if alert { &both } else { &both[..1] }).await
    }

    async fn update_incident(&self, incident: &Incident) -> Result<(), Fault> {
        let closed_at = incident.closed_at.map_or(JsValue::NULL, number);
        let values = [number(incident.opened_at), incident.lost.into(), closed_at];
        self.all_or_nothing(&[(UPDATE_INCIDENT, &values)]).await
    }

    async fn due_notices(&self, now: Timestamp, limit: u32) -> Result<Vec<String>, Fault> {
        let result = self.statement(SELECT_DUE, &[number(now), limit.into()])?;
        let result = result.all().await.map_err(fault)?;
        Ok(rows::<IdRow>(&result)?.into_iter().map(|row| row.id).collect())
    }

    async fn claim_notice(
        &self,
        id: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<(Notice, Claim)>, Fault> {
        let values = [id.into(), number(now), number(until)];
        let row: Option<NoticeRow> = only(&self.statement(CLAIM, &values)?).await?;
        row.map(TryInto::try_into).transpose()
    }

    async fn settle_notice(
        &self,
        id: &str,
        claim: Claim,
        settlement: &Settlement,
    ) -> Result<(), Fault> {
        let [sent_at, refused, due_at, trouble, duplicate] = settled(settlement);
        let values =
            [id.into(), claim.attempt.into(), sent_at, refused, due_at, trouble, duplicate];
        self.statement(SETTLE, &values)?.run().await.map(|_| ()).map_err(fault)
    }
}

impl D1Ledger {
    async fn count(&self, sql: &str, slug: &str) -> Result<u32, Fault> {
        let row: Option<CountRow> = only(&self.statement(sql, &[slug.into()])?).await?;
        Ok(row.map_or(0, |row| row.count))
    }
}

fn json(notice: &Notice) -> Result<JsValue, Fault> {
    let text =
        serde_json::to_string(notice).map_err(|_| Fault::Ledger("a notice is no JSON".into()))?;
    Ok(text.into())
}
