//! `POST /postings/{slug}/applications`

use domain::Failure;
use domain::{Application, Posting};
use intake::ports::Fault;
use intake::{Arrival, Token, Verdict, receipt_key, submit};
use locales::{Labels, issue_message};
use rules::{Code, Form, Issue};
use worker::{Env, Request, Response};

use crate::app::{self, AppContext};
use crate::config;
use crate::routes::answer::{self, Caching};
use crate::routes::form::{self, ReceivedForm, Unreadable};
use crate::routes::guard::{self, Cause, Guard};
use crate::routes::{RequestContext, cross_site, posting, receipt};
use crate::{log, semaphore};

/// Takes an application in.
pub(super) async fn post(
    context: &RequestContext,
    env: &Env,
    slug: &str,
    request: Request,
) -> worker::Result<Response> {
    let Some(posting) = app::posting(slug) else {
        return answer::failure(context, Failure::NotFound);
    };
    if cross_site::is_cross_site(context, &request) {
        log::turned_away("cross_site");
        return answer::failure(context, Failure::CrossSite);
    }
    let guard = Guard::of(env, &request);
    let flood = guard.flooded().await;
    if let Some(cause) = flood
        && context.wants_json
    {
        // A script keeps what was typed: there is no need to read it.
        return busy(context, posting, &Form::default(), "", cause);
    }
    let bytes = form::declared_bytes(&request);
    let Some(permit) = semaphore::acquire(bytes, guard.sender(), semaphore::HELD).await else {
        return come_back(context, env, posting, "crowded");
    };
    let received = match form::read(request, &posting.requirements, &permit).await {
        Ok(received) => received,
        Err(Unreadable::Stalled) => return come_back(context, env, posting, "stalled"),
        Err(Unreadable::TooLarge) => {
            return answer::failure(context, Failure::TooLarge { max_bytes: form::MAX_BYTES });
        }
        Err(Unreadable::NotAForm) => return answer::failure(context, Failure::NotAForm),
    };
    let result = async {
        let app = AppContext::of(env)?;
        let first = first_arrival(context, &app, posting, &received);
        let (now, context) = (context.received_at, first.as_ref().unwrap_or(context));
        let Some(token) = open_token(context, &app, posting, &received.token)? else {
            // Not a token of ours: nothing can be said about what came before.
            let issues = vec![Issue::new("token", Code::NotAChoice)];
            let token = posting::fresh_token(context)?.seal(&app.signing, &posting.slug);
            return Ok(refused(context, posting, &received.form, &issues, &token));
        };
        let cause = match flood {
            None => guard.judge(&received.trap, token.issued_at, now).await,
            flood => flood,
        };
        match cause {
            Some(cause) => {
                let token = token.seal(&app.signing, &posting.slug);
                Ok(busy(context, posting, &received.form, &token, cause))
            }
            None => take_in(context, &app, posting, token, received).await,
        }
    };
    match result.await {
        Ok(response) => response,
        Err(fault) => answer::unavailable(context, &fault),
    }
}

async fn take_in(
    context: &RequestContext,
    app: &AppContext,
    posting: &Posting,
    token: Token,
    received: ReceivedForm,
) -> Result<worker::Result<Response>, Fault> {
    let sealed = token.seal(&app.signing, &posting.slug);
    let language = context.texts_for(posting).language_tag;
    let submission = received.into_submission(token.id, context, language);
    match submit(&app.documents, &app.ledger, &app.queue, posting, submission).await? {
        Verdict::Accepted { received, unqueued } => {
            log::happened("accepted", received.reference.as_str());
            if let Some(fault) = unqueued {
                log::fault("accepted but not queued", &fault);
            }
            Ok(accepted(context, app, &received))
        }
        Verdict::Retired { form } => {
            let issues = vec![Issue::new("token", Code::NotAChoice)];
            let token = posting::fresh_token(context)?.seal(&app.signing, &posting.slug);
            Ok(refused(context, posting, &form, &issues, &token))
        }
        Verdict::Refused { form, issues } => Ok(refused(context, posting, &form, &issues, &sealed)),
    }
}

/// The request as of the moment at which its form first arrived, where it was
/// sent again after [`come_back`].
fn first_arrival(
    context: &RequestContext,
    app: &AppContext,
    posting: &Posting,
    received: &ReceivedForm,
) -> Option<RequestContext> {
    let (key, sealed) = (&app.signing, &received.arrival);
    let arrival = Arrival::open(key, &posting.slug, sealed, context.received_at)?;
    Some(context.arrived(arrival, sealed.clone()))
}

/// The form's token, or a new one where there is none. Nothing for a token
/// that is not ours.
fn open_token(
    context: &RequestContext,
    app: &AppContext,
    posting: &Posting,
    sealed: &str,
) -> Result<Option<Token>, Fault> {
    if sealed.is_empty() {
        return posting::fresh_token(context).map(Some);
    }
    Ok(Token::open(&app.signing, &posting.slug, sealed))
}

fn accepted(
    context: &RequestContext,
    app: &AppContext,
    received: &Application,
) -> worker::Result<Response> {
    let key = receipt_key(&app.signing, received);
    let status_url = views::status_address(received, &key);
    if !context.wants_json {
        return answer::see_other(&status_url);
    }
    let body = serde_json::json!({
        "reference": received.reference,
        "received_at": received.received_at.to_rfc3339(),
        "status_url": format!("{}{status_url}", context.origin),
        "documents": receipt::documents(&received.content),
    });
    let mut response = answer::json(201, &body, Caching::Never)?;
    response.headers_mut().set("Location", &status_url)?;
    Ok(response)
}

fn refused(
    context: &RequestContext,
    posting: &Posting,
    form: &Form,
    issues: &[Issue],
    token: &str,
) -> worker::Result<Response> {
    let texts = context.texts_for(posting);
    if !context.wants_json {
        let page = posting::with_form(context, texts, posting, form, issues, token);
        return answer::html(422, &page, Caching::Never);
    }
    let labels = Labels { requirements: &posting.requirements, zone: &posting.deadline.zone };
    let shown = |issue: &Issue| {
        serde_json::json!({
            "field": issue.field,
            "code": issue.code,
            "message": issue_message(texts, issue, labels),
            "params": issue.params,
        })
    };
    let issues: Vec<_> = issues.iter().map(shown).collect();
    answer::json(422, &serde_json::json!({ "issues": issues }), Caching::Never)
}

/// Returns one answer to every cause: to be sent again in a while.
fn busy(
    context: &RequestContext,
    posting: &Posting,
    form: &Form,
    token: &str,
    cause: Cause,
) -> worker::Result<Response> {
    log::turned_away(cause.code());
    let texts = context.texts_for(posting);
    let mut response = if context.wants_json {
        let body = serde_json::json!({ "error": "too_many", "message": texts.form_busy });
        answer::json(429, &body, Caching::Never)
    } else {
        let page = posting::busy(context, texts, posting, form, token);
        answer::html(429, &page, Caching::Never)
    }?;
    response.headers_mut().set("Retry-After", guard::RETRY_AFTER)?;
    Ok(response)
}

/// The answer to a form that was not read, for want of memory or because it
/// came too slowly: to be sent again in a while, with the proof of when it
/// arrived.
fn come_back(
    context: &RequestContext,
    env: &Env,
    posting: &Posting,
    code: &str,
) -> worker::Result<Response> {
    log::turned_away(code);
    let key = match config::signing_key(env) {
        Ok(key) => key,
        Err(fault) => return answer::unavailable(context, &fault),
    };
    let arrival = Arrival { received_at: context.received_at };
    let sealed = arrival.seal(&key, &posting.slug);
    let texts = context.texts_for(posting);
    let mut response = if context.wants_json {
        let message = texts.form_busy;
        let body = serde_json::json!({ "error": "busy", "message": message, "arrival": sealed });
        answer::json(503, &body, Caching::Never)
    } else {
        let token = match posting::fresh_token(context) {
            Ok(token) => token.seal(&key, &posting.slug),
            Err(fault) => return answer::unavailable(context, &fault),
        };
        let context = context.arrived(arrival, sealed);
        let page = posting::busy(&context, texts, posting, &Form::default(), &token);
        answer::html(503, &page, Caching::Never)
    }?;
    response.headers_mut().set("Retry-After", answer::RETRY_AFTER)?;
    Ok(response)
}
