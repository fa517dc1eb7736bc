//! `GET /incoming/{id}?key=…` shows the form of a mail that is to become an
//! application, `POST` takes it, and `GET /incoming/{id}/message?key=…` is the
//! mail itself, for staff.

use domain::{Failure, Posting};
use intake::ports::Fault;
use intake::{
    Completion, OpenedDraft, Verdict, complete_draft, draft_posting, open_draft, raw_mail,
};
use rules::application::Document;
use rules::{Form, Issue};
use views::{Completes, CorrectionOf, FormState, Site};
use worker::{Env, Request, Response, ResponseBody};

use crate::adapters::UNICODE;
use crate::app::AppContext;
use crate::routes::answer::{self, Caching};
use crate::routes::correct::busy;
use crate::routes::form::{self, ReceivedForm};
use crate::routes::guard::{Cause, Guard};
use crate::routes::outcome::{accepted, issues_body, log_accepted};
use crate::routes::{RequestContext, cross_site, receipt};
use crate::{log, postings, semaphore};

/// The form with what the mail says.
pub(super) async fn page(
    context: &RequestContext,
    env: &Env,
    id: &str,
) -> worker::Result<Response> {
    let key = receipt::key(context);
    let found = async {
        let app = AppContext::of(env)?;
        let Some(posting) = posting_of(&app, id).await? else { return Ok(None) };
        let opened = open(&app, &posting, id, &key).await?;
        Ok::<_, Fault>(opened.map(|opened| (posting, opened)))
    };
    match found.await {
        Ok(Some((posting, OpenedDraft { form, documents }))) => {
            let shown = Shown { values: form, issues: &[], id, key: &key, documents: &documents };
            show(context, &posting, 200, &shown)
        }
        Ok(None) => answer::failure(context, Failure::Gone),
        Err(fault) => answer::unavailable(context, &fault),
    }
}

/// Takes the form.
pub(super) async fn post(
    context: &RequestContext,
    env: &Env,
    id: &str,
    request: Request,
) -> worker::Result<Response> {
    if cross_site::is_cross_site(context, &request) {
        log::turned_away("cross_site");
        return answer::failure(context, Failure::CrossSite);
    }
    let guard = Guard::of(env, &request);
    if let Some(cause) = guard.flooded().await {
        return busy(context, cause.code());
    }
    let bytes = form::declared_bytes(&request);
    let Some(permit) = semaphore::acquire(bytes, guard.sender(), semaphore::HELD).await else {
        return busy(context, "crowded");
    };
    let result = async {
        let app = AppContext::of(env)?;
        let Some(posting) = posting_of(&app, id).await? else {
            return Ok(answer::failure(context, Failure::Gone));
        };
        let arrival = match form::read(request, &posting.requirements, &permit).await {
            Ok(arrival) => arrival,
            Err(unreadable) => {
                return Ok(match unreadable.failure(form::MAX_BYTES) {
                    Some(failure) => answer::failure(context, failure),
                    None => busy(context, "stalled"),
                });
            }
        };
        if !arrival.trap.is_empty() {
            return Ok(busy(context, Cause::Trap.code()));
        }
        take_in(context, &app, &posting, id, arrival).await
    };
    match result.await {
        Ok(response) => response,
        Err(fault) => answer::unavailable(context, &fault),
    }
}

/// The mail as it came, to be saved and not to be shown.
pub(super) async fn message(
    context: &RequestContext,
    env: &Env,
    id: &str,
) -> worker::Result<Response> {
    let object = async {
        let app = AppContext::of(env)?;
        match raw_mail(&app.signing, id, &receipt::key(context)) {
            Some(key) => app.documents.open(&key).await.map(Some),
            None => Ok(None),
        }
    };
    match object.await {
        Ok(Some(Some(object))) => {
            let body =
                object.body().map_or(Ok(ResponseBody::Empty), worker::ObjectBody::response_body)?;
            let mut response = answer::private(Response::from_body(body)?)?;
            let headers = response.headers_mut();
            headers.set("Content-Type", "application/octet-stream")?;
            headers.set("Content-Length", &object.size().to_string())?;
            headers.set("Content-Disposition", "attachment; filename=\"message.eml\"")?;
            Ok(response)
        }
        Ok(Some(None)) => answer::failure(context, Failure::Gone),
        Ok(None) => answer::failure(context, Failure::NotFound),
        Err(fault) => answer::unavailable(context, &fault),
    }
}

/// The posting of a mail, in its current version.
async fn posting_of(app: &AppContext, id: &str) -> Result<Option<Posting>, Fault> {
    match draft_posting(&app.ledger, id).await? {
        Some(slug) => {
            let current = postings::current(&app.ledger, &slug).await?;
            Ok(current.map(|current| current.posting))
        }
        None => Ok(None),
    }
}

async fn open(
    app: &AppContext,
    posting: &Posting,
    id: &str,
    key: &str,
) -> Result<Option<OpenedDraft>, Fault> {
    open_draft(&app.documents, &app.ledger, &app.signing, UNICODE, posting, id, key).await
}

async fn take_in(
    context: &RequestContext,
    app: &AppContext,
    posting: &Posting,
    id: &str,
    arrival: ReceivedForm,
) -> Result<worker::Result<Response>, Fault> {
    let ReceivedForm { form, key, documents, .. } = arrival;
    let completion = Completion {
        id,
        key: &key,
        received_at: context.received_at,
        language: context.texts_for(posting).language_tag,
        origin: &context.origin,
        sender: &app.sender,
        unicode: UNICODE,
        form,
        documents,
    };
    let (store, ledger, queue) = (&app.documents, &app.ledger, &app.queue);
    let verdict = complete_draft(store, ledger, queue, &app.signing, posting, completion).await?;
    Ok(match verdict {
        Some(Verdict::Accepted { received, outcome, unqueued }) => {
            log_accepted(&received, outcome, unqueued.as_ref());
            accepted(context, app, &received, outcome)
        }
        Some(Verdict::Refused { issues, .. }) if context.wants_json => {
            let body = issues_body(context, posting, &issues, None);
            answer::json(422, &body, Caching::Never)
        }
        Some(Verdict::Refused { form, issues, .. }) => {
            let opened = open(app, posting, id, &key).await?;
            let documents = opened.map(|opened| opened.documents).unwrap_or_default();
            let values = *form;
            let shown = Shown { values, issues: &issues, id, key: &key, documents: &documents };
            show(context, posting, 422, &shown)
        }
        _ => answer::failure(context, Failure::Gone),
    })
}

/// A form to be shown.
struct Shown<'a> {
    values: Form,
    issues: &'a [Issue],
    id: &'a str,
    key: &'a str,
    documents: &'a [Document],
}

fn show(
    context: &RequestContext,
    posting: &Posting,
    status: u16,
    shown: &Shown<'_>,
) -> worker::Result<Response> {
    let Shown { values, issues, id, key, documents } = shown;
    let of =
        CorrectionOf { completes: Completes::Mail, reference: id, key, revision: 0, documents };
    let form = FormState {
        issues,
        arrival: &context.arrival,
        correction: Some(of),
        ..FormState::new(values, "")
    };
    let site = Site { base_url: &context.origin };
    let (texts, now) = (context.texts_for(posting), context.received_at);
    let page = views::draft(texts, posting, now, &form, of, &site);
    answer::html(status, &page, Caching::Never)
}
