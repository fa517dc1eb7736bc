//! `POST /postings/{slug}/applications`

use domain::{Application, Failure, Posting};
use intake::ports::{Fault, Ledger as _};
use intake::{
    Arrival, ENDED_GRACE_MS, Outcome, Token, Verdict, is_a_subject, posting_for_page, receipt_key,
    submit,
};
use locales::{Labels, Texts, fill, issue_message};
use rules::{Code, Form, Issue, Timestamp};
use views::FormState;
use worker::{Env, Request, Response};

use crate::app::AppContext;
use crate::config;
use crate::postings::Current;
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
    let Some(posting) = postings::find(known, slug) else {
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
    let Current { posting, state_since } = current;
    let posting = &posting;
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
            let token = posting::fresh_token(context, posting)?.seal(&app.signing, &posting.slug);
            let page = Page::unchanged(token);
            return Ok(refused(context, posting, &received.form, &issues, &page, None));
        };
        let cause = match flood {
            None => guard.judge(&received.trap, token.issued_at, now).await,
            flood => flood,
        };
        if let Some(cause) = cause {
            let token = token.seal(&app.signing, &posting.slug);
            return Ok(busy(context, posting, &received.form, &token, cause));
        }
        if !posting.is_published() && received.token.is_empty() {
            return Ok(answer::failure(context, Failure::NotFound));
        }
        let posting = judged_by(context, &app, posting.clone(), state_since, &token).await?;
        take_in(context, &app, &posting, token, received).await
    };
    match result.await {
        Ok(response) => response,
        Err(fault) => answer::unavailable(context, &fault),
    }
}

/// The context, and the version of the posting that is current now: known ones
/// may be half a minute old.
async fn with_current(env: &Env, slug: &str) -> Result<(AppContext, Option<Current>), Fault> {
    let app = AppContext::of(env)?;
    let current = postings::current(&app.ledger, slug).await?;
    Ok((app, current))
}

/// Returns the posting by which a form from the page of `token` is judged: the
/// current version, or that of the page where the deadline was moved earlier
/// while it was open. One that was taken down takes new applications from open
/// pages for an hour, and corrections until its deadline.
async fn judged_by(
    context: &RequestContext,
    app: &AppContext,
    current: Posting,
    state_since: Timestamp,
    token: &Token,
) -> Result<Posting, Fault> {
    let (published, at) = (current.is_published(), context.received_at);
    let ledger = &app.ledger;
    let posting = posting_for_page(ledger, postings::compiled, current, token.version, at).await?;
    if published || ledger.find(token.id.as_str()).await?.is_some() {
        return Ok(posting);
    }
    let grace = if token.issued_at < state_since { ENDED_GRACE_MS } else { 0 };
    Ok(posting.ended(Timestamp(state_since.0.saturating_add(grace))))
}

async fn take_in(
    context: &RequestContext,
    app: &AppContext,
    posting: &Posting,
    token: Token,
    mut received: ReceivedForm,
) -> Result<worker::Result<Response>, Fault> {
    // The form that is shown again is that of the version by which it was judged.
    let page = Page {
        has_changed: token.version.is_some_and(|version| version < posting.version),
        token: Token { version: Some(posting.version), ..token.clone() }
            .seal(&app.signing, &posting.slug),
    };
    let subject = &mut received.form.subject;
    if is_a_subject(&app.ledger, postings::compiled, posting, subject).await? {
        subject.clone_from(&posting.requirements.subject);
    }
    let language = context.texts_for(posting).language_tag;
    let submission = received.into_submission(token.id, context, language, &app.sender);
    let verdict = submit(&app.documents, &app.ledger, &app.queue, posting, submission).await?;
    let Verdict::Retired { form } = verdict else {
        return Ok(answered(context, app, posting, verdict, &page));
    };
    let issues = vec![Issue::new("token", Code::NotAChoice)];
    let token = posting::fresh_token(context, posting)?.seal(&app.signing, &posting.slug);
    Ok(refused(context, posting, &form, &issues, &Page::unchanged(token), None))
}

/// The page that a form came from, and that is shown again.
struct Page {
    /// Its signed token.
    token: String,
    /// Whether the posting has a newer version, by which it was judged.
    has_changed: bool,
}

impl Page {
    fn unchanged(token: String) -> Self {
        Self { token, has_changed: false }
    }
}

/// The answer to a verdict other than that the token is used up.
fn answered(
    context: &RequestContext,
    app: &AppContext,
    posting: &Posting,
    verdict: Verdict,
    page: &Page,
) -> worker::Result<Response> {
    let token = page.token.as_str();
    match verdict {
        Verdict::Accepted { received, outcome, unqueued } => {
            log_accepted(&received, outcome, unqueued.as_ref());
            accepted(context, app, &received, outcome)
        }
        Verdict::Refused { form, issues, kept } => {
            refused(context, posting, &form, &issues, page, kept.as_deref())
        }
        Verdict::Retired { form } => refused(context, posting, &form, &[], page, None),
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
        return posting::fresh_token(context, posting).map(Some);
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
    page: &Page,
    kept: Option<&Application>,
) -> worker::Result<Response> {
    let texts = context.texts_for(posting);
    let Page { token, has_changed } = page;
    let not_taken = has_changed.then_some(texts.form_posting_changed);
    if !context.wants_json {
        let kept = kept.map(|kept| kept.reference.as_str());
        let state = FormState {
            values: form,
            issues,
            token,
            arrival: &context.arrival,
            not_taken,
            kept,
            correction: None,
        };
        let page = posting::with_form(context, texts, posting, state);
        return answer::html(422, &page, Caching::Never);
    }
    let mut body = issues_body(context, posting, issues, kept);
    if let (Some(message), Some(body)) = (not_taken, body.as_object_mut()) {
        let changed = serde_json::json!({ "version": posting.version, "message": message });
        body.insert("posting_changed".to_owned(), changed);
    }
    answer::json(422, &body, Caching::Never)
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
        let token = match posting::fresh_token(context, posting) {
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
