//! Sends mails to a submission server, and says exactly what is known about each afterwards.
//!
//! RFC 6409 (submission), 5321 (SMTP), 3207 (STARTTLS), 4954 (AUTH), 1870 (SIZE), 2034 and 3463 (enhanced status codes).
//! The crate has no socket, clock, runtime or log of its own: a stream and a [`Platform`] are given, an [`Outcome`] comes back.
//! One [`Session`] carries any number of mails, one after the other, each to one recipient. Every command waits for its answer.
//!
//! # What the caller does with an outcome
//!
//! | | the message | besides |
//! |---|---|---|
//! | [`Outcome::Sent`] | is the server's responsibility now | |
//! | [`Outcome::Refused`] | will never be taken: stop | the operator is told |
//! | [`Outcome::TooLarge`] | not taken: send a smaller one | |
//! | [`Outcome::TryLater`] | not taken: again later | |
//! | [`Outcome::SlowDown`] | not taken: again later | fewer sessions, and a pause before other mails too |
//! | [`Outcome::SessionEnded`] | not taken: again at once, in a new session | |
//! | [`Outcome::Blocked`] | not taken: again later | the operator is told at once, waiting alone will not help |
//! | [`Outcome::Unknown`] | perhaps taken: sending again may duplicate it | duplicates are accepted under one Message-ID |
//!
//! The terminating dot is written by itself, after every byte of the message has been accepted by the stream. A failure before that
//! write cannot have delivered anything; a failure from that write on is `Unknown` unless the server's answer was read.
//!
//! # Why not `async-smtp`
//!
//! Read at 0.10.2: `send()` folds every phase into one `Error`, so a connection lost after the dot looks like one lost before MAIL;
//! where the server allows pipelining, DATA leaves before RCPT is answered; the message is copied whole (`read_to_end`) and gets one
//! more empty line (`\r\n.\r\n` after a CRLF); bare CR and LF pass; `AUTH` lines go to the debug log and `Credentials` derives `Debug`;
//! `try_login` returns `Ok` when no mechanism fits; `starttls` returns the buffered stream, whose plaintext the caller must remember
//! to drop; SIZE is ignored.
//!
//! # Example
//!
//! ```
//! use smtp::{Envelope, Hello, Invalid, Message, Outcome, Platform, Security, Server, Session, Timeouts};
//! use tokio::io::{AsyncRead, AsyncWrite};
//!
//! /// Sends two mails in one session.
//! async fn send_two<S, P>(stream: S, platform: &P) -> Result<Vec<Outcome>, Invalid>
//! where
//!     S: AsyncRead + AsyncWrite + Unpin,
//!     P: Platform<S>,
//! {
//!     let hello = Hello::new("careers.example.org")?;
//!     let server = Server { hello, security: Security::StartTls, credentials: None };
//!     let envelope = Envelope::new("careers@example.org", "staff@example.org")?;
//!     let message = Message::new(b"Subject: hello\r\n\r\nGood morning\r\n")?;
//!     let mut session = match Session::connect(stream, &server, platform, &Timeouts::WORKER).await {
//!         Ok(session) => Some(session),
//!         Err(outcome) => return Ok(vec![outcome]),
//!     };
//!     let mut outcomes = Vec::new();
//!     for _ in 0..2 {
//!         let Some(open) = session.take() else { break };
//!         let (outcome, reusable) = open.send(envelope, message).await;
//!         outcomes.push(outcome);
//!         session = reusable;
//!     }
//!     if let Some(open) = session {
//!         open.quit().await;
//!     }
//!     Ok(outcomes)
//! }
//! ```

mod auth;
mod connection;
mod dot_stuffing;
mod envelope;
mod extensions;
mod outcome;
mod overload;
mod platform;
mod reply;
mod server;
mod session;
#[cfg(test)]
mod tests;

pub use auth::Credentials;
pub use envelope::{Envelope, Invalid, Message};
pub use outcome::{Cause, Outcome, Reason, Step};
pub use platform::{Platform, Timeouts};
pub use reply::{Enhanced, Malformed, Reply};
pub use server::{Hello, Security, Server};
pub use session::Session;
