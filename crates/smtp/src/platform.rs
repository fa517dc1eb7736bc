//! The port to the platform: timers, TLS, closing a stream.

use std::io;

/// What a session needs of the platform that it runs on.
pub trait Platform<S> {
    /// Resolves after this many milliseconds. Each step races against it, and drops it when the step is done first.
    async fn sleep(&self, ms: u32);

    /// Upgrades the stream to TLS and checks the server's certificate.
    ///
    /// It is called at most once for a stream, after the server has agreed to STARTTLS, while no read or write is pending. It may return
    /// before the handshake is over; a failure then shows in the next step.
    async fn start_tls(&self, stream: S) -> io::Result<S>;

    /// Closes the stream, whatever its state. Called once for every stream, also when a session is dropped.
    fn close(&self, stream: S) {
        drop(stream);
    }
}

/// How long each step may take, in milliseconds. A step that takes longer ends the connection.
///
/// RFC 5321, section 4.5.3.2, asks for several minutes each. A Worker's queue consumer has 15 minutes of wall time for a whole batch, so
/// these limits are shorter. A mail that runs into one is tried again later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// One command with its whole answer, the greeting and the TLS upgrade. RFC 5321: 5 min (greeting, MAIL, RCPT), 2 min (DATA).
    pub reply_ms: u32,
    /// One block of the message, 256 KB at most. RFC 5321: 3 min.
    pub block_ms: u32,
    /// All blocks of the message together, against a server that accepts each block just in time. Not in RFC 5321.
    pub body_ms: u32,
    /// The terminating dot with its answer. RFC 5321: 10 min, because giving up here makes duplicates.
    pub end_of_data_ms: u32,
    /// RSET with its answer. Short: a session that does not answer at once is replaced by a new one. Not in RFC 5321.
    pub reset_ms: u32,
    /// QUIT with its answer, and the wait for the refusal of a server that no longer reads. Neither changes the outcome of a mail much.
    /// Not in RFC 5321.
    pub quit_ms: u32,
}

impl Timeouts {
    /// For a Worker. The longest possible way of one mail stays under 14 minutes: RSET and MAIL in a session that has ended, then a new
    /// session with eleven commands, the message, the dot and QUIT.
    pub const WORKER: Self = Self {
        reply_ms: 30_000,
        block_ms: 30_000,
        body_ms: 300_000,
        end_of_data_ms: 120_000,
        reset_ms: 5_000,
        quit_ms: 2_000,
    };
}

impl Default for Timeouts {
    fn default() -> Self {
        Self::WORKER
    }
}
