//! Lines and blocks over the stream, each within its time.

use std::{
    future::{Future, poll_fn},
    io,
    pin::pin,
    task::Poll,
};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::{
    Malformed, Platform, Timeouts, Why,
    reply::{Answer, Answering},
};

/// One connection. A step that runs out of time is dropped with its read or write still pending; the stream is then good for nothing
/// but closing (a Worker's socket would take the next bytes for the pending ones), and `speakable` stays false.
pub(crate) struct Wire<'p, S, P> {
    /// None only when STARTTLS took it and failed.
    stream: Option<S>,
    platform: &'p P,
    timeouts: &'p Timeouts,
    inbox: Vec<u8>,
    speakable: bool,
}

impl<'p, S, P> Wire<'p, S, P>
where
    S: AsyncRead + AsyncWrite + Unpin,
    P: Platform<S>,
{
    pub(crate) fn new(stream: S, platform: &'p P, timeouts: &'p Timeouts) -> Self {
        Self { stream: Some(stream), platform, timeouts, inbox: Vec::new(), speakable: false }
    }

    /// The server's first words.
    pub(crate) async fn greeting(&mut self) -> Result<Answer, Why> {
        let answer = within(self.platform, self.timeouts.reply_ms, self.receive()).await?;
        self.speakable = true;
        Ok(answer)
    }

    /// Sends a command and reads its answer.
    pub(crate) async fn command(&mut self, line: &str) -> Result<Answer, Why> {
        let line = format!("{line}\r\n");
        self.exchange(line.as_bytes(), self.timeouts.reply_ms).await
    }

    /// Sends the terminating dot, by itself, and reads the verdict.
    pub(crate) async fn dot(&mut self) -> Result<Answer, Why> {
        self.exchange(b".\r\n", self.timeouts.verdict_ms).await
    }

    /// Sends blocks until `next` has no more. An answer is a refusal the server gave before it broke the connection.
    pub(crate) async fn blocks(
        &mut self,
        mut next: impl FnMut(&mut Vec<u8>) -> bool,
    ) -> Result<Option<Answer>, Why> {
        self.in_turn()?;
        self.speakable = false;
        let (platform, timeouts) = (self.platform, self.timeouts);
        let all = async {
            let mut block = Vec::new();
            while next(&mut block) {
                let written = within(platform, timeouts.block_ms, self.say(&block)).await?;
                if written.is_some() {
                    return Ok(written);
                }
            }
            self.speakable = true;
            Ok(None)
        };
        within(platform, timeouts.body_ms, all).await
    }

    /// Upgrades the stream, unless plaintext is waiting to be mistaken for the server's words over TLS (RFC 3207, section 6).
    pub(crate) async fn start_tls(&mut self) -> Result<(), Why> {
        if !self.inbox.is_empty() {
            return Err(Why::Injected);
        }
        self.speakable = false;
        let stream = self.stream.take().ok_or(Why::Closed)?;
        let platform = self.platform;
        let upgrade = async { platform.start_tls(stream).await.map_err(|error| broken(&error)) };
        self.stream = Some(within(platform, self.timeouts.reply_ms, upgrade).await?);
        self.speakable = true;
        Ok(())
    }

    /// Takes leave where that is still possible, and lets go of the stream.
    pub(crate) async fn close(mut self) {
        if self.speakable {
            // Whatever the server says to it, the outcome stands. Waiting a moment lets the server be the one who closes.
            let _ = self.exchange(b"QUIT\r\n", self.timeouts.farewell_ms).await;
        }
        if let Some(stream) = self.stream {
            self.platform.close(stream);
        }
    }

    async fn exchange(&mut self, bytes: &[u8], ms: u32) -> Result<Answer, Why> {
        self.in_turn()?;
        self.speakable = false;
        let platform = self.platform;
        let both = async {
            if let Some(last) = self.say(bytes).await? {
                return Ok(last);
            }
            let answer = self.receive().await?;
            self.speakable = true;
            Ok(answer)
        };
        within(platform, ms, both).await
    }

    /// We never send before the last answer is complete: what has arrived beyond it answers nothing we asked, and would be taken for
    /// the answer to what comes next, a `250` for the message perhaps.
    fn in_turn(&self) -> Result<(), Why> {
        if self.inbox.is_empty() { Ok(()) } else { Err(Why::OutOfTurn) }
    }

    /// Writes. Where that fails, the server may have said why before it stopped listening ("552 too much mail", "421 going down").
    async fn say(&mut self, bytes: &[u8]) -> Result<Option<Answer>, Why> {
        let Err(why) = self.write(bytes).await else {
            return Ok(None);
        };
        match within(self.platform, self.timeouts.farewell_ms, self.receive()).await {
            Ok(last) if last.class() >= 4 => Ok(Some(last)),
            _ => Err(why),
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Why> {
        let stream = self.stream.as_mut().ok_or(Why::Closed)?;
        stream.write_all(bytes).await.map_err(|error| broken(&error))?;
        stream.flush().await.map_err(|error| broken(&error))
    }

    async fn receive(&mut self) -> Result<Answer, Why> {
        let stream = self.stream.as_mut().ok_or(Why::Closed)?;
        let mut answering = Answering::default();
        loop {
            if let Some(answer) = answering.take(&mut self.inbox)? {
                return Ok(answer);
            }
            self.inbox.reserve(READ);
            let read = stream.read_buf(&mut self.inbox).await.map_err(|error| broken(&error))?;
            if read == 0 {
                return Err(Why::Closed);
            }
        }
    }
}

/// Bytes read at once: more than nearly every answer.
const READ: usize = 1_024;
/// Characters kept of the platform's words.
const MAX_WORDS: usize = 200;

impl From<Malformed> for Why {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

fn broken(error: &io::Error) -> Why {
    let words = error.to_string();
    Why::Broken(words.chars().filter(|c| !c.is_control()).take(MAX_WORDS).collect())
}

/// The work, unless time runs out first. Work that is done is done, even when both are.
async fn within<S, P: Platform<S>, T>(
    platform: &P,
    ms: u32,
    work: impl Future<Output = Result<T, Why>>,
) -> Result<T, Why> {
    let mut work = pin!(work);
    let mut alarm = pin!(platform.sleep(ms));
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(done);
        }
        alarm.as_mut().poll(context).map(|()| Err(Why::TimedOut))
    })
    .await
}
