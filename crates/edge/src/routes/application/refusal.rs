//! Answers to forms from which no application comes: the page again, with
//! what was typed, or JSON.

use domain::{Application, HeldDocument, Posting};
use intake::Arrival;
use rules::{Form, Issue};
use views::FormState;
use worker::{Env, Response};

use crate::config;
use crate::log;
use crate::routes::answer::{self, Caching};
use crate::routes::guard::{self, Cause};
use crate::routes::outcome::{Reason, issues_body, tell_of_change};
use crate::routes::{RequestContext, posting};

/// The page that a form came from, and that is shown again.
pub(super) struct Page {
    /// Its signed token.
    pub(super) token: String,
    /// Whether the posting has a newer version, by which it was judged.
    pub(super) has_changed: bool,
}

impl Page {
    pub(super) fn unchanged(token: String) -> Self {
        Self { token, has_changed: false }
    }
}

/// A form with which something is wrong.
pub(super) struct Mistaken<'a> {
    pub(super) form: &'a Form,
    pub(super) issues: &'a [Issue],
    /// The application that it would have corrected.
    pub(super) kept: Option<&'a Application>,
    pub(super) held: &'a [HeldDocument],
}

impl<'a> Mistaken<'a> {
    /// One of which nothing is kept.
    pub(super) fn new(form: &'a Form, issues: &'a [Issue]) -> Self {
        Self { form, issues, kept: None, held: &[] }
    }
}

pub(super) fn refused(
    context: &RequestContext,
    posting: &Posting,
    page: &Page,
    mistaken: &Mistaken<'_>,
) -> worker::Result<Response> {
    let texts = context.texts_for(posting);
    let Page { token, has_changed } = page;
    let Mistaken { form, issues, kept, held } = *mistaken;
    let not_taken = has_changed.then_some(texts.form_posting_changed);
    if !context.wants_json {
        let kept = kept.map(|kept| kept.reference.as_str());
        let arrival = &context.arrival;
        let state =
            FormState { issues, arrival, not_taken, kept, held, ..FormState::new(form, token) };
        let page = posting::with_form(context, texts, posting, state);
        return answer::html(422, &page, Caching::Never);
    }
    let mut body = issues_body(context, posting, issues, kept);
    if *has_changed {
        // The page stays the one it was: what it has sent before is corrected.
        tell_of_change(&mut body, context, posting, Some(token));
    }
    answer::json(422, &body, Caching::Never)
}

/// The form again, with the reason why a correction is not taken although
/// nothing is wrong with it.
pub(super) fn correction_not_taken(
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

/// The same answer to every cause: the form is to be sent again in a while.
pub(super) fn busy(
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
pub(super) fn come_back(
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
        let (arrival, not_taken) = (context.arrival.as_str(), Some(texts.form_busy));
        let state = FormState { arrival, not_taken, ..FormState::new(&values, &token) };
        let page = posting::with_form(&context, texts, posting, state);
        answer::html(503, &page, Caching::Never)
    }?;
    response.headers_mut().set("Retry-After", answer::RETRY_AFTER)?;
    Ok(response)
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
    let (arrival, not_taken) = (context.arrival.as_str(), Some(why));
    let state = FormState { arrival, not_taken, kept, ..FormState::new(values, token) };
    let page = posting::with_form(context, context.texts_for(posting), posting, state);
    answer::html(status, &page, Caching::Never)
}
