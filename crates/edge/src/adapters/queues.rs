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
}

impl Queue for PlatformQueue {
    async fn push(&self, mails: &[MailRef]) -> Result<(), Fault> {
        let small = send(&self.small, mails, SizeClass::Small);
        let large = send(&self.large, mails, SizeClass::Large);
        try_join(small, large).await.map(|_| ())
    }
}

/// Puts the mails of one size in their queue.
async fn send(queue: &worker::Queue, mails: &[MailRef], size: SizeClass) -> Result<(), Fault> {
    let of_size = mails.iter().filter(|mail| mail.kind.size_class() == size);
    let ids: Vec<&str> = of_size.map(|mail| mail.id.as_str()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let batch = BatchMessageBuilder::new().messages(ids).build();
    queue.send_batch(batch).await.map_err(|error| Fault::Queue(error.to_string()))
}
