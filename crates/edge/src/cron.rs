//! What runs by the clock.

use intake::Change;
use intake::ports::{Clock as _, Fault};
use worker::Env;

use crate::adapters::{AlertTransport, PlatformTransport};
use crate::desk::{self, Desk};
use crate::{config, log};

/// For how long one run puts mails in the queue, in milliseconds: well below
/// the five minutes until the next one.
const SWEEP_MS: i64 = 60_000;

/// Queues what was left behind, deletes what is to go, and tells staff and
/// operator what they should know. A task that fails does not keep the others
/// from running.
pub(crate) async fn run(env: &Env) {
    let desk = match Desk::of(env) {
        Ok(desk) => desk,
        Err(fault) => return log::fault("cron failed", &fault),
    };
    let results = [
        ("sweep failed", sweep(&desk).await),
        ("withdrawals not finished", finish_withdrawals(&desk).await),
        ("erasure failed", erase(&desk).await),
        ("orphaned documents not erased", erase_orphaned_documents(&desk).await),
        ("report failed", report(&desk).await),
        ("watch failed", watch(env, &desk).await),
        ("notices not sent", notify(env, &desk).await),
    ];
    for (event, result) in results {
        if let Err(fault) = result {
            log::fault(event, &fault);
        }
    }
}

async fn sweep(desk: &Desk) -> Result<(), Fault> {
    intake::sweep(&desk.ledger, &desk.queue, &desk.clock, SWEEP_MS).await.map(|_| ())
}

async fn finish_withdrawals(desk: &Desk) -> Result<(), Fault> {
    intake::finish_withdrawals(&desk.documents, &desk.ledger).await.map(|_| ())
}

async fn erase(desk: &Desk) -> Result<(), Fault> {
    let (postings, now) = (desk::postings(), desk.clock.now());
    intake::erase(&desk.documents, &desk.ledger, postings, now).await.map(|_| ())
}

async fn erase_orphaned_documents(desk: &Desk) -> Result<(), Fault> {
    intake::erase_orphaned_documents(&desk.documents, &desk.ledger, desk.clock.now())
        .await
        .map(|_| ())
}

async fn report(desk: &Desk) -> Result<(), Fault> {
    intake::report(&desk.ledger, desk::postings(), desk.clock.now()).await
}

async fn watch(env: &Env, desk: &Desk) -> Result<(), Fault> {
    let alert = config::operator(env)?.is_some();
    match intake::watch(&desk.ledger, alert, desk.clock.now()).await? {
        Some(Change::Opened(incident)) => log::incident("mails do not leave", &incident.cause),
        Some(Change::Closed(incident)) => log::incident("mails leave again", &incident.cause),
        None => {}
    }
    Ok(())
}

async fn notify(env: &Env, desk: &Desk) -> Result<(), Fault> {
    let transport = PlatformTransport::of(env);
    let alerts = AlertTransport::of(env, &transport);
    let composer = desk.composer(env)?;
    let (documents, ledger, clock) = (&desk.documents, &desk.ledger, &desk.clock);
    let result = intake::notify(documents, ledger, &transport, &alerts, clock, &composer).await;
    transport.close().await;
    result
}
