//! The port of the ledger for notices, which belong to no application.

use domain::Reference;
use rules::{Mails, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Fault, MailKind, MailState};

/// What such a mail is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Notice {
    /// To staff: an application was withdrawn.
    Withdrawal {
        /// The slug of its posting.
        posting: String,
        /// The version that the candidate read. None where the previous Worker
        /// wrote it.
        #[serde(default)]
        version: Option<u32>,
        /// Its number there.
        number: u32,
        /// Its reference.
        reference: Reference,
        /// Who had applied. Empty where the previous Worker wrote it.
        #[serde(default)]
        name: String,
        /// When.
        at: Timestamp,
    },
    /// To the candidate: their application was withdrawn.
    WithdrawalConfirmation {
        /// The slug of its posting.
        posting: String,
        /// As of the notice to staff.
        #[serde(default)]
        version: Option<u32>,
        /// Its reference.
        reference: Reference,
        /// The candidate's address.
        address: String,
        /// The language that the candidate used.
        language: String,
        /// Which mails they want.
        #[serde(default)]
        mails: Mails,
        /// When.
        at: Timestamp,
    },
    /// To staff: how far the applications to a posting have come.
    Report {
        /// The slug of the posting.
        posting: String,
    },
    /// To the operator: mails do not leave.
    Alert {
        /// The incident that it tells of.
        incident: Incident,
    },
    /// To the operator, or where there is none to staff: a key to which mails
    /// are encrypted expires.
    KeyExpires {
        /// The slug of its posting.
        posting: String,
        /// When.
        until: Timestamp,
    },
    /// To the address that an application had before it was corrected: that
    /// something has changed.
    AddressChanged(NoticeOfChange),
    /// To an outsider who had enough mails: what several others would have
    /// said.
    Digest(DigestNotice),
    /// To the sender of a mail that is not yet an application.
    Answer(Box<MailAnswer>),
    /// To staff: a mail that came in, as it came.
    Forward(Box<Forwarding>),
    /// To staff: the mails that came in from one sender beyond so many an
    /// hour, in a list.
    Flood(FloodNotice),
    /// To the candidate: what was announced has not come whole.
    Unfinished(UnfinishedNotice),
    /// To the operator, or where there is none to staff: mails of ours that came
    /// back, in a list.
    Returned(ReturnedNotice),
}

/// Who is told that what they announced has not come whole, and is deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnfinishedNotice {
    /// The slug of the posting.
    pub posting: String,
    /// The version that the candidate read.
    pub version: Option<u32>,
    /// The address that was typed.
    pub address: String,
    /// The language that the candidate used.
    pub language: String,
    /// Which mails they want.
    pub mails: Mails,
    /// When it was announced.
    pub at: Timestamp,
    /// The reference of the application that it would have corrected.
    #[serde(default)]
    pub reference: Option<String>,
}

/// Whose mails a list is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FloodNotice {
    /// The slug of the posting, where it is known.
    pub posting: Option<String>,
    /// The author, as the first of the mails says.
    pub from: String,
    /// Whether that is proved.
    pub is_proved: bool,
    /// Scheme and host of the addresses at which the mails are.
    pub origin: String,
    /// Until when they are there.
    pub until: Timestamp,
    /// When the list leaves: no mail is put on it any more by then.
    pub due_at: Timestamp,
}

/// What a list of mails that came back says beside them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnedNotice {
    /// Scheme and host of the addresses at which the mails are.
    pub origin: String,
    /// Until when they are there.
    pub until: Timestamp,
    /// When the list leaves: no mail is put on it any more by then.
    pub due_at: Timestamp,
}

/// A mail in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FloodedMail {
    /// Its id.
    pub id: String,
    /// When it came.
    pub received_at: Timestamp,
    /// Its size in bytes.
    pub bytes: u32,
    /// Its subject.
    pub subject: String,
}

/// To whom a digest goes. What it tells is in the mails that it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestNotice {
    /// The address.
    pub address: String,
    /// The language of the first of those mails.
    pub language: String,
}

/// What the sender of a mail is told. Nothing of it was written by the sender,
/// but for the subject in one of the problems.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailAnswer {
    /// The slug of the posting.
    pub posting: String,
    /// The address that wrote.
    pub address: String,
    /// The address that takes what is missing.
    pub reply_to: String,
    /// When the mail came.
    pub received_at: Timestamp,
    /// What is wrong, a sentence each, in the posting's language.
    pub problems: Vec<String>,
    /// The address of the form in which all the rest is filled in, while the
    /// posting takes applications.
    pub form: Option<String>,
    /// The Message-ID of the mail.
    pub in_reply_to: Option<String>,
}

/// A mail that staff get as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forwarding {
    /// The slug of the posting, where it is known.
    pub posting: Option<String>,
    /// The id of the mail.
    pub incoming: String,
    /// Its size in bytes.
    pub bytes: u32,
    /// When it came.
    pub received_at: Timestamp,
    /// Why it is forwarded.
    pub why: Why,
    /// What is wrong with it, a sentence each.
    pub problems: Vec<String>,
    /// The author, as the mail says.
    pub from: String,
    /// The author's address, where it is proved and takes answers.
    pub reply_to: Option<String>,
    /// The sender of the envelope.
    pub envelope_from: String,
    /// Its subject.
    pub subject: String,
    /// The address of the form by which it can become an application.
    pub form: Option<String>,
    /// Where it can be downloaded, should it be too large to attach.
    pub download: String,
    /// The marks of the installations that have passed it on.
    #[serde(default)]
    pub passed: Vec<String>,
}

/// Why a mail is forwarded as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It is not yet an application.
    Incomplete,
    /// Somebody of the organisation has forwarded it to us.
    ByStaff,
    /// It answers a mail about the application with this reference.
    Answer(String),
    /// It is the application with this reference, and has more than that.
    More(String),
    /// Nothing proves who wrote it.
    Unverified,
    /// A list sent it.
    List,
    /// A program wrote it.
    Automatic,
    /// A mail could not be delivered.
    Bounce,
    /// None of these.
    Other,
}

/// What a candidate's previous address is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeOfChange {
    /// The slug of the posting.
    pub posting: String,
    /// The version that the candidate read. None where the previous Worker
    /// wrote it.
    #[serde(default)]
    pub version: Option<u32>,
    /// The application's reference.
    pub reference: Reference,
    /// The previous address.
    pub address: String,
    /// The language that the candidate used.
    pub language: String,
    /// Which mails they wanted.
    #[serde(default)]
    pub mails: Mails,
}

impl Notice {
    /// Returns the kind of its mail.
    pub fn kind(&self) -> MailKind {
        match self {
            Self::Withdrawal { .. } => MailKind::Withdrawal,
            Self::WithdrawalConfirmation { .. } => MailKind::WithdrawalConfirmation,
            Self::Report { .. } => MailKind::Report,
            Self::Alert { .. } | Self::KeyExpires { .. } => MailKind::Alert,
            Self::AddressChanged(_) => MailKind::AddressChanged,
            Self::Digest(_) => MailKind::Digest,
            Self::Answer(_) => MailKind::Answer,
            Self::Forward(_) => MailKind::Forward,
            Self::Flood(_) => MailKind::Flood,
            Self::Unfinished(_) => MailKind::Unfinished,
            Self::Returned(_) => MailKind::Returned,
        }
    }

    /// When it leaves, if it lists what comes until then.
    pub fn list_due_at(&self) -> Option<Timestamp> {
        match self {
            Self::Flood(flood) => Some(flood.due_at),
            Self::Returned(returned) => Some(returned.due_at),
            _ => None,
        }
    }
}

/// A time in which mails do not leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// When it was noticed.
    pub opened_at: Timestamp,
    /// What most of the mails met, as a code.
    pub cause: String,
    /// Whether the incident was opened because mails to staff were given up.
    pub is_losing: bool,
    /// How many given-up mails to staff the operator was told of.
    pub lost: u32,
    /// When mails left again.
    pub closed_at: Option<Timestamp>,
}

/// Mails that do not leave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryProblems {
    /// How many are to be sent and have failed more than once, or should have
    /// been tried long ago.
    pub waiting: u32,
    /// How many to staff will not be tried again.
    pub lost: u32,
    /// When the oldest application with a waiting one arrived.
    pub since: Option<Timestamp>,
    /// What most of the waiting ones met, as a code.
    pub cause: Option<String>,
    /// What the one met that was given up last, as a code.
    pub lost_cause: Option<String>,
}

/// How far the applications to a posting have come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostingDelivery {
    /// Those that are kept, by number.
    pub kept: Vec<Entry>,
    /// How many were withdrawn.
    pub withdrawn: u32,
    /// How many of those that are kept wait for an answer.
    pub unanswered: u32,
}

/// An application and its mails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number in the posting.
    pub number: u32,
    /// Its reference.
    pub reference: Reference,
    /// How far the mail to staff has come.
    pub forwarding: MailState,
    /// How far the acknowledgement has come.
    pub acknowledgement: MailState,
    /// Whether staff have confirmed that they have it.
    pub is_confirmed: bool,
    /// Those of several recipients who refused it, or from whom it came back,
    /// while others have it; empty where it came back and nobody can say from whom.
    pub refused_by: Option<String>,
}

/// A report that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenReport {
    /// Its day, counted from 1970-01-01.
    pub day: u32,
    /// When it was sent, or is to be.
    pub at: Timestamp,
}

/// Notices and what they tell of.
pub trait Notices {
    /// The latest report on the posting `slug`.
    async fn last_report(&self, slug: &str) -> Result<Option<WrittenReport>, Fault>;

    /// Returns the latest day of deletion that any version of the posting `slug`
    /// has promised, where it was noted.
    async fn last_erasure(&self, slug: &str) -> Result<Option<Timestamp>, Fault>;

    /// Returns the slugs of the postings of which staff lack an application.
    async fn undelivered(&self) -> Result<Vec<String>, Fault>;

    /// Returns whether no application to the posting `slug` is still to be
    /// forwarded: each was, or is given up.
    async fn is_settled(&self, slug: &str) -> Result<bool, Fault>;

    /// Writes the report of `day`, once; one of an earlier day that has not
    /// left goes.
    async fn open_report(&self, slug: &str, day: u32, now: Timestamp) -> Result<(), Fault>;

    /// Writes a notice that is due at `now`, once for its id.
    async fn open_notice(&self, id: &str, notice: &Notice, now: Timestamp) -> Result<(), Fault>;

    /// Returns how far the applications to the posting `slug` have come.
    async fn posting_delivery(&self, slug: &str) -> Result<PostingDelivery, Fault>;

    /// Returns the mails that do not leave. Those that were due before `late`
    /// and that no task is sending are among them, whether they were tried or
    /// not, unless others have left since then and it is their first turn.
    async fn problems(&self, now: Timestamp, late: Timestamp) -> Result<DeliveryProblems, Fault>;

    /// The mails that came in of which the mail `id` tells, the oldest first,
    /// `limit` at most.
    async fn flooded(&self, id: &str, limit: u32) -> Result<Vec<FloodedMail>, Fault>;

    /// The incident that goes on, or else the latest one.
    async fn last_incident(&self) -> Result<Option<Incident>, Fault>;

    /// Writes down an incident, and, `with_alert`, a notice of it, in one step
    /// and only where none is open.
    async fn open_incident(&self, incident: &Incident, with_alert: bool) -> Result<(), Fault>;

    /// Writes down of an incident how many mails are lost by now, and whether
    /// it has ended.
    async fn update_incident(&self, incident: &Incident) -> Result<(), Fault>;
}
