//! Mails that come in: who writes them, how they reach the server, and what
//! must become of them.

mod check;
mod raw;
mod smtp;
mod writers;

pub(crate) use check::{answer, applied, at_rest, at_the_end, forward};
pub(crate) use raw::EVIL_SERVER;
pub(crate) use smtp::{receiver, sweep_and_erase};
pub(crate) use writers::spawn_all;

use rules::Timestamp;

/// A mail that somebody writes to the intake address, however often it comes.
pub(crate) struct Letter {
    pub(crate) kind: Kind,
    /// The address in its header From.
    pub(crate) from: String,
    pub(crate) message_id: String,
    /// Whether our receiving server vouches for the author.
    pub(crate) is_proved: bool,
    pub(crate) raw: Vec<u8>,
    /// The ids under which it was stored and when it came, of each time at
    /// which the server said that it is safe.
    pub(crate) taken: Vec<(String, Timestamp)>,
    /// How many of staff's mails have it attached.
    pub(crate) forwarded: u32,
}

/// What a mail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An application with which nothing is wrong.
    Right,
    /// One that lacks the CV.
    NoCv,
    /// One with a subject that is nearly that of a posting.
    NearSubject,
    /// The answer to ours, with what was missing.
    Completion,
    /// Anything else that a person writes.
    Question,
    /// What a program writes.
    Automatic,
    /// What a program writes that does not say so.
    Robot,
}

impl Kind {
    /// Whether its author may be answered.
    fn is_answerable(self) -> bool {
        !matches!(self, Self::Question | Self::Automatic)
    }
}
