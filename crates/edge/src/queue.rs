//! Consumes the queues of mails.

use std::cell::{Cell, RefCell};

use futures_util::future::join_all;
use intake::ports::{About, Fault, Ledger as _, Notice, Outbox as _, SizeClass};
use intake::{Pace, SLOW_DOWN_MS, deliver};
use worker::{
    Date, Env, MessageBatch, MessageExt as _, QueueRetryOptionsBuilder, RawMessage, RawMessageIter,
};

use crate::adapters::{AlertTransport, PlatformTransport};
use crate::app::AppContext;
use crate::{email, events, log, postings, semaphore};

/// The most mails of a batch that are sent at the same time, each in an SMTP
/// session. A Worker has six connections for one event; reading documents
/// from R2 needs some of them.
const MAX_SESSIONS: usize = 4;

thread_local! {
    /// How many mails of the next batch are sent at the same time: one fewer
    /// each time that the mail server asks to slow down, one more after each
    /// batch in which it does not.
    static SESSIONS: Cell<usize> = const { Cell::new(MAX_SESSIONS) };
}

/// For how long mails of a batch are begun, in milliseconds. The platform
/// ends a batch after 15 minutes, and one mail may take 14 of them.
const BEGIN_WITHIN: u64 = 60_000;

/// For how long the permit of a mail counts, in milliseconds: longer than a
/// batch may take.
pub(crate) const HELD: u64 = 16 * 60_000;

/// How long a message waits for which there was no memory, in seconds.
pub(crate) const CROWDED: u32 = 5;

/// How long a message waits after a fault of ours, in seconds. The sweep
/// would find its mail in any case.
pub(crate) const PAUSE: u32 = 60;

/// How long a message waits that the mail server has no room for, in seconds.
/// Its mail is due by then.
#[expect(clippy::cast_possible_truncation, reason = "a minute")]
const SLOW_DOWN: u32 = (SLOW_DOWN_MS / 1_000) as u32 + 5;

/// How the name of the queue ends that holds what was retried in vain.
const DEAD: &str = "-dead";

/// How the name of the queue ends that holds mails which came in.
const INCOMING: &str = "-incoming";

/// How the name of the queue ends to which the platform publishes what became
/// of mails.
const EVENTS: &str = "-events";

/// Sends each mail in the batch, several at the same time.
pub(crate) async fn consume(batch: &MessageBatch<String>, env: &Env) {
    let queue = batch.queue();
    if queue.ends_with(DEAD) {
        return log_dead_letters(batch);
    }
    if queue.ends_with(INCOMING) {
        return email::consume(batch, env).await;
    }
    if queue.ends_with(EVENTS) {
        return events::consume(batch, env).await;
    }
    if is_paused(env).await {
        return batch.raw_iter().for_each(|message| retry_after(&message, PAUSE));
    }
    let transport = PlatformTransport::of(env);
    // One message that is no text must not hold up the others.
    let messages = RefCell::new(batch.raw_iter());
    let began = Date::now().as_millis();
    let at_once = (0..SESSIONS.get()).map(|_| send_in_turn(env, &transport, &messages, began));
    let paces = join_all(at_once).await;
    transport.close().await;
    let slower = paces.iter().filter(|pace| **pace == Pace::SlowDown).count();
    let sessions = if slower == 0 { SESSIONS.get() + 1 } else { paces.len() - slower };
    SESSIONS.set(sessions.clamp(1, MAX_SESSIONS));
    // The rest of the batch was not processed.
    for message in messages.into_inner() {
        retry_after(&message, SLOW_DOWN);
    }
}

/// Whether a restore pauses the outbox. Where that cannot be read, it most
/// likely does not.
async fn is_paused(env: &Env) -> bool {
    let pause = async { AppContext::of(env)?.documents.pause().await };
    pause.await.is_ok_and(|pause| pause != intake::Pause::None)
}

/// Logs and drops messages that were retried in vain. Nothing is lost with
/// them: the ledger knows what is to be sent, the sweep queues it again, and
/// the watch sees that it is late.
fn log_dead_letters(batch: &MessageBatch<String>) {
    for message in batch.raw_iter() {
        log::dead_letter();
        message.ack();
    }
}

/// Sends one mail after the other for as long as there are any and the mail
/// server has room. Each message is settled with its mail, whatever becomes of
/// the others.
async fn send_in_turn(
    env: &Env,
    transport: &PlatformTransport,
    messages: &RefCell<RawMessageIter>,
    began: u64,
) -> Pace {
    loop {
        let next = messages.borrow_mut().next();
        let Some(message) = next else { return Pace::Keep };
        if Date::now().as_millis().saturating_sub(began) > BEGIN_WITHIN {
            retry_after(&message, 0);
            continue;
        }
        let Some(id) = message.body().as_string() else {
            message.ack();
            continue;
        };
        match send(env, transport, &id).await {
            Ok(Some(Pace::Keep)) => message.ack(),
            Ok(None) => retry_after(&message, CROWDED),
            Ok(Some(Pace::SlowDown)) => {
                retry_after(&message, SLOW_DOWN);
                return Pace::SlowDown;
            }
            Err(fault) => {
                log::fault("delivery failed", &fault);
                retry_after(&message, PAUSE);
            }
        }
    }
}

pub(crate) fn retry_after(message: &RawMessage, seconds: u32) {
    let options = QueueRetryOptionsBuilder::new().with_delay_seconds(seconds).build();
    message.retry_with_options(&options);
}

/// How much of the [`semaphore`] a mail takes, in bytes: it holds the documents
/// twice, as they are and as base64, and once more as the text that the
/// platform's binding wants.
async fn weight(app: &AppContext, id: &str) -> Result<u64, Fault> {
    let Some(mail) = app.ledger.find_mail(id).await? else { return Ok(0) };
    if let About::Notice(Notice::Forward(forwarding)) = &mail.about {
        return Ok(u64::from(forwarding.bytes).saturating_mul(2));
    }
    let (SizeClass::Large, About::Application(of)) = (mail.kind.size_class(), mail.about) else {
        return Ok(0);
    };
    let Some(received) = app.ledger.find(&of).await? else { return Ok(0) };
    if let Some(sealed) = received.as_sealed() {
        return Ok(sealed.message().map_or(0, |message| message.bytes));
    }
    let documents = received.content.documents.iter();
    Ok(documents.map(|document| document.bytes).fold(0, u64::saturating_add).saturating_mul(2))
}

/// Sends the mail with this id. Nothing where memory is taken for too long.
async fn send(env: &Env, transport: &PlatformTransport, id: &str) -> Result<Option<Pace>, Fault> {
    let app = AppContext::of(env)?;
    let alerts = AlertTransport::of(env, transport);
    let postings = postings::known(env).await?;
    let composer = app.composer(env, &postings)?;
    let bytes = weight(&app, id).await?;
    let Some(_permit) = semaphore::acquire(bytes, None, HELD).await else { return Ok(None) };
    let (documents, ledger, clock) = (&app.documents, &app.ledger, &app.clock);
    deliver(documents, ledger, transport, &alerts, clock, &composer, id).await.map(Some)
}
