//! Rows of `incoming`.

use intake::ports::{Draft, Fault, FloodedMail, IncomingMail};
use serde::Deserialize;

use super::timestamp;

/// A mail that came in.
#[derive(Debug, Deserialize)]
pub(crate) struct IncomingRow {
    id: String,
    received_at: f64,
    envelope_from: String,
    envelope_to: String,
    bytes: u32,
}

impl From<IncomingRow> for IncomingMail {
    fn from(row: IncomingRow) -> Self {
        Self {
            id: row.id,
            received_at: timestamp(row.received_at),
            envelope_from: row.envelope_from,
            envelope_to: row.envelope_to,
            bytes: row.bytes,
        }
    }
}

/// A mail that another one tells of.
#[derive(Debug, Deserialize)]
pub(crate) struct FloodedRow {
    id: String,
    received_at: f64,
    bytes: u32,
    subject: Option<String>,
}

impl From<FloodedRow> for FloodedMail {
    fn from(row: FloodedRow) -> Self {
        Self {
            id: row.id,
            received_at: timestamp(row.received_at),
            bytes: row.bytes,
            subject: row.subject.unwrap_or_default(),
        }
    }
}

/// A mail that may become an application.
#[derive(Debug, Deserialize)]
pub(crate) struct DraftRow {
    #[serde(flatten)]
    mail: IncomingRow,
    identity: String,
    posting: String,
    sender: String,
    draft: String,
    application: Option<String>,
}

impl TryFrom<DraftRow> for Draft {
    type Error = Fault;

    fn try_from(row: DraftRow) -> Result<Self, Fault> {
        let unreadable = |_| Fault::Ledger("a draft is not of the expected shape".into());
        Ok(Self {
            mail: row.mail.into(),
            identity: row.identity,
            posting: row.posting,
            sender: row.sender,
            said: serde_json::from_str(&row.draft).map_err(unreadable)?,
            application: row.application,
        })
    }
}
