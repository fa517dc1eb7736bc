//! One SMTP session, from the greeting to QUIT.

use tokio::io::{AsyncRead, AsyncWrite};

use crate::{
    Cause, Envelope, Message, Outcome, Platform, Reason, Reply, Security, Server, Step, Timeouts,
    connection::Connection,
    dot_stuffing::{BLOCK, DotStuffing},
    extensions::{Extensions, Size},
    reply::Answer,
};

/// A session in which the server waits for a mail: greeted, over TLS and logged in as [`Server`] says.
///
/// [`Session::send`] consumes the session and returns it only where it can carry another mail. A session that is dropped closes its
/// stream, without QUIT.
pub struct Session<'p, S, P: Platform<S>> {
    connection: Connection<'p, S, P>,
    offered: Extensions,
    /// A mail was begun in this session, so the next one begins with RSET.
    has_begun_mail: bool,
}

impl<'p, S, P> Session<'p, S, P>
where
    S: AsyncRead + AsyncWrite + Unpin,
    P: Platform<S>,
{
    /// Opens a session over a stream that was just opened: TLS already for [`Security::Tls`], in clear otherwise.
    ///
    /// # Errors
    ///
    /// The outcome for the mail that was to be sent. It is never `Sent`, `Refused`, `Unknown` or `SessionEnded`. The stream is closed.
    pub async fn connect(
        stream: S,
        server: &Server<'_>,
        platform: &'p P,
        timeouts: &'p Timeouts,
    ) -> Result<Self, Outcome> {
        let connection = Connection::new(stream, platform, timeouts);
        let mut session =
            Self { connection, offered: Extensions::default(), has_begun_mail: false };
        match session.log_in(server).await {
            Ok(()) => Ok(session),
            Err(outcome) => {
                session.quit().await;
                Err(outcome)
            }
        }
    }

    /// Sends one message to one recipient.
    ///
    /// Ends in bounded time, as long as the platform's `sleep` does. The session comes back where the server is known to wait for another
    /// mail. Otherwise it is closed: after 421, after a connection that failed, and after an answer that has no place in the dialogue.
    pub async fn send(
        mut self,
        envelope: Envelope<'_>,
        message: Message<'_>,
    ) -> (Outcome, Option<Self>) {
        let outcome = match self.transaction(envelope, message).await {
            Ok(reply) => Outcome::Sent(reply),
            Err(outcome) => outcome,
        };
        if outcome.leaves_session_usable() {
            return (outcome, Some(self));
        }
        self.quit().await;
        (outcome, None)
    }

    /// Ends the session with QUIT and closes the stream. The server's answer changes nothing.
    pub async fn quit(self) {
        self.connection.quit().await;
    }

    async fn log_in(&mut self, server: &Server<'_>) -> Result<(), Outcome> {
        if server.security == Security::Clear && server.credentials.is_some() {
            return Err(blocked(Step::Auth, Reason::ClearCredentials));
        }
        expect(Step::Greeting, 2, self.connection.greeting().await)?;
        self.say_hello(server).await?;
        self.authenticate(server).await
    }

    /// Sends EHLO, and again once the stream is encrypted: what was offered in clear may be forged. There is no fallback to HELO, because a
    /// server without EHLO has neither STARTTLS nor AUTH.
    async fn say_hello(&mut self, server: &Server<'_>) -> Result<(), Outcome> {
        let ehlo = format!("EHLO {}", server.hello.as_str());
        self.offered = Extensions::read(&self.ask(Step::Hello, &ehlo, 2).await?);
        if server.security != Security::StartTls {
            return Ok(());
        }
        if !self.offered.start_tls {
            return Err(blocked(Step::StartTls, Reason::NoStartTls));
        }
        self.ask(Step::StartTls, "STARTTLS", 2).await?;
        self.connection.start_tls().await.map_err(|reason| match reason {
            Reason::Injected => blocked(Step::StartTls, reason),
            _ => Outcome::failed(Step::StartTls, reason),
        })?;
        self.offered = Extensions::read(&self.ask(Step::HelloSecured, &ehlo, 2).await?);
        Ok(())
    }

    async fn authenticate(&mut self, server: &Server<'_>) -> Result<(), Outcome> {
        let Some(credentials) = server.credentials else {
            return Ok(());
        };
        let Some(lines) = credentials.lines(&self.offered) else {
            return Err(blocked(Step::Auth, Reason::NoMechanism));
        };
        let last = lines.len().saturating_sub(1);
        for (index, line) in lines.iter().enumerate() {
            let class = if index == last { 2 } else { 3 };
            self.ask(Step::Auth, line, class).await?;
        }
        Ok(())
    }

    /// Runs one mail transaction. `Err` is the outcome that ends it early.
    async fn transaction(
        &mut self,
        envelope: Envelope<'_>,
        message: Message<'_>,
    ) -> Result<Reply, Outcome> {
        let size = self.size_parameter(message)?;
        if self.has_begun_mail {
            self.reset().await?;
        }
        self.mail_from(envelope, &size).await?;
        self.ask(Step::Recipient, &format!("RCPT TO:<{}>", envelope.to()), 2).await?;
        self.ask(Step::Data, "DATA", 3).await?;
        let mut stuffing = DotStuffing::new(message);
        match self.connection.blocks(|block| stuffing.fill(block, BLOCK)).await {
            Ok(None) => {}
            Ok(Some(last)) => return Err(Outcome::denied(Step::Body, last.into_reply())),
            Err(reason) => return Err(Outcome::failed(Step::Body, reason)),
        }
        let reply = expect(Step::EndOfData, 2, self.connection.end_of_data().await)?.into_reply();
        // In the other steps the first digit decides (RFC 5321, section 4.3.2). Here only 250 counts: a wrong yes loses an application.
        if reply.code == 250 { Ok(reply) } else { Err(Outcome::denied(Step::EndOfData, reply)) }
    }

    /// Returns the SIZE parameter of MAIL, empty where the server does not know it.
    fn size_parameter(&self, message: Message<'_>) -> Result<String, Outcome> {
        let size = message.size();
        match self.offered.size {
            Size::NotOffered => Ok(String::new()),
            Size::AtMost(limit) if size > limit => {
                let reason = Reason::TooLarge { size, limit };
                Err(Outcome::TooLarge(Cause { step: Step::Mail, reason }))
            }
            Size::AtMost(_) | Size::Unlimited => Ok(format!(" SIZE={size}")),
        }
    }

    /// Clears what is left of the last mail. Also finds out whether the server is still there: it may have closed an idle session.
    async fn reset(&mut self) -> Result<(), Outcome> {
        let reason = match self.connection.reset().await {
            Ok(answer) if answer.class() == 2 => return Ok(()),
            Ok(answer) => Reason::Reply(answer.into_reply()),
            Err(reason) => reason,
        };
        Err(Outcome::SessionEnded(Cause { step: Step::Reset, reason }))
    }

    /// Sends MAIL. In a session that was used before, a server that has had enough mails in it says so here.
    async fn mail_from(&mut self, envelope: Envelope<'_>, size: &str) -> Result<(), Outcome> {
        let is_reused = std::mem::replace(&mut self.has_begun_mail, true);
        let command = format!("MAIL FROM:<{}>{size}", envelope.from());
        match self.ask(Step::Mail, &command, 2).await {
            Ok(_) => Ok(()),
            Err(outcome) if is_reused => Err(outcome.in_used_session()),
            Err(outcome) => Err(outcome),
        }
    }

    /// Sends a command whose answer must be of one class (first digit).
    async fn ask(&mut self, step: Step, line: &str, class: u16) -> Result<Answer, Outcome> {
        expect(step, class, self.connection.command(line).await)
    }
}

fn expect(step: Step, class: u16, answer: Result<Answer, Reason>) -> Result<Answer, Outcome> {
    let answer = answer.map_err(|reason| Outcome::failed(step, reason))?;
    if answer.class() == class {
        return Ok(answer);
    }
    Err(Outcome::denied(step, answer.into_reply()))
}

fn blocked(step: Step, reason: Reason) -> Outcome {
    Outcome::Blocked(Cause { step, reason })
}
