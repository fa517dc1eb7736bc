//! Rows of the ledger. The tables are in `migrations`.

mod desk;
mod held;
mod incoming;
mod notices;
mod postings;
mod recipients;

use domain::{Application, Reference, Revision};
use intake::ports::{
    About, Claim, Delivery, Fault, Mail, MailKind, MailState, ReceiptLookup, Related, Withdrawn,
};
use rules::{Content, Timestamp};
use serde::Deserialize;

pub(crate) use desk::{
    CountsRow, DossierRow, EventRow, MessageRow, NeighboursRow, NoteRow, StandingRow, StopRow,
    TakenRow, UnfoldedRow,
};
pub(crate) use held::{HeldRow, KeyRow};
pub(crate) use incoming::{DraftRow, FloodedRow, IncomingRow};
pub(crate) use notices::{CountRow, DayRow, EntryRow, ErasureRow, IncidentRow, ProblemsRow};
pub(crate) use postings::{ClosingRow, CurrentVersionRow, EarlyErasuresRow, SavedRow, VersionRow};
pub(crate) use recipients::{AdmissionRow, DigestedRow};

/// A row of `applications`. D1 gives numbers as floats; milliseconds stay
/// exact in them for 285,000 years.
#[derive(Debug, Deserialize)]
pub(crate) struct ApplicationRow {
    id: String,
    reference: Reference,
    posting: String,
    posting_version: Option<u32>,
    number: u32,
    language: String,
    origin: String,
    received_at: f64,
    revision: u32,
    revised_at: Option<f64>,
    address_changes: u32,
    page: Option<String>,
    mail: Option<String>,
    shared_opened: Option<f64>,
    erase_at: Option<f64>,
    application: String,
    sealed: Option<String>,
}

impl TryFrom<ApplicationRow> for Application {
    type Error = Fault;

    fn try_from(row: ApplicationRow) -> Result<Self, Fault> {
        let content = content(&row.application, row.reference.as_str())?;
        let unreadable = |_| Fault::Ledger("what is sealed is not of the expected shape".into());
        let sealed = row.sealed.as_deref().map(serde_json::from_str).transpose();
        Ok(Self {
            id: row.id,
            reference: row.reference,
            posting: row.posting,
            posting_version: row.posting_version,
            number: row.number,
            language: row.language,
            origin: row.origin,
            received_at: timestamp(row.received_at),
            revision: row.revision,
            revised_at: timestamp(row.revised_at.unwrap_or(row.received_at)),
            address_changes: row.address_changes,
            page: row.page,
            mail: row.mail,
            shared: row.shared_opened.map(timestamp),
            erase_at: row.erase_at.map(timestamp),
            content,
            sealed: sealed.map_err(unreadable)?,
        })
    }
}

/// What an application says. `whose` names it where that cannot be read.
fn content(json: &str, whose: &str) -> Result<Content, Fault> {
    serde_json::from_str(json).map_err(|error| {
        // serde's message quotes values; the position alone is no data.
        Fault::Ledger(format!("row {whose}: column {}", error.column()))
    })
}

/// What an application said.
#[derive(Debug, Deserialize)]
pub(crate) struct ContentRow {
    content: String,
}

impl TryFrom<ContentRow> for Content {
    type Error = Fault;

    fn try_from(row: ContentRow) -> Result<Self, Fault> {
        content(&row.content, "of a revision")
    }
}

/// A row of `revisions`.
#[derive(Debug, Deserialize)]
pub(crate) struct RevisionRow {
    revision: u32,
    received_at: f64,
    #[serde(flatten)]
    content: ContentRow,
}

impl TryFrom<RevisionRow> for Revision {
    type Error = Fault;

    fn try_from(row: RevisionRow) -> Result<Self, Fault> {
        let content = row.content.try_into()?;
        Ok(Self { revision: row.revision, received_at: timestamp(row.received_at), content })
    }
}

/// Another application that staff should know of.
#[derive(Debug, Deserialize)]
pub(crate) struct RelatedRow {
    reference: Reference,
    received_at: f64,
    same_page: u32,
}

impl From<RelatedRow> for Related {
    fn from(row: RelatedRow) -> Self {
        Self {
            reference: row.reference,
            received_at: timestamp(row.received_at),
            is_from_same_page: row.same_page > 0,
        }
    }
}

/// An application joined with its mails.
#[derive(Debug, Deserialize)]
pub(crate) struct ReceiptRow {
    #[serde(flatten)]
    application: ApplicationRow,
    forwarded_at: Option<f64>,
    not_forwarded: u32,
    acknowledged_at: Option<f64>,
    not_acknowledged: u32,
}

impl TryFrom<ReceiptRow> for (Application, Delivery) {
    type Error = Fault;

    fn try_from(row: ReceiptRow) -> Result<Self, Fault> {
        let delivery = Delivery {
            forwarding: mail_state(row.forwarded_at, row.not_forwarded),
            acknowledgement: mail_state(row.acknowledged_at, row.not_acknowledged),
        };
        Ok((row.application.try_into()?, delivery))
    }
}

/// A row of `mails`.
#[derive(Debug, Deserialize)]
pub(crate) struct MailRow {
    id: String,
    kind: MailKind,
    application: Option<String>,
    revision: u32,
    payload: Option<String>,
}

impl TryFrom<MailRow> for Mail {
    type Error = Fault;

    fn try_from(row: MailRow) -> Result<Self, Fault> {
        let about = if let Some(application) = row.application {
            About::Application(application)
        } else {
            let notice = serde_json::from_str(row.payload.as_deref().unwrap_or_default());
            let unreadable = |_| Fault::Ledger("a notice is not of the expected shape".into());
            About::Notice(notice.map_err(unreadable)?)
        };
        let reached = Vec::new();
        Ok(Self { id: row.id, kind: row.kind, about, revision: row.revision, reached })
    }
}

/// A claimed row of `mails`.
#[derive(Debug, Deserialize)]
pub(crate) struct ClaimRow {
    #[serde(flatten)]
    mail: MailRow,
    attempts: u32,
    possible_duplicate: u32,
    tried_since: f64,
    /// A JSON array of addresses.
    reached: String,
}

impl TryFrom<ClaimRow> for (Mail, Claim) {
    type Error = Fault;

    fn try_from(row: ClaimRow) -> Result<Self, Fault> {
        let claim = Claim {
            attempt: row.attempts,
            possible_duplicate: row.possible_duplicate > 0,
            since: timestamp(row.tried_since),
        };
        let unreadable = |_| Fault::Ledger("recipients are not of the expected shape".into());
        let reached = serde_json::from_str(&row.reached).map_err(unreadable)?;
        Ok((Mail { reached, ..row.mail.try_into()? }, claim))
    }
}

/// A mail that was sent.
#[derive(Debug, Deserialize)]
pub(crate) struct SentRow {
    id: String,
    sent_at: f64,
}

impl From<SentRow> for (String, Timestamp) {
    fn from(row: SentRow) -> Self {
        (row.id, timestamp(row.sent_at))
    }
}

/// An application's id.
#[derive(Debug, Deserialize)]
pub(crate) struct IdRow {
    pub(crate) id: String,
}

/// An id, and its application, if there is one.
#[derive(Debug, Deserialize)]
pub(crate) struct StrayRow {
    pub(crate) id: String,
    pub(crate) application: Option<String>,
}

/// Where the address of a receipt leads.
#[derive(Debug, Deserialize)]
pub(crate) struct ReceiptLookupRow {
    id: String,
    address_changes: u32,
    posting: Option<String>,
    withdrawn_at: Option<f64>,
}

impl From<ReceiptLookupRow> for ReceiptLookup {
    fn from(row: ReceiptLookupRow) -> Self {
        let withdrawn = row.posting.zip(row.withdrawn_at);
        let withdrawn = withdrawn.map(|(posting, at)| Withdrawn { posting, at: timestamp(at) });
        Self { id: row.id, address_changes: row.address_changes, withdrawn }
    }
}

/// A place in a listing.
#[derive(Debug, Deserialize)]
pub(crate) struct CursorRow {
    pub(crate) after: String,
}

fn mail_state(sent_at: Option<f64>, given_up: u32) -> MailState {
    match sent_at {
        Some(at) => MailState::Sent(timestamp(at)),
        None if given_up > 0 => MailState::GivenUp,
        None => MailState::Waiting,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds, written by us")]
fn timestamp(milliseconds: f64) -> Timestamp {
    Timestamp(milliseconds as i64)
}
