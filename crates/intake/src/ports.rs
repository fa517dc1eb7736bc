//! The ports of the flows: what they need from the platform.

mod corrections;
mod dossiers;
mod forgetting;
mod held;
mod incoming;
mod notices;
mod outbox;
mod postings;
mod progress;
mod recipients;
mod retention;

use domain::{Application, Reference};
use mail::Address;
use rules::Timestamp;

pub use corrections::{Correction, Corrections, PreviousAddress, Related};
pub use domain::dossier::{
    Dossier, EarlyErasures, Event, ListedPage, Listing, Message, MessageAttachment, MessageState,
    Note, PAGE, PostingCounts, Sort,
};
pub use domain::{Delivery, MailState};
pub use dossiers::{Concerned, Dossiers};
pub use forgetting::Forgetting;
pub use held::HeldDocuments;
pub use incoming::{Draft, DraftContent, Fate, Inbox, IncomingMail, Processed};
pub use notices::{
    DeliveryProblems, DigestNotice, Entry, FloodNotice, FloodedMail, Forwarding, Incident,
    MailAnswer, Notice, NoticeOfChange, Notices, PostingDelivery, ReturnedNotice, UnfinishedNotice,
    Why, WrittenReport,
};
pub use outbox::{
    About, Claim, GIVE_UP_AFTER_MS, Mail, MailKind, MailRef, Outbox, RecipientOutcome, RetryPolicy,
    Settlement, SizeClass,
};
pub use postings::{Closing, CurrentVersion, NewVersion, PostingStore, PostingVersion, Saved};
pub use progress::{
    Actor, EVERY_REVISION, NewMessage, PendingMessage, Progress, StageChange, Standing, Step, Stop,
    Taken,
};
pub use recipients::{
    Acknowledged, Admission, Digest, Digested, DigestedWithdrawal, Recipient, Recipients, Said,
};
pub use retention::{Retention, Strays, Withdrawn};

/// A server-side failure that the candidate cannot fix.
///
/// The text is for the log and holds no candidate's data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The store of documents.
    #[error("documents: {0}")]
    Documents(String),
    /// The ledger.
    #[error("ledger: {0}")]
    Ledger(String),
    /// The queue.
    #[error("queue: {0}")]
    Queue(String),
    /// What a candidate uploaded could not be read back.
    #[error("upload: {0}")]
    Upload(String),
    /// A setting is missing or wrong.
    #[error("configuration: {0}")]
    Configuration(String),
    /// A key to which mails are encrypted cannot be used. They wait for
    /// another one, and are never sent in clear.
    #[error("key: {0}")]
    Key(String),
}

/// Reads the time.
pub trait Clock {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// A file that a candidate has uploaded, outside our memory until it is read.
pub trait Upload {
    /// Reads its bytes into memory and hashes them.
    async fn read(&self) -> Result<UploadContent, Fault>;
}

/// The content of an uploaded file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadContent {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Their SHA-256.
    pub sha256: [u8; 32],
}

/// Where documents are kept.
pub trait DocumentStore {
    /// A file as it was uploaded.
    type Upload: Upload;

    /// Makes an upload of bytes that are in memory.
    fn upload(&self, bytes: Vec<u8>) -> Result<Self::Upload, Fault>;

    /// Keeps `upload` under `key`. What is already there stays: keys contain
    /// the content's hash, so it is the same.
    async fn put(&self, key: &str, upload: &Self::Upload, sha256: [u8; 32]) -> Result<(), Fault>;

    /// Keeps what is under `from` under `to` as well. Returns whether there is
    /// anything under `from`.
    async fn copy(&self, from: &str, to: &str) -> Result<bool, Fault>;

    /// Writes a small record under `key`, over what is there.
    async fn write(&self, key: &str, text: &str) -> Result<(), Fault>;

    /// Returns the bytes under `key`, or nothing where there are none.
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Fault>;

    /// Deletes everything whose key begins with `prefix`.
    async fn delete(&self, prefix: &str) -> Result<(), Fault>;

    /// Returns up to `limit` documents whose keys begin with `prefix`, in the
    /// order of their keys, from the first one after `after` on.
    async fn list(&self, prefix: &str, after: Option<&str>, limit: u32) -> Result<Page, Fault>;
}

/// A part of a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The documents.
    pub documents: Vec<KeptDocument>,
    /// Whether there are others after them.
    pub has_more: bool,
}

/// A document, as a listing tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptDocument {
    /// Where it is kept.
    pub key: String,
    /// Since when.
    pub stored_at: Timestamp,
    /// Its size.
    pub bytes: u64,
}

/// What the address of a receipt leads to, before its key is checked. It always
/// has the same size, so that timing does not tell whether the application
/// exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptLookup {
    /// The id of the application with that reference, or [`ReceiptLookup::NOWHERE`].
    pub id: String,
    /// How often its address was corrected.
    pub address_changes: u32,
    /// The withdrawal that the hash of the key belongs to.
    pub withdrawn: Option<Withdrawn>,
}

impl ReceiptLookup {
    /// Has the length of an id, and is never one.
    pub const NOWHERE: &'static str = "00000000000000000000000000000000";
}

/// What a commit found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Commit {
    /// The application is in the ledger: this one, or the one that was there
    /// under the same id before.
    Held(Box<Application>),
    /// Another application has that reference; try another one.
    ReferenceTaken,
    /// The id is retired: its application was withdrawn, or given up for
    /// lost. Nothing is written.
    Retired,
}

/// Applications and their mails.
pub trait Ledger {
    /// Writes an application and its pending mails, all or nothing, and gives
    /// it the next number of its posting. An application that is already there
    /// under its id stays as it is.
    async fn commit(&self, received: &Application, mails: &[MailKind]) -> Result<Commit, Fault>;

    /// Returns the application with this id, unless it is withdrawn.
    async fn find(&self, id: &str) -> Result<Option<Application>, Fault>;

    /// Where a receipt's address leads: by the reference, if it is one, and
    /// by what [`Retention::withdraw`] kept of the key.
    async fn look_up_receipt(
        &self,
        reference: Option<&Reference>,
        key_hash: &str,
    ) -> Result<ReceiptLookup, Fault>;

    /// Marks the one-time address of a receipt as used. Returns whether neither
    /// it nor one that works longer had been used before.
    async fn open_once(&self, id: &str, until: Timestamp) -> Result<bool, Fault>;

    /// Returns the application with this id, and how far it has come.
    async fn find_with_delivery(&self, id: &str) -> Result<Option<(Application, Delivery)>, Fault>;
}

/// Hints that there are mails to send.
pub trait Queue {
    /// Puts mails in the queue, a message each, which comes after `delay_ms`.
    async fn push(&self, mails: &[MailRef], delay_ms: u32) -> Result<(), Fault>;

    /// Queues mails that came in, to be processed; by their ids.
    async fn push_incoming(&self, ids: &[String]) -> Result<(), Fault>;
}

/// What a transport says of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sending {
    /// Accepted. The transport may have given it an id, by which it reports
    /// later what became of it.
    Sent(Option<String>),
    /// Refused for good.
    Refused(String),
    /// Not taken because earlier mails to this recipient came back. The
    /// platform takes mails again after a while, if that was a soft bounce.
    Suppressed(String),
    /// Not taken for its size alone, and certainly not sent.
    TooLarge(String),
    /// Not taken this time, and certainly not sent.
    Later(String),
    /// Not taken and certainly not sent, because the server has too many
    /// sessions or mails, ours or those of others.
    SlowDown(String),
    /// It is unknown whether the message was taken.
    Unknown(String),
}

/// Hands messages over. The reasons it gives are codes, without addresses.
pub trait Transport {
    /// Hands over an RFC 5322 message.
    async fn send(&self, from: &Address, to: &Address, message: &[u8]) -> Sending;
}
