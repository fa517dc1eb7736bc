//! Takes in mails, and processes those that wait.

use intake::ports::{Clock as _, Fault, IncomingMail};
use intake::{Receiver, accept, receive};
use mail::Address;
use worker::{Env, ForwardableEmailMessage, MessageBatch, MessageExt as _};

use crate::adapters::{UNICODE, random_u128};
use crate::app::AppContext;
use crate::queue::{CROWDED, HELD, PAUSE, retry_after};
use crate::{config, log, postings, semaphore};

/// How many times its own size a mail takes in memory: as it came, and its
/// files as they are and as the platform holds them.
pub(crate) const COPIES: u64 = 2;

/// Stores a mail. Returns whether it is stored: if not, the handler has to
/// fail, so that the sending server tries again.
pub(crate) async fn keep(message: &ForwardableEmailMessage, env: &Env) -> bool {
    match store(message, env).await {
        Ok(None) => true,
        Ok(Some(fault)) => {
            log::fault("mail stored but not queued", &fault);
            true
        }
        Err(fault) => {
            log::fault("mail not stored", &fault);
            false
        }
    }
}

async fn store(message: &ForwardableEmailMessage, env: &Env) -> Result<Option<Fault>, Fault> {
    let app = AppContext::of(env)?;
    let received_at = app.clock.now();
    let bytes = size(message.raw_size());
    let crowded = || Fault::Upload("too many mails and forms at once".into());
    let weight = u64::from(bytes).saturating_mul(COPIES);
    let _permit = semaphore::acquire(weight, None, semaphore::HELD).await.ok_or_else(crowded)?;
    let unreadable = |_| Fault::Upload("the platform did not give the bytes of a mail".into());
    let raw = message.raw_bytes().await.map_err(unreadable)?;
    let mail = IncomingMail {
        id: format!("{:032x}", random_u128()?),
        received_at,
        envelope_from: message.from(),
        envelope_to: message.to(),
        bytes: u32::try_from(raw.len()).unwrap_or(u32::MAX),
    };
    accept(&app.documents, &app.ledger, &app.queue, &mail, raw).await
}

/// Processes the mails of a batch, one after the other: each may take a third
/// of the memory.
pub(crate) async fn consume(batch: &MessageBatch<String>, env: &Env) {
    for message in batch.raw_iter() {
        let Some(id) = message.body().as_string() else {
            message.ack();
            continue;
        };
        match process(env, &id).await {
            Ok(true) => message.ack(),
            Ok(false) => retry_after(&message, CROWDED),
            Err(fault) => {
                log::fault("mail not processed", &fault);
                retry_after(&message, PAUSE);
            }
        }
    }
}

/// Processes a mail. Returns false, and has done nothing, where no memory was
/// free in time.
async fn process(env: &Env, id: &str) -> Result<bool, Fault> {
    let app = AppContext::of(env)?;
    let bytes = app.documents.size(&format!("incoming/{id}")).await?.unwrap_or_default();
    let weight = bytes.saturating_mul(COPIES);
    let Some(_permit) = semaphore::acquire(weight, None, HELD).await else { return Ok(false) };
    let postings = postings::known(env).await?;
    let composer = app.composer(env, &postings)?;
    let settings = config::receiver(env)?;
    let receiver = settings.as_receiver();
    let (documents, ledger, queue) = (&app.documents, &app.ledger, &app.queue);
    let judged = receive(documents, ledger, queue, &app.clock, &composer, &receiver, id);
    Box::pin(judged).await.map(|()| true)
}

/// The settings of [`Receiver`].
pub(crate) struct ReceiverSettings {
    pub(crate) server: String,
    pub(crate) address: Address,
    pub(crate) origin: String,
}

impl ReceiverSettings {
    fn as_receiver(&self) -> Receiver<'_> {
        Receiver {
            server: &self.server,
            address: &self.address,
            origin: &self.origin,
            unicode: UNICODE,
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a size is whole and not negative; what is larger is the largest"
)]
fn size(bytes: f64) -> u32 {
    bytes as u32
}
