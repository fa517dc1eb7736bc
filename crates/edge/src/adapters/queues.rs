//! The queue.

use intake::ports::{Fault, MailRef, Queue};
use worker::BatchMessageBuilder;

/// A queue of ids of mails.
pub(crate) struct PlatformQueue(pub(crate) worker::Queue);

impl Queue for PlatformQueue {
    async fn push(&self, mails: &[MailRef], delay_ms: u32) -> Result<(), Fault> {
        let ids = mails.iter().map(|mail| mail.id.as_str());
        let mut batch = BatchMessageBuilder::new().messages(ids);
        // Messages with a delay, be it none, come one by one.
        if delay_ms > 0 {
            batch = batch.delay_seconds(delay_ms.div_ceil(1_000));
        }
        let batch = batch.build();
        self.0.send_batch(batch).await.map_err(|error| Fault::Queue(error.to_string()))
    }
}
