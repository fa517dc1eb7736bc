//! The port of the ledger for what staff read at the desk, and for the notes
//! and events that they leave there.

use domain::dossier::{Dossier, Event, ListedPage, Listing, Note, PostingCounts};
use domain::{Application, Reference};

use super::{Actor, Fault};

/// What an event is about.
#[derive(Clone, Copy, Debug)]
pub enum Concerned<'a> {
    /// A posting.
    Posting(&'a str),
    /// An application.
    Application(&'a Application),
}

/// What staff read, and what they leave.
pub trait Dossiers {
    /// A page of the applications to a posting.
    async fn list(&self, slug: &str, listing: &Listing) -> Result<ListedPage, Fault>;

    /// Returns the application with this reference, unless it is withdrawn.
    async fn find_dossier(&self, reference: &Reference) -> Result<Option<Dossier>, Fault>;

    /// The references before and after the application number `number` of a
    /// posting.
    async fn neighbours(
        &self,
        slug: &str,
        number: u32,
    ) -> Result<(Option<Reference>, Option<Reference>), Fault>;

    /// Returns how many applications each posting has that has or had any.
    async fn counts(&self, posting: Option<&str>) -> Result<Vec<PostingCounts>, Fault>;

    /// The notes about applications, oldest first, each with the id of its
    /// application.
    async fn notes(&self, applications: &[&str]) -> Result<Vec<(String, Note)>, Fault>;

    /// Writes a note, and the event that it was written.
    async fn add_note(
        &self,
        application: &Application,
        id: &str,
        note: &str,
        by: Actor<'_>,
    ) -> Result<(), Fault>;

    /// Notes whether the candidate was answered elsewhere, and that somebody
    /// has said so, unless it is noted already.
    async fn note_answered_elsewhere(
        &self,
        application: &Application,
        is_answered: bool,
        id: &str,
        by: Actor<'_>,
    ) -> Result<(), Fault>;

    /// The events of applications, oldest first, each with the id of its
    /// application.
    async fn events(&self, applications: &[&str]) -> Result<Vec<(String, Event)>, Fault>;

    /// The events of a posting that belong to no application, oldest first,
    /// 500 at most.
    async fn posting_events(&self, slug: &str) -> Result<Vec<Event>, Fault>;

    /// Writes an event; one that is there under this id stays.
    async fn add_event(
        &self,
        concerned: Concerned<'_>,
        id: &str,
        event: &Event,
    ) -> Result<(), Fault>;
}
