//! A server that does everything right, save for one twist, and remembers what it saw.

use std::{io, time::Duration};

use tokio::io::{
    AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, DuplexStream,
    duplex,
};
use tokio::{task::JoinHandle, time::Instant};

use crate::{
    Credentials, Envelope, Hello, Message, Outcome, Platform, Security, Submission, Timeouts,
    submit,
};

/// Where the twist comes. `Upload` is in the midst of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    Greeting,
    Hello,
    StartTls,
    HelloSecured,
    Auth,
    AuthSecond,
    AuthThird,
    Mail,
    Recipient,
    Data,
    Upload,
    Dot,
    Quit,
}

/// What the server does there instead.
#[derive(Debug, Clone, Copy)]
pub(super) enum Twist {
    Say(&'static str),
    SayAndClose(&'static str),
    Flood,
    Close,
    Hang,
    /// Reads 70 KB every 25 seconds.
    Sip,
}

#[derive(Debug, Clone)]
pub(super) struct Script {
    pub(super) twist: Option<(At, Twist)>,
    /// EHLO lines after the first, in clear and over TLS.
    pub(super) clear: Vec<&'static str>,
    pub(super) secured: Vec<&'static str>,
    /// Bytes the connection holds in each direction.
    pub(super) pipe: usize,
}

impl Script {
    /// What a usual submission server offers at each security.
    pub(super) fn usual() -> Self {
        Self {
            twist: None,
            clear: vec!["8BITMIME", "STARTTLS", "SIZE 20000000"],
            secured: vec!["8BITMIME", "SIZE 20000000", "AUTH LOGIN PLAIN"],
            pipe: 4_096,
        }
    }

    pub(super) fn twisted(at: At, twist: Twist) -> Self {
        Self { twist: Some((at, twist)), ..Self::usual() }
    }
}

/// What the server saw.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) in_clear: Vec<String>,
    pub(super) over_tls: Vec<String>,
    /// After dot-unstuffing; only when the terminating dot came.
    pub(super) message: Option<Vec<u8>>,
    /// Virtual time until the outcome.
    pub(super) client_took: Duration,
}

impl Seen {
    pub(super) fn lines(&self) -> Vec<&str> {
        self.in_clear.iter().chain(&self.over_tls).map(String::as_str).collect()
    }

    pub(super) fn said_quit(&self) -> bool {
        self.lines().last() == Some(&"QUIT")
    }
}

/// Platform of the tests: virtual time, and a TLS that encrypts nothing.
pub(super) struct Bench;

impl<S> Platform<S> for Bench {
    async fn sleep(&self, ms: u32) {
        tokio::time::sleep(Duration::from_millis(ms.into())).await;
    }

    async fn start_tls(&self, stream: S) -> io::Result<S> {
        Ok(stream)
    }
}

pub(super) const SECRET: &str = "correct horse";

/// The usual submission, against a script.
pub(super) async fn run(script: &Script, security: Security) -> (Outcome, Seen) {
    let credentials = Credentials::new("careers", SECRET).unwrap();
    let credentials = (security != Security::Clear).then_some(&credentials);
    run_with(script, security, credentials, b"Subject: x\r\n\r\n.\r\nbody\r\n").await
}

pub(super) async fn run_with(
    script: &Script,
    security: Security,
    credentials: Option<&Credentials>,
    message: &[u8],
) -> (Outcome, Seen) {
    let (ours, theirs) = duplex(script.pipe);
    let server = spawn(theirs, script.clone(), security == Security::Tls);
    let before = Instant::now();
    let outcome = submit_over(ours, security, credentials, message).await;
    let client_took = before.elapsed();
    let seen = server.await.unwrap();
    (outcome, Seen { client_took, ..seen })
}

pub(super) async fn submit_over<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    security: Security,
    credentials: Option<&Credentials>,
    message: &[u8],
) -> Outcome {
    let submission = Submission {
        hello: Hello::new("guichet.example").unwrap(),
        envelope: Envelope::new("careers@example.org", "staff@example.org").unwrap(),
        message: Message::new(message).unwrap(),
        security,
        credentials,
    };
    submit(stream, &submission, &Bench, &Timeouts::WORKER).await
}

pub(super) fn spawn(stream: DuplexStream, script: Script, tls: bool) -> JoinHandle<Seen> {
    tokio::spawn(serve(stream, script, tls))
}

async fn serve(stream: DuplexStream, script: Script, mut tls: bool) -> Seen {
    let mut stream = BufReader::new(stream);
    let mut seen = Seen::default();
    // The client may be gone at any moment; what was seen until then counts.
    let _ = converse(&mut stream, &script, &mut tls, &mut seen).await;
    seen
}

/// `Err` when the connection is over.
async fn converse(
    stream: &mut BufReader<DuplexStream>,
    script: &Script,
    tls: &mut bool,
    seen: &mut Seen,
) -> io::Result<()> {
    answer(stream, script, At::Greeting, "220-mx.example\r\n220 ready\r\n").await?;
    let mut login = false;
    loop {
        let line = read_line(stream).await?;
        let log = if *tls { &mut seen.over_tls } else { &mut seen.in_clear };
        log.push(line.clone());
        let offered = if *tls { &script.secured } else { &script.clear };
        let secured_later = *tls && !seen.in_clear.is_empty();
        match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => {
                let at = if secured_later { At::HelloSecured } else { At::Hello };
                let mut lines: Vec<String> =
                    offered.iter().map(|line| format!("250-{line}\r\n")).collect();
                lines.insert(0, "250-mx.example at your service\r\n".to_owned());
                lines.push("250 HELP\r\n".to_owned());
                answer(stream, script, at, &lines.concat()).await?;
            }
            "STARTTLS" => {
                answer(stream, script, At::StartTls, "220 go ahead\r\n").await?;
                *tls = true;
            }
            "AUTH" => {
                login = line == "AUTH LOGIN";
                let done = line.starts_with("AUTH PLAIN ");
                let usual = if done { "235 2.7.0 welcome\r\n" } else { "334 VXNlcm5hbWU6\r\n" };
                answer(stream, script, At::Auth, usual).await?;
            }
            "MAIL" => {
                answer(stream, script, At::Mail, "250 2.1.0 ok\r\n").await?;
            }
            "RCPT" => {
                answer(stream, script, At::Recipient, "251 2.1.5 will forward\r\n").await?;
            }
            "DATA" => {
                let go_on = answer(stream, script, At::Data, "354 go on\r\n").await?;
                if go_on {
                    receive_message(stream, script, seen).await?;
                    answer(stream, script, At::Dot, "250 2.0.0 queued as 42\r\n").await?;
                }
            }
            "QUIT" => {
                answer(stream, script, At::Quit, "221 bye\r\n").await?;
                return Ok(());
            }
            _ if login => {
                login = false;
                answer(stream, script, At::AuthSecond, "334 UGFzc3dvcmQ6\r\n").await?;
            }
            _ => {
                answer(stream, script, At::AuthThird, "235 2.7.0 welcome\r\n").await?;
            }
        }
    }
}

/// Reads to the dot, as RFC 5321 tells a server to.
async fn receive_message(
    stream: &mut BufReader<DuplexStream>,
    script: &Script,
    seen: &mut Seen,
) -> io::Result<()> {
    if let Some((At::Upload, twist)) = script.twist {
        stream.read_exact(&mut [0; 10]).await?;
        act(stream, twist).await?;
    }
    let mut message = Vec::new();
    loop {
        let line = read_line(stream).await?;
        if line == "." {
            seen.message = Some(message);
            return Ok(());
        }
        message.extend_from_slice(line.strip_prefix('.').unwrap_or(&line).as_bytes());
        message.extend_from_slice(b"\r\n");
    }
}

async fn read_line(stream: &mut BufReader<DuplexStream>) -> io::Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    match line.strip_suffix("\r\n") {
        Some(line) => Ok(line.to_owned()),
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// The usual answer or the twist. Whether it was the usual one.
async fn answer(
    stream: &mut BufReader<DuplexStream>,
    script: &Script,
    at: At,
    usual: &str,
) -> io::Result<bool> {
    match script.twist {
        Some((place, twist)) if place == at => act(stream, twist).await.map(|()| false),
        _ => stream.write_all(usual.as_bytes()).await.map(|()| true),
    }
}

async fn act(stream: &mut BufReader<DuplexStream>, twist: Twist) -> io::Result<()> {
    match twist {
        Twist::Say(words) => stream.write_all(words.as_bytes()).await,
        Twist::SayAndClose(words) => {
            stream.write_all(words.as_bytes()).await?;
            Err(io::ErrorKind::ConnectionReset.into())
        }
        Twist::Flood => loop {
            stream.write_all(&[b'2'; 1_000]).await?;
        },
        Twist::Close => Err(io::ErrorKind::ConnectionReset.into()),
        Twist::Sip => loop {
            stream.read_exact(&mut vec![0; crate::data::BLOCK + 4_000]).await?;
            tokio::time::sleep(Duration::from_secs(25)).await;
        },
        Twist::Hang => {
            tokio::time::sleep(Duration::from_hours(1)).await;
            Err(io::ErrorKind::TimedOut.into())
        }
    }
}
