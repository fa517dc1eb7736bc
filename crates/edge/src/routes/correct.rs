//! `GET /applications/{reference}/correct?key=…` shows the form with what was
//! sent, `POST /applications/{reference}/corrections` takes it.

use domain::{Application, Failure, HeldDocument, Posting, Reference};
use intake::ports::{Fault, Ledger as _};
use intake::{
    Amendment, Arrival, Credential, Opened, Verdict, address_key, awaits_answers, correct,
    is_a_subject, posting_for_page,
};
use rules::{Form, Issue};
use views::{Completes, CorrectionOf, FormState, Site};
use worker::{Env, Request, Response};

use crate::adapters::UNICODE;
use crate::app::AppContext;
use crate::routes::answer::{self, Caching};
use crate::routes::form::{self, ReceivedForm};
use crate::routes::guard::{self, Guard};
use crate::routes::outcome::{
    Reason, accepted, issues_body, log_accepted, log_holding, tell_of_change,
};
use crate::routes::{RequestContext, cross_site, receipt};
use crate::{config, log, postings, semaphore};

/// The form with what was sent; after the deadline, the way to the receipt.
pub(super) async fn page(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    reference: &str,
) -> worker::Result<Response> {
    let key = receipt::key(context);
    opened_page(context, env, known, reference, &key, &key).await
}

/// The same from a page on a shared computer, which posts its key.
pub(super) async fn posted_page(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    reference: &str,
    request: Request,
) -> worker::Result<Response> {
    let visit = match form::small(&request).await {
        Ok(fields) => form::text(&fields, "key"),
        Err(failure) => return answer::failure(context, failure),
    };
    match receipt::admitted(context, env, reference, Credential::Visit(&visit)).await {
        Ok(Some(key)) => opened_page(context, env, known, reference, &key, &visit).await,
        Ok(None) => answer::failure(context, Failure::NotFound),
        Err(fault) => answer::unavailable(context, &fault),
    }
}

/// The form of the application whose receipt `key` opens; it posts `shown`.
async fn opened_page(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    reference: &str,
    key: &str,
    shown: &str,
) -> worker::Result<Response> {
    let received = match receipt::open(env, reference, key).await {
        Ok(Some(Opened::Application(opened))) => opened.received,
        Ok(Some(Opened::Withdrawn(_)) | None) => {
            return answer::failure(context, Failure::NotFound);
        }
        Err(fault) => return answer::unavailable(context, &fault),
    };
    let Some(posting) = postings::find(known, &received.posting) else {
        return answer::failure(context, Failure::NotFound);
    };
    let posting = match judged_by(context, env, posting.clone(), received.posting_version).await {
        Ok(posting) => posting,
        Err(fault) => return answer::unavailable(context, &fault),
    };
    if posting.requirements.window.review(context.received_at).is_some() {
        return match config::signing_key(env) {
            Ok(signing) => {
                let key = address_key(&signing, &received, context.received_at);
                answer::see_other(&views::status_address(&received, &key))
            }
            Err(fault) => answer::unavailable(context, &fault),
        };
    }
    show(context, &posting, 200, &current(&received, shown, None))
}

/// Returns the posting by which a correction of an application to `version` is
/// judged: as a page of that version, it has its time where the deadline was
/// moved earlier.
async fn judged_by(
    context: &RequestContext,
    env: &Env,
    current: Posting,
    version: Option<u32>,
) -> Result<Posting, Fault> {
    let (ledger, at) = (AppContext::of(env)?.ledger, context.received_at);
    posting_for_page(&ledger, postings::compiled, current, version, at).await
}

/// Takes a correction.
pub(super) async fn post(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    reference: &str,
    request: Request,
) -> worker::Result<Response> {
    if let Some(refusal) = cross_site::refusal(context, &request) {
        return refusal;
    }
    let guard = Guard::of(env, &request);
    if let Some(cause) = guard.flooded().await {
        return busy(context, cause.code());
    }
    let bytes = form::declared_bytes(&request);
    let Some(permit) = semaphore::acquire(bytes, guard.sender(), semaphore::HELD).await else {
        return come_back(context, env, known, reference, "crowded").await;
    };
    let result = async {
        let app = AppContext::of(env)?;
        let Some((posting, version)) = posting_of(&app, known, reference).await? else {
            return Ok(answer::failure(context, Failure::NotFound));
        };
        let arrival = match form::read(request, &posting.requirements, &permit).await {
            Ok(arrival) => arrival,
            Err(unreadable) => {
                return Ok(match unreadable.failure(form::MAX_BYTES) {
                    Some(failure) => answer::failure(context, failure),
                    None => come_back(context, env, known, reference, "stalled").await,
                });
            }
        };
        take_in(context, env, posting, version, reference, arrival).await
    };
    result.await.unwrap_or_else(|fault| answer::unavailable(context, &fault))
}

/// The posting of the application with that reference, in its current version,
/// and the application's. Where there is none, any: the key, which comes in the form, decides what is
/// answered.
async fn posting_of(
    app: &AppContext,
    known: &[Posting],
    reference: &str,
) -> Result<Option<(Posting, Option<u32>)>, Fault> {
    let reference = Reference::parse(reference);
    let lookup = app.ledger.look_up_receipt(reference.as_ref(), "").await?;
    let received = app.ledger.find(&lookup.id).await?;
    let any = known.first().map_or("", |posting| &posting.slug);
    let slug = received.as_ref().map_or(any, |received| &received.posting);
    let current = postings::current(&app.ledger, slug).await?;
    let version = received.and_then(|received| received.posting_version);
    Ok(current.map(|current| (current.posting, version)))
}

async fn take_in(
    context: &RequestContext,
    env: &Env,
    current: Posting,
    version: Option<u32>,
    reference: &str,
    mut arrival: ReceivedForm,
) -> Result<worker::Result<Response>, Fault> {
    let app = &AppContext::of(env)?;
    let sealed = &arrival.arrival;
    let first = Arrival::open(&app.signing, &scope(reference), sealed, context.received_at);
    let first = first.map(|first| context.arrived(first, sealed.clone()));
    let context = first.as_ref().unwrap_or(context);
    let posting = &judged_by(context, env, current, version).await?;
    let subject = &mut arrival.form.subject;
    if is_a_subject(&app.ledger, postings::compiled, posting, version, subject).await? {
        subject.clone_from(&posting.requirements.subject);
    }
    let key = arrival.key.as_str();
    let shown_version = arrival.posting_version.trim().parse::<u32>();
    // A page on a shared computer posts one that is good for an hour.
    let admitted = receipt::admitted(context, env, reference, Credential::Visit(key)).await?;
    let Some(admitted) = admitted else {
        return Ok(answer::failure(context, Failure::NotFound));
    };
    let amendment = Amendment {
        reference,
        key: &admitted,
        // One that names no revision was made from none that there is.
        revision: arrival.revision.trim().parse().unwrap_or_default(),
        received_at: context.received_at,
        language: context.texts_for(posting).language_tag,
        own_addresses: &app.own_addresses,
        unicode: UNICODE,
        form: arrival.form,
        documents: arrival.documents,
        holds: !context.wants_json,
        uses_held: arrival.held == "yes",
    };
    let (documents, ledger, queue) = (&app.documents, &app.ledger, &app.queue);
    let verdict = correct(documents, ledger, queue, &app.signing, posting, amendment).await?;
    let texts = context.texts_for(posting);
    Ok(match verdict {
        Some(Verdict::Accepted { received, outcome, unqueued }) => {
            log_accepted(&received, outcome, unqueued.as_ref());
            accepted(context, app, &received, outcome)
        }
        Some(Verdict::Refused { form, issues, kept: Some(kept), holding }) => {
            log_holding(&holding);
            let (issues, held) = (issues.as_slice(), holding.documents.as_slice());
            let has_changed = shown_version.is_ok_and(|version| version < posting.version);
            let not_taken = has_changed.then_some(texts.form_posting_changed);
            let shown = Shown { values: *form, issues, not_taken, held, received: &kept, key };
            refused(context, posting, &shown)
        }
        Some(Verdict::Outdated { kept, .. }) => {
            not_taken(context, posting, &Reason::outdated(texts.correct_outdated), &kept, key)
        }
        Some(Verdict::TooManyRevisions { kept, .. }) => {
            not_taken(context, posting, &Reason::too_many_revisions(texts), &kept, key)
        }
        Some(Verdict::TooFast { kept, .. }) => {
            not_taken(context, posting, &Reason::too_fast(texts), &kept, key)
        }
        // Withdrawn meanwhile, or never there.
        Some(Verdict::Retired { .. } | Verdict::Refused { kept: None, .. }) | None => {
            answer::failure(context, Failure::NotFound)
        }
    })
}

/// A form to be shown.
struct Shown<'a> {
    values: Form,
    issues: &'a [Issue],
    not_taken: Option<&'a str>,
    held: &'a [HeldDocument],
    received: &'a Application,
    key: &'a str,
}

/// The form with what an application says now.
fn current<'a>(received: &'a Application, key: &'a str, not_taken: Option<&'a str>) -> Shown<'a> {
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
        consent: if is_sealed || awaits_answers(received) {
            String::new()
        } else {
            "yes".to_owned()
        },
        ..Form::default()
    };
    Shown { values, issues: &[], not_taken, held: &[], received, key }
}

fn show(
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

fn refused(
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
fn not_taken(
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

/// The answer to a form that was not read, for want of memory or because it
/// came too slowly: to be sent again in a while, with the proof of when it
/// arrived. A browser gets the form back where its key is in the address.
async fn come_back(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    reference: &str,
    code: &str,
) -> worker::Result<Response> {
    let signing = match config::signing_key(env) {
        Ok(signing) => signing,
        Err(fault) => return answer::unavailable(context, &fault),
    };
    let arrival = Arrival { received_at: context.received_at };
    let sealed = arrival.seal(&signing, &scope(reference));
    let why = context.texts().form_busy;
    let mut response = if context.wants_json {
        let body = serde_json::json!({ "error": "busy", "message": why, "arrival": sealed });
        answer::json(503, &body, Caching::Never)
    } else {
        let Ok(Some(Opened::Application(opened))) = receipt::find(context, env, reference).await
        else {
            return busy(context, code);
        };
        let Some(posting) = postings::find(known, &opened.received.posting) else {
            return busy(context, code);
        };
        let (context, key) = (context.arrived(arrival, sealed), receipt::key(context));
        show(&context, posting, 503, &current(&opened.received, &key, Some(why)))
    }?;
    log::turned_away(code);
    response.headers_mut().set("Retry-After", answer::RETRY_AFTER)?;
    Ok(response)
}

/// What a signed arrival of a correction is good for: one application.
fn scope(reference: &str) -> String {
    Reference::parse(reference).map_or_else(|| reference.to_owned(), |known| known.to_string())
}

/// To be sent again in a while. Nothing of the form is known yet, so that a
/// browser goes back to it.
pub(super) fn busy(context: &RequestContext, cause: &str) -> worker::Result<Response> {
    log::turned_away(cause);
    answer::later(context, Failure::Busy, guard::RETRY_AFTER)
}
