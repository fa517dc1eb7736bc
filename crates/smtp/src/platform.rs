//! What the surroundings lend: time, TLS, and the end of a stream.

use std::io;

/// The port through which the dialogue reaches the platform it runs on.
pub trait Platform<S> {
    /// Resolves after so many milliseconds. Raced against every step, and dropped when the step is done first.
    async fn sleep(&self, ms: u32);

    /// Upgrades the stream to TLS, checking the server's certificate. Called at most once, when the server has agreed to STARTTLS,
    /// no read or write is pending and no plaintext is left over. It may return before the handshake is over: a failure then shows in
    /// the next step.
    async fn start_tls(&self, stream: S) -> io::Result<S>;

    /// Lets go of the stream, whatever its state. Not awaited: nothing that happens here can change the outcome.
    fn close(&self, stream: S) {
        drop(stream);
    }
}

/// How long each step may take, in milliseconds. A step that takes longer ends the connection.
///
/// RFC 5321, section 4.5.3.2, asks for minutes; they are its values for a queue that owns its process. A Worker's queue consumer
/// has 15 minutes of wall time for a whole batch, so ours are shorter; what they cut off is tried again later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// One command with its whole answer, the greeting and the TLS upgrade. RFC 5321: 5 min (greeting, MAIL, RCPT), 2 min (DATA).
    pub reply_ms: u32,
    /// One block of the message, 256 KB at most. RFC 5321: 3 min.
    pub block_ms: u32,
    /// All blocks of the message together, against a server that accepts a block just in time, again and again. Ours.
    pub body_ms: u32,
    /// The terminating dot with its answer. RFC 5321: 10 min, because giving up here makes duplicates.
    pub verdict_ms: u32,
    /// QUIT with its answer, and the wait for a last word of a server that has stopped listening. Ours: neither changes much.
    pub farewell_ms: u32,
}

impl Timeouts {
    /// For a Worker: the longest possible dialogue (eleven commands, the message, the dot, QUIT) stays under 13 minutes.
    pub const WORKER: Self = Self {
        reply_ms: 30_000,
        block_ms: 30_000,
        body_ms: 300_000,
        verdict_ms: 120_000,
        farewell_ms: 2_000,
    };
}

impl Default for Timeouts {
    fn default() -> Self {
        Self::WORKER
    }
}
