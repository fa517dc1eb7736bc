//! The dialogue, from the greeting to the dot.

use tokio::io::{AsyncRead, AsyncWrite};

use crate::{
    Cause, Outcome, Platform, Reply, Security, Step, Submission, Timeouts, Why,
    data::{BLOCK, Stuffing},
    extensions::{Extensions, Size},
    reply::Answer,
    wire::Wire,
};

/// Submits one message over a stream that was just opened: TLS already for [`Security::Tls`], in clear otherwise.
///
/// Always comes to an end, as long as the platform's `sleep` does. The stream is closed in every case.
pub async fn submit<S, P>(
    stream: S,
    submission: &Submission<'_>,
    platform: &P,
    timeouts: &Timeouts,
) -> Outcome
where
    S: AsyncRead + AsyncWrite + Unpin,
    P: Platform<S>,
{
    let mut session = Session { wire: Wire::new(stream, platform, timeouts), submission };
    let outcome = match session.run().await {
        Ok(reply) => Outcome::Sent(reply),
        Err(outcome) => outcome,
    };
    session.wire.close().await;
    outcome
}

/// In its methods, `Err` is the outcome that ends the dialogue early.
struct Session<'a, S, P> {
    wire: Wire<'a, S, P>,
    submission: &'a Submission<'a>,
}

impl<S, P> Session<'_, S, P>
where
    S: AsyncRead + AsyncWrite + Unpin,
    P: Platform<S>,
{
    async fn run(&mut self) -> Result<Reply, Outcome> {
        if self.submission.security == Security::Clear && self.submission.credentials.is_some() {
            return Err(blocked(Step::Auth, Why::ClearCredentials));
        }
        expect(Step::Greeting, 2, self.wire.greeting().await)?;
        let offered = self.introduce().await?;
        self.authenticate(&offered).await?;
        self.address(&offered).await?;
        self.transmit().await
    }

    /// EHLO, and again once the stream is encrypted: what was offered in clear may have come from anybody. No HELO: a submission
    /// server that knows no EHLO has neither STARTTLS nor AUTH.
    async fn introduce(&mut self) -> Result<Extensions, Outcome> {
        let ehlo = format!("EHLO {}", self.submission.hello.as_str());
        let answer = self.ask(Step::Hello, &ehlo, 2).await?;
        let offered = Extensions::read(&answer);
        if self.submission.security != Security::StartTls {
            return Ok(offered);
        }
        if !offered.start_tls {
            return Err(blocked(Step::StartTls, Why::NoStartTls));
        }
        self.ask(Step::StartTls, "STARTTLS", 2).await?;
        self.wire.start_tls().await.map_err(|why| match why {
            Why::Injected => blocked(Step::StartTls, why),
            _ => Outcome::lost(Step::StartTls, why),
        })?;
        let answer = self.ask(Step::HelloSecured, &ehlo, 2).await?;
        Ok(Extensions::read(&answer))
    }

    async fn authenticate(&mut self, offered: &Extensions) -> Result<(), Outcome> {
        let Some(credentials) = self.submission.credentials else {
            return Ok(());
        };
        let Some(lines) = credentials.lines(offered) else {
            return Err(blocked(Step::Auth, Why::NoMechanism));
        };
        let last = lines.len().saturating_sub(1);
        for (index, line) in lines.iter().enumerate() {
            let wanted = if index == last { 2 } else { 3 };
            self.ask(Step::Auth, line, wanted).await?;
        }
        Ok(())
    }

    /// MAIL and RCPT.
    async fn address(&mut self, offered: &Extensions) -> Result<(), Outcome> {
        let Submission { envelope, message, .. } = self.submission;
        let size = message.size();
        let parameter = match offered.size {
            Size::NotOffered => String::new(),
            Size::AtMost(limit) if size > limit => {
                let cause = Cause { step: Step::Mail, why: Why::TooLarge { size, limit } };
                return Err(Outcome::TooLarge(cause));
            }
            Size::AtMost(_) | Size::Unlimited => format!(" SIZE={size}"),
        };
        let mail = format!("MAIL FROM:<{}>{parameter}", envelope.from());
        self.ask(Step::Mail, &mail, 2).await?;
        let recipient = format!("RCPT TO:<{}>", envelope.to());
        self.ask(Step::Recipient, &recipient, 2).await?;
        Ok(())
    }

    /// DATA, the message, the dot.
    async fn transmit(&mut self) -> Result<Reply, Outcome> {
        self.ask(Step::Data, "DATA", 3).await?;
        let mut stuffing = Stuffing::new(self.submission.message);
        let sent = self.wire.blocks(|block| stuffing.fill(block, BLOCK)).await;
        match sent {
            Ok(None) => {}
            Ok(Some(last)) => return Err(Outcome::denied(Step::Body, last.into_reply())),
            Err(why) => return Err(Outcome::lost(Step::Body, why)),
        }
        let verdict = expect(Step::Dot, 2, self.wire.dot().await)?.into_reply();
        // Elsewhere the first digit decides (RFC 5321, section 4.3.2). Here a wrong yes loses an application.
        if verdict.code == 250 { Ok(verdict) } else { Err(Outcome::denied(Step::Dot, verdict)) }
    }

    async fn ask(&mut self, step: Step, line: &str, wanted: u16) -> Result<Answer, Outcome> {
        expect(step, wanted, self.wire.command(line).await)
    }
}

fn expect(step: Step, wanted: u16, answer: Result<Answer, Why>) -> Result<Answer, Outcome> {
    let answer = answer.map_err(|why| Outcome::lost(step, why))?;
    if answer.class() == wanted {
        return Ok(answer);
    }
    let reply = match step {
        // Some servers repeat the line they did not like, credentials and all.
        Step::Auth => answer.into_wordless_reply(),
        _ => answer.into_reply(),
    };
    Err(Outcome::denied(step, reply))
}

fn blocked(step: Step, why: Why) -> Outcome {
    Outcome::Blocked(Cause { step, why })
}
