//! `GET /applications/{reference}/correct?key=…` shows the form with what was
//! sent, `POST /applications/{reference}/corrections` takes it.

mod shown;
mod taken;

use domain::{Failure, Posting};
use intake::ports::Fault;
use intake::{Credential, Opened, address_key, posting_for_page};
use worker::{Env, Request, Response};

use self::shown::{current, show};
use self::taken::Place;
use crate::app::AppContext;
use crate::routes::answer;
use crate::routes::form;
use crate::routes::guard::{self, Guard};
use crate::routes::{RequestContext, cross_site, receipt};
use crate::{config, log, postings, semaphore};

/// The form with what was sent; after the deadline, the way to the receipt.
pub(super) async fn page(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    reference: &str,
) -> worker::Result<Response> {
    let key = receipt::key(context);
    opened_page(context, env, known, reference, &key, &key).await
}

/// The same from a page on a shared computer, which posts its key.
pub(super) async fn posted_page(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    reference: &str,
    request: Request,
) -> worker::Result<Response> {
    let visit = match form::small(&request).await {
        Ok(fields) => form::text(&fields, "key"),
        Err(failure) => return answer::failure(context, failure),
    };
    match receipt::admitted(context, env, reference, Credential::Visit(&visit)).await {
        Ok(Some(key)) => opened_page(context, env, known, reference, &key, &visit).await,
        Ok(None) => answer::failure(context, Failure::NotFound),
        Err(fault) => answer::unavailable(context, &fault),
    }
}

/// The form of the application whose receipt `key` opens; it posts `shown`.
async fn opened_page(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    reference: &str,
    key: &str,
    shown: &str,
) -> worker::Result<Response> {
    let received = match receipt::open(env, reference, key).await {
        Ok(Some(Opened::Application(opened))) => opened.received,
        Ok(Some(Opened::Withdrawn(_)) | None) => {
            return answer::failure(context, Failure::NotFound);
        }
        Err(fault) => return answer::unavailable(context, &fault),
    };
    let Some(posting) = postings::find(known, &received.posting) else {
        return answer::failure(context, Failure::NotFound);
    };
    let posting = match judged_by(context, env, posting.clone(), received.posting_version).await {
        Ok(posting) => posting,
        Err(fault) => return answer::unavailable(context, &fault),
    };
    if posting.requirements.window.review(context.received_at).is_some() {
        return match config::signing_key(env) {
            Ok(signing) => {
                let key = address_key(&signing, &received, context.received_at);
                answer::see_other(&views::status_address(&received, &key))
            }
            Err(fault) => answer::unavailable(context, &fault),
        };
    }
    show(context, &posting, 200, &current(&received, shown, None))
}

/// Returns the posting by which a correction of an application to `version` is
/// judged: as a page of that version, it has its time where the deadline was
/// moved earlier.
async fn judged_by(
    context: &RequestContext,
    env: &Env,
    current: Posting,
    version: Option<u32>,
) -> Result<Posting, Fault> {
    let (ledger, at) = (AppContext::of(env)?.ledger, context.received_at);
    posting_for_page(&ledger, postings::compiled, current, version, at).await
}

/// Takes a correction.
pub(super) async fn post(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    reference: &str,
    request: Request,
) -> worker::Result<Response> {
    if let Some(refusal) = cross_site::refusal(context, &request) {
        return refusal;
    }
    let guard = Guard::of(env, &request);
    if let Some(cause) = guard.flooded().await {
        return busy(context, cause.code());
    }
    let place = Place { env, known, reference, network: guard.sender() };
    let bytes = form::declared_bytes(&request);
    let Some(permit) = semaphore::acquire(bytes, guard.sender(), semaphore::HELD).await else {
        return place.come_back(context, "crowded").await;
    };
    let result = async {
        let app = AppContext::of(env)?;
        let Some(corrected) = place.find(&app).await? else {
            return Ok(answer::failure(context, Failure::NotFound));
        };
        let asked = &corrected.posting.requirements;
        let arrival = match form::read(request, asked, &permit).await {
            Ok(arrival) => arrival,
            Err(unreadable) => {
                return Ok(match unreadable.failure(form::MAX_BYTES) {
                    Some(failure) => answer::failure(context, failure),
                    None => place.come_back(context, "stalled").await,
                });
            }
        };
        place.take_in(context, &app, corrected, arrival).await
    };
    result.await.unwrap_or_else(|fault| answer::unavailable(context, &fault))
}

/// To be sent again in a while. Nothing of the form is known yet, so that a
/// browser goes back to it.
pub(super) fn busy(context: &RequestContext, cause: &str) -> worker::Result<Response> {
    log::turned_away(cause);
    answer::later(context, Failure::Busy, guard::RETRY_AFTER)
}
