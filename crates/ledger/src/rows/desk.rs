//! Rows of what the desk reads.

use domain::{Application, Deed, Reference, Stage, folded};
use intake::ports::{
    Delivery, Dossier, Event, Fault, Message, MessageAttachment, MessageState, Note,
    PendingMessage, PostingCounts, StageChange, Standing, Stop, Taken,
};
use serde::Deserialize;

use super::{ReceiptRow, timestamp};
use crate::rows::ApplicationRow;

/// An application with its pending message.
#[derive(Debug, Deserialize)]
pub(crate) struct StandingRow {
    stage: Stage,
    pending: Option<String>,
    pending_stage: Option<Stage>,
    pending_stage_before: Option<Stage>,
    #[serde(flatten)]
    application: ApplicationRow,
}

impl TryFrom<StandingRow> for Standing {
    type Error = Fault;

    fn try_from(row: StandingRow) -> Result<Self, Fault> {
        let stages = row.pending_stage_before.zip(row.pending_stage);
        let stages = stages.map(|(from, to)| StageChange { from, to });
        let pending = row.pending.map(|id| PendingMessage { id, stages });
        Ok(Self { application: row.application.try_into()?, stage: row.stage, pending })
    }
}

/// What became of a step.
#[derive(Debug, Deserialize)]
pub(crate) struct TakenRow {
    application: String,
    changed: u32,
    scheduled: u32,
}

impl From<TakenRow> for Taken {
    fn from(row: TakenRow) -> Self {
        Self {
            application: row.application,
            is_changed: row.changed > 0,
            is_scheduled: row.scheduled > 0,
        }
    }
}

/// A message that was to be stopped.
#[derive(Debug, Deserialize)]
pub(crate) struct StopRow {
    reference: Reference,
    stage: Stage,
    stopped: u32,
}

impl From<StopRow> for Stop {
    fn from(row: StopRow) -> Self {
        if row.stopped > 0 {
            Self::Stopped { reference: row.reference, stage: row.stage }
        } else {
            Self::TooLate
        }
    }
}

/// A message joined with its mail and its attachment.
#[derive(Debug, Deserialize)]
pub(crate) struct MessageRow {
    pub(crate) application: String,
    id: String,
    subject: String,
    body: String,
    appointment: Option<String>,
    attachment: Option<String>,
    file_name: Option<String>,
    media_type: Option<String>,
    bytes: Option<f64>,
    stage: Option<Stage>,
    scheduled_at: f64,
    scheduled_by: String,
    send_at: f64,
    stopped_at: Option<f64>,
    replaced_at: Option<f64>,
    sent_at: Option<f64>,
    given_up: u32,
}

impl From<MessageRow> for Message {
    fn from(row: MessageRow) -> Self {
        let state = match (row.stopped_at, row.replaced_at, row.sent_at) {
            (Some(at), ..) => MessageState::Stopped(timestamp(at)),
            (None, Some(at), _) => MessageState::Replaced(timestamp(at)),
            (None, None, Some(at)) => MessageState::Sent(timestamp(at)),
            (None, None, None) if row.given_up > 0 => MessageState::GivenUp,
            (None, None, None) => MessageState::Scheduled,
        };
        Self {
            id: row.id,
            subject: row.subject,
            body: row.body,
            appointment: row.appointment,
            attachment: row.attachment.map(|key| MessageAttachment {
                key,
                file_name: row.file_name.unwrap_or_default(),
                media_type: row.media_type.unwrap_or_default(),
                bytes: whole(row.bytes.unwrap_or(0.0)),
            }),
            stage: row.stage,
            scheduled_by: row.scheduled_by,
            scheduled_at: timestamp(row.scheduled_at),
            send_at: timestamp(row.send_at),
            state,
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size is whole")]
fn whole(bytes: f64) -> u64 {
    bytes as u64
}

/// An application as a list shows it.
#[derive(Debug, Deserialize)]
pub(crate) struct DossierRow {
    stage: Stage,
    answered_elsewhere: u32,
    confirmed_revision: u32,
    also_applied: String,
    refused_by: Option<String>,
    #[serde(flatten)]
    receipt: ReceiptRow,
}

impl TryFrom<DossierRow> for Dossier {
    type Error = Fault;

    fn try_from(row: DossierRow) -> Result<Self, Fault> {
        let (application, delivery): (Application, Delivery) = row.receipt.try_into()?;
        let also_applied = serde_json::from_str(&row.also_applied)
            .map_err(|_| Fault::Ledger("references of a person are no JSON".into()))?;
        Ok(Self {
            stage: row.stage,
            delivery,
            is_answered_elsewhere: row.answered_elsewhere > 0,
            is_confirmed: row.confirmed_revision >= application.revision,
            also_applied,
            refused_by: row.refused_by,
            application,
        })
    }
}

/// What a search compares of an application, still to be folded.
#[derive(Debug, Deserialize)]
pub(crate) struct UnfoldedRow {
    pub(crate) id: String,
    name: Option<String>,
    email: Option<String>,
    reference: String,
}

impl UnfoldedRow {
    pub(crate) fn folded(&self) -> String {
        let [name, email] = [&self.name, &self.email].map(|one| one.as_deref().unwrap_or_default());
        folded(&format!("{name} {email} {}", self.reference))
    }
}

/// The references before and after one.
#[derive(Debug, Deserialize)]
pub(crate) struct NeighboursRow {
    pub(crate) before: Option<Reference>,
    pub(crate) after: Option<Reference>,
}

/// How many applications a posting has.
#[derive(Debug, Deserialize)]
pub(crate) struct CountsRow {
    slug: String,
    applications: u32,
    not_forwarded: u32,
    unanswered: u32,
    erased: u32,
    withdrawn: u32,
}

impl From<CountsRow> for PostingCounts {
    fn from(row: CountsRow) -> Self {
        Self {
            slug: row.slug,
            applications: row.applications,
            not_forwarded: row.not_forwarded,
            unanswered: row.unanswered,
            erased: row.erased,
            withdrawn: row.withdrawn,
        }
    }
}

/// A row of `notes`.
#[derive(Debug, Deserialize)]
pub(crate) struct NoteRow {
    pub(crate) application: String,
    note: String,
    written_at: f64,
    written_by: String,
}

impl From<NoteRow> for Note {
    fn from(row: NoteRow) -> Self {
        Self { note: row.note, at: timestamp(row.written_at), by: row.written_by }
    }
}

/// A row of `events`. One of a posting has its slug for an application.
#[derive(Debug, Deserialize)]
pub(crate) struct EventRow {
    pub(crate) application: String,
    what: String,
    who: Option<String>,
    at: f64,
    detail: Option<String>,
}

impl EventRow {
    /// Returns the event, unless it is of a kind that this build does not know.
    pub(crate) fn known(self) -> Option<Event> {
        let what = Deed::parse(&self.what)?;
        Some(Event { what, who: self.who, at: timestamp(self.at), detail: self.detail })
    }
}
