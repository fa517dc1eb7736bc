//! Mail by SMTP submission over the platform's sockets.

use std::io;
use std::time::Duration;

use intake::ports::Sending;
use mail::Address;
use smtp::{Envelope, Hello, Message, Outcome, Platform, Security, Submission, Timeouts};
use wasm_bindgen_futures::spawn_local;
use worker::{Delay, SecureTransport, Socket};

use crate::config::SmtpSettings;

/// Submits `message` to the configured server.
pub(super) async fn submit(
    settings: &SmtpSettings,
    from: &Address,
    to: &Address,
    message: &[u8],
) -> Sending {
    let hello = from.as_str().rsplit('@').next().unwrap_or_default();
    let (from, to) = (from.written(), to.written());
    let submission = match (Hello::new(hello), Envelope::new(&from, &to), Message::new(message)) {
        (Ok(hello), Ok(envelope), Ok(message)) => Submission {
            hello,
            envelope,
            message,
            security: settings.security,
            credentials: settings.credentials.as_ref(),
        },
        (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => {
            return Sending::Refused(error.to_string());
        }
    };
    // One setting chooses both the socket's way and the dialogue's:
    // `start_tls` panics on a socket that was not opened for it.
    let transport = match settings.security {
        Security::Tls => SecureTransport::On,
        Security::StartTls => SecureTransport::StartTls,
        Security::Clear => SecureTransport::Off,
    };
    let socket = Socket::builder().secure_transport(transport);
    let socket = match socket.connect(settings.host.clone(), settings.port) {
        Ok(socket) => socket,
        Err(error) => return Sending::Later(format!("connect: {error}")),
    };
    match smtp::submit(socket, &submission, &Workerd, &Timeouts::default()).await {
        Outcome::Sent(_) => Sending::Sent,
        Outcome::Refused(cause) => Sending::Refused(cause.to_string()),
        Outcome::TooLarge(cause) => Sending::TooLarge(cause.to_string()),
        Outcome::TryLater(cause) | Outcome::Blocked(cause) => Sending::Later(cause.to_string()),
        Outcome::Unknown(cause) => Sending::Unknown(cause.to_string()),
    }
}

/// What the dialogue needs of workerd.
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
