//! The port of the ledger for stages and for what staff write to candidates.

use domain::dossier::{Message, MessageAttachment};
use domain::{Application, Reference, Stage};
use rules::Timestamp;
use serde::{Deserialize, Serialize};

use super::Fault;

/// The revision of mails that concern no revision in particular: later than
/// any, so that no correction replaces them.
pub const EVERY_REVISION: u32 = 0x7FFF_FFFF;

/// Where the selection stands with an application.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// The application.
    pub application: Application,
    /// Its stage.
    pub stage: Stage,
    /// The message that has not left and can still be stopped.
    pub pending: Option<PendingMessage>,
}

/// A message that can still be stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingMessage {
    /// Its id.
    pub id: String,
    /// The stage that was set with it, and the one before.
    pub stages: Option<StageChange>,
}

/// A change of the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageChange {
    /// The stage before.
    pub from: Stage,
    /// The stage since.
    pub to: Stage,
}

/// What is to happen to one application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The application's id.
    pub application: String,
    /// The revision and the stage that the change was made from: where there
    /// is another by now, nothing happens.
    pub revision: u32,
    /// See `revision`.
    pub seen: Stage,
    /// The stage to set, where it is another.
    pub stage: Option<Stage>,
    /// The id of the event that says so.
    pub event: String,
    /// The message to schedule.
    pub message: Option<NewMessage>,
}

/// A message to be scheduled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewMessage {
    /// Its id: unguessable.
    pub id: String,
    /// The subject line.
    pub subject: String,
    /// The text, lines ended by `\n`.
    pub body: String,
    /// An appointment for a calendar.
    pub appointment: Option<String>,
    /// Where its attachment is kept.
    pub attachment: Option<String>,
    /// What stopping it takes back.
    pub stages: Option<StageChange>,
}

/// Who changes something, and when.
#[derive(Clone, Copy, Debug)]
pub struct Actor<'a> {
    /// The person's address.
    pub email: &'a str,
    /// When.
    pub at: Timestamp,
}

/// What became of a [`Step`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The application's id.
    pub application: String,
    /// Whether its stage was changed.
    pub is_changed: bool,
    /// Whether its message was scheduled.
    pub is_scheduled: bool,
}

/// What became of the attempt to stop a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It does not leave. The stage is that of its application by now.
    Stopped {
        /// The application.
        reference: Reference,
        /// Its stage.
        stage: Stage,
    },
    /// It has left, or may have.
    TooLate,
    /// There is no such message.
    Unknown,
}

/// Stages of applications and messages to candidates.
pub trait Progress {
    /// Where the selection stands with those of these applications that are
    /// there, in any order. 100 references at most.
    async fn standings(&self, references: &[Reference]) -> Result<Vec<Standing>, Fault>;

    /// Takes these steps, those that can be taken, in one transaction. A
    /// pending message of an application gives way to a new one. 50 at most.
    async fn take_steps(
        &self,
        steps: &[Step],
        by: Actor<'_>,
        send_at: Timestamp,
    ) -> Result<Vec<Taken>, Fault>;

    /// Stops a message that has certainly not left, and puts back the stage
    /// that was set with it, unless it was changed since. The same again
    /// gives the same answer.
    async fn stop_message(&self, id: &str, by: Actor<'_>) -> Result<Stop, Fault>;

    /// Returns the message with this id.
    async fn find_message(&self, id: &str) -> Result<Option<Message>, Fault>;

    /// The messages about applications, in the order in which they were
    /// scheduled, each with the id of its application.
    async fn messages(&self, applications: &[&str]) -> Result<Vec<(String, Message)>, Fault>;

    /// Writes down a file before messages name it. `key` says what it is.
    async fn keep_attachment(
        &self,
        attachment: &MessageAttachment,
        now: Timestamp,
    ) -> Result<(), Fault>;

    /// Returns the keys of up to `limit` attachments that were stored before `until`
    /// and that no message names.
    async fn unused_attachments(&self, until: Timestamp, limit: u32) -> Result<Vec<String>, Fault>;

    /// Forgets an attachment, unless a message names it by now. Says whether
    /// it did.
    async fn forget_attachment(&self, key: &str) -> Result<bool, Fault>;
}
