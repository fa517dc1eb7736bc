//! The queue.

use intake::ports::{Fault, Queue};

/// A queue of application ids.
pub(crate) struct PlatformQueue(pub(crate) worker::Queue);

impl Queue for PlatformQueue {
    async fn push(&self, id: &str) -> Result<(), Fault> {
        self.0.send(id).await.map_err(|error| Fault::Queue(error.to_string()))
    }
}
