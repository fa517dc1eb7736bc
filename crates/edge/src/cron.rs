//! Runs the scheduled tasks.

use intake::ports::{Clock as _, Fault};
use intake::{Change, Pause};
use worker::Env;

use crate::adapters::{AlertTransport, PlatformTransport};
use crate::app::AppContext;
use crate::postings::{self, Postings};
use crate::{config, log};

/// For how long one run puts mails in the queue, in milliseconds: well below
/// the five minutes until the next one.
const SWEEP_MS: i64 = 60_000;

/// Queues what was left behind, deletes what is to go, and tells staff and
/// operator what they should know. A task that fails does not keep the others
/// from running.
pub(crate) async fn run(env: &Env) {
    let app = match AppContext::of(env) {
        Ok(app) => app,
        Err(fault) => return log::fault("cron failed", &fault),
    };
    let pause = app.documents.pause().await.unwrap_or_else(|fault| {
        log::fault("no telling whether the outbox is paused", &fault);
        Pause::None
    });
    let results = match pause {
        Pause::None => all(env, &app).await,
        _ => while_paused(&app, pause).await,
    };
    for (event, result) in results {
        if let Err(fault) = result {
            log::fault(event, &fault);
        }
    }
}

/// What a task says where it fails, and what became of it.
type Outcomes = Vec<(&'static str, Result<(), Fault>)>;

async fn all(env: &Env, app: &AppContext) -> Outcomes {
    let postings = match postings::known(env).await {
        Ok(postings) => postings,
        Err(fault) => return vec![("cron failed", Err(fault))],
    };
    vec![
        ("sweep failed", sweep(app).await),
        ("mails that came in not queued", sweep_incoming(app).await),
        ("mails that came in not erased", erase_incoming(app).await),
        ("orphaned mails not erased", erase_orphaned_mails(app).await),
        ("withdrawals not finished", finish_withdrawals(app).await),
        ("confirmed applications not forgotten", forget(app).await),
        ("replaced documents not erased", erase_replaced_documents(app).await),
        ("erasure failed", erase(app, &postings).await),
        ("orphaned documents not erased", erase_orphaned_documents(app).await),
        ("held documents not erased", erase_held_documents(app).await),
        ("unfinished applications not erased", erase_unfinished(app).await),
        ("attachments not erased", erase_attachments(app).await),
        ("report failed", report(app, &postings).await),
        ("watch failed", watch(env, app).await),
        ("keys not checked", warn_of_keys(app, &postings).await),
        ("notices not sent", notify(env, app, &postings).await),
        ("sent mails not noted", note_sent(app).await),
        ("old records not deleted", forget_records(app).await),
    ]
}

/// While a restore pauses the outbox, nothing is sent.
async fn while_paused(app: &AppContext, pause: Pause) -> Outcomes {
    let mut outcomes = vec![
        ("withdrawals not finished", finish_withdrawals(app).await),
        ("held documents not erased", erase_held_documents(app).await),
        ("sent mails not noted", note_sent(app).await),
    ];
    if pause == Pause::Replaying {
        outcomes.push(("restore not replayed", replay(app).await));
    }
    outcomes
}

async fn note_sent(app: &AppContext) -> Result<(), Fault> {
    intake::note_sent(&app.documents, &app.ledger, app.clock.now()).await
}

async fn forget_records(app: &AppContext) -> Result<(), Fault> {
    intake::forget_records(&app.documents, &app.ledger, app.clock.now()).await
}

/// Replays two pages, as many calls of the platform as one run may make.
async fn replay(app: &AppContext) -> Result<(), Fault> {
    for _ in 0..2 {
        if intake::replay(&app.documents, &app.ledger, app.clock.now()).await? {
            log::restored();
            break;
        }
    }
    Ok(())
}

async fn sweep(app: &AppContext) -> Result<(), Fault> {
    intake::sweep(&app.ledger, &app.queue, &app.clock, SWEEP_MS).await.map(|_| ())
}

async fn sweep_incoming(app: &AppContext) -> Result<(), Fault> {
    intake::sweep_incoming(&app.ledger, &app.queue, &app.clock).await
}

async fn erase_incoming(app: &AppContext) -> Result<(), Fault> {
    intake::erase_incoming(&app.documents, &app.ledger, app.clock.now()).await
}

async fn erase_orphaned_mails(app: &AppContext) -> Result<(), Fault> {
    intake::erase_orphaned_mails(&app.documents, &app.ledger, app.clock.now()).await.map(|_| ())
}

async fn finish_withdrawals(app: &AppContext) -> Result<(), Fault> {
    intake::finish_withdrawals(&app.documents, &app.ledger).await.map(|_| ())
}

async fn forget(app: &AppContext) -> Result<(), Fault> {
    let (documents, ledger, now) = (&app.documents, &app.ledger, app.clock.now());
    intake::forget(documents, ledger, &app.signing, now).await.map(|_| ())
}

async fn erase(app: &AppContext, postings: &Postings) -> Result<(), Fault> {
    intake::erase(&app.documents, &app.ledger, postings, app.clock.now()).await.map(|_| ())
}

async fn erase_replaced_documents(app: &AppContext) -> Result<(), Fault> {
    intake::erase_replaced_documents(&app.documents, &app.ledger).await.map(|_| ())
}

async fn erase_orphaned_documents(app: &AppContext) -> Result<(), Fault> {
    intake::erase_orphaned_documents(&app.documents, &app.ledger, app.clock.now()).await.map(|_| ())
}

async fn erase_held_documents(app: &AppContext) -> Result<(), Fault> {
    intake::erase_held_documents(&app.documents, &app.ledger, app.clock.now()).await.map(|_| ())
}

async fn erase_unfinished(app: &AppContext) -> Result<(), Fault> {
    let (documents, now) = (&app.documents, app.clock.now());
    intake::erase_unfinished(documents, &app.ledger, &app.signing, now).await.map(|_| ())
}

async fn erase_attachments(app: &AppContext) -> Result<(), Fault> {
    intake::erase_attachments(&app.documents, &app.ledger, app.clock.now()).await
}

async fn report(app: &AppContext, postings: &Postings) -> Result<(), Fault> {
    intake::report(&app.documents, &app.ledger, postings, app.clock.now()).await
}

async fn watch(env: &Env, app: &AppContext) -> Result<(), Fault> {
    let alert = config::operator(env)?.is_some();
    match intake::watch(&app.ledger, alert, app.clock.now()).await? {
        Some(Change::Opened(incident)) => log::incident("mails do not leave", &incident.cause),
        Some(Change::Closed(incident)) => log::incident("mails leave again", &incident.cause),
        None => {}
    }
    Ok(())
}

async fn warn_of_keys(app: &AppContext, postings: &Postings) -> Result<(), Fault> {
    intake::warn_of_keys(&app.ledger, postings, app.clock.now()).await
}

async fn notify(env: &Env, app: &AppContext, postings: &Postings) -> Result<(), Fault> {
    let transport = PlatformTransport::of(env);
    let alerts = AlertTransport::of(env, &transport);
    let composer = app.composer(env, postings)?;
    let (documents, ledger, clock) = (&app.documents, &app.ledger, &app.clock);
    let result = intake::notify(documents, ledger, &transport, &alerts, clock, &composer).await;
    transport.close().await;
    result
}
