//! The port of the ledger for the outbox: mails of every kind.
//!
//! A new kind of mail is a variant of [`MailKind`] and a template in the
//! composer.

use rules::{Mails, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Fault, Notice};

/// What a mail is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// The application itself, to the posting's recipients.
    Staff,
    /// The acknowledgement to the candidate.
    Acknowledgement,
    /// To staff: an application was withdrawn.
    Withdrawal,
    /// To the candidate: their application was withdrawn.
    WithdrawalConfirmation,
    /// To staff: how far the applications to a posting have come.
    Report,
    /// To the operator: mails do not leave.
    Alert,
    /// To a candidate's previous address: it was corrected.
    AddressChanged,
    /// To an outsider who had enough mails: what several others would have
    /// said.
    Digest,
    /// To the sender of a mail that is not yet an application.
    Answer,
    /// To staff: a mail that came in, as it came.
    Forward,
    /// To staff: the mails that came in from one sender beyond so many an
    /// hour.
    Flood,
    /// What staff write to a candidate.
    Message,
    /// To a candidate: what was announced has not come whole.
    Unfinished,
    /// To the operator: mails of ours that came back.
    Returned,
}

/// The retry policy of a kind of mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// After how many milliseconds it is given up; never where this is none.
    pub gives_up_after_ms: Option<i64>,
    /// Whether it is tried again after a server has refused it for good.
    pub retries_refusals: bool,
}

/// How large a mail can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeClass {
    /// Text alone.
    Small,
    /// It has documents attached.
    Large,
}

/// How long delivery of an application's mail is retried before the mail is
/// given up. Milliseconds.
pub const GIVE_UP_AFTER_MS: i64 = 72 * 3_600_000;

impl MailKind {
    /// Each. A mail in the ledger may be of another kind, which a newer build
    /// knows: it is left alone.
    pub const ALL: [Self; 14] = [
        Self::Staff,
        Self::Acknowledgement,
        Self::Withdrawal,
        Self::WithdrawalConfirmation,
        Self::Report,
        Self::Alert,
        Self::AddressChanged,
        Self::Digest,
        Self::Answer,
        Self::Forward,
        Self::Flood,
        Self::Message,
        Self::Unfinished,
        Self::Returned,
    ];

    /// The mails that every application calls for.
    pub const OF_APPLICATION: [Self; 2] = [Self::Staff, Self::Acknowledgement];

    /// Those of them that are sent to staff and to a candidate who wants these
    /// `mails`.
    pub const fn wanted(mails: Mails) -> &'static [Self] {
        match mails {
            Mails::Full | Mails::Neutral => &Self::OF_APPLICATION,
            Mails::Nothing => &[Self::Staff],
        }
    }

    /// Returns the name in the ledger, in headers and in logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Acknowledgement => "acknowledgement",
            Self::Withdrawal => "withdrawal",
            Self::WithdrawalConfirmation => "withdrawal_confirmation",
            Self::Report => "report",
            Self::Alert => "alert",
            Self::AddressChanged => "address_changed",
            Self::Digest => "digest",
            Self::Answer => "answer",
            Self::Forward => "forward",
            Self::Flood => "flood",
            Self::Message => "message",
            Self::Unfinished => "unfinished",
            Self::Returned => "returned",
        }
    }

    /// Returns how it is retried. A notice to staff or to the operator has no
    /// other channel, so it is never given up.
    pub fn retry_policy(self) -> RetryPolicy {
        match self {
            Self::Staff
            | Self::Acknowledgement
            | Self::WithdrawalConfirmation
            | Self::AddressChanged
            | Self::Digest
            | Self::Answer
            | Self::Message
            | Self::Unfinished => {
                RetryPolicy { gives_up_after_ms: Some(GIVE_UP_AFTER_MS), retries_refusals: false }
            }
            Self::Withdrawal
            | Self::Report
            | Self::Alert
            | Self::Forward
            | Self::Flood
            | Self::Returned => RetryPolicy { gives_up_after_ms: None, retries_refusals: true },
        }
    }

    /// Returns how large it can be.
    pub fn size_class(self) -> SizeClass {
        match self {
            // Messages to many candidates do not stand before acknowledgements.
            Self::Staff | Self::Forward | Self::Message => SizeClass::Large,
            Self::Acknowledgement
            | Self::Withdrawal
            | Self::WithdrawalConfirmation
            | Self::Report
            | Self::Alert
            | Self::AddressChanged
            | Self::Digest
            | Self::Answer
            | Self::Flood
            | Self::Unfinished
            | Self::Returned => SizeClass::Small,
        }
    }

    /// Whether an outsider can cause such mails to another outsider, so that
    /// they are counted and beyond a limit replaced by a digest.
    pub fn is_counted(self) -> bool {
        match self {
            Self::Acknowledgement | Self::WithdrawalConfirmation | Self::AddressChanged => true,
            // The recipient of an answer has just written, which is proved. Of what is
            // unfinished there is one a day.
            Self::Staff
            | Self::Withdrawal
            | Self::Report
            | Self::Alert
            | Self::Digest
            | Self::Answer
            | Self::Forward
            | Self::Flood
            | Self::Message
            | Self::Unfinished
            | Self::Returned => false,
        }
    }

    /// The id of this mail of an application's revision.
    pub fn mail_id(self, application: &str, revision: u32) -> String {
        match revision {
            1 => format!("{}/{application}", self.as_str()),
            _ => format!("{}/{application}/{revision}", self.as_str()),
        }
    }

    /// The mails of an application's revision.
    pub fn of_revision(application: &str, revision: u32, mails: Mails) -> Vec<MailRef> {
        let mail = |kind: &Self| MailRef { id: kind.mail_id(application, revision), kind: *kind };
        Self::wanted(mails).iter().map(mail).collect()
    }
}

/// A mail's id and kind: what a queue message says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailRef {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: MailKind,
}

/// A mail in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: MailKind,
    /// What it is about.
    pub about: About,
    /// The application's revision that it tells of; 1 of any other mail.
    pub revision: u32,
    /// Those of several recipients who have it already.
    pub reached: Vec<String>,
}

/// What became of a mail at one of several recipients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecipientOutcome {
    /// Who.
    pub address: String,
    /// The id by which the transport tells later what became of it.
    pub transport_id: Option<String>,
    /// Why they will not get it; none where they have it.
    pub refused_because: Option<String>,
}

/// What a mail is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// The application with this id.
    Application(String),
    /// Something else.
    Notice(Notice),
}

/// The right to send a mail for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Which attempt this is, from 1. It also fences: only the latest claim
    /// can settle.
    pub attempt: u32,
    /// Whether an earlier attempt may have arrived.
    pub possible_duplicate: bool,
    /// When the first attempt was made: this one, where it is the first.
    pub since: Timestamp,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The transport has it.
    Sent {
        /// When.
        at: Timestamp,
        /// The id by which the transport tells later what became of it.
        transport_id: Option<String>,
    },
    /// Some of several recipients have it; the others will not get it.
    SentToSome {
        /// When.
        at: Timestamp,
        /// For the operator.
        reason: String,
    },
    /// It will not be tried again; the reason is a code, without addresses.
    Refused {
        /// For the operator.
        reason: String,
    },
    /// To be tried again soon, by the queue message that brought it. Not a
    /// failure of this mail: the server has too many at the same time.
    Postponed {
        /// Not before.
        at: Timestamp,
        /// When that message counts as lost.
        queued_until: Timestamp,
        /// For the operator.
        reason: String,
    },
    /// It cannot be encrypted. It is tried again, as if for the first time: it
    /// is not given up for having waited.
    Held {
        /// Not before.
        at: Timestamp,
        /// For the operator.
        reason: String,
    },
    /// To be tried again.
    Later {
        /// Not before.
        at: Timestamp,
        /// For the operator.
        reason: String,
        /// Whether this attempt may have delivered the mail.
        possibly_sent: bool,
    },
}

/// Mails to send.
pub trait Outbox {
    /// The mail with this id. Like each of the calls below, it knows mails of
    /// [`MailKind::ALL`] only.
    async fn find_mail(&self, id: &str) -> Result<Option<Mail>, Fault>;

    /// Claims a mail that is pending, due and not claimed by anybody else,
    /// until `until`. Nothing where there is no such mail.
    async fn claim(
        &self,
        id: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<(Mail, Claim)>, Fault>;

    /// Writes down what became of a claimed mail. Without effect where a
    /// later claim has been made.
    async fn settle(&self, id: &str, claim: Claim, settlement: &Settlement) -> Result<(), Fault>;

    /// Notes what became of a claimed mail at some of its several recipients.
    /// Without effect where a later claim has been made.
    async fn note_recipients(
        &self,
        id: &str,
        claim: Claim,
        outcomes: &[RecipientOutcome],
    ) -> Result<(), Fault>;

    /// Notes at a mail that was sent that the transport could not deliver it, by
    /// the transport's id. Returns whether there is such a mail.
    async fn note_undelivered(&self, transport_id: &str) -> Result<bool, Fault>;

    /// Returns up to `limit` mails of applications that [`Outbox::claim`] would
    /// give and for which no queue message is expected, oldest first.
    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<MailRef>, Fault>;

    /// Notes that a queue message for each of these mails is expected to come
    /// by `until`.
    async fn mark_queued(&self, mails: &[MailRef], until: Timestamp) -> Result<(), Fault>;

    /// Marks those of these mails as sent at `at` that are not marked yet: a
    /// digest has replaced them, or they were sent before the ledger was
    /// restored.
    async fn note_sent(&self, mails: &[String], at: Timestamp) -> Result<(), Fault>;

    /// Returns up to `limit` mails that were sent after `after`, in order, with
    /// the time.
    async fn sent_since(
        &self,
        after: Timestamp,
        limit: u32,
    ) -> Result<Vec<(String, Timestamp)>, Fault>;

    /// Returns up to `limit` mails that belong to no application and that
    /// [`Outbox::claim`] would give, oldest first.
    async fn due_notices(&self, now: Timestamp, limit: u32) -> Result<Vec<MailRef>, Fault>;
}
