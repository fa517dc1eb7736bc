//! Settings, from `wrangler.toml` and secrets.

use desk::Admins;
use intake::ports::Fault;
use intake::{ReturnPath, Sender, SigningKey};
use mail::{Address, Mailbox};
use smtp::{Credentials, Security};
use worker::{Env, Url};

use crate::email::ReceiverSettings;
use crate::postings;

/// Returns the key that signs tokens, receipts and addresses of documents.
/// What the previous key has signed stays valid while it is set.
pub(crate) fn signing_key(env: &Env) -> Result<SigningKey, Fault> {
    let key = one_key(env, "SIGNING_KEY")?;
    if setting(env, PREVIOUS_KEY).is_empty() {
        return Ok(key);
    }
    Ok(key.after(one_key(env, PREVIOUS_KEY)?))
}

const PREVIOUS_KEY: &str = "SIGNING_KEY_PREVIOUS";

fn one_key(env: &Env, name: &str) -> Result<SigningKey, Fault> {
    SigningKey::new(setting(env, name)).ok_or_else(|| {
        let least = SigningKey::MIN;
        Fault::Configuration(format!("{name} has fewer than {least} characters"))
    })
}

/// Returns whom to tell of a weakness, as a URI. Nothing where it is not set.
pub(crate) fn security_contact(env: &Env) -> Option<String> {
    let contact = setting(env, "SECURITY_CONTACT");
    if Address::parse(&contact).is_ok() {
        return Some(format!("mailto:{contact}"));
    }
    // A line break would begin another field.
    let is_page = contact.starts_with("https://") && !contact.contains(char::is_whitespace);
    is_page.then_some(contact)
}

/// Whether HSTS commits every subdomain of the host too. Whoever has the
/// domain decides.
pub(crate) fn hsts_includes_subdomains(env: &Env) -> bool {
    setting(env, "HSTS_SUBDOMAINS") == "yes"
}

/// Returns the origin under which the installation is reached, such as
/// `https://jobs.example.org`. Nothing where none is set.
pub(crate) fn public_origin(env: &Env) -> Result<Option<String>, Fault> {
    let origin = setting(env, "PUBLIC_ORIGIN");
    if origin.is_empty() {
        return Ok(None);
    }
    let url = Url::parse(&origin).ok();
    let serialized = url.map(|url| url.origin().ascii_serialization());
    let is_one = serialized.as_deref() == Some(origin.trim_end_matches('/'));
    let wrong = || {
        Fault::Configuration(
            "PUBLIC_ORIGIN: scheme and host only, such as https://jobs.example.org".into(),
        )
    };
    serialized.filter(|_| is_one).map(Some).ok_or_else(wrong)
}

/// Returns how old what is known of postings may be, in milliseconds. Tests
/// set it.
#[cfg(feature = "dev-clock")]
pub(crate) fn fresh_ms(env: &Env) -> u64 {
    setting(env, "DEV_POSTINGS_MS").parse().unwrap_or(postings::FRESH_MS)
}

/// Returns how old what is known of postings may be, in milliseconds.
#[cfg(not(feature = "dev-clock"))]
pub(crate) fn fresh_ms(_env: &Env) -> u64 {
    postings::FRESH_MS
}

/// Who the mails come from.
pub(crate) fn sender(env: &Env) -> Result<Mailbox, Fault> {
    let address = setting(env, "MAIL_FROM_ADDRESS");
    let address = Address::parse(&address)
        .map_err(|error| Fault::Configuration(format!("MAIL_FROM_ADDRESS: {error}")))?;
    let name = setting(env, "MAIL_FROM_NAME");
    Ok(Mailbox { name: (!name.is_empty()).then_some(name), address })
}

/// The addresses that no candidate has: mail to one of them comes back to us.
/// What is set wrongly is missing: then mails wait, but applications are taken.
pub(crate) fn own_addresses(env: &Env) -> Vec<Address> {
    let names = ["MAIL_FROM_ADDRESS", "INTAKE_ADDRESS", "BOUNCE_ADDRESS"];
    names.iter().filter_map(|name| Address::parse(&setting(env, name)).ok()).collect()
}

/// Who the mails come from, and how mails to staff show it.
pub(crate) fn mail_sender(env: &Env) -> Result<Sender, Fault> {
    let staff = setting(env, "STAFF_NAMES");
    let staff = staff.split(',').map(str::trim).filter(|name| !name.is_empty());
    Ok(Sender {
        mailbox: sender(env)?,
        is_per_application: setting(env, "MAIL_FROM_PER_APPLICATION") == "yes",
        staff: staff.map(str::to_owned).collect(),
        return_path: return_path(env),
    })
}

/// Where notifications go about mails that could not be delivered; nothing
/// where the setting is wrong, so that mails leave all the same. The binding
/// allows no sender of the envelope but the one in the header.
pub(crate) fn return_path(env: &Env) -> Option<ReturnPath> {
    let is_smtp = matches!(transport(env), Ok(TransportSettings::Smtp(_)));
    setting(env, "BOUNCE_ADDRESS").parse().ok().filter(|_| is_smtp)
}

/// Whether notifications are wanted and go to the sending address, because the
/// setting is wrong or the transport has no return address.
pub(crate) fn has_no_return_path(env: &Env) -> bool {
    !setting(env, "BOUNCE_ADDRESS").is_empty() && return_path(env).is_none()
}

/// How many mails an outsider gets in an hour before a digest tells the others:
/// five where nothing is set.
pub(crate) fn mails_per_recipient(env: &Env) -> Result<u32, Fault> {
    let number = setting(env, "MAILS_PER_RECIPIENT");
    if number.is_empty() {
        return Ok(5);
    }
    number.parse().map_err(|_| Fault::Configuration("MAILS_PER_RECIPIENT: a number".into()))
}

/// Whether mails to staff say that a program has sent them. A help desk that
/// drops such mail is the reason to say no.
pub(crate) fn marks_staff_mails(env: &Env) -> bool {
    setting(env, "STAFF_MAIL_AUTO_SUBMITTED") != "no"
}

/// The address that takes applications by mail; empty where there is none.
pub(crate) fn intake_address(env: &Env) -> String {
    setting(env, "INTAKE_ADDRESS")
}

/// How mails come in.
pub(crate) fn receiver(env: &Env) -> Result<ReceiverSettings, Fault> {
    let address = Address::parse(&intake_address(env))
        .map_err(|error| Fault::Configuration(format!("INTAKE_ADDRESS: {error}")))?;
    let origin = match public_origin(env)? {
        Some(origin) => origin,
        // No request tells it, as for a form.
        None => setting(env, "LOOPBACK_ORIGIN"),
    };
    Ok(ReceiverSettings { server: setting(env, "RECEIVING_SERVER"), address, origin })
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

/// The settings that say who may use the desk.
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
