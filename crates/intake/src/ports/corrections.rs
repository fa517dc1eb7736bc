//! What correcting an application needs of the ledger.

use domain::{Application, Reference, Revision};
use rules::{Content, Mails, Timestamp};

use super::{Fault, MailRef};

/// What the ledger made of a correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Correction {
    /// The application as it is now: corrected so, by this or by an equal
    /// correction.
    Held(Box<Application>),
    /// Somebody else has corrected it since. Nothing is written.
    Superseded(Box<Application>),
    /// It was withdrawn or erased. Nothing is written.
    Gone,
}

/// Another application that staff should know of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Its reference.
    pub reference: Reference,
    /// When it arrived.
    pub received_at: Timestamp,
    /// Whether both came from one page.
    pub is_from_same_page: bool,
}

/// The address that a correction has replaced. It is told of the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviousAddress {
    /// The address.
    pub address: String,
    /// The language that the candidate used.
    pub language: String,
    /// Which mails the candidate wanted there.
    pub mails: Mails,
}

/// Revisions of applications.
pub trait Corrections {
    /// Writes what is kept of an application whose revision is sealed, over
    /// what it says and what its earlier revisions said. Returns it; nothing
    /// where it was corrected or withdrawn meanwhile, and nothing is written.
    async fn seal(&self, next: &Application) -> Result<Option<Application>, Fault>;

    /// Writes the revision `next` in one transaction: the earlier revision is
    /// kept, its mails are deleted that have not left and that no task is
    /// sending, and `mails` are written, due at `due_at`. A `previous` address
    /// gets a notice of the change. Without effect unless the latest revision
    /// is the one before `next`.
    async fn correct(
        &self,
        next: &Application,
        mails: &[MailRef],
        due_at: Timestamp,
        previous: Option<&PreviousAddress>,
    ) -> Result<Correction, Fault>;

    /// The earlier revisions of an application, in order.
    async fn revisions(&self, id: &str) -> Result<Vec<Revision>, Fault>;

    /// What staff were last sent of an application before its revision
    /// `revision`; what it said at first, where they were sent nothing.
    async fn forwarded_before(&self, id: &str, revision: u32) -> Result<Option<Content>, Fault>;

    /// Other applications from the same address to the same posting, or from
    /// the same page.
    async fn related(&self, application: &Application) -> Result<Vec<Related>, Fault>;

    /// Up to `limit` applications of which staff have the latest revision and
    /// of which replaced documents may be left.
    async fn to_clean(&self, limit: u32) -> Result<Vec<Application>, Fault>;

    /// Notes that documents replaced by `revision` or before are gone.
    async fn cleaned(&self, id: &str, revision: u32) -> Result<(), Fault>;
}
