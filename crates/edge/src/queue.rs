//! The queue's consumer.

use domain::Application;
use intake::ports::{Fault, Ledger as _};
use intake::{MailComposer, deliver};
use worker::{Env, MessageBatch, MessageExt as _, QueueRetryOptionsBuilder};

use crate::adapters::PlatformTransport;
use crate::desk::{self, Desk};
use crate::{config, log, room};

/// How long a message waits after a fault of ours, in seconds. The sweep
/// would find its application in any case.
const PAUSE: u32 = 60;

/// How the name of the queue ends that holds what was retried in vain.
const DEAD: &str = "-dead";

/// Sends the mails of each application in the batch.
pub(crate) async fn consume(batch: &MessageBatch<String>, env: &Env) {
    if batch.queue().ends_with(DEAD) {
        return bury(batch);
    }
    // One message that is no text must not hold up the others.
    for message in batch.raw_iter() {
        let Some(id) = message.body().as_string() else {
            message.ack();
            continue;
        };
        match send_mails(env, &id).await {
            Ok(()) => message.ack(),
            Err(fault) => {
                log::fault("delivery failed", &fault);
                let options = QueueRetryOptionsBuilder::new().with_delay_seconds(PAUSE).build();
                message.retry_with_options(&options);
            }
        }
    }
}

/// Nothing is lost with a dead message: the ledger knows what is to be sent,
/// the sweep will queue it again, and the watch sees that it is late.
fn bury(batch: &MessageBatch<String>) {
    for message in batch.raw_iter() {
        log::dead_letter();
        message.ack();
    }
}

/// How much of the [`room`] its mails take, in bytes: they hold the
/// documents twice, as they are and as base64, and once more as the text that
/// the platform's binding wants.
fn weight(received: &Application) -> u64 {
    let documents = received.content.documents.iter();
    documents.map(|document| document.bytes).fold(0, u64::saturating_add).saturating_mul(2)
}

async fn send_mails(env: &Env, id: &str) -> Result<(), Fault> {
    let desk = Desk::of(env)?;
    let transport = PlatformTransport::of(env);
    let composer = MailComposer {
        postings: desk::postings(),
        sender: config::sender(env)?,
        signing: &desk.signing,
    };
    let Some(received) = desk.ledger.find(id).await? else { return Ok(()) };
    let _seat = room::seat(weight(&received)).await;
    deliver(&desk.documents, &desk.ledger, &transport, &desk.clock, &composer, &received).await
}
