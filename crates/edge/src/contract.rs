//! `/contract`: the suite of the storage ports on D1, for tests. It runs on
//! the binding `CONTRACT_DB` only, which no configuration of ours has.

use ledger::{SqlLedger, contract};
use worker::{Env, Request, Response};

use crate::adapters::D1;
use crate::postings;

/// Answers `/contract` with the names of the cases, and `/contract/{case}`
/// with what is wrong in the ledger, if anything is. Nothing for other
/// addresses, and where there is no such database.
pub(crate) async fn answer(request: &Request, env: &Env) -> Option<worker::Result<Response>> {
    let path = request.path();
    let case = path.strip_prefix("/contract")?;
    let database = env.d1("CONTRACT_DB").ok()?;
    if case.is_empty() {
        return Some(Response::from_json(&contract::CASES));
    }
    let known = postings::known(env).await.ok()?;
    let posting = known.first()?;
    let ledger = SqlLedger(D1(database));
    let outcome = contract::run(case.strip_prefix('/')?, &ledger, posting).await;
    Some(Response::ok(outcome.err().map(|violation| violation.0).unwrap_or_default()))
}
