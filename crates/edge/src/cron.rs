//! What runs by the clock.

use intake::ports::{Clock as _, Fault};
use worker::Env;

use crate::desk::Desk;
use crate::log;

/// Queues what was left behind.
pub(crate) async fn sweep(env: &Env) {
    if let Err(fault) = run(env).await {
        log::fault("sweep failed", &fault);
    }
}

async fn run(env: &Env) -> Result<(), Fault> {
    let desk = Desk::of(env)?;
    intake::sweep(&desk.ledger, &desk.queue, desk.clock.now()).await?;
    Ok(())
}
