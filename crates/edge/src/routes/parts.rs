//! `PUT /postings/{slug}/announced/{announcement}/{sha256}/{from}`: a part of a
//! document, from its byte `from` on. The announcement's id is known to nobody
//! but the page that made it.

use domain::{Failure, Posting};
use intake::ports::Fault;
use intake::{
    AnnouncedDocument, Announcement, Arrival, Awaited, MAX_PART, Part, PartAnswer, Source,
    take_part,
};
use rules::Form;
use worker::{Env, Request, Response};

use crate::app::AppContext;
use crate::routes::answer::{self, Caching};
use crate::routes::guard::{self, Guard};
use crate::routes::{RequestContext, cross_site};
use crate::{log, semaphore};

/// For how long documents may be put together, in milliseconds.
pub(super) const PUT_TOGETHER_MS: u64 = 4 * semaphore::HELD;

/// What a form announces, and the request as of the moment at which it first
/// did. Nothing for a form that has its documents with it.
pub(super) async fn find(
    context: &RequestContext,
    app: &AppContext,
    slug: &str,
    source: Source<'_>,
    form: &Form,
    announced: Option<&[AnnouncedDocument]>,
) -> Result<Option<(Announcement, RequestContext)>, Fault> {
    let Some(documents) = announced.map(<[_]>::to_vec) else { return Ok(None) };
    let (store, now) = (&app.documents, context.received_at);
    let announcement = Announcement::find(store, slug, source, form, documents, now).await?;
    let received_at = announcement.first_arrival().unwrap_or(now);
    let context = context.arrived(Arrival { received_at }, context.arrival.clone());
    Ok(Some((announcement, context)))
}

/// 202: what was sent is known, and these documents are awaited. The message is
/// for the time in which the line is cut.
pub(super) fn still_to_come(
    context: &RequestContext,
    posting: &Posting,
    awaited: &Awaited,
) -> worker::Result<Response> {
    let documents = awaited.documents.iter().map(|(document, arrived)| {
        let id = &document.id;
        serde_json::json!({
            "id": id, "bytes": document.bytes, "sha256": document.sha256, "arrived": arrived,
        })
    });
    let body = serde_json::json!({
        "received_at": awaited.received_at.to_rfc3339(),
        "parts": format!("/postings/{}/announced/{}", posting.slug, awaited.id),
        "documents": documents.collect::<Vec<_>>(),
        "message": context.texts_for(posting).form_line_cut,
    });
    answer::json(202, &body, Caching::Never)
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
