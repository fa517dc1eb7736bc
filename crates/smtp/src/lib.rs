//! Hands one message to a mail submission server, and says exactly what is known afterwards.
//!
//! RFC 6409 (submission), 5321 (SMTP), 3207 (STARTTLS), 4954 (AUTH), 1870 (SIZE), 2034 and 3463 (enhanced status codes).
//! The crate has no socket, clock, runtime or log of its own: a stream and a [`Platform`] are given, an [`Outcome`] comes back.
//! One connection carries one message to one recipient, and every command waits for its answer.
//!
//! # What the caller does with an outcome
//!
//! | | the message | the operator |
//! |---|---|---|
//! | [`Outcome::Sent`] | is the server's now | |
//! | [`Outcome::Refused`] | will never be taken: stop | is told |
//! | [`Outcome::TryLater`] | certainly not taken: again later | |
//! | [`Outcome::Blocked`] | certainly not taken: again later | is told at once, waiting alone will not help |
//! | [`Outcome::Unknown`] | perhaps taken: sending again may duplicate it | decides, or accepts duplicates under one Message-ID |
//!
//! The terminating dot is written by itself, after every byte of the message has been accepted by the stream. A failure before that
//! write cannot have delivered anything; a failure from that write on is `Unknown` unless the server's answer was read.
//!
//! # Why not `async-smtp`
//!
//! Read at 0.10.2: `send()` folds every phase into one `Error`, so a connection lost after the dot looks like one lost before MAIL;
//! where the server allows pipelining, DATA leaves before RCPT is answered; the message is copied whole (`read_to_end`) and gets an
//! empty line more (`\r\n.\r\n` after a CRLF); bare CR and LF pass; `AUTH` lines go to the debug log and `Credentials` derives `Debug`;
//! `try_login` returns `Ok` when no mechanism fits; `starttls` returns the buffered stream, whose plaintext the caller must remember
//! to drop; SIZE is ignored.
//!
//! # Example
//!
//! ```
//! use smtp::{Envelope, Hello, Message, Security, Submission};
//!
//! # fn main() -> Result<(), smtp::Invalid> {
//! let submission = Submission {
//!     hello: Hello::new("careers.example.org")?,
//!     envelope: Envelope::new("careers@example.org", "staff@example.org")?,
//!     message: Message::new(b"Subject: hello\r\n\r\nGood morning\r\n")?,
//!     security: Security::StartTls,
//!     credentials: None,
//! };
//! // let outcome = smtp::submit(stream, &submission, &platform, &smtp::Timeouts::WORKER).await;
//! # Ok(())
//! # }
//! ```

mod auth;
mod data;
mod extensions;
mod outcome;
mod platform;
mod reply;
mod session;
mod submission;
#[cfg(test)]
mod tests;
mod wire;

pub use auth::Credentials;
pub use outcome::{Cause, Outcome, Step, Why};
pub use platform::{Platform, Timeouts};
pub use reply::{Enhanced, Malformed, Reply};
pub use session::submit;
pub use submission::{Envelope, Hello, Invalid, Message, Security, Submission};
