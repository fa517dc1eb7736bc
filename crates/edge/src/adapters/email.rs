//! Mail: by the platform's own binding, or by submission.

use intake::ports::{Fault, Sending, Transport};
use js_sys::Reflect;
use mail::Address;
use wasm_bindgen::JsValue;
use worker::{EmailMessage, Env, Error, SendEmail};

use super::submission::SessionPool;
use crate::config::{self, TransportSettings};
use crate::log;

/// Its name in `wrangler.toml`.
const BINDING: &str = "EMAIL";

/// The transport that is configured. One is made for each event of the
/// platform, and closed at its end.
pub(crate) enum PlatformTransport {
    /// The `send_email` binding.
    Binding(SendEmail),
    /// A mail server.
    Smtp(SessionPool),
    /// None, because a setting is wrong: mails wait, with the fault as their reason.
    Unusable(Fault),
}

impl PlatformTransport {
    pub(crate) fn of(env: &Env) -> Self {
        match config::transport(env) {
            Ok(TransportSettings::Smtp(settings)) => Self::Smtp(SessionPool::new(settings)),
            Ok(TransportSettings::Cloudflare) => match env.send_email(BINDING) {
                Ok(binding) => Self::Binding(binding),
                Err(error) => Self::Unusable(Fault::Configuration(error.to_string())),
            },
            Err(fault) => Self::Unusable(fault),
        }
    }

    /// Ends the sessions with the mail server.
    pub(crate) async fn close(&self) {
        if let Self::Smtp(pool) = self {
            pool.close().await;
        }
    }
}

/// How alerts to the operator are sent: by the configured transport and,
/// where that does not take the alert, by the platform's binding if there is
/// one. An alert mostly tells of a mail server that takes no mails, so it
/// must not depend on that server.
pub(crate) struct AlertTransport<'a> {
    first: &'a PlatformTransport,
    /// The binding, and the sending address in the header: it takes no other
    /// in the envelope.
    second: Option<(SendEmail, Address)>,
}

impl<'a> AlertTransport<'a> {
    pub(crate) fn of(env: &Env, first: &'a PlatformTransport) -> Self {
        let second = match first {
            PlatformTransport::Smtp(_) | PlatformTransport::Unusable(_) => {
                env.send_email(BINDING).ok().zip(config::sender(env).ok())
            }
            PlatformTransport::Binding(_) => None,
        };
        let second = second.map(|(binding, sender)| (binding, sender.address));
        Self { first, second }
    }
}

impl Transport for AlertTransport<'_> {
    async fn send(&self, from: &Address, to: &Address, message: &[u8]) -> Sending {
        let sending = self.first.send(from, to, message).await;
        match (&sending, &self.second) {
            (Sending::Sent(_) | Sending::Unknown(_), _) | (_, None) => sending,
            (_, Some((binding, sender))) => match send(binding, sender, to, message).await {
                Sending::Sent(id) => Sending::Sent(id),
                _ => sending,
            },
        }
    }
}

impl Transport for PlatformTransport {
    async fn send(&self, from: &Address, to: &Address, message: &[u8]) -> Sending {
        let sending = match self {
            Self::Smtp(pool) => pool.send(from, to, message).await,
            Self::Binding(binding) => send(binding, from, to, message).await,
            Self::Unusable(fault) => Sending::Later(fault.to_string()),
        };
        log::sending(&sending);
        sending
    }
}

async fn send(binding: &SendEmail, from: &Address, to: &Address, message: &[u8]) -> Sending {
    // `mail` composes ASCII only.
    let Ok(raw) = core::str::from_utf8(message) else {
        return Sending::Refused("the message is not ASCII".into());
    };
    let email = match EmailMessage::new(from.as_str(), to.as_str(), raw) {
        Ok(email) => email,
        Err(error) => return verdict(error.into()),
    };
    match binding.send(&email).await {
        Ok(taken) => Sending::Sent(id_of(&taken)),
        Err(error) => verdict(error.into()),
    }
}

/// Returns the id by which the platform's events name a message that it took.
/// Read as what it is: a runtime that gives none must not end the module.
fn id_of(taken: &JsValue) -> Option<String> {
    Reflect::get(taken, &JsValue::from_str("messageId")).ok()?.as_string()
}

/// Codes after which the same message to the same recipient is never taken.
const PERMANENT: &[&str] =
    &["E_VALIDATION_ERROR", "E_FIELD_MISSING", "E_TOO_MANY_", "E_RECIPIENT_", "E_HEADER"];

/// The code of a message over 25 MiB to a verified address, or over 5 MiB to
/// any other.
const TOO_LARGE: &str = "E_CONTENT_TOO_LARGE";

/// Codes after which it may be taken later: of a sender or recipient that is
/// not set up yet, which is ours to mend, and of limits.
const PASSING: &[&str] =
    &["E_SENDER_", "RCPT_NOT_ALLOWED", "E_DAILY_LIMIT_EXCEEDED", "E_INTERNAL_SERVER_ERROR"];

/// The code of a recipient from whom earlier mails came back.
const SUPPRESSED: &str = "E_RECIPIENT_SUPPRESSED";

/// The code of a message that came too soon after others.
const TOO_MANY: &str = "E_RATE_LIMIT_EXCEEDED";

/// Returns what an error of the binding means. Its message names addresses; its
/// code does not.
fn verdict(error: Error) -> Sending {
    let code = match error {
        Error::EmailRecipientSuppressed(_) => SUPPRESSED.to_owned(),
        Error::EmailRecipientNotAllowed(_) => "RCPT_NOT_ALLOWED".to_owned(),
        Error::RateLimitExceeded(_) => TOO_MANY.to_owned(),
        Error::DailyLimitExceeded(_) => "E_DAILY_LIMIT_EXCEEDED".to_owned(),
        Error::InternalError(_) => "E_INTERNAL_SERVER_ERROR".to_owned(),
        Error::UnknownJsError { code: Some(code), .. } => code,
        _ => "no code".to_owned(),
    };
    let begins = |codes: &[&str]| codes.iter().any(|known| code.starts_with(known));
    if code == TOO_LARGE {
        Sending::TooLarge(code)
    } else if code == TOO_MANY {
        Sending::SlowDown(code)
    } else if code == SUPPRESSED {
        Sending::Suppressed(code)
    } else if begins(PERMANENT) {
        Sending::Refused(code)
    } else if begins(PASSING) {
        Sending::Later(code)
    } else {
        Sending::Unknown(code)
    }
}
