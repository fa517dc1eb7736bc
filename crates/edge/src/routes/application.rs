//! `POST /postings/{slug}/applications`

mod announced;
mod refusal;

use domain::{Failure, Posting};
use intake::ports::Fault;
use intake::{
    Announcement, Arrival, PageTerms, Source, Token, Verdict, is_a_subject, page_terms, submit,
};
use rules::{Code, Form, Issue};
use worker::{Env, Request, Response};

use self::announced::Taken;
use self::refusal::{Mistaken, Page, busy, come_back, correction_not_taken, refused};
use crate::app::AppContext;
use crate::postings::Current;
use crate::routes::form::{self, ReceivedForm};
use crate::routes::guard::Guard;
use crate::routes::outcome::{Reason, accepted, log_accepted, log_holding};
use crate::routes::{RequestContext, answer, cross_site, parts, posting};
use crate::{postings, semaphore};

/// Takes an application in.
pub(super) async fn post(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    slug: &str,
    request: Request,
) -> worker::Result<Response> {
    let published;
    let posting = match postings::find(known, slug) {
        Some(posting) => posting,
        // Published less than half a minute ago, perhaps: other isolates may show its page.
        None => match with_current(env, slug).await {
            Ok((_, Some(current))) => {
                published = current.posting;
                &published
            }
            Ok((_, None)) => return answer::failure(context, Failure::NotFound),
            Err(fault) => return answer::unavailable(context, &fault),
        },
    };
    if let Some(refusal) = cross_site::refusal(context, &request) {
        return refusal;
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
        Err(unreadable) => {
            return match unreadable.failure(form::MAX_BYTES) {
                Some(failure) => answer::failure(context, failure),
                None => come_back(context, env, posting, "stalled"),
            };
        }
    };
    let result = async {
        let first = first_arrival(context, &app, posting, &received);
        let (now, context) = (context.received_at, first.as_ref().unwrap_or(context));
        let Some(token) = open_token(context, &app, posting, &received)? else {
            // Not a token of ours: nothing can be said about what came before.
            let issues = vec![Issue::new("token", Code::NotAChoice)];
            let token = posting::fresh_token(context, posting)?.seal(&app.signing, &posting.slug);
            let mistaken = Mistaken::new(&received.form, &issues);
            return Ok(refused(context, posting, &Page::unchanged(token), &mistaken));
        };
        // An earlier version may have asked for more: its pages are told that the posting has changed.
        let is_earlier = token.version.is_some_and(|version| version < posting.version);
        if !is_earlier && received.has_too_many_parts(&posting.requirements) {
            return Ok(answer::failure(context, Failure::TooManyParts));
        }
        let cause = match flood {
            None => guard.judge(&received.trap, token.issued_at, now).await,
            flood => flood,
        };
        if let Some(cause) = cause {
            // The page that is shown is that of the current version.
            let token = Token { version: Some(posting.version), ..token };
            let token = token.seal(&app.signing, &posting.slug);
            return Ok(busy(context, posting, &received.form, &token, cause));
        }
        if !posting.is_published() && received.token.is_empty() {
            return Ok(answer::failure(context, Failure::NotFound));
        }
        let (form, source) = (&received.form, Source::Page(&token.id));
        let announced =
            parts::find(context, &app, &posting.slug, source, form, received.announced.as_deref())
                .await?;
        let context = announced.as_ref().map_or(context, |(_, first)| first);
        let announcement = announced.as_ref().map(|(announcement, _)| announcement);
        let (current, at) = (posting.clone(), context.received_at);
        let terms =
            page_terms(&app.ledger, postings::compiled, current, state_since, &token, at).await?;
        let from = Sender { env, network: guard.sender() };
        take_in(context, &app, &terms, token, received, announcement, &from).await
    };
    result.await.unwrap_or_else(|fault| answer::unavailable(context, &fault))
}

/// The context, and the version of the posting that is current now: known ones
/// may be half a minute old.
async fn with_current(env: &Env, slug: &str) -> Result<(AppContext, Option<Current>), Fault> {
    let app = AppContext::of(env)?;
    let current = postings::current(&app.ledger, slug).await?;
    Ok((app, current))
}

/// Where a form comes from.
struct Sender<'a> {
    env: &'a Env,
    network: Option<&'a str>,
}

async fn take_in(
    context: &RequestContext,
    app: &AppContext,
    terms: &PageTerms,
    token: Token,
    mut received: ReceivedForm,
    announcement: Option<&Announcement>,
    from: &Sender<'_>,
) -> Result<worker::Result<Response>, Fault> {
    let posting = &terms.posting;
    // The form that is shown again is that of the version by which it was judged.
    let page = Page {
        has_changed: token.version.is_some_and(|version| version < posting.version),
        token: Token { version: Some(posting.version), ..token.clone() }
            .seal(&app.signing, &posting.slug),
    };
    let subject = &mut received.form.subject;
    if is_a_subject(&app.ledger, postings::compiled, posting, token.version, subject).await? {
        subject.clone_from(&posting.requirements.subject);
    }
    let language = context.texts_for(posting).language_tag;
    let submission = received.into_submission(
        token.id,
        context,
        language,
        &app.own_addresses,
        &app.signing,
        terms,
    );
    let verdict = match announcement {
        None => submit(&app.documents, &app.ledger, &app.queue, posting, submission).await?,
        Some(announcement) => {
            let progress =
                announced::take_in(context, app, from, posting, announcement, submission);
            // Large, and most forms do without it.
            match Box::pin(progress).await? {
                Taken::Judged(verdict) => verdict,
                Taken::Answered(response) => return Ok(response),
            }
        }
    };
    let Verdict::Retired { form } = verdict else {
        return Ok(answered(context, app, posting, verdict, &page));
    };
    let issues = vec![Issue::new("token", Code::NotAChoice)];
    let token = posting::fresh_token(context, posting)?.seal(&app.signing, &posting.slug);
    Ok(refused(context, posting, &Page::unchanged(token), &Mistaken::new(&form, &issues)))
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
        Verdict::Refused { form, issues, kept, holding } => {
            log_holding(&holding);
            let (kept, held) = (kept.as_deref(), holding.documents.as_slice());
            let mistaken = Mistaken { form: &form, issues: &issues, kept, held };
            refused(context, posting, page, &mistaken)
        }
        Verdict::Retired { form } => refused(context, posting, page, &Mistaken::new(&form, &[])),
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

/// Returns the form's token, or a new one where it has none. Nothing for a
/// token that is not ours, and for a form without one whose documents come in
/// parts: it is sent several times.
fn open_token(
    context: &RequestContext,
    app: &AppContext,
    posting: &Posting,
    received: &ReceivedForm,
) -> Result<Option<Token>, Fault> {
    let sealed = received.token.as_str();
    if sealed.is_empty() && received.announced.is_none() {
        return posting::fresh_token(context, posting).map(Some);
    }
    Ok(Token::open(&app.signing, &posting.slug, sealed))
}
