//! `POST /postings/{slug}/applications`

use domain::{Application, Failure, Posting};
use intake::ports::Fault;
use intake::{Arrival, Outcome, Token, Verdict, receipt_key, submit};
use locales::{Labels, Texts, fill, issue_message};
use rules::{Code, Form, Issue};
use views::FormState;
use worker::{Env, Request, Response};

use crate::app::AppContext;
use crate::config;
use crate::routes::answer::{self, Caching};
use crate::routes::form::{self, ReceivedForm, Unreadable};
use crate::routes::guard::{self, Cause, Guard};
use crate::routes::receipt::Summary;
use crate::routes::{RequestContext, cross_site, posting};
use crate::{log, postings, semaphore};

/// Takes an application in.
pub(super) async fn post(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    slug: &str,
    request: Request,
) -> worker::Result<Response> {
    let Some(posting) = postings::published(known, slug) else {
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
    let (app, current) = match with_current(env, slug).await {
        Ok((app, Some(current))) => (app, current),
        Ok((_, None)) => return answer::failure(context, Failure::NotFound),
        Err(fault) => return answer::unavailable(context, &fault),
    };
    let posting = &current;
    let received = match form::read(request, &posting.requirements, &permit).await {
        Ok(received) => received,
        Err(Unreadable::Stalled) => return come_back(context, env, posting, "stalled"),
        Err(Unreadable::TooLarge) => {
            return answer::failure(context, Failure::TooLarge { max_bytes: form::MAX_BYTES });
        }
        Err(Unreadable::TooManyParts) => return answer::failure(context, Failure::TooManyParts),
        Err(Unreadable::NotAForm) => return answer::failure(context, Failure::NotAForm),
    };
    let result = async {
        let first = first_arrival(context, &app, posting, &received);
        let (now, context) = (context.received_at, first.as_ref().unwrap_or(context));
        let Some(token) = open_token(context, &app, posting, &received.token)? else {
            // Not a token of ours: nothing can be said about what came before.
            let issues = vec![Issue::new("token", Code::NotAChoice)];
            let token = posting::fresh_token(context)?.seal(&app.signing, &posting.slug);
            return Ok(refused(context, posting, &received.form, &issues, &token, None));
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

/// The context, and the version of the posting that is current now: known ones
/// may be half a minute old.
async fn with_current(env: &Env, slug: &str) -> Result<(AppContext, Option<Posting>), Fault> {
    let app = AppContext::of(env)?;
    let current = postings::current(&app.ledger, slug).await?;
    let published = current.filter(Posting::is_published);
    Ok((app, published))
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
    let submission = received.into_submission(token.id, context, language, &app.sender);
    let verdict = submit(&app.documents, &app.ledger, &app.queue, posting, submission).await?;
    let Verdict::Retired { form } = verdict else {
        return Ok(answered(context, app, posting, verdict, &sealed));
    };
    let issues = vec![Issue::new("token", Code::NotAChoice)];
    let token = posting::fresh_token(context)?.seal(&app.signing, &posting.slug);
    Ok(refused(context, posting, &form, &issues, &token, None))
}

/// The answer to a verdict other than that the token is used up.
fn answered(
    context: &RequestContext,
    app: &AppContext,
    posting: &Posting,
    verdict: Verdict,
    token: &str,
) -> worker::Result<Response> {
    match verdict {
        Verdict::Accepted { received, outcome, unqueued } => {
            log_accepted(&received, outcome, unqueued.as_ref());
            accepted(context, app, &received, outcome)
        }
        Verdict::Refused { form, issues, kept } => {
            refused(context, posting, &form, &issues, token, kept.as_deref())
        }
        Verdict::Retired { form } => refused(context, posting, &form, &[], token, None),
        Verdict::Outdated { form, kept } => {
            let why = Reason::outdated(context.texts_for(posting).form_outdated);
            correction_not_taken(context, posting, &why, &form, token, &kept)
        }
        Verdict::TooManyRevisions { form, kept } => {
            let why = Reason::too_many_revisions(context.texts_for(posting));
            correction_not_taken(context, posting, &why, &form, token, &kept)
        }
        Verdict::TooFast { form, kept } => {
            let why = Reason::too_fast(context.texts_for(posting));
            correction_not_taken(context, posting, &why, &form, token, &kept)
        }
    }
}

/// Why a correction is not taken although nothing is wrong with it.
pub(super) struct Reason {
    pub(super) status: u16,
    pub(super) code: &'static str,
    /// What the candidate reads: why, and what to do.
    pub(super) why: &'static str,
    /// Whether it can be sent again in a while.
    pub(super) is_for_now: bool,
}

impl Reason {
    pub(super) fn outdated(why: &'static str) -> Self {
        Self { status: 409, code: "outdated", why, is_for_now: false }
    }

    pub(super) fn too_many_revisions(texts: &Texts) -> Self {
        let why = texts.form_corrected_too_often;
        Self { status: 429, code: "too_many_revisions", why, is_for_now: false }
    }

    pub(super) fn too_fast(texts: &Texts) -> Self {
        let why = texts.form_corrected_too_fast;
        Self { status: 429, code: "too_many_corrections", why, is_for_now: true }
    }

    /// The answer to a client. `kept` is the application as it stays.
    pub(super) fn body(&self, kept: &Application) -> serde_json::Value {
        let Self { code, why, .. } = self;
        serde_json::json!({ "error": code, "message": why, "revision": kept.revision })
    }

    /// Tells when it can be sent again.
    pub(super) fn with_wait(&self, mut response: Response) -> worker::Result<Response> {
        if self.is_for_now {
            response.headers_mut().set("Retry-After", guard::RETRY_AFTER)?;
        }
        Ok(response)
    }
}

fn correction_not_taken(
    context: &RequestContext,
    posting: &Posting,
    reason: &Reason,
    form: &Form,
    token: &str,
    kept: &Application,
) -> worker::Result<Response> {
    log::turned_away(reason.code);
    let state = State { form, token, why: reason.why, kept: Some(kept) };
    let response = not_taken(context, posting, reason.status, &reason.body(kept), state)?;
    reason.with_wait(response)
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

/// Logs what a form has made of an application.
pub(super) fn log_accepted(received: &Application, outcome: Outcome, unqueued: Option<&Fault>) {
    let event = match outcome {
        Outcome::New => "accepted",
        Outcome::Unchanged => "accepted again",
        Outcome::Corrected => "corrected",
    };
    log::happened(event, received.reference.as_str());
    if let Some(fault) = unqueued {
        log::fault("accepted but not queued", fault);
    }
}

/// 201 for an application that this form brought, 200 for one that was there,
/// corrected or not.
pub(super) fn accepted(
    context: &RequestContext,
    app: &AppContext,
    received: &Application,
    outcome: Outcome,
) -> worker::Result<Response> {
    let key = receipt_key(&app.signing, received);
    let status_url = views::status_address(received, &key);
    if !context.wants_json {
        return answer::see_other(&status_url);
    }
    let status = if outcome == Outcome::New { 201 } else { 200 };
    let body = Summary::of(context, received, &key);
    let mut response = answer::json(status, &body, Caching::Never)?;
    response.headers_mut().set("Location", &status_url)?;
    Ok(response)
}

/// What is wrong with the form. `kept` is the application that it would have
/// corrected.
fn refused(
    context: &RequestContext,
    posting: &Posting,
    form: &Form,
    issues: &[Issue],
    token: &str,
    kept: Option<&Application>,
) -> worker::Result<Response> {
    let texts = context.texts_for(posting);
    if !context.wants_json {
        let kept = kept.map(|kept| kept.reference.as_str());
        let state = FormState {
            values: form,
            issues,
            token,
            arrival: &context.arrival,
            not_taken: None,
            kept,
            correction: None,
        };
        let page = posting::with_form(context, texts, posting, state);
        return answer::html(422, &page, Caching::Never);
    }
    answer::json(422, &issues_body(context, posting, issues, kept), Caching::Never)
}

/// What is wrong with a form, as clients see it.
pub(super) fn issues_body(
    context: &RequestContext,
    posting: &Posting,
    issues: &[Issue],
    kept: Option<&Application>,
) -> serde_json::Value {
    let texts = context.texts_for(posting);
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
    let Some(Application { reference, revision, .. }) = kept else {
        return serde_json::json!({ "issues": issues });
    };
    let message = fill(texts.form_kept, &[("reference", reference.as_str())]);
    let kept = serde_json::json!({
        "reference": reference, "revision": revision, "message": message,
    });
    serde_json::json!({ "issues": issues, "kept": kept })
}

/// A form that was not taken although nothing is wrong with it.
struct State<'a> {
    form: &'a Form,
    token: &'a str,
    why: &'a str,
    kept: Option<&'a Application>,
}

fn not_taken(
    context: &RequestContext,
    posting: &Posting,
    status: u16,
    body: &serde_json::Value,
    state: State<'_>,
) -> worker::Result<Response> {
    if context.wants_json {
        return answer::json(status, body, Caching::Never);
    }
    let State { form: values, token, why, kept } = state;
    let kept = kept.map(|kept| kept.reference.as_str());
    let state = FormState {
        values,
        issues: &[],
        token,
        arrival: &context.arrival,
        not_taken: Some(why),
        kept,
        correction: None,
    };
    let page = posting::with_form(context, context.texts_for(posting), posting, state);
    answer::html(status, &page, Caching::Never)
}

/// The one answer to every cause: to be sent again in a while.
fn busy(
    context: &RequestContext,
    posting: &Posting,
    form: &Form,
    token: &str,
    cause: Cause,
) -> worker::Result<Response> {
    log::turned_away(cause.code());
    let why = context.texts_for(posting).form_busy;
    let body = serde_json::json!({ "error": "too_many", "message": why });
    let state = State { form, token, why, kept: None };
    let mut response = not_taken(context, posting, 429, &body, state)?;
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
        let values = Form::default();
        let state = FormState {
            values: &values,
            issues: &[],
            token: &token,
            arrival: &context.arrival,
            not_taken: Some(texts.form_busy),
            kept: None,
            correction: None,
        };
        let page = posting::with_form(&context, texts, posting, state);
        answer::html(503, &page, Caching::Never)
    }?;
    response.headers_mut().set("Retry-After", answer::RETRY_AFTER)?;
    Ok(response)
}
