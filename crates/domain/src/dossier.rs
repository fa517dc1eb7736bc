//! What staff see of applications at the desk, and leave there.

use rules::Timestamp;
use serde::Deserialize;

use crate::{Application, Deed, Delivery, Reference, Stage};

/// How many applications a page of a list has.
pub const PAGE: u32 = 200;

/// Which applications of a posting are listed, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// What name, address, reference or number contain, as typed.
    pub search: String,
    /// At this stage only.
    pub stage: Option<Stage>,
    /// Those only that staff were not sent.
    pub not_forwarded: bool,
    /// By what they are sorted.
    pub sort: Sort,
    /// Whether the last comes first.
    pub descending: bool,
    /// Which page, from 0.
    pub page: u32,
}

/// By what a list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// By number, which is the order in which they came.
    #[default]
    Number,
    /// By name, as it is written.
    Name,
    /// By stage, in the order of their names.
    Stage,
}

impl Sort {
    /// Returns the name that addresses use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Name => "name",
            Self::Stage => "stage",
        }
    }

    /// Returns the order with this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Number, Self::Name, Self::Stage].into_iter().find(|sort| sort.as_str() == name)
    }
}

/// An application as staff see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Dossier {
    /// What was received.
    pub application: Application,
    /// Its stage.
    pub stage: Stage,
    /// How far its mails have come.
    pub delivery: Delivery,
    /// Those of several recipients who lack the mail to staff while others have
    /// it; empty where it came back and nobody can say from whom.
    pub refused_by: Option<String>,
    /// Whether staff have noted that the candidate was answered elsewhere.
    pub is_answered_elsewhere: bool,
    /// Whether staff have confirmed that they have its latest revision.
    pub is_confirmed: bool,
    /// Other applications from the same address: the reference and the posting of each.
    pub also_applied: Vec<(Reference, String)>,
}

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListedPage {
    /// The applications.
    pub dossiers: Vec<Dossier>,
    /// How many there are on all pages.
    pub total: u32,
}

/// How many applications a posting has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostingCounts {
    /// The posting.
    pub slug: String,
    /// Those that are kept.
    pub applications: u32,
    /// Those that staff were not sent.
    pub not_forwarded: u32,
    /// Those whose candidates have been sent no message, are to be sent none,
    /// and were not answered elsewhere as far as staff have noted.
    pub unanswered: u32,
    /// Those that were erased.
    pub erased: u32,
    /// Those that were withdrawn.
    pub withdrawn: u32,
}

/// The applications of a posting that are erased before an instant, as their
/// candidates were told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EarlyErasures {
    /// How many.
    pub count: u32,
    /// When the first of them is erased.
    pub first: Option<Timestamp>,
}

/// A note of a colleague.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What it says.
    pub note: String,
    /// When it was written.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// Something that somebody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub what: Deed,
    /// The person's address; none of a view of a document.
    pub who: Option<String>,
    /// When.
    pub at: Timestamp,
    /// What it was done to or with, as JSON.
    pub detail: Option<String>,
}

/// A message as it was scheduled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// The subject line.
    pub subject: String,
    /// The text.
    pub body: String,
    /// An appointment for a calendar.
    pub appointment: Option<String>,
    /// A file.
    pub attachment: Option<MessageAttachment>,
    /// The stage that was set with it.
    pub stage: Option<Stage>,
    /// Who wrote it.
    pub scheduled_by: String,
    /// When it was scheduled.
    pub scheduled_at: Timestamp,
    /// When it leaves.
    pub send_at: Timestamp,
    /// How far it has come.
    pub state: MessageState,
}

/// A file that goes with a message.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct MessageAttachment {
    /// Where it is kept.
    pub key: String,
    /// Its name.
    pub file_name: String,
    /// Its media type.
    pub media_type: String,
    /// Its size.
    pub bytes: u64,
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageState {
    /// It is to leave.
    Scheduled,
    /// It has left.
    Sent(Timestamp),
    /// No server takes it.
    GivenUp,
    /// Somebody has stopped it.
    Stopped(Timestamp),
    /// A newer one took its place.
    Replaced(Timestamp),
}
