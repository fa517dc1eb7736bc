//! `GET /incoming/{id}?key=…` shows the form of a mail that is to become an
//! application, `POST` takes it, and `GET /incoming/{id}/message?key=…` is the
//! mail itself, for staff.

use domain::{Failure, HeldDocument, Posting};
use intake::ports::Fault;
use intake::{
    Announced, Announcement, Arrival, Completion, OpenedDraft, Source, Verdict,
    announce_completion, complete_announced, complete_draft, draft_application, draft_posting,
    is_a_subject, open_draft, raw_mail,
};
use rules::application::Document;
use rules::{Form, Issue};
use views::{Completes, CorrectionOf, FormState, Site};
use worker::{Env, Request, Response, ResponseBody};

use crate::adapters::{UNICODE, UploadedFile};
use crate::app::AppContext;
use crate::email::COPIES;
use crate::routes::answer::{self, Caching};
use crate::routes::correct::busy;
use crate::routes::form::{self, ReceivedForm};
use crate::routes::guard::{Cause, Guard};
use crate::routes::outcome::{accepted, issues_body, log_accepted, log_holding};
use crate::routes::{RequestContext, cross_site, parts, receipt};
use crate::semaphore::{self, HELD};
use crate::{log, postings};

/// The form with what the mail says.
pub(super) async fn page(
    context: &RequestContext,
    env: &Env,
    id: &str,
) -> worker::Result<Response> {
    let key = receipt::key(context);
    let result = async {
        let app = AppContext::of(env)?;
        let Some(_permit) = semaphore::acquire(weight(&app, id).await?, None, HELD).await else {
            return Ok(busy(context, "crowded"));
        };
        let Some(posting) = posting_of(&app, id).await? else {
            return Ok(answer::failure(context, Failure::Gone));
        };
        let Some(OpenedDraft { form, documents }) = open(&app, &posting, id, &key).await? else {
            return Ok(answer::failure(context, Failure::Gone));
        };
        // It was sent, and there was no room to read it.
        let sealed = context.parameter("arrival").unwrap_or_default();
        let first = first_arrival(context, &app, id, &sealed);
        let not_taken = first.as_ref().map(|_| context.texts_for(&posting).form_busy);
        let context = first.as_ref().unwrap_or(context);
        let (documents, held) = (documents.as_slice(), [].as_slice());
        let shown = Shown { values: form, issues: &[], not_taken, id, key: &key, documents, held };
        Ok::<_, Fault>(show(context, &posting, 200, &shown))
    };
    result.await.unwrap_or_else(|fault| answer::unavailable(context, &fault))
}

/// Takes the form.
pub(super) async fn post(
    context: &RequestContext,
    env: &Env,
    id: &str,
    request: Request,
) -> worker::Result<Response> {
    if let Some(refusal) = cross_site::refusal(context, &request) {
        return refusal;
    }
    let guard = Guard::of(env, &request);
    if let Some(cause) = guard.flooded().await {
        return busy(context, cause.code());
    }
    let result = async {
        let app = AppContext::of(env)?;
        let bytes = form::declared_bytes(&request).saturating_add(weight(&app, id).await?);
        let Some(permit) = semaphore::acquire(bytes, guard.sender(), HELD).await else {
            return Ok(come_back(context, &app, id, "crowded"));
        };
        let Some(posting) = posting_of(&app, id).await? else {
            return Ok(answer::failure(context, Failure::Gone));
        };
        let arrival = match form::read(request, &posting.requirements, &permit).await {
            Ok(arrival) => arrival,
            Err(unreadable) => {
                return Ok(match unreadable.failure(form::MAX_BYTES) {
                    Some(failure) => answer::failure(context, failure),
                    None => come_back(context, &app, id, "stalled"),
                });
            }
        };
        if !arrival.trap.is_empty() {
            return Ok(busy(context, Cause::Trap.code()));
        }
        take_in(context, &app, guard.sender(), &posting, id, arrival).await
    };
    result.await.unwrap_or_else(|fault| answer::unavailable(context, &fault))
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
    network: Option<&str>,
    posting: &Posting,
    id: &str,
    arrival: ReceivedForm,
) -> Result<worker::Result<Response>, Fault> {
    let ReceivedForm { mut form, key, documents, arrival, announced, .. } = arrival;
    let first = first_arrival(context, app, id, &arrival);
    let context = first.as_ref().unwrap_or(context);
    let announced = match draft_application(&app.ledger, &app.signing, posting, id, &key).await? {
        Some(application) => {
            let source = Source::Page(&application);
            parts::find(context, app, &posting.slug, source, &form, announced.as_deref()).await?
        }
        None => return Ok(answer::failure(context, Failure::Gone)),
    };
    let context = announced.as_ref().map_or(context, |(_, first)| first);
    if is_a_subject(&app.ledger, postings::compiled, posting, None, &form.subject).await? {
        form.subject.clone_from(&posting.requirements.subject);
    }
    let completion = Completion {
        id,
        key: &key,
        received_at: context.received_at,
        language: context.texts_for(posting).language_tag,
        origin: &context.origin,
        own_addresses: &app.own_addresses,
        unicode: UNICODE,
        form,
        documents,
        holds: !context.wants_json,
    };
    let announcement = announced.as_ref().map(|(announcement, _)| announcement);
    let verdict = match complete(context, app, network, posting, completion, announcement).await? {
        Completed::Verdict(verdict) => verdict.map(|verdict| *verdict),
        Completed::Answered(response) => return Ok(response),
    };
    Ok(match verdict {
        Some(Verdict::Accepted { received, outcome, unqueued }) => {
            log_accepted(&received, outcome, unqueued.as_ref());
            accepted(context, app, &received, outcome)
        }
        Some(Verdict::Refused { issues, .. }) if context.wants_json => {
            let body = issues_body(context, posting, &issues, None);
            answer::json(422, &body, Caching::Never)
        }
        Some(Verdict::Refused { form, issues, holding, .. }) => {
            log_holding(&holding);
            let opened = open(app, posting, id, &key).await?;
            let documents = opened.map(|opened| opened.documents).unwrap_or_default();
            let (documents, held) = (documents.as_slice(), holding.documents.as_slice());
            let (values, issues, key) = (*form, issues.as_slice(), key.as_str());
            let shown = Shown { values, issues, not_taken: None, id, key, documents, held };
            show(context, posting, 422, &shown)
        }
        _ => answer::failure(context, Failure::Gone),
    })
}

/// What became of a form.
enum Completed {
    /// Nothing where the mail is none that could be completed.
    Verdict(Option<Box<Verdict>>),
    Answered(worker::Result<Response>),
}

/// Makes an application of it, or says which documents are still to come.
async fn complete(
    context: &RequestContext,
    app: &AppContext,
    network: Option<&str>,
    posting: &Posting,
    completion: Completion<'_, UploadedFile>,
    announcement: Option<&Announcement>,
) -> Result<Completed, Fault> {
    let AppContext { documents: store, ledger, queue, signing: key, .. } = app;
    let Some(announced) = announcement else {
        let verdict = complete_draft(store, ledger, queue, key, posting, completion).await?;
        return Ok(Completed::Verdict(verdict.map(Box::new)));
    };
    let judged = announce_completion(store, ledger, queue, key, posting, announced, &completion);
    // Large, and most forms do without it.
    match Box::pin(judged).await? {
        None => Ok(Completed::Verdict(None)),
        Some(Announced::Answered(verdict)) => Ok(Completed::Verdict(Some(verdict))),
        Some(Announced::Awaited(awaited)) => {
            Ok(Completed::Answered(parts::still_to_come(context, posting, &awaited)))
        }
        Some(Announced::Complete) => {
            let permit = semaphore::acquire(announced.bytes(), network, parts::PUT_TOGETHER_MS);
            let Some(_permit) = permit.await else {
                return Ok(Completed::Answered(come_back(context, app, completion.id, "crowded")));
            };
            let verdict =
                complete_announced(store, ledger, queue, key, posting, announced, completion);
            Ok(Completed::Verdict(Box::pin(verdict).await?.map(Box::new)))
        }
    }
}

/// How much memory opening a mail takes: itself, and its files.
async fn weight(app: &AppContext, id: &str) -> Result<u64, Fault> {
    let bytes = app.documents.size(&format!("incoming/{id}")).await?.unwrap_or_default();
    Ok(bytes.saturating_mul(COPIES))
}

/// The request as of the moment at which its form first arrived, where it was
/// sent again after [`come_back`].
fn first_arrival(
    context: &RequestContext,
    app: &AppContext,
    id: &str,
    sealed: &str,
) -> Option<RequestContext> {
    let arrival = Arrival::open(&app.signing, id, sealed, context.received_at)?;
    Some(context.arrived(arrival, sealed.to_owned()))
}

/// The answer to a form that was not read, for want of memory or because it
/// came too slowly: to be sent again in a while, with the proof of when it
/// arrived. A browser gets the form back, once there is room to open the mail.
fn come_back(
    context: &RequestContext,
    app: &AppContext,
    id: &str,
    code: &str,
) -> worker::Result<Response> {
    log::turned_away(code);
    let sealed = Arrival { received_at: context.received_at }.seal(&app.signing, id);
    if !context.wants_json {
        let form = views::draft_address(id, &receipt::key(context));
        return answer::see_other(&format!("{form}&arrival={sealed}"));
    }
    let message = context.texts().form_busy;
    let body = serde_json::json!({ "error": "busy", "message": message, "arrival": sealed });
    let mut response = answer::json(503, &body, Caching::Never)?;
    response.headers_mut().set("Retry-After", answer::RETRY_AFTER)?;
    Ok(response)
}

/// A form to be shown.
struct Shown<'a> {
    values: Form,
    issues: &'a [Issue],
    not_taken: Option<&'a str>,
    id: &'a str,
    key: &'a str,
    /// Those of the mail.
    documents: &'a [Document],
    held: &'a [HeldDocument],
}

fn show(
    context: &RequestContext,
    posting: &Posting,
    status: u16,
    shown: &Shown<'_>,
) -> worker::Result<Response> {
    let Shown { ref values, issues, not_taken, id, key, documents, held } = *shown;
    let of = CorrectionOf {
        completes: Completes::Mail,
        reference: id,
        key,
        is_shared: false,
        revision: 0,
        documents,
        erased_on: None,
    };
    let form = FormState {
        issues,
        arrival: &context.arrival,
        not_taken,
        held,
        correction: Some(of),
        ..FormState::new(values, "")
    };
    let site = Site { base_url: &context.origin };
    let (texts, now) = (context.texts_for(posting), context.received_at);
    let page = views::correct(texts, posting, now, &form, of, &site);
    answer::html(status, &page, Caching::Never)
}
