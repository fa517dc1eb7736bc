//! The two queues of mails.

use futures_util::future::try_join;
use intake::ports::{Fault, MailRef, Queue, SizeClass};
use worker::BatchMessageBuilder;

/// The queues of mails. A message is a mail's id.
pub(crate) struct PlatformQueue {
    /// Of mails without attachments.
    pub(crate) small: worker::Queue,
    /// Of mails with documents.
    pub(crate) large: worker::Queue,
    /// Of mails that came in, by their ids.
    pub(crate) incoming: worker::Queue,
}

impl Queue for PlatformQueue {
    async fn push(&self, mails: &[MailRef], delay_ms: u32) -> Result<(), Fault> {
        let small = send(&self.small, mails, SizeClass::Small, delay_ms);
        let large = send(&self.large, mails, SizeClass::Large, delay_ms);
        try_join(small, large).await.map(|_| ())
    }

    async fn push_incoming(&self, ids: &[String]) -> Result<(), Fault> {
        let batch = BatchMessageBuilder::new().messages(ids.iter().map(String::as_str)).build();
        self.incoming.send_batch(batch).await.map_err(|error| Fault::Queue(error.to_string()))
    }
}

/// Puts the mails of one size in their queue.
async fn send(
    queue: &worker::Queue,
    mails: &[MailRef],
    size: SizeClass,
    delay_ms: u32,
) -> Result<(), Fault> {
    let of_size = mails.iter().filter(|mail| mail.kind.size_class() == size);
    let ids: Vec<&str> = of_size.map(|mail| mail.id.as_str()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mut batch = BatchMessageBuilder::new().messages(ids);
    if delay_ms > 0 {
        batch = batch.delay_seconds(delay_ms.div_ceil(1_000));
    }
    let batch = batch.build();
    queue.send_batch(batch).await.map_err(|error| Fault::Queue(error.to_string()))
}
