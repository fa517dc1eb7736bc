//! Settings, from `wrangler.toml` and secrets.

use desk::Admins;
use intake::SigningKey;
use intake::ports::Fault;
use mail::{Address, Mailbox};
use smtp::{Credentials, Security};
use worker::Env;

/// Returns the key that signs tokens, receipts and addresses of documents.
pub(crate) fn signing_key(env: &Env) -> Result<SigningKey, Fault> {
    SigningKey::new(setting(env, "SIGNING_KEY")).ok_or_else(|| {
        Fault::Configuration(format!(
            "SIGNING_KEY has fewer than {} characters: set one with `npx wrangler secret put \
             SIGNING_KEY`",
            SigningKey::MIN
        ))
    })
}

/// Who the mails come from.
pub(crate) fn sender(env: &Env) -> Result<Mailbox, Fault> {
    let address = setting(env, "MAIL_FROM_ADDRESS");
    let address = Address::parse(&address)
        .map_err(|error| Fault::Configuration(format!("MAIL_FROM_ADDRESS: {error}")))?;
    let name = setting(env, "MAIL_FROM_NAME");
    Ok(Mailbox { name: (!name.is_empty()).then_some(name), address })
}

/// The address of the operator, who is alerted when mails do not leave.
/// Optional.
pub(crate) fn operator(env: &Env) -> Result<Option<Address>, Fault> {
    let address = setting(env, "OPERATOR_ADDRESS");
    let parsed = (!address.is_empty()).then(|| Address::parse(&address)).transpose();
    parsed.map_err(|error| Fault::Configuration(format!("OPERATOR_ADDRESS: {error}")))
}

/// How mails leave.
pub(crate) enum TransportSettings {
    /// The `send_email` binding.
    Cloudflare,
    /// Submission to a mail server.
    Smtp(SmtpSettings),
}

/// Where and how to submit.
pub(crate) struct SmtpSettings {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) security: Security,
    pub(crate) credentials: Option<Credentials>,
}

/// Returns how mails leave, as configured.
pub(crate) fn transport(env: &Env) -> Result<TransportSettings, Fault> {
    match setting(env, "MAIL_TRANSPORT").as_str() {
        "cloudflare" => Ok(TransportSettings::Cloudflare),
        "smtp" => smtp(env).map(TransportSettings::Smtp),
        other => Err(Fault::Configuration(format!(
            "MAIL_TRANSPORT is {other:?}: make it \"cloudflare\" or \"smtp\""
        ))),
    }
}

fn smtp(env: &Env) -> Result<SmtpSettings, Fault> {
    let wrong = |name: &str, wanted: &str| Fault::Configuration(format!("{name}: {wanted}"));
    let port = setting(env, "SMTP_PORT");
    let user = setting(env, "SMTP_USER");
    Ok(SmtpSettings {
        host: setting(env, "SMTP_HOST"),
        port: port.parse().map_err(|_| wrong("SMTP_PORT", "a port's number"))?,
        security: match setting(env, "SMTP_SECURITY").as_str() {
            "tls" => Security::Tls,
            "starttls" => Security::StartTls,
            "none" => Security::Clear,
            _ => return Err(wrong("SMTP_SECURITY", "\"tls\", \"starttls\" or \"none\"")),
        },
        credentials: if user.is_empty() {
            None
        } else {
            let credentials = Credentials::new(user, setting(env, "SMTP_PASSWORD"));
            Some(credentials.map_err(|error| wrong("SMTP_USER", &error.to_string()))?)
        },
    })
}

/// Whom the desk lets in.
pub(crate) struct SignOn {
    /// The host of the team, `team.cloudflareaccess.com`.
    pub(crate) team_domain: String,
    /// The tag of the application in front of the desk.
    pub(crate) audience: String,
    pub(crate) admins: Admins,
}

/// Returns whom the desk lets in. Nothing where one of the settings is
/// missing: then there is no desk.
pub(crate) fn sign_on(env: &Env) -> Option<SignOn> {
    let sign_on = SignOn {
        team_domain: setting(env, "ACCESS_TEAM_DOMAIN"),
        audience: setting(env, "ACCESS_AUDIENCE"),
        admins: Admins::parse(&setting(env, "DESK_ADMINS")),
    };
    let is_set = !sign_on.team_domain.is_empty() && !sign_on.audience.is_empty();
    (is_set && !sign_on.admins.is_empty()).then_some(sign_on)
}

/// Returns a variable or secret; empty where there is none.
fn setting(env: &Env, name: &str) -> String {
    env.var(name).map(|value| value.to_string()).unwrap_or_default()
}
