//! The port of the ledger for mails that come in.

use mail::Address;
use rules::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Fault, MailRef, Notice};

/// A mail as the receiving server handed it over. Its bytes are in the store
/// of documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomingMail {
    /// Its id: 32 hexadecimal digits.
    pub id: String,
    /// When the server took it.
    pub received_at: Timestamp,
    /// The sender of the envelope; empty for a bounce.
    pub envelope_from: String,
    /// The recipient of the envelope.
    pub envelope_to: String,
    /// How many bytes it has.
    pub bytes: u32,
}

/// A mail that is to become an application, once what it lacks is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The mail.
    pub mail: IncomingMail,
    /// Which mail it is, however often it came.
    pub identity: String,
    /// The slug of the posting.
    pub posting: String,
    /// The address of the candidate, in lower case.
    pub sender: String,
    /// What else it says.
    pub said: DraftContent,
    /// The id of the application that it has become.
    pub application: Option<String>,
}

impl Draft {
    /// Whether `address` is that of its candidate.
    pub fn is_from(&self, address: &Address) -> bool {
        self.sender.eq_ignore_ascii_case(address.as_str())
    }
}

/// What a draft says beside its files and its text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftContent {
    /// The candidate's name.
    pub name: String,
    /// The candidate's address, as written.
    pub email: String,
    /// The Message-ID of the mail, or an empty text.
    pub message_id: String,
    /// The ids of mails whose files belong to it as well.
    pub earlier: Vec<String>,
}

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is an application.
    Applied,
    /// It may become one.
    Incomplete,
    /// It is forwarded as it came, and that is all.
    Forwarded,
    /// It is a mail of ours that has come back.
    Returned,
    /// It came before, or it is an alert of ours.
    Duplicate,
}

impl Fate {
    /// The name in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Incomplete => "incomplete",
            Self::Forwarded => "forwarded",
            Self::Returned => "returned",
            Self::Duplicate => "duplicate",
        }
    }
}

/// What is written down of a mail that was processed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Processed {
    /// What became of it.
    pub fate: Fate,
    /// Which mail it is, however often it came.
    pub identity: String,
    /// The slug of the posting that it is for.
    pub posting: Option<String>,
    /// The address that is proved, in lower case.
    pub sender: Option<String>,
    /// What is wrong with it, as codes.
    pub problems: String,
    /// The Message-ID of the answer.
    pub answer: Option<String>,
    /// A keyed hash of who the mail says has written it, and whether that is
    /// proved.
    pub author: String,
    /// The mail that lists it with others, and the subject that stands there.
    pub listed: Option<(String, String)>,
    /// What the application to come says.
    pub draft: Option<DraftContent>,
    /// The application that it has become.
    pub application: Option<String>,
    /// When it is erased at the latest.
    pub erase_at: Timestamp,
    /// The mails that it calls for.
    pub notices: Vec<(MailRef, Notice)>,
}

/// Mails that come in.
pub trait Inbox {
    /// Writes a mail down, to be processed. Once it is, no other call changes
    /// that.
    async fn keep(&self, mail: &IncomingMail) -> Result<(), Fault>;

    /// Claims a mail that is not processed and not claimed, until `until`.
    async fn claim_incoming(
        &self,
        id: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<IncomingMail>, Fault>;

    /// Whether another mail with this identity was processed that came no
    /// later, or that is an application. A copy that was late does not keep out
    /// one that was in time.
    async fn is_duplicate(
        &self,
        identity: &str,
        id: &str,
        received_at: Timestamp,
    ) -> Result<bool, Fault>;

    /// Whether a mail of this sender for the posting `slug` with the same
    /// problems was answered since `since`.
    async fn is_answered(
        &self,
        sender: &str,
        slug: &str,
        problems: &str,
        since: Timestamp,
    ) -> Result<bool, Fault>;

    /// How many mails of `author` were processed that came after `since` and
    /// not after `until`, counted up to `limit`.
    async fn mails_of(
        &self,
        author: &str,
        since: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<u32, Fault>;

    /// The draft that the mail with this id holds.
    async fn draft(&self, id: &str) -> Result<Option<Draft>, Fault>;

    /// The latest draft whose answer has one of these Message-IDs.
    async fn draft_answered_by(&self, answers: &[String]) -> Result<Option<Draft>, Fault>;

    /// Notes that a draft has become an application.
    async fn complete_draft(&self, id: &str, application: &str) -> Result<(), Fault>;

    /// Writes down what became of a mail, and the mails that it calls for, in
    /// one step. Without effect where it was processed before.
    async fn process(&self, id: &str, processed: &Processed, now: Timestamp) -> Result<(), Fault>;

    /// Notes at a mail of the outbox that was sent that it came back. Of several
    /// recipients those lack it who are among `addresses`, in any case of letters;
    /// others than it was sent to change nothing.
    async fn note_bounce(&self, mail: &str, addresses: &[String]) -> Result<(), Fault>;

    /// Ids of up to `limit` mails that wait to be processed, oldest first.
    async fn incoming_due(&self, now: Timestamp, limit: u32) -> Result<Vec<String>, Fault>;

    /// Ids of up to `limit` mails whose bytes nobody needs any more.
    async fn incoming_to_erase(&self, now: Timestamp, limit: u32) -> Result<Vec<String>, Fault>;

    /// Notes that the bytes of a mail are gone, and forgets what it said.
    async fn incoming_erased(&self, id: &str) -> Result<(), Fault>;

    /// Those of these ids that no mail has.
    async fn unknown_incoming(&self, ids: &[String]) -> Result<Vec<String>, Fault>;

    /// Forgets mails that were erased and came before `until`.
    async fn forget_incoming(&self, until: Timestamp) -> Result<(), Fault>;
}
