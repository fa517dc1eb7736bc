//! What is known about a mail when its transaction is over.

use std::fmt;

use crate::{Enhanced, Malformed, Reply, overload};

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// The server answered 250 to the terminating dot: it is responsible for the message now.
    Sent(Reply),
    /// A permanent refusal of this message or this recipient.
    Refused(Cause),
    /// Refused for its size alone, and certainly not taken. A smaller message may be taken.
    TooLarge(Cause),
    /// Not taken, for a temporary reason.
    TryLater(Cause),
    /// Not taken, because the server has too many connections or mails, of ours or of others: 421, or a 4xx that says so. The caller
    /// should open fewer sessions and wait before the next mail.
    SlowDown(Cause),
    /// Not taken, for a reason that concerns neither the message nor its recipient: settings, account, sender address, or an attack on
    /// the connection. The message must be kept and the operator told.
    Blocked(Cause),
    /// Not taken: the session had carried a mail before, and ended before this one began. The mail can be sent at once in a new session.
    SessionEnded(Cause),
    /// The terminating dot was written, perhaps in part, and no usable answer came. The message may have been taken.
    Unknown(Cause),
}

impl Outcome {
    /// Returns why the mail was not sent, if it was not.
    pub fn cause(&self) -> Option<&Cause> {
        match self {
            Self::Sent(_) => None,
            Self::Refused(cause)
            | Self::TooLarge(cause)
            | Self::TryLater(cause)
            | Self::SlowDown(cause)
            | Self::Blocked(cause)
            | Self::SessionEnded(cause)
            | Self::Unknown(cause) => Some(cause),
        }
    }

    /// Returns the server's reply that decided, if one did.
    pub fn reply(&self) -> Option<&Reply> {
        if let Self::Sent(reply) = self {
            return Some(reply);
        }
        match &self.cause()?.reason {
            Reason::Reply(reply) => Some(reply),
            _ => None,
        }
    }

    /// Returns the outcome of a step whose connection failed, or whose answer made no sense.
    pub(crate) fn failed(step: Step, reason: Reason) -> Self {
        let cause = Cause { step, reason };
        if step == Step::EndOfData { Self::Unknown(cause) } else { Self::TryLater(cause) }
    }

    /// Returns the outcome of a step to which the server gave another answer than the expected one.
    pub(crate) fn denied(step: Step, reply: Reply) -> Self {
        let (class, subject) = (reply.class(), Subject::of(step, &reply));
        let is_overloaded = overload::is_reported_by(&reply);
        // Some servers repeat the line that they refuse, credentials and all.
        let reply = if step == Step::Auth { reply.without_text() } else { reply };
        let cause = Cause { step, reason: Reason::Reply(reply) };
        match class {
            5 => subject.outcome(cause),
            4 if is_overloaded => Self::SlowDown(cause),
            4 => Self::TryLater(cause),
            // A positive answer that has no place here.
            _ => Self::failed(step, cause.reason),
        }
    }

    /// Returns the outcome of MAIL in a session that has carried a mail before.
    /// A server that takes only so many mails in one session answers 421, or
    /// closes the connection, and takes the next mail in a new session.
    pub(crate) fn in_used_session(self) -> Self {
        match self {
            Self::SlowDown(cause) if cause.is_closing() => Self::SessionEnded(cause),
            Self::TryLater(cause) if cause.is_lost_connection() => Self::SessionEnded(cause),
            other => other,
        }
    }

    /// Returns whether the server waits for another mail: it has decided about
    /// this one by a reply, other than 421, or was not asked at all.
    pub(crate) fn leaves_session_usable(&self) -> bool {
        let Some(cause) = self.cause() else { return true };
        match &cause.reason {
            Reason::Reply(reply) => {
                reply.class() >= 4
                    && cause.step != Step::Body
                    && cause.step != Step::Reset
                    && !cause.is_closing()
            }
            Reason::TooLarge { .. } => true,
            _ => false,
        }
    }
}

/// Where it happened and why. `Display` is fit for a log: it has codes, never the server's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{step}: {reason}")]
pub struct Cause {
    /// The step that did not succeed.
    pub step: Step,
    /// What happened instead.
    pub reason: Reason,
}

impl Cause {
    /// Returns whether the server has announced that it closes the connection
    /// (RFC 5321, section 3.8).
    fn is_closing(&self) -> bool {
        matches!(&self.reason, Reason::Reply(reply) if reply.code == 421)
    }

    fn is_lost_connection(&self) -> bool {
        matches!(self.reason, Reason::Closed | Reason::Broken(_))
    }
}

/// The steps of a session, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The connection and the server's greeting.
    Greeting,
    /// EHLO.
    Hello,
    /// STARTTLS.
    StartTls,
    /// EHLO again, the first command over the upgraded stream. A failed handshake or an untrusted certificate shows here, and workerd
    /// does not say which ("internal error; reference = ..."). With [`crate::Security::Tls`] it shows in the greeting.
    HelloSecured,
    /// AUTH, all its lines.
    Auth,
    /// RSET, before each mail but the first.
    Reset,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Recipient,
    /// DATA.
    Data,
    /// The message, without the terminating dot.
    Body,
    /// The terminating dot and the server's answer to the message.
    EndOfData,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Greeting => "greeting",
            Self::Hello => "EHLO",
            Self::StartTls => "STARTTLS",
            Self::HelloSecured => "EHLO over TLS",
            Self::Auth => "AUTH",
            Self::Reset => "RSET",
            Self::Mail => "MAIL",
            Self::Recipient => "RCPT",
            Self::Data => "DATA",
            Self::Body => "message",
            Self::EndOfData => "end of message",
        })
    }
}

/// What happened instead of success.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The server refused, or gave an answer that has no place here.
    #[error("the server answered {0}")]
    Reply(Reply),
    /// The stream ended.
    #[error("the server closed the connection")]
    Closed,
    /// The stream failed. The text is the platform's; a Worker's socket gives nothing else.
    #[error("the connection failed: {0}")]
    Broken(String),
    /// The step took longer than [`crate::Timeouts`] allows.
    #[error("the server took too long")]
    TimedOut,
    /// The answer was not SMTP.
    #[error("the answer is not SMTP: {0}")]
    Malformed(Malformed),
    /// The server sent something before it was asked, which could be taken for the answer to the next command.
    #[error("the server spoke out of turn")]
    OutOfTurn,
    /// The message is larger than the SIZE that the server states.
    #[error("the message has {size} bytes, the server takes {limit}")]
    TooLarge {
        /// The message's size, in bytes.
        size: u64,
        /// The server's limit, in bytes.
        limit: u64,
    },
    /// STARTTLS is required and not offered: the port is wrong, or the
    /// connection is tampered with.
    #[error("the server offers no STARTTLS")]
    NoStartTls,
    /// Plaintext arrived after the answer to STARTTLS, to be taken for the server's words over TLS.
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
enum Subject {
    /// Settings, account or sender address.
    Configuration,
    /// The message's size.
    Size,
    /// A full mailbox: permanent by its code, temporary by its nature (RFC 3463, X.2.2).
    FullMailbox,
    /// The message or its recipient.
    Message,
}

impl Subject {
    fn of(step: Step, reply: &Reply) -> Self {
        match (step, reply.code, reply.enhanced) {
            (
                Step::Greeting | Step::Hello | Step::StartTls | Step::HelloSecured | Step::Auth,
                ..,
            ) => Self::Configuration,
            // RFC 3463: X.2.3 is the mailbox's limit, X.3.4 the system's. A 552 without a status means this or a full mailbox
            // (RFC 5321, 4.2.2, and RFC 1870, 6.1); a smaller message tells which.
            (.., Some(Enhanced(5, 2, 3) | Enhanced(5, 3, 4))) | (_, 552, None) => Self::Size,
            (.., Some(Enhanced(5, 2, 2))) => Self::FullMailbox,
            // The sender is always the organisation's. And some servers demand authentication or encryption only at the
            // recipient (RFC 4954, section 6).
            (Step::Mail, ..) | (Step::Recipient | Step::Data, 530 | 538, _) => Self::Configuration,
            _ => Self::Message,
        }
    }

    fn outcome(self, cause: Cause) -> Outcome {
        match self {
            Self::Configuration => Outcome::Blocked(cause),
            Self::Size => Outcome::TooLarge(cause),
            Self::FullMailbox => Outcome::TryLater(cause),
            Self::Message => Outcome::Refused(cause),
        }
    }
}
