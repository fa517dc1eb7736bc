//! The queue's consumer.

use intake::deliver;
use intake::ports::{About, Fault, Ledger as _, Outbox as _, SizeClass};
use worker::{Env, MessageBatch, MessageExt as _, QueueRetryOptionsBuilder};

use crate::adapters::{AlertTransport, PlatformTransport};
use crate::app::AppContext;
use crate::{log, semaphore};

/// How long a message waits after a fault of ours, in seconds. The sweep
/// would find its mail in any case.
const PAUSE: u32 = 60;

/// How the name of the queue ends that holds what was retried in vain.
const DEAD: &str = "-dead";

/// Sends each mail in the batch.
pub(crate) async fn consume(batch: &MessageBatch<String>, env: &Env) {
    if batch.queue().ends_with(DEAD) {
        return drop_dead(batch);
    }
    let transport = PlatformTransport::of(env);
    // One message that is no text must not hold up the others.
    for message in batch.raw_iter() {
        let Some(id) = message.body().as_string() else {
            message.ack();
            continue;
        };
        match send(env, &transport, &id).await {
            Ok(()) => message.ack(),
            Err(fault) => {
                log::fault("delivery failed", &fault);
                let options = QueueRetryOptionsBuilder::new().with_delay_seconds(PAUSE).build();
                message.retry_with_options(&options);
            }
        }
    }
    transport.close().await;
}

/// Logs and drops messages that were retried in vain. Nothing is lost with
/// them: the ledger knows what is to be sent, the sweep queues it again, and
/// the watch sees that it is late.
fn drop_dead(batch: &MessageBatch<String>) {
    for message in batch.raw_iter() {
        log::dead_letter();
        message.ack();
    }
}

/// Returns how much of the [`semaphore`] a mail takes, in bytes: it holds the
/// documents twice, as they are and as base64, and once more as the text that
/// the platform's binding wants.
async fn weight(app: &AppContext, id: &str) -> Result<u64, Fault> {
    let Some(mail) = app.ledger.find_mail(id).await? else { return Ok(0) };
    let (SizeClass::Large, About::Application(of)) = (mail.kind.size_class(), mail.about) else {
        return Ok(0);
    };
    let Some(received) = app.ledger.find(&of).await? else { return Ok(0) };
    let documents = received.content.documents.iter();
    Ok(documents.map(|document| document.bytes).fold(0, u64::saturating_add).saturating_mul(2))
}

async fn send(env: &Env, transport: &PlatformTransport, id: &str) -> Result<(), Fault> {
    let app = AppContext::of(env)?;
    let alerts = AlertTransport::of(env, transport);
    let composer = app.composer(env)?;
    let _permit = semaphore::acquire(weight(&app, id).await?).await;
    let (documents, ledger, clock) = (&app.documents, &app.ledger, &app.clock);
    deliver(documents, ledger, transport, &alerts, clock, &composer, id).await
}
