//! `GET /healthz`

use ledger::SqlLedger;
use worker::{Env, Response};

use crate::adapters::D1;
use crate::app::binding;
use crate::routes::RequestContext;
use crate::routes::answer::{self, Caching};
use crate::{config, log};

/// Says whether an application could be taken: 200, or 503 with the codes of
/// what is wrong. The page sets its countdown by the answer's `Date` after
/// the device has slept, so both answers have one.
pub(super) async fn answer(context: &RequestContext, env: &Env) -> worker::Result<Response> {
    let problems = problems(context, env).await;
    let mut response = if problems.is_empty() {
        answer::json(200, &serde_json::json!({ "status": "ok" }), Caching::Never)
    } else {
        let body = serde_json::json!({ "status": "unavailable", "problems": problems });
        answer::json(503, &body, Caching::Never)
    }?;
    response.headers_mut().set("Date", &context.received_at.to_http_date())?;
    Ok(response)
}

async fn problems(context: &RequestContext, env: &Env) -> Vec<&'static str> {
    let mut problems = Vec::new();
    if context.origin.is_empty() {
        problems.push("public_origin");
    }
    if config::signing_key(env).is_err() {
        problems.push("signing_key");
    }
    if env.bucket(binding::DOCUMENTS).is_err() {
        problems.push("documents_binding");
    }
    if [binding::SMALL_MAILS, binding::LARGE_MAILS, binding::INCOMING_MAILS]
        .iter()
        .any(|name| env.queue(name).is_err())
    {
        problems.push("queue_binding");
    }
    match env.d1(binding::DATABASE) {
        Ok(database) => problems.extend(problem_of(&SqlLedger(D1(database))).await),
        Err(_) => problems.push("database_binding"),
    }
    problems
}

/// Returns `tables` where a migration of this build has not been applied,
/// `database` where the database does not answer.
async fn problem_of(ledger: &SqlLedger<D1>) -> Option<&'static str> {
    match ledger.is_migrated().await {
        Ok(true) => None,
        Ok(false) => Some("tables"),
        Err(fault) => {
            log::fault("database not available", &fault);
            Some("database")
        }
    }
}
