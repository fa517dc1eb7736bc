//! What runs by the clock.

use intake::ports::{Clock as _, Fault};
use worker::Env;

use crate::desk::{self, Desk};
use crate::log;

/// Queues what was left behind, and erases what has been kept long enough.
pub(crate) async fn run(env: &Env) {
    if let Err(fault) = sweep(env).await {
        log::fault("sweep failed", &fault);
    }
    if let Err(fault) = erase(env).await {
        log::fault("erasure failed", &fault);
    }
}

async fn sweep(env: &Env) -> Result<(), Fault> {
    let desk = Desk::of(env)?;
    intake::sweep(&desk.ledger, &desk.queue, desk.clock.now()).await?;
    Ok(())
}

async fn erase(env: &Env) -> Result<(), Fault> {
    let desk = Desk::of(env)?;
    let now = desk.clock.now();
    intake::erase(&desk.documents, &desk.ledger, desk::postings(), now).await?;
    Ok(())
}
