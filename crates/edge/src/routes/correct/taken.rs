//! What becomes of a correction.

use domain::{Failure, Posting, Reference};
use intake::ports::{Fault, Ledger as _};
use intake::{
    Amendment, Announced, Announcement, Arrival, Credential, Opened, Source, Verdict,
    announce_correction, correct, correct_announced, is_a_subject,
};
use worker::{Env, Response};

use super::shown::{Shown, current, not_taken, refused, show};
use super::{busy, judged_by};
use crate::adapters::{UNICODE, UploadedFile};
use crate::app::AppContext;
use crate::routes::answer::{self, Caching};
use crate::routes::form::ReceivedForm;
use crate::routes::outcome::{Reason, accepted, log_accepted, log_holding};
use crate::routes::{RequestContext, parts, receipt};
use crate::{config, log, postings, semaphore};

/// What is to be corrected, and by whom.
pub(super) struct Place<'a> {
    pub(super) env: &'a Env,
    pub(super) known: &'a [Posting],
    pub(super) reference: &'a str,
    pub(super) network: Option<&'a str>,
}

/// The application to be corrected: its id, its posting in the current version,
/// and the version it was judged by.
pub(super) struct Corrected {
    id: String,
    pub(super) posting: Posting,
    version: Option<u32>,
}

impl Place<'_> {
    /// Where there is no such application, the posting is any: the key, which
    /// comes in the form, decides what is answered.
    pub(super) async fn find(&self, app: &AppContext) -> Result<Option<Corrected>, Fault> {
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

    pub(super) async fn take_in(
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
        let announced = parts::find(
            context,
            app,
            &current.slug,
            source,
            &arrival.form,
            arrival.announced.as_deref(),
        )
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
    pub(super) async fn come_back(
        &self,
        context: &RequestContext,
        code: &str,
    ) -> worker::Result<Response> {
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

/// What a signed arrival of a correction is good for: one application.
fn scope(reference: &str) -> String {
    Reference::parse(reference).map_or_else(|| reference.to_owned(), |known| known.to_string())
}
