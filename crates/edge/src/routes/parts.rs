//! `PUT /postings/{slug}/announced/{announcement}/{sha256}/{from}`: a part of a
//! document, from its byte `from` on. The announcement's id is known to nobody
//! but the page that made it.

use domain::Failure;
use intake::ports::Fault;
use intake::{MAX_PART, Part, PartAnswer, take_part};
use worker::{Env, Request, Response};

use crate::app::AppContext;
use crate::routes::answer::{self, Caching};
use crate::routes::guard::{self, Guard};
use crate::routes::{RequestContext, cross_site};
use crate::{log, semaphore};

/// Where the parts of an announcement go: hash and place of a part follow.
pub(super) fn address(slug: &str, announcement: &str) -> String {
    format!("/postings/{slug}/announced/{announcement}")
}

/// Keeps a part.
pub(super) async fn put(
    context: &RequestContext,
    env: &Env,
    part: Part<'_>,
    request: Request,
) -> worker::Result<Response> {
    if let Some(refusal) = cross_site::refusal(context, &request) {
        return refusal;
    }
    let guard = Guard::of(env, &request);
    if guard.sends_too_many_parts().await {
        log::turned_away("too_many_parts");
        return answer::later(context, Failure::Busy, guard::RETRY_AFTER);
    }
    let too_large = Failure::TooLarge { max_bytes: MAX_PART };
    // Without a length it may be anything.
    let Some(length) = length(&request).filter(|length| *length <= MAX_PART) else {
        return answer::failure(context, too_large);
    };
    let Some(_permit) = semaphore::acquire(length, guard.sender(), semaphore::HELD).await else {
        log::turned_away("crowded");
        return answer::later(context, Failure::Unavailable, answer::RETRY_AFTER);
    };
    match take(context, env, part, request).await {
        Ok(Some(PartAnswer::Arrived(arrived))) => {
            answer::json(200, &serde_json::json!({ "arrived": arrived }), Caching::Never)
        }
        Ok(Some(PartAnswer::Gone)) => answer::failure(context, Failure::Gone),
        Ok(Some(PartAnswer::WrongSize)) => answer::failure(context, too_large),
        Ok(None) => answer::failure(context, Failure::NotAForm),
        Err(fault) => answer::unavailable(context, &fault),
    }
}

/// Nothing where the line was cut.
async fn take(
    context: &RequestContext,
    env: &Env,
    part: Part<'_>,
    mut request: Request,
) -> Result<Option<PartAnswer>, Fault> {
    let app = AppContext::of(env)?;
    let Ok(bytes) = request.bytes().await else { return Ok(None) };
    take_part(&app.documents, part, bytes, context.received_at).await.map(Some)
}

fn length(request: &Request) -> Option<u64> {
    request.headers().get("Content-Length").ok().flatten()?.parse().ok()
}
