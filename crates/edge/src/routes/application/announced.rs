//! Forms whose documents come in parts: `documents` is a list of what is to
//! come instead of files.

use domain::Posting;
use intake::ports::Fault;
use intake::{
    Announced, Announcement, Arrival, Awaited, Submission, Token, Verdict, announce,
    submit_announced,
};
use worker::Response;

use super::Sender;
use super::refusal::come_back;
use crate::adapters::UploadedFile;
use crate::app::AppContext;
use crate::routes::answer::{self, Caching};
use crate::routes::form::ReceivedForm;
use crate::routes::{RequestContext, parts};
use crate::semaphore;

/// For how long the documents may be put together, in milliseconds.
const PUT_TOGETHER_MS: u64 = 4 * semaphore::HELD;

/// What a form announces, and the request as of the moment at which it first
/// did. Nothing for a form that has its documents with it.
pub(super) async fn find(
    context: &RequestContext,
    app: &AppContext,
    posting: &Posting,
    token: &Token,
    received: &ReceivedForm,
) -> Result<Option<(Announcement, RequestContext)>, Fault> {
    let Some(documents) = received.announced.clone() else { return Ok(None) };
    let (store, form, now) = (&app.documents, &received.form, context.received_at);
    let announcement =
        Announcement::find(store, &posting.slug, &token.id, form, documents, now).await?;
    let received_at = announcement.first_arrival().unwrap_or(now);
    let context = context.arrived(Arrival { received_at }, context.arrival.clone());
    Ok(Some((announcement, context)))
}

/// What becomes of such a form.
pub(super) enum Taken {
    Judged(Verdict),
    Answered(worker::Result<Response>),
}

/// Takes it in where everything has arrived; otherwise tells what has not.
pub(super) async fn take_in(
    context: &RequestContext,
    app: &AppContext,
    from: &Sender<'_>,
    posting: &Posting,
    announcement: &Announcement,
    submission: Submission<UploadedFile>,
) -> Result<Taken, Fault> {
    let AppContext { documents, ledger, queue, .. } = app;
    match announce(documents, ledger, queue, posting, announcement, &submission).await? {
        Announced::Answered(verdict) => Ok(Taken::Judged(*verdict)),
        Announced::Awaited(awaited) => {
            Ok(Taken::Answered(still_to_come(context, posting, &awaited)))
        }
        Announced::Complete => {
            let (bytes, Sender { env, network }) = (announcement.bytes(), from);
            let Some(_permit) = semaphore::acquire(bytes, *network, PUT_TOGETHER_MS).await else {
                return Ok(Taken::Answered(come_back(context, env, posting, "crowded")));
            };
            submit_announced(documents, ledger, queue, posting, announcement, submission)
                .await
                .map(Taken::Judged)
        }
    }
}

/// 202: what was applied for is known, and these documents are awaited. The
/// message is for the time in which the line is cut.
fn still_to_come(
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
        "parts": parts::address(&posting.slug, &awaited.id),
        "documents": documents.collect::<Vec<_>>(),
        "message": context.texts_for(posting).form_line_cut,
    });
    answer::json(202, &body, Caching::Never)
}
