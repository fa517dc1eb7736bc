//! What the ledger in memory holds.

use rules::Timestamp;

use crate::ports::Notice;

/// A letter in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// How often it was claimed.
    pub attempts: u32,
    /// Since when.
    pub tried_since: Option<Timestamp>,
    /// How many attempts since then have failed.
    pub failures: u32,
    /// Not to be claimed before.
    pub due_at: Timestamp,
    /// Claimed until then.
    pub leased_until: Timestamp,
    /// Whether an attempt may have arrived.
    pub possible_duplicate: bool,
    /// What its latest failure met.
    pub trouble: Option<String>,
    /// What became of it, in the end.
    pub end: Option<End>,
}

impl Row {
    pub(super) fn is_given_up(&self) -> bool {
        matches!(self.end, Some(End::Refused(_)))
    }

    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.end.is_none() && self.due_at <= now && self.leased_until <= now
    }
}

/// An id that is used up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retired {
    /// The posting of the application that was withdrawn.
    pub posting: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The trace of its receipt's key.
    pub receipt: Option<String>,
}

/// What is left of what was deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// When what is kept is to be erased.
    pub erased_at: Option<Timestamp>,
    /// How many were kept for as long as the posting says.
    pub erased: u32,
    /// How many were withdrawn.
    pub withdrawn: u32,
}

/// A mail that belongs to no application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    /// The posting that it is about.
    pub posting: Option<String>,
    /// A report's day.
    pub day: Option<u32>,
    /// What it says; nothing once it is sent.
    pub notice: Option<Notice>,
    /// How often it was claimed.
    pub attempts: u32,
    /// Since when.
    pub tried_since: Option<Timestamp>,
    /// Not to be claimed before.
    pub due_at: Timestamp,
    /// Claimed until then.
    pub leased_until: Timestamp,
    /// Whether an attempt may have arrived.
    pub possible_duplicate: bool,
    /// Whether it was refused for good.
    pub is_refused: bool,
}

impl NoticeRow {
    pub(super) fn new(
        posting: Option<String>,
        day: Option<u32>,
        notice: Notice,
        due_at: Timestamp,
    ) -> Self {
        Self {
            posting,
            day,
            notice: Some(notice),
            attempts: 0,
            tried_since: None,
            due_at,
            leased_until: Timestamp(0),
            possible_duplicate: false,
            is_refused: false,
        }
    }

    /// Whether it is neither sent nor refused.
    pub fn is_pending(&self) -> bool {
        self.notice.is_some() && !self.is_refused
    }

    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.is_pending() && self.due_at <= now && self.leased_until <= now
    }
}

/// How a letter ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Handed over, when.
    Sent(Timestamp),
    /// Refused for good, why.
    Refused(String),
}
