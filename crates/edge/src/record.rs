//! Rows of the ledger. The tables are in `migrations`.

use intake::ports::{Fault, Progress};
use rules::{Application, Received, Reference, Timestamp};
use serde::Deserialize;

/// A row of `applications`. D1 gives numbers as floats; milliseconds stay
/// exact in them for 285,000 years.
#[derive(Debug, Deserialize)]
pub(crate) struct ApplicationRow {
    id: String,
    reference: Reference,
    posting: String,
    language: String,
    origin: String,
    received_at: f64,
    application: String,
}

impl TryFrom<ApplicationRow> for Received {
    type Error = Fault;

    fn try_from(row: ApplicationRow) -> Result<Self, Fault> {
        let application: Application = serde_json::from_str(&row.application).map_err(|error| {
            // serde's message quotes values; the position alone is no data.
            Fault::Ledger(format!("row {}: column {}", row.reference, error.column()))
        })?;
        Ok(Self {
            id: row.id,
            reference: row.reference,
            posting: row.posting,
            language: row.language,
            origin: row.origin,
            received_at: timestamp(row.received_at),
            application,
        })
    }
}

/// An application joined with its letters.
#[derive(Debug, Deserialize)]
pub(crate) struct ReceiptRow {
    #[serde(flatten)]
    application: ApplicationRow,
    forwarded_at: Option<f64>,
    acknowledged_at: Option<f64>,
}

impl TryFrom<ReceiptRow> for (Received, Progress) {
    type Error = Fault;

    fn try_from(row: ReceiptRow) -> Result<Self, Fault> {
        let progress = Progress {
            forwarded_at: row.forwarded_at.map(timestamp),
            acknowledged_at: row.acknowledged_at.map(timestamp),
        };
        Ok((row.application.try_into()?, progress))
    }
}

/// A claimed row of `outbox`.
#[derive(Debug, Deserialize)]
pub(crate) struct ClaimRow {
    pub(crate) attempts: u32,
    pub(crate) possible_duplicate: u32,
}

/// An application's id.
#[derive(Debug, Deserialize)]
pub(crate) struct IdRow {
    pub(crate) id: String,
}

#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds, written by us")]
fn timestamp(milliseconds: f64) -> Timestamp {
    Timestamp(milliseconds as i64)
}
