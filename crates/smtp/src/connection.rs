//! Sends lines and blocks over the stream and reads the answers, each within its time limit.

use std::{
    future::{Future, poll_fn},
    io,
    pin::pin,
    task::Poll,
};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::{
    Malformed, Platform, Reason, Timeouts,
    reply::{Answer, AnswerReader},
};

/// One connection to a server. Closes its stream when it is dropped.
pub(crate) struct Connection<'p, S, P: Platform<S>> {
    /// None only after a failed STARTTLS.
    stream: Option<S>,
    platform: &'p P,
    timeouts: &'p Timeouts,
    /// What has arrived and is not read yet.
    received: Vec<u8>,
    /// No command or answer is incomplete, so that another command may follow. A step that runs out of time is dropped with its read or
    /// write still pending. Nothing may be written then: a Worker's socket would mix the next bytes with the pending ones.
    in_sync: bool,
}

impl<'p, S, P> Connection<'p, S, P>
where
    S: AsyncRead + AsyncWrite + Unpin,
    P: Platform<S>,
{
    pub(crate) fn new(stream: S, platform: &'p P, timeouts: &'p Timeouts) -> Self {
        Self { stream: Some(stream), platform, timeouts, received: Vec::new(), in_sync: false }
    }

    /// Reads the server's greeting.
    pub(crate) async fn greeting(&mut self) -> Result<Answer, Reason> {
        let answer = within(self.platform, self.timeouts.reply_ms, self.receive()).await?;
        self.in_sync = true;
        Ok(answer)
    }

    /// Sends a command and reads its answer.
    pub(crate) async fn command(&mut self, line: &str) -> Result<Answer, Reason> {
        let line = format!("{line}\r\n");
        self.exchange(line.as_bytes(), self.timeouts.reply_ms).await
    }

    /// Sends RSET and reads its answer.
    pub(crate) async fn reset(&mut self) -> Result<Answer, Reason> {
        self.exchange(b"RSET\r\n", self.timeouts.reset_ms).await
    }

    /// Sends the terminating dot, in a write of its own, and reads the answer to the message.
    pub(crate) async fn end_of_data(&mut self) -> Result<Answer, Reason> {
        self.exchange(b".\r\n", self.timeouts.end_of_data_ms).await
    }

    /// Sends blocks until `next` has no more. Returns an answer where the server refused and then broke the connection.
    pub(crate) async fn blocks(
        &mut self,
        mut next: impl FnMut(&mut Vec<u8>) -> bool,
    ) -> Result<Option<Answer>, Reason> {
        self.check_nothing_unread()?;
        self.in_sync = false;
        let (platform, timeouts) = (self.platform, self.timeouts);
        let all = async {
            let mut block = Vec::new();
            while next(&mut block) {
                let written =
                    within(platform, timeouts.block_ms, self.write_or_refusal(&block)).await?;
                if written.is_some() {
                    return Ok(written);
                }
            }
            self.in_sync = true;
            Ok(None)
        };
        within(platform, timeouts.body_ms, all).await
    }

    /// Upgrades the stream to TLS. Fails where plaintext has arrived that would be taken for an answer over TLS (RFC 3207, section 6).
    pub(crate) async fn start_tls(&mut self) -> Result<(), Reason> {
        if !self.received.is_empty() {
            return Err(Reason::Injected);
        }
        self.in_sync = false;
        let stream = self.stream.take().ok_or(Reason::Closed)?;
        let platform = self.platform;
        let upgrade = async { platform.start_tls(stream).await.map_err(|error| broken(&error)) };
        self.stream = Some(within(platform, self.timeouts.reply_ms, upgrade).await?);
        self.in_sync = true;
        Ok(())
    }

    /// Sends QUIT where a command may follow, and closes the stream.
    pub(crate) async fn quit(mut self) {
        if self.in_sync {
            // The answer changes nothing. Waiting for it lets the server close the connection first.
            let _ = self.exchange(b"QUIT\r\n", self.timeouts.quit_ms).await;
        }
    }

    async fn exchange(&mut self, bytes: &[u8], ms: u32) -> Result<Answer, Reason> {
        self.check_nothing_unread()?;
        self.in_sync = false;
        let platform = self.platform;
        let both = async {
            if let Some(last) = self.write_or_refusal(bytes).await? {
                return Ok(last);
            }
            let answer = self.receive().await?;
            self.in_sync = true;
            Ok(answer)
        };
        within(platform, ms, both).await
    }

    /// Checks that the server has sent nothing beyond its last answer. It would be taken for the answer to the next command: a `250` for
    /// the message, perhaps.
    fn check_nothing_unread(&self) -> Result<(), Reason> {
        if self.received.is_empty() { Ok(()) } else { Err(Reason::OutOfTurn) }
    }

    /// Writes the bytes. Where that fails, returns the refusal that the server sent before it closed, if there is one ("552 too much mail",
    /// "421 going down").
    async fn write_or_refusal(&mut self, bytes: &[u8]) -> Result<Option<Answer>, Reason> {
        let Err(why) = self.write(bytes).await else {
            return Ok(None);
        };
        match within(self.platform, self.timeouts.quit_ms, self.receive()).await {
            Ok(last) if last.class() >= 4 => Ok(Some(last)),
            _ => Err(why),
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Reason> {
        let stream = self.stream.as_mut().ok_or(Reason::Closed)?;
        stream.write_all(bytes).await.map_err(|error| broken(&error))?;
        stream.flush().await.map_err(|error| broken(&error))
    }

    async fn receive(&mut self) -> Result<Answer, Reason> {
        let stream = self.stream.as_mut().ok_or(Reason::Closed)?;
        let mut reader = AnswerReader::default();
        loop {
            if let Some(answer) = reader.take(&mut self.received)? {
                return Ok(answer);
            }
            self.received.reserve(READ);
            let read = stream.read_buf(&mut self.received).await.map_err(|error| broken(&error))?;
            if read == 0 {
                return Err(Reason::Closed);
            }
        }
    }
}

impl<S, P: Platform<S>> Drop for Connection<'_, S, P> {
    fn drop(&mut self) {
        if let Some(stream) = self.stream.take() {
            self.platform.close(stream);
        }
    }
}

/// The bytes read at once. Nearly every answer is shorter.
const READ: usize = 1_024;
/// The characters kept of the platform's error text.
const MAX_ERROR: usize = 200;

impl From<Malformed> for Reason {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

fn broken(error: &io::Error) -> Reason {
    let text = error.to_string();
    Reason::Broken(text.chars().filter(|c| !c.is_control()).take(MAX_ERROR).collect())
}

/// Runs the work, unless time runs out first. Work that finishes together with the timer counts as finished.
async fn within<S, P: Platform<S>, T>(
    platform: &P,
    ms: u32,
    work: impl Future<Output = Result<T, Reason>>,
) -> Result<T, Reason> {
    let mut work = pin!(work);
    let mut timer = pin!(platform.sleep(ms));
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(done);
        }
        timer.as_mut().poll(context).map(|()| Err(Reason::TimedOut))
    })
    .await
}
