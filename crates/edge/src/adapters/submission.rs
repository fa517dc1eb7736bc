//! Mail by SMTP submission over the platform's sockets.

use std::cell::RefCell;
use std::io;
use std::time::Duration;

use intake::ports::Sending;
use mail::Address;
use smtp::{Envelope, Hello, Message, Outcome, Platform, Security, Server, Session, Timeouts};
use wasm_bindgen_futures::spawn_local;
use worker::{Delay, SecureTransport, Socket};

use crate::config::SmtpSettings;

type OpenSession = Session<'static, Socket, Workerd>;

/// Sends mails to the configured server, and keeps sessions for the next mail.
///
/// Mails that are sent at the same time have a session each. A socket belongs
/// to the event that opened it, so there is one pool for each event, which
/// [`SessionPool::close`] ends.
pub(crate) struct SessionPool {
    settings: SmtpSettings,
    idle: RefCell<Vec<OpenSession>>,
}

impl SessionPool {
    pub(super) fn new(settings: SmtpSettings) -> Self {
        Self { settings, idle: RefCell::default() }
    }

    /// Sends `message` in an idle session, or in a new one.
    pub(super) async fn send(&self, from: &Address, to: &Address, message: &[u8]) -> Sending {
        let hello = from.as_str().rsplit('@').next().unwrap_or_default();
        let (from, to) = (from.written(), to.written());
        let mail = (Hello::new(hello), Envelope::new(&from, &to), Message::new(message));
        let (hello, envelope, message) = match mail {
            (Ok(hello), Ok(envelope), Ok(message)) => (hello, envelope, message),
            (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => {
                return Sending::Refused(error.to_string());
            }
        };
        let idle = self.idle.borrow_mut().pop();
        if let Some(session) = idle {
            let outcome = self.send_in(session, envelope, message).await;
            if !matches!(outcome, Outcome::SessionEnded(_)) {
                return sending(outcome);
            }
        }
        let socket = match self.connect() {
            Ok(socket) => socket,
            Err(error) => return Sending::Later(format!("connect: {error}")),
        };
        let (security, credentials) = (self.settings.security, self.settings.credentials.as_ref());
        let server = Server { hello, security, credentials };
        match Session::connect(socket, &server, &Workerd, &Timeouts::WORKER).await {
            Ok(session) => sending(self.send_in(session, envelope, message).await),
            Err(outcome) => sending(outcome),
        }
    }

    /// Ends the idle sessions. Without this the platform would keep their
    /// sockets open, and could not use them in another event.
    pub(super) async fn close(&self) {
        for session in self.idle.take() {
            session.quit().await;
        }
    }

    async fn send_in(
        &self,
        session: OpenSession,
        envelope: Envelope<'_>,
        message: Message<'_>,
    ) -> Outcome {
        let (outcome, session) = session.send(envelope, message).await;
        self.idle.borrow_mut().extend(session);
        outcome
    }

    /// Opens a socket. One setting chooses both its mode and the session's:
    /// `start_tls` panics on a socket that was not opened for it.
    fn connect(&self) -> worker::Result<Socket> {
        let transport = match self.settings.security {
            Security::Tls => SecureTransport::On,
            Security::StartTls => SecureTransport::StartTls,
            Security::Clear => SecureTransport::Off,
        };
        let socket = Socket::builder().secure_transport(transport);
        socket.connect(self.settings.host.clone(), self.settings.port)
    }
}

fn sending(outcome: Outcome) -> Sending {
    match outcome {
        Outcome::Sent(_) => Sending::Sent(None),
        Outcome::Refused(cause) => Sending::Refused(cause.to_string()),
        Outcome::TooLarge(cause) => Sending::TooLarge(cause.to_string()),
        Outcome::SlowDown(cause) => Sending::SlowDown(cause.to_string()),
        Outcome::TryLater(cause) | Outcome::SessionEnded(cause) | Outcome::Blocked(cause) => {
            Sending::Later(cause.to_string())
        }
        Outcome::Unknown(cause) => Sending::Unknown(cause.to_string()),
    }
}

/// What a session needs of workerd.
struct Workerd;

impl Platform<Socket> for Workerd {
    async fn sleep(&self, ms: u32) {
        Delay::from(Duration::from_millis(ms.into())).await;
    }

    async fn start_tls(&self, stream: Socket) -> io::Result<Socket> {
        Ok(stream.start_tls())
    }

    // A socket that is only dropped may go on counting among the six that a
    // Worker may have open.
    fn close(&self, mut stream: Socket) {
        spawn_local(async move {
            let _ = stream.close().await;
        });
    }
}
