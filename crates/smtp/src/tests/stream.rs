//! Streams that give a byte at a time, that fail, or that behave like a Worker's socket.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf, duplex};

use super::server::{At, Fault, Script, run_with, send_over};
use crate::{Credentials, Outcome, Reason, Security, Step};

/// Messages whose bytes must arrive unchanged.
fn messages() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> =
        ["\r\n", ".\r\n", "a\r\n.\r\nb\r\n", "..\r\n...\r\n.", "\r\n.\r\nMAIL FROM:<x@y>\r\n"]
            .map(|text| text.as_bytes().to_vec())
            .to_vec();
    // Lines of 67 bytes put the dots on every side of the boundaries of blocks.
    all.push(format!(".{}\r\n", "x".repeat(64)).repeat(12_000).into_bytes());
    all.push(".\r\n".repeat(240_000).into_bytes());
    all
}

#[tokio::test(start_paused = true)]
async fn the_message_arrives_as_it_was_given() {
    for message in messages() {
        let (outcome, seen) = run_with(&Script::usual(), Security::StartTls, None, &message).await;
        assert!(matches!(outcome, Outcome::Sent(_)), "{outcome:?}");
        let mut expected = message;
        if !expected.ends_with(b"\r\n") {
            expected.extend_from_slice(b"\r\n");
        }
        assert!(seen.message() == Some(expected.as_slice()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_byte_at_a_time() {
    let credentials = Credentials::new("careers", "pass").unwrap();
    let script = Script { pipe: 1, ..Script::usual() };
    for security in [Security::Tls, Security::StartTls] {
        let (outcome, seen) = run_with(&script, security, Some(&credentials), b"a\r\n.b\r\n").await;
        assert!(matches!(outcome, Outcome::Sent(_)), "{outcome:?}");
        assert_eq!(seen.message(), Some(&b"a\r\n.b\r\n"[..]));
        assert!(seen.said_quit());
    }
}

/// The server refuses in the middle of the message and stops reading. Its answer explains the broken pipe.
#[tokio::test(start_paused = true)]
async fn a_refusal_explains_a_broken_write() {
    let message = "x".repeat(100_000);
    for (words, expected) in [
        ("552 5.3.4 enough\r\n", true),
        ("421 4.3.2 going down\r\n", true),
        ("250 2.0.0 queued\r\n", false),
    ] {
        let script = Script::with_fault(At::Upload, Fault::SayAndClose(words));
        let (outcome, seen) = run_with(&script, Security::Clear, None, message.as_bytes()).await;
        assert_eq!(outcome.reply().is_some(), expected, "{outcome:?}");
        assert_eq!(outcome.cause().map(|cause| cause.step), Some(Step::Body));
        assert_eq!(seen.message(), None);
    }
}

/// Lets each write fail in turn. Only after the write of the dot has begun may the message have been taken.
#[tokio::test(start_paused = true)]
async fn only_a_failed_write_of_the_dot_is_unknown() {
    let mut steps = Vec::new();
    for allowed in 0.. {
        let (ours, theirs) = duplex(4_096);
        let server = super::server::spawn(theirs, Script::usual(), true);
        let stream = Failing { inner: ours, allowed };
        let credentials = Credentials::new("careers", "pass").unwrap();
        let outcome = send_over(stream, Security::Tls, Some(&credentials), b"a\r\n").await;
        drop(server);
        let Some(cause) = outcome.cause() else { break };
        assert_eq!(
            matches!(outcome, Outcome::Unknown(_)),
            cause.step == Step::EndOfData,
            "{outcome:?}"
        );
        assert_eq!(cause.reason, Reason::Broken("out of order".to_owned()));
        steps.push(cause.step);
    }
    let one_write_each = [
        Step::Hello,
        Step::Auth,
        Step::Mail,
        Step::Recipient,
        Step::Data,
        Step::Body,
        Step::EndOfData,
    ];
    assert_eq!(steps, one_write_each);
}

#[tokio::test(start_paused = true)]
async fn a_workers_socket_gets_every_byte_once() {
    for message in messages() {
        let (ours, theirs) = duplex(512);
        let server = super::server::spawn(theirs, Script::usual(), false);
        let stream = WorkerSocket { inner: ours, pending: None };
        let outcome = send_over(stream, Security::StartTls, None, &message).await;
        assert!(matches!(outcome, Outcome::Sent(_)), "{outcome:?}");
        assert!(server.await.unwrap().message().is_some_and(|seen| seen.starts_with(&message)));
    }
}

/// Fails every write after the first `allowed` ones.
struct Failing {
    inner: DuplexStream,
    allowed: usize,
}

impl AsyncWrite for Failing {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.allowed == 0 {
            return Poll::Ready(Err(io::Error::other("out of order")));
        }
        let written = ready!(Pin::new(&mut self.inner).poll_write(context, bytes));
        self.allowed -= 1;
        Poll::Ready(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

impl AsyncRead for Failing {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

/// Behaves like `worker::Socket` 0.8.7: the first poll of a write takes the bytes, the later ones ignore theirs, and a flush while a write
/// is pending sends the bytes twice. Here such misuse panics.
struct WorkerSocket {
    inner: DuplexStream,
    pending: Option<(Vec<u8>, usize)>,
}

impl AsyncWrite for WorkerSocket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        assert!(bytes.len() <= crate::dot_stuffing::BLOCK);
        let this = &mut *self;
        let (taken, done) = this.pending.get_or_insert_with(|| (bytes.to_vec(), 0));
        assert!(taken == bytes, "other bytes while a write is pending");
        while *done < taken.len() {
            *done += ready!(Pin::new(&mut this.inner).poll_write(context, &taken[*done..]))?;
        }
        this.pending = None;
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        assert!(self.pending.is_none(), "flush while a write is pending");
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        panic!("close is not awaited");
    }
}

impl AsyncRead for WorkerSocket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}
