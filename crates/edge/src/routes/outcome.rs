//! Answers to forms that applications and corrections have in common.

use domain::{Application, Posting};
use intake::ports::Fault;
use intake::{Holding, Outcome, address_key};
use locales::{Labels, Texts, fill, issue_message};
use rules::Issue;
use worker::Response;

use crate::app::AppContext;
use crate::log;
use crate::routes::answer::{self, Caching};
use crate::routes::receipt::Summary;
use crate::routes::{RequestContext, guard};

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

/// Logs why documents of a refused form are not held.
pub(super) fn log_holding(holding: &Holding) {
    if let Some(fault) = &holding.fault {
        log::fault("documents not held", fault);
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
    let key = address_key(&app.signing, received, context.received_at);
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

/// Says in `body` that the posting has changed since the page was made, and
/// with which token the page goes on.
pub(super) fn tell_of_change(
    body: &mut serde_json::Value,
    context: &RequestContext,
    posting: &Posting,
    token: Option<&str>,
) {
    let message = context.texts_for(posting).form_posting_changed;
    let changed = serde_json::json!({
        "version": posting.version, "message": message, "token": token,
    });
    if let Some(body) = body.as_object_mut() {
        body.insert("posting_changed".to_owned(), changed);
    }
}

/// What is wrong with a form, as clients see it.
pub(super) fn issues_body(
    context: &RequestContext,
    posting: &Posting,
    issues: &[Issue],
    kept: Option<&Application>,
) -> serde_json::Value {
    let texts = context.texts_for(posting);
    let labels = Labels {
        requirements: &posting.requirements,
        zone: &posting.deadline.zone,
        language: &posting.language,
    };
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
