//! `GET /postings/{slug}`

use domain::{Failure, Posting};
use intake::ports::Fault;
use intake::{ApplicationId, Token};
use locales::Texts;
use rules::Form;
use rules::deadline::Phase;
use views::{FormState, Site};
use worker::{Env, Response};

use crate::adapters::random_u128;
use crate::routes::RequestContext;
use crate::routes::answer::{self, Caching};
use crate::{config, postings};

/// Returns the posting and, while it is open, its form.
pub(super) fn page(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    slug: &str,
) -> worker::Result<Response> {
    let Some(posting) = postings::published(known, slug) else {
        return answer::failure(context, Failure::NotFound);
    };
    let texts = context.texts_for(posting);
    let token = config::signing_key(env)
        .and_then(|key| Ok(fresh_token(context, posting)?.seal(&key, &posting.slug)));
    match token {
        Ok(token) => {
            let values = Form::default();
            let arrival = &context.arrival;
            let receiver = config::receiver(env).ok();
            let intake = receiver.as_ref().map(|receiver| receiver.address.as_str());
            let form = FormState { arrival, intake, ..FormState::new(&values, &token) };
            let page = with_form(context, texts, posting, form);
            // A token must never come back from a cache.
            let is_open = posting.requirements.window.phase(context.received_at) == Phase::Open;
            answer::html(200, &page, if is_open { Caching::Never } else { Caching::Privately })
        }
        Err(fault) => answer::unavailable(context, &fault),
    }
}

/// The page with the form in a state.
pub(super) fn with_form(
    context: &RequestContext,
    texts: &'static Texts,
    posting: &Posting,
    form: FormState<'_>,
) -> String {
    let site = Site { base_url: &context.origin };
    views::posting(texts, posting, context.received_at, Some(form), &site)
}

/// Returns a token for an application to come from a page that shows
/// `posting`.
pub(super) fn fresh_token(context: &RequestContext, posting: &Posting) -> Result<Token, Fault> {
    let id = ApplicationId::from_random(random_u128()?);
    Ok(Token { id, issued_at: context.received_at, version: Some(posting.version) })
}
