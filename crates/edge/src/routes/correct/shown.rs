//! The page of a correction, and what it says of one that was not taken.

use domain::{Application, HeldDocument, Posting};
use rules::{Form, Issue};
use views::{Completes, CorrectionOf, FormState, Site};
use worker::Response;

use crate::log;
use crate::routes::RequestContext;
use crate::routes::answer::{self, Caching};
use crate::routes::outcome::{Reason, issues_body, tell_of_change};

/// A form to be shown.
pub(super) struct Shown<'a> {
    pub(super) values: Form,
    pub(super) issues: &'a [Issue],
    pub(super) not_taken: Option<&'a str>,
    pub(super) held: &'a [HeldDocument],
    pub(super) received: &'a Application,
    pub(super) key: &'a str,
}

/// The form with what an application says now.
pub(super) fn current<'a>(
    received: &'a Application,
    key: &'a str,
    not_taken: Option<&'a str>,
) -> Shown<'a> {
    let content = &received.content;
    let answers =
        content.answers.iter().map(|answer| (answer.question.as_str(), answer.value.as_str()));
    let is_sealed = received.as_sealed().is_some();
    let values = Form {
        name: if is_sealed { String::new() } else { content.name.clone() },
        email: content.email.clone(),
        phone: content.phone.clone().unwrap_or_default(),
        message: content.message.clone().unwrap_or_default(),
        answers: answers.collect(),
        mails: received.content.mails.as_str().to_owned(),
        // A mail has not given it yet.
        consent: if is_sealed || received.awaits_answers() {
            String::new()
        } else {
            "yes".to_owned()
        },
        ..Form::default()
    };
    Shown { values, issues: &[], not_taken, held: &[], received, key }
}

pub(super) fn show(
    context: &RequestContext,
    posting: &Posting,
    status: u16,
    shown: &Shown<'_>,
) -> worker::Result<Response> {
    let Shown { ref values, issues, not_taken, held, received, key } = *shown;
    let correction = CorrectionOf {
        completes: Completes::Application,
        reference: received.reference.as_str(),
        key,
        is_shared: received.shared.is_some(),
        revision: received.revision,
        documents: &received.content.documents,
        erased_on: Some(received.erased_on(posting)),
    };
    // Where something is wrong, it says what stays.
    let kept = (!issues.is_empty()).then(|| received.reference.as_str());
    let (arrival, correction_of) = (context.arrival.as_str(), Some(correction));
    let form = FormState {
        issues,
        arrival,
        not_taken,
        kept,
        held,
        correction: correction_of,
        ..FormState::new(values, "")
    };
    let site = Site { base_url: &context.origin };
    let (texts, now) = (context.texts_for(posting), context.received_at);
    let page = views::correct(texts, posting, now, &form, correction, &site);
    answer::html(status, &page, Caching::Never)
}

pub(super) fn refused(
    context: &RequestContext,
    posting: &Posting,
    shown: &Shown<'_>,
) -> worker::Result<Response> {
    if context.wants_json {
        let mut body = issues_body(context, posting, shown.issues, Some(shown.received));
        if shown.not_taken.is_some() {
            tell_of_change(&mut body, context, posting, None);
        }
        return answer::json(422, &body, Caching::Never);
    }
    show(context, posting, 422, shown)
}

/// Shows what is stored, with the reason why the correction was not taken.
pub(super) fn not_taken(
    context: &RequestContext,
    posting: &Posting,
    reason: &Reason,
    kept: &Application,
    key: &str,
) -> worker::Result<Response> {
    log::turned_away(reason.code);
    let response = if context.wants_json {
        answer::json(reason.status, &reason.body(kept), Caching::Never)
    } else {
        show(context, posting, reason.status, &current(kept, key, Some(reason.why)))
    };
    reason.with_wait(response?)
}
