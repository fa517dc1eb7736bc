//! `/receipt`: GET asks for the reference and the code of an application that
//! was sent from a shared computer, POST shows its receipt.

use domain::Posting;
use intake::Credential;
use views::{NotOpened, Site};
use worker::{Env, Request, Response};

use crate::log;
use crate::routes::answer::{self, Caching};
use crate::routes::guard::{self, Guard};
use crate::routes::{RequestContext, cross_site, form, receipt};

/// The form for reference and code.
pub(super) fn page(context: &RequestContext) -> worker::Result<Response> {
    let reference = context.parameter("reference").unwrap_or_default();
    show(context, 200, &reference, "", None)
}

/// Shows the receipt in the answer itself, so that no address holds a key.
/// Attempts are counted by network, never by reference: nobody can lock
/// somebody else out.
pub(super) async fn post(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    request: Request,
) -> worker::Result<Response> {
    if let Some(refusal) = cross_site::refusal(context, &request) {
        return refusal;
    }
    let guesses = Guard::of(env, &request).guesses().await;
    let fields = match form::small(&request).await {
        Ok(fields) => fields,
        Err(failure) => return answer::failure(context, failure),
    };
    let text = |name| form::text(&fields, name);
    let (reference, code, visit) = (text("reference"), text("code"), text("key"));
    if guesses {
        log::turned_away("rate_limited");
        let mut response = show(context, 429, &reference, &code, Some(NotOpened::TooMany))?;
        response.headers_mut().set("Retry-After", guard::RETRY_AFTER)?;
        return Ok(response);
    }
    let credential =
        if code.is_empty() { Credential::Visit(&visit) } else { Credential::Code(&code) };
    match receipt::opened_by(context, env, &reference, credential).await {
        Ok(Some(opened)) => receipt::answer(context, env, known, &reference, opened).await,
        Ok(None) => show(context, 422, &reference, &code, Some(NotOpened::Wrong)),
        Err(fault) => answer::unavailable(context, &fault),
    }
}

fn show(
    context: &RequestContext,
    status: u16,
    reference: &str,
    code: &str,
    not_opened: Option<NotOpened>,
) -> worker::Result<Response> {
    let site = Site { base_url: &context.origin };
    let page = views::open(context.texts(), reference, code, not_opened, &site);
    answer::html(status, &page, Caching::Never)
}
