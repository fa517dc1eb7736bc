//! The context of the Worker: the ports behind its bindings.

use domain::Posting;
use intake::ports::Fault;
use intake::{MailComposer, SigningKey};
use ledger::SqlLedger;
use mail::Address;
use worker::Env;

use crate::adapters::{D1, PlatformClock, PlatformQueue, R2Documents, random_bytes};
use crate::{config, postings};

/// Names of the bindings in `wrangler.toml`.
pub(crate) mod binding {
    pub(crate) const DATABASE: &str = "DB";
    pub(crate) const DOCUMENTS: &str = "DOCUMENTS";
    pub(crate) const SMALL_MAILS: &str = "SMALL_MAILS";
    pub(crate) const LARGE_MAILS: &str = "LARGE_MAILS";
    pub(crate) const INCOMING_MAILS: &str = "INCOMING_MAILS";
}

/// The ports.
pub(crate) struct AppContext {
    pub(crate) documents: R2Documents,
    pub(crate) ledger: SqlLedger<D1>,
    pub(crate) queue: PlatformQueue,
    pub(crate) clock: PlatformClock,
    pub(crate) signing: SigningKey,
    /// The addresses that mails come from, come in to, and come back to.
    pub(crate) own_addresses: Vec<Address>,
}

impl AppContext {
    pub(crate) fn of(env: &Env) -> Result<Self, Fault> {
        let missing = |error: worker::Error| Fault::Configuration(error.to_string());
        Ok(Self {
            documents: R2Documents(env.bucket(binding::DOCUMENTS).map_err(missing)?),
            ledger: SqlLedger(D1(env.d1(binding::DATABASE).map_err(missing)?)),
            queue: PlatformQueue {
                small: env.queue(binding::SMALL_MAILS).map_err(missing)?,
                large: env.queue(binding::LARGE_MAILS).map_err(missing)?,
                incoming: env.queue(binding::INCOMING_MAILS).map_err(missing)?,
            },
            clock: PlatformClock::of(env),
            signing: config::signing_key(env)?,
            own_addresses: config::own_addresses(env),
        })
    }

    /// Returns what composes mails about the postings that are `known`.
    pub(crate) fn composer<'a>(
        &'a self,
        env: &Env,
        known: &'a [Posting],
    ) -> Result<MailComposer<'a>, Fault> {
        Ok(MailComposer {
            postings: known,
            read: postings::compiled,
            origin: config::public_origin(env)?,
            sender: config::mail_sender(env)?,
            mails_per_recipient: config::mails_per_recipient(env)?,
            operator: config::operator(env)?,
            marks_staff_mails: config::marks_staff_mails(env),
            has_desk: config::sign_on(env).is_some(),
            signing: &self.signing,
            entropy: random_bytes,
        })
    }
}
