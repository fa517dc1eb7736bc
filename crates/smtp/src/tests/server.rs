//! A server that behaves as usual, save for one fault that the script names, and records what it saw.

use std::{cell::Cell, io, time::Duration};

use tokio::io::{
    AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, DuplexStream,
    duplex,
};
use tokio::{task::JoinHandle, time::Instant};

use crate::{
    Credentials, Envelope, Hello, Message, Outcome, Platform, Security, Server, Session, Timeouts,
};

/// Where the fault comes. `Upload` is in the middle of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    Greeting,
    Hello,
    StartTls,
    HelloSecured,
    Auth,
    AuthSecond,
    AuthThird,
    Reset,
    Mail,
    Recipient,
    Data,
    Upload,
    EndOfData,
    Quit,
}

/// What the server does there instead of answering as usual.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    Say(&'static str),
    SayAndClose(&'static str),
    Flood,
    Close,
    Hang,
    /// Reads a block every 25 seconds.
    ReadSlowly,
}

#[derive(Debug, Clone)]
pub(super) struct Script {
    pub(super) fault: Option<(At, Fault)>,
    /// How often the fault's place is passed as usual before.
    pub(super) skip: usize,
    /// EHLO lines after the first, in clear and over TLS.
    pub(super) clear: Vec<&'static str>,
    pub(super) secured: Vec<&'static str>,
    /// Bytes the connection holds in each direction.
    pub(super) pipe: usize,
}

impl Script {
    /// Returns what a usual submission server offers at each security.
    pub(super) fn usual() -> Self {
        Self {
            fault: None,
            skip: 0,
            clear: vec!["8BITMIME", "STARTTLS", "SIZE 20000000"],
            secured: vec!["8BITMIME", "SIZE 20000000", "AUTH LOGIN PLAIN"],
            pipe: 4_096,
        }
    }

    pub(super) fn with_fault(at: At, fault: Fault) -> Self {
        Self { fault: Some((at, fault)), ..Self::usual() }
    }
}

/// What the server saw.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) in_clear: Vec<String>,
    pub(super) over_tls: Vec<String>,
    /// Each message whose terminating dot came, dot-stuffing undone.
    pub(super) messages: Vec<Vec<u8>>,
    /// Virtual time until the outcome.
    pub(super) client_took: Duration,
}

impl Seen {
    pub(super) fn lines(&self) -> Vec<&str> {
        self.in_clear.iter().chain(&self.over_tls).map(String::as_str).collect()
    }

    /// Returns the message, where one came and no other.
    pub(super) fn message(&self) -> Option<&[u8]> {
        assert!(self.messages.len() <= 1, "{} messages", self.messages.len());
        self.messages.first().map(Vec::as_slice)
    }

    pub(super) fn said_quit(&self) -> bool {
        self.lines().last() == Some(&"QUIT")
    }
}

/// The platform of the tests: virtual time, a TLS that encrypts nothing, and a count of closed streams.
#[derive(Default)]
pub(super) struct TestPlatform {
    pub(super) closed: Cell<usize>,
}

impl<S> Platform<S> for TestPlatform {
    async fn sleep(&self, ms: u32) {
        tokio::time::sleep(Duration::from_millis(ms.into())).await;
    }

    async fn start_tls(&self, stream: S) -> io::Result<S> {
        Ok(stream)
    }

    fn close(&self, stream: S) {
        self.closed.set(self.closed.get() + 1);
        drop(stream);
    }
}

pub(super) const SECRET: &str = "correct horse";

/// Sends the usual mail to a server that follows the script.
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
    let outcome = send_over(ours, security, credentials, message).await;
    let client_took = before.elapsed();
    let seen = server.await.unwrap();
    (outcome, Seen { client_took, ..seen })
}

/// Opens a session, sends one mail and quits. Checks that the stream is closed once, whatever happens.
pub(super) async fn send_over<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    security: Security,
    credentials: Option<&Credentials>,
    message: &[u8],
) -> Outcome {
    let platform = TestPlatform::default();
    let server = Server { hello: Hello::new("guichet.example").unwrap(), security, credentials };
    let outcome = match Session::connect(stream, &server, &platform, &Timeouts::WORKER).await {
        Err(outcome) => outcome,
        Ok(session) => {
            let (outcome, session) = session.send(envelope(), Message::new(message).unwrap()).await;
            if let Some(session) = session {
                session.quit().await;
            }
            outcome
        }
    };
    assert_eq!(platform.closed.get(), 1);
    outcome
}

pub(super) fn envelope() -> Envelope<'static> {
    Envelope::new("careers@example.org", "staff@example.org").unwrap()
}

pub(super) fn spawn(stream: DuplexStream, script: Script, tls: bool) -> JoinHandle<Seen> {
    let stream = BufReader::new(stream);
    let seen = Seen::default();
    tokio::spawn(ScriptedServer { stream, script, tls, passed: 0, seen }.serve())
}

struct ScriptedServer {
    stream: BufReader<DuplexStream>,
    script: Script,
    tls: bool,
    /// How often the fault's place was passed.
    passed: usize,
    seen: Seen,
}

impl ScriptedServer {
    async fn serve(mut self) -> Seen {
        // The client may be gone at any moment; what was seen until then counts.
        let _ = self.converse().await;
        self.seen
    }

    /// `Err` when the connection is over.
    async fn converse(&mut self) -> io::Result<()> {
        self.answer(At::Greeting, "220-mx.example\r\n220 ready\r\n").await?;
        let mut login = false;
        loop {
            let line = self.read_line().await?;
            let log = if self.tls { &mut self.seen.over_tls } else { &mut self.seen.in_clear };
            log.push(line.clone());
            match line.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" => self.hello().await?,
                "STARTTLS" => {
                    self.answer(At::StartTls, "220 go ahead\r\n").await?;
                    self.tls = true;
                }
                "AUTH" => {
                    login = line == "AUTH LOGIN";
                    let done = line.starts_with("AUTH PLAIN ");
                    let usual = if done { "235 2.7.0 welcome\r\n" } else { "334 VXNlcm5hbWU6\r\n" };
                    self.answer(At::Auth, usual).await?;
                }
                "RSET" => {
                    self.answer(At::Reset, "250 2.0.0 flushed\r\n").await?;
                }
                "MAIL" => {
                    self.answer(At::Mail, "250 2.1.0 ok\r\n").await?;
                }
                "RCPT" => {
                    self.answer(At::Recipient, "251 2.1.5 will forward\r\n").await?;
                }
                "DATA" => {
                    if self.answer(At::Data, "354 go on\r\n").await? {
                        self.receive_message().await?;
                        self.answer(At::EndOfData, "250 2.0.0 queued as 42\r\n").await?;
                    }
                }
                "QUIT" => {
                    self.answer(At::Quit, "221 bye\r\n").await?;
                    return Ok(());
                }
                _ if login => {
                    login = false;
                    self.answer(At::AuthSecond, "334 UGFzc3dvcmQ6\r\n").await?;
                }
                _ => {
                    self.answer(At::AuthThird, "235 2.7.0 welcome\r\n").await?;
                }
            }
        }
    }

    async fn hello(&mut self) -> io::Result<()> {
        let offered = if self.tls { &self.script.secured } else { &self.script.clear };
        let mut lines: Vec<String> = offered.iter().map(|line| format!("250-{line}\r\n")).collect();
        lines.insert(0, "250-mx.example at your service\r\n".to_owned());
        lines.push("250 HELP\r\n".to_owned());
        let upgraded = self.tls && !self.seen.in_clear.is_empty();
        let at = if upgraded { At::HelloSecured } else { At::Hello };
        self.answer(at, &lines.concat()).await.map(drop)
    }

    /// Reads to the dot, as RFC 5321 tells a server to.
    async fn receive_message(&mut self) -> io::Result<()> {
        if let Some((At::Upload, fault)) = self.script.fault {
            self.stream.read_exact(&mut [0; 10]).await?;
            self.act(fault).await?;
        }
        let mut message = Vec::new();
        loop {
            let line = self.read_line().await?;
            if line == "." {
                self.seen.messages.push(message);
                return Ok(());
            }
            message.extend_from_slice(line.strip_prefix('.').unwrap_or(&line).as_bytes());
            message.extend_from_slice(b"\r\n");
        }
    }

    async fn read_line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        match line.strip_suffix("\r\n") {
            Some(line) => Ok(line.to_owned()),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// Gives the usual answer, or does what the script says. Returns whether it was the usual one.
    async fn answer(&mut self, at: At, usual: &str) -> io::Result<bool> {
        if let Some((place, fault)) = self.script.fault
            && place == at
        {
            self.passed += 1;
            if self.passed > self.script.skip {
                return self.act(fault).await.map(|()| false);
            }
        }
        self.stream.write_all(usual.as_bytes()).await.map(|()| true)
    }

    async fn act(&mut self, fault: Fault) -> io::Result<()> {
        let stream = &mut self.stream;
        match fault {
            Fault::Say(words) => stream.write_all(words.as_bytes()).await,
            Fault::SayAndClose(words) => {
                stream.write_all(words.as_bytes()).await?;
                Err(io::ErrorKind::ConnectionReset.into())
            }
            Fault::Flood => loop {
                stream.write_all(&[b'2'; 1_000]).await?;
            },
            Fault::Close => Err(io::ErrorKind::ConnectionReset.into()),
            Fault::ReadSlowly => loop {
                stream.read_exact(&mut vec![0; crate::dot_stuffing::BLOCK + 4_000]).await?;
                tokio::time::sleep(Duration::from_secs(25)).await;
            },
            Fault::Hang => {
                tokio::time::sleep(Duration::from_hours(1)).await;
                Err(io::ErrorKind::TimedOut.into())
            }
        }
    }
}
