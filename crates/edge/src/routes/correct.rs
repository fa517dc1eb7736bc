//! `GET /applications/{reference}/correct?key=…` shows the form with what was
//! sent, `POST /applications/{reference}/corrections` takes it.

use domain::{Application, Failure, HeldDocument, Posting, Reference};
use intake::ports::{Fault, Ledger as _};
use intake::{
    Amendment, Announced, Announcement, Arrival, Credential, Opened, Source, Verdict, address_key,
    announce_correction, correct, correct_announced, is_a_subject,
    posting_for_page,
};
use rules::{Form, Issue};
use views::{Completes, CorrectionOf, FormState, Site};
use worker::{Env, Request, Response};

use crate::adapters::{UNICODE, UploadedFile};
use crate::app::AppContext;
use crate::routes::answer::{self, Caching};
use crate::routes::form::{self, ReceivedForm};
use crate::routes::guard::{self, Guard};
use crate::routes::outcome::{
    Reason, accepted, issues_body, log_accepted, log_holding, tell_of_change,
};
use crate::routes::{RequestContext, cross_site, parts, receipt};
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
    let place = Place { env, known, reference, network: guard.sender() };
    let bytes = form::declared_bytes(&request);
    let Some(permit) = semaphore::acquire(bytes, guard.sender(), semaphore::HELD).await else {
        return place.come_back(context, "crowded").await;
    };
    let result = async {
        let app = AppContext::of(env)?;
        let Some(corrected) = place.find(&app).await? else {
            return Ok(answer::failure(context, Failure::NotFound));
        };
        let asked = &corrected.posting.requirements;
        let arrival = match form::read(request, asked, &permit).await {
            Ok(arrival) => arrival,
            Err(unreadable) => {
                return Ok(match unreadable.failure(form::MAX_BYTES) {
                    Some(failure) => answer::failure(context, failure),
                    None => place.come_back(context, "stalled").await,
                });
            }
        };
        place.take_in(context, &app, corrected, arrival).await
    };
    result.await.unwrap_or_else(|fault| answer::unavailable(context, &fault))
}

/// What is to be corrected, and by whom.
struct Place<'a> {
    env: &'a Env,
    known: &'a [Posting],
    reference: &'a str,
    network: Option<&'a str>,
}

/// The application to be corrected: its id, its posting in the current version,
/// and the version it was judged by.
struct Corrected {
    id: String,
    posting: Posting,
    version: Option<u32>,
}

impl Place<'_> {
    /// Where there is no such application, the posting is any: the key, which
    /// comes in the form, decides what is answered.
    async fn find(&self, app: &AppContext) -> Result<Option<Corrected>, Fault> {
        let reference = Reference::parse(self.reference);
        let lookup = app.ledger.look_up_receipt(reference.as_ref(), "").await?;
        let received = app.ledger.find(&lookup.id).await?;
        let any = self.known.first().map_or("", |posting| &posting.slug);
        let slug = received.as_ref().map_or(any, |received| &received.posting);
        let current = postings::current(&app.ledger, slug).await?;
        let version = received.and_then(|received| received.posting_version);
        let id = lookup.id;
        Ok(current.map(|current| Corrected { id, posting: current.posting, version }))
    }

    async fn take_in(
        &self,
        context: &RequestContext,
        app: &AppContext,
        corrected: Corrected,
        mut arrival: ReceivedForm,
    ) -> Result<worker::Result<Response>, Fault> {
        let Place { env, reference, .. } = *self;
        let Corrected { id, posting: current, version } = corrected;
        let sealed = &arrival.arrival;
        let first = Arrival::open(&app.signing, &scope(reference), sealed, context.received_at);
        let first = first.map(|first| context.arrived(first, sealed.clone()));
        let context = first.as_ref().unwrap_or(context);
        // One that names no revision was made from none that there is.
        let revision = arrival.revision.trim().parse().unwrap_or_default();
        let source = Source::Receipt { application: &id, revision, key: &arrival.key };
        let announced =
            parts::find(context, app, &current.slug, source, &arrival.form, &arrival.announced)
                .await?;
        let context = announced.as_ref().map_or(context, |(_, first)| first);
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
            revision,
            received_at: context.received_at,
            language: context.texts_for(posting).language_tag,
            own_addresses: &app.own_addresses,
            unicode: UNICODE,
            form: arrival.form,
            documents: arrival.documents,
            holds: !context.wants_json,
            uses_held: arrival.held == "yes",
        };
        let announcement = announced.as_ref().map(|(announcement, _)| announcement);
        let verdict = match self.judge(context, app, posting, amendment, announcement).await? {
            Judged::Verdict(verdict) => verdict,
            Judged::Answered(response) => return Ok(response),
        };
        Ok(answered(
            context,
            app,
            posting,
            verdict.map(|verdict| *verdict),
            shown_version.ok(),
            key,
        ))
    }

    /// Corrects the application, or says which documents are still to come.
    async fn judge(
        &self,
        context: &RequestContext,
        app: &AppContext,
        posting: &Posting,
        amendment: Amendment<'_, UploadedFile>,
        announcement: Option<&Announcement>,
    ) -> Result<Judged, Fault> {
        let AppContext { documents, ledger, queue, signing, .. } = app;
        let Some(announcement) = announcement else {
            let verdict = correct(documents, ledger, queue, signing, posting, amendment).await?;
            return Ok(Judged::Verdict(verdict.map(Box::new)));
        };
        let announced = announce_correction(
            documents,
            ledger,
            queue,
            signing,
            posting,
            announcement,
            &amendment,
        );
        // Large, and most corrections do without it.
        match Box::pin(announced).await? {
            None => Ok(Judged::Verdict(None)),
            Some(Announced::Answered(verdict)) => Ok(Judged::Verdict(Some(verdict))),
            Some(Announced::Awaited(awaited)) => {
                Ok(Judged::Answered(parts::still_to_come(context, posting, &awaited)))
            }
            Some(Announced::Complete) => {
                let bytes = announcement.bytes();
                let permit = semaphore::acquire(bytes, self.network, parts::PUT_TOGETHER_MS);
                let Some(_permit) = permit.await else {
                    return Ok(Judged::Answered(self.come_back(context, "crowded").await));
                };
                let corrected = correct_announced(
                    documents,
                    ledger,
                    queue,
                    signing,
                    posting,
                    announcement,
                    amendment,
                );
                Ok(Judged::Verdict(Box::pin(corrected).await?.map(Box::new)))
            }
        }
    }

    /// The answer to a form that was not read, for want of memory or because it
    /// came too slowly: to be sent again in a while, with the proof of when it
    /// arrived. A browser gets the form back where its key is in the address.
    async fn come_back(&self, context: &RequestContext, code: &str) -> worker::Result<Response> {
        let Place { env, known, reference, .. } = *self;
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
            let Ok(Some(Opened::Application(opened))) =
                receipt::find(context, env, reference).await
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
}

/// What became of a correction.
enum Judged {
    /// Nothing where the application was withdrawn, or never was there.
    Verdict(Option<Box<Verdict>>),
    Answered(worker::Result<Response>),
}

fn answered(
    context: &RequestContext,
    app: &AppContext,
    posting: &Posting,
    verdict: Option<Verdict>,
    shown_version: Option<u32>,
    key: &str,
) -> worker::Result<Response> {
    let texts = context.texts_for(posting);
    match verdict {
        Some(Verdict::Accepted { received, outcome, unqueued }) => {
            log_accepted(&received, outcome, unqueued.as_ref());
            accepted(context, app, &received, outcome)
        }
        Some(Verdict::Refused { form, issues, kept: Some(kept), holding }) => {
            log_holding(&holding);
            let (issues, held) = (issues.as_slice(), holding.documents.as_slice());
            let has_changed = shown_version.is_some_and(|version| version < posting.version);
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
    }
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
        consent: if is_sealed || received.awaits_answers() {
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
