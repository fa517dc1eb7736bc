//! What is known when the dialogue is over.

use std::fmt;

use crate::{Enhanced, Malformed, Reply};

/// What became of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// The server answered 250 to the terminating dot: the message is its responsibility now.
    Sent(Reply),
    /// A permanent refusal of this message or this recipient.
    Refused(Cause),
    /// Refused for its size alone, and certainly not taken: a smaller message may be.
    TooLarge(Cause),
    /// Not sent, for a passing reason.
    TryLater(Cause),
    /// Not sent, for a reason that concerns neither the message nor its recipient: our settings, our account, our sender, or somebody
    /// between us and the server. The message must be kept and the operator told.
    Blocked(Cause),
    /// The terminating dot was handed over, perhaps in part, and no usable answer came.
    Unknown(Cause),
}

impl Outcome {
    /// What stood in the way, if anything did.
    pub fn cause(&self) -> Option<&Cause> {
        match self {
            Self::Sent(_) => None,
            Self::Refused(cause)
            | Self::TooLarge(cause)
            | Self::TryLater(cause)
            | Self::Blocked(cause)
            | Self::Unknown(cause) => Some(cause),
        }
    }

    /// The server's words on it, if it was the server that decided.
    pub fn reply(&self) -> Option<&Reply> {
        if let Self::Sent(reply) = self {
            return Some(reply);
        }
        match &self.cause()?.why {
            Why::Reply(reply) => Some(reply),
            _ => None,
        }
    }

    /// The connection failed, or the answer made no sense.
    pub(crate) fn lost(step: Step, why: Why) -> Self {
        let cause = Cause { step, why };
        if step == Step::Dot { Self::Unknown(cause) } else { Self::TryLater(cause) }
    }

    /// The server gave another answer than the one hoped for.
    pub(crate) fn denied(step: Step, reply: Reply) -> Self {
        let (class, meaning) = (reply.class(), Meaning::of(step, &reply));
        let why = Why::Reply(reply);
        match class {
            5 => meaning.outcome(Cause { step, why }),
            4 => Self::TryLater(Cause { step, why }),
            // A positive answer that has no place here.
            _ => Self::lost(step, why),
        }
    }
}

/// Where it happened and why. `Display` is fit for a log: it has codes, never the server's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{step}: {why}")]
pub struct Cause {
    /// The step that did not succeed.
    pub step: Step,
    /// What happened instead.
    pub why: Why,
}

/// The steps of the dialogue, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Connecting and the server's first words.
    Greeting,
    /// EHLO.
    Hello,
    /// STARTTLS.
    StartTls,
    /// EHLO again, the first words over the upgraded stream. A failed handshake or a certificate that is not trusted shows here, and
    /// workerd does not say which ("internal error; reference = ..."); with [`crate::Security::Tls`] it shows in the greeting.
    HelloSecured,
    /// AUTH, all its lines.
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Recipient,
    /// DATA.
    Data,
    /// The message, without the terminating dot.
    Body,
    /// The terminating dot: the server's verdict.
    Dot,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Greeting => "greeting",
            Self::Hello => "EHLO",
            Self::StartTls => "STARTTLS",
            Self::HelloSecured => "EHLO over TLS",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL",
            Self::Recipient => "RCPT",
            Self::Data => "DATA",
            Self::Body => "message",
            Self::Dot => "end of message",
        })
    }
}

/// What happened instead of success.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// The server said no, or something out of place.
    #[error("the server answered {0}")]
    Reply(Reply),
    /// The stream ended.
    #[error("the server closed the connection")]
    Closed,
    /// The stream failed; the platform's words, which is all a Worker's socket gives.
    #[error("the connection failed: {0}")]
    Broken(String),
    /// The step took longer than [`crate::Timeouts`] allows.
    #[error("the server took too long")]
    TimedOut,
    /// The answer was not SMTP.
    #[error("the answer is not SMTP: {0}")]
    Malformed(Malformed),
    /// The server spoke before it was asked, so that its next words could be taken for the answer to something else.
    #[error("the server spoke out of turn")]
    OutOfTurn,
    /// Larger than the SIZE the server states; both in bytes.
    #[error("the message has {size} bytes, the server takes {limit}")]
    TooLarge {
        /// The message's.
        size: u64,
        /// The server's.
        limit: u64,
    },
    /// STARTTLS is required and not offered: a wrong port, or somebody in between who removes it.
    #[error("the server offers no STARTTLS")]
    NoStartTls,
    /// Plaintext came after the agreement to STARTTLS, meant to be taken for the server's words over TLS.
    #[error("plaintext was injected before TLS")]
    Injected,
    /// The server offers neither AUTH PLAIN nor AUTH LOGIN.
    #[error("the server offers no AUTH mechanism we know")]
    NoMechanism,
    /// Credentials are set for a connection in clear. Nothing was said to the server.
    #[error("credentials are not sent in clear")]
    ClearCredentials,
}

/// What a permanent refusal is about.
#[derive(Clone, Copy)]
enum Meaning {
    /// Our settings, our account, our sender.
    Us,
    /// The message's size.
    Size,
    /// A mailbox that is full: permanent by its code, but not by its nature (RFC 3463, X.2.2).
    FullMailbox,
    /// The message or its recipient.
    Message,
}

impl Meaning {
    fn of(step: Step, reply: &Reply) -> Self {
        match (step, reply.code, reply.enhanced) {
            (
                Step::Greeting | Step::Hello | Step::StartTls | Step::HelloSecured | Step::Auth,
                ..,
            ) => Self::Us,
            // RFC 3463: X.2.3 is the mailbox's limit, X.3.4 the system's. A 552 without a status means this or a full mailbox
            // (RFC 5321, 4.2.2, and RFC 1870, 6.1); a smaller message tells which.
            (.., Some(Enhanced(5, 2, 3) | Enhanced(5, 3, 4))) | (_, 552, None) => Self::Size,
            (.., Some(Enhanced(5, 2, 2))) => Self::FullMailbox,
            // The sender is always the organisation's. And some servers ask for authentication or encryption only when they
            // hear of a recipient (RFC 4954, section 6).
            (Step::Mail, ..) | (Step::Recipient | Step::Data, 530 | 538, _) => Self::Us,
            _ => Self::Message,
        }
    }

    fn outcome(self, cause: Cause) -> Outcome {
        match self {
            Self::Us => Outcome::Blocked(cause),
            Self::Size => Outcome::TooLarge(cause),
            Self::FullMailbox => Outcome::TryLater(cause),
            Self::Message => Outcome::Refused(cause),
        }
    }
}
