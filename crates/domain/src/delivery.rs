//! How far the mails of an application have come.

use rules::Timestamp;

/// How far the mails of an application have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// The one to staff.
    pub forwarding: MailState,
    /// The acknowledgement, to the candidate.
    pub acknowledgement: MailState,
}

/// How far a mail has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MailState {
    /// It is to be sent.
    #[default]
    Waiting,
    /// It was sent, then.
    Sent(Timestamp),
    /// It was given up: it is sent again only by hand.
    GivenUp,
}

impl MailState {
    /// When it was sent, if it was.
    pub fn sent_at(self) -> Option<Timestamp> {
        match self {
            Self::Sent(at) => Some(at),
            Self::Waiting | Self::GivenUp => None,
        }
    }
}
