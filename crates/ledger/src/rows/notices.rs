//! Rows about notices and incidents.

use domain::Reference;
use intake::ports::{DeliveryProblems, Entry, Incident, WrittenReport};
use rules::Timestamp;
use serde::Deserialize;

use super::{mail_state, timestamp};

/// A number of rows.
#[derive(Debug, Deserialize)]
pub(crate) struct CountRow {
    pub(crate) count: u32,
}

/// A report that was written.
#[derive(Debug, Deserialize)]
pub(crate) struct DayRow {
    day: u32,
    at: f64,
}

impl From<DayRow> for WrittenReport {
    fn from(row: DayRow) -> Self {
        Self { day: row.day, at: timestamp(row.at) }
    }
}

/// A day of deletion.
#[derive(Debug, Deserialize)]
pub(crate) struct ErasureRow {
    erased_at: f64,
}

impl From<ErasureRow> for Timestamp {
    fn from(row: ErasureRow) -> Self {
        timestamp(row.erased_at)
    }
}

/// An application with its mails.
#[derive(Debug, Deserialize)]
pub(crate) struct EntryRow {
    number: u32,
    reference: Reference,
    sent_at: Option<f64>,
    given_up: u32,
    acknowledged_at: Option<f64>,
    not_acknowledged: u32,
    confirmed: u32,
    refused_by: Option<String>,
}

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Self {
        let forwarding = mail_state(row.sent_at, row.given_up);
        let acknowledgement = mail_state(row.acknowledged_at, row.not_acknowledged);
        let (number, reference) = (row.number, row.reference);
        let is_confirmed = row.confirmed > 0;
        let refused_by = row.refused_by;
        Self { number, reference, forwarding, acknowledgement, is_confirmed, refused_by }
    }
}

/// The mails that do not leave.
#[derive(Debug, Deserialize)]
pub(crate) struct ProblemsRow {
    waiting: u32,
    lost: u32,
    since: Option<f64>,
    cause: Option<String>,
    lost_cause: Option<String>,
}

impl From<ProblemsRow> for DeliveryProblems {
    fn from(row: ProblemsRow) -> Self {
        Self {
            waiting: row.waiting,
            lost: row.lost,
            since: row.since.map(timestamp),
            cause: row.cause,
            lost_cause: row.lost_cause,
        }
    }
}

/// A row of `incidents`.
#[derive(Debug, Deserialize)]
pub(crate) struct IncidentRow {
    opened_at: f64,
    cause: String,
    losing: u32,
    lost: u32,
    closed_at: Option<f64>,
}

impl From<IncidentRow> for Incident {
    fn from(row: IncidentRow) -> Self {
        Self {
            opened_at: timestamp(row.opened_at),
            cause: row.cause,
            is_losing: row.losing > 0,
            lost: row.lost,
            closed_at: row.closed_at.map(timestamp),
        }
    }
}
