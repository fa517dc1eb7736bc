//! `POST /postings/{slug}/applications`

use domain::Failure;
use domain::{Application, Posting};
use intake::ports::Fault;
use intake::{Token, Verdict, receipt_key, submit};
use locales::{Labels, issue_message};
use rules::{Code, Form, Issue};
use worker::{Env, Request, Response};

use crate::app::{self, AppContext};
use crate::routes::answer::{self, Keep};
use crate::routes::form::{self, Arrival, Unreadable};
use crate::routes::guard::{self, Cause, Guard};
use crate::routes::receipt::Summary;
use crate::routes::{RequestContext, cross_site, posting};
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
    let _permit = semaphore::acquire(form::declared_bytes(&request)).await;
    let arrival = match form::read(request, &posting.requirements).await {
        Ok(arrival) => arrival,
        Err(Unreadable::TooLarge) => {
            return answer::failure(context, Failure::TooLarge { max_bytes: form::MAX_BYTES });
        }
        Err(Unreadable::NotAForm) => return answer::failure(context, Failure::NotAForm),
    };
    let result = async {
        let app = AppContext::of(env)?;
        let Some(token) = open_token(context, &app, posting, &arrival.token)? else {
            // Not a token of ours: nothing can be said about what came before.
            let issues = vec![Issue::new("token", Code::NotAChoice)];
            let token = posting::fresh_token(context)?.seal(&app.signing, &posting.slug);
            return Ok(refused(context, posting, &arrival.form, &issues, &token));
        };
        let cause = match flood {
            None => guard.judge(&arrival.trap, token.issued_at, context.received_at).await,
            flood => flood,
        };
        match cause {
            Some(cause) => {
                let token = token.seal(&app.signing, &posting.slug);
                Ok(busy(context, posting, &arrival.form, &token, cause))
            }
            None => take_in(context, &app, posting, token, arrival).await,
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
    arrival: Arrival,
) -> Result<worker::Result<Response>, Fault> {
    let sealed = token.seal(&app.signing, &posting.slug);
    let language = context.texts_for(posting).language_tag;
    let submission = arrival.into_submission(token.id, context, language);
    match submit(&app.documents, &app.ledger, &app.queue, posting, submission).await? {
        Verdict::Accepted { received, is_new, unqueued } => {
            log::happened("accepted", received.reference.as_str());
            if let Some(fault) = unqueued {
                log::fault("accepted but not queued", &fault);
            }
            Ok(accepted(context, app, &received, is_new))
        }
        Verdict::Retired { form } => {
            let issues = vec![Issue::new("token", Code::NotAChoice)];
            let token = posting::fresh_token(context)?.seal(&app.signing, &posting.slug);
            Ok(refused(context, posting, &form, &issues, &token))
        }
        Verdict::Refused { form, issues } => Ok(refused(context, posting, &form, &issues, &sealed)),
    }
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

/// 201 for an application that this form brought, 200 for one that was there.
fn accepted(
    context: &RequestContext,
    app: &AppContext,
    received: &Application,
    is_new: bool,
) -> worker::Result<Response> {
    let key = receipt_key(&app.signing, received);
    let status_url = views::status_address(received, &key);
    if !context.wants_json {
        return answer::see_other(&status_url);
    }
    let status = if is_new { 201 } else { 200 };
    let body = Summary::of(context, received, &key);
    let mut response = answer::json(status, &body, Keep::Never)?;
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
        return answer::html(422, &page, Keep::Never);
    }
    let labels = Labels { requirements: &posting.requirements, zone: &posting.deadline.zone };
    let told = |issue: &Issue| {
        serde_json::json!({
            "field": issue.field,
            "code": issue.code,
            "message": issue_message(texts, issue, labels),
            "params": issue.params,
        })
    };
    let issues: Vec<_> = issues.iter().map(told).collect();
    answer::json(422, &serde_json::json!({ "issues": issues }), Keep::Never)
}

/// One answer to every cause: to be sent again in a while.
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
        answer::json(429, &body, Keep::Never)
    } else {
        let page = posting::busy(context, texts, posting, form, token);
        answer::html(429, &page, Keep::Never)
    }?;
    response.headers_mut().set("Retry-After", guard::RETRY_AFTER)?;
    Ok(response)
}
