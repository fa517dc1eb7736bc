//! The port of the ledger for mails to outsiders, which are counted by
//! recipient.

use domain::Reference;
use rules::{Mails, Timestamp};

use super::{Claim, DigestNotice, Fault, NoticeOfChange};

/// Who gets a mail, and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// A keyed hash of the mailbox.
    pub hash: String,
    /// How many mails it gets in the time from `since` on.
    pub limit: u32,
    /// When that time began.
    pub since: Timestamp,
}

/// The digest for what is beyond that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// Its id, which says for whom and for which time it is.
    pub id: String,
    /// When it leaves.
    pub due_at: Timestamp,
    /// When the mails that it replaces are sent after all, if it has not left
    /// by then.
    pub at_the_latest: Timestamp,
    /// To whom it goes.
    pub notice: DigestNotice,
}

/// Whether a mail may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Yes, and it is counted.
    Admitted,
    /// The digest tells what it says. The claim on it is given back.
    Digested,
    /// Neither: the digest is leaving at this moment.
    Closed,
}

/// A mail that a digest replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digested {
    /// Its id.
    pub mail: String,
    /// What it would have said.
    pub said: Said,
}

/// What a mail would have said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// An application has arrived, or was corrected.
    Acknowledged(Acknowledged),
    /// Another address took the place of this one.
    AddressChanged(NoticeOfChange),
    /// An application was withdrawn.
    Withdrawn(DigestedWithdrawal),
}

/// A withdrawal that a digest confirms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestedWithdrawal {
    /// The slug of the posting.
    pub posting: String,
    /// The version that the candidate read.
    pub version: Option<u32>,
    /// The application's reference.
    pub reference: Reference,
    /// Which mails the candidate wants.
    pub mails: Mails,
    /// When.
    pub at: Timestamp,
}

/// An application that a digest acknowledges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// Its id.
    pub id: String,
    /// Its reference.
    pub reference: Reference,
    /// The slug of its posting.
    pub posting: String,
    /// The version that the candidate read.
    pub version: Option<u32>,
    /// Scheme and host of the page that was used.
    pub origin: String,
    /// When its latest revision began to arrive.
    pub revised_at: Timestamp,
    /// How often its address was corrected.
    pub address_changes: u32,
    /// Whether it was sent from a shared computer.
    pub is_shared: bool,
    /// Its address.
    pub address: String,
    /// Which mails its candidate wants.
    pub mails: Mails,
}

/// Mails to outsiders.
pub trait Recipients {
    /// Counts the claimed mail `mail` and lets it through where `recipient` had
    /// fewer than its limit; otherwise puts it into `digest`, which is written
    /// if it is not there. A mail that was let through stays so.
    async fn admit(
        &self,
        mail: &str,
        claim: Claim,
        recipient: &Recipient,
        digest: &Digest,
        now: Timestamp,
    ) -> Result<Admission, Fault>;

    /// Up to `limit` mails that the digest with this id stands for and that
    /// have not left, in the order of their applications' arrival.
    async fn digested(&self, digest: &str, limit: u32) -> Result<Vec<Digested>, Fault>;
}
