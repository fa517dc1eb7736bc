//! `GET /postings/{slug}`

use domain::Failure;
use domain::Posting;
use intake::ports::Fault;
use intake::{ApplicationId, Token};
use locales::Texts;
use rules::{Form, Issue};
use views::{FormState, Site};
use worker::{Env, Response};

use crate::adapters::random_u128;
use crate::routes::RequestContext;
use crate::routes::answer::{self, Caching};
use crate::{app, config};

/// Returns the posting and, while it is open, its form.
pub(super) fn page(context: &RequestContext, env: &Env, slug: &str) -> worker::Result<Response> {
    let Some(posting) = app::posting(slug) else {
        return answer::failure(context, Failure::NotFound);
    };
    let texts = context.texts_for(posting);
    let token = config::signing_key(env)
        .and_then(|key| Ok(fresh_token(context)?.seal(&key, &posting.slug)));
    match token {
        Ok(token) => {
            let page = with_form(context, texts, posting, &Form::default(), &[], &token);
            answer::html(200, &page, Caching::Privately)
        }
        Err(fault) => answer::unavailable(context, &fault),
    }
}

/// Returns the page with what was typed and what is wrong with it.
pub(super) fn with_form(
    context: &RequestContext,
    texts: &'static Texts,
    posting: &Posting,
    values: &Form,
    issues: &[Issue],
    token: &str,
) -> String {
    shown(context, texts, posting, state(context, values, issues, token, false))
}

/// Returns the page with what was typed, to be sent again in a while.
pub(super) fn busy(
    context: &RequestContext,
    texts: &'static Texts,
    posting: &Posting,
    values: &Form,
    token: &str,
) -> String {
    shown(context, texts, posting, state(context, values, &[], token, true))
}

fn state<'a>(
    context: &'a RequestContext,
    values: &'a Form,
    issues: &'a [Issue],
    token: &'a str,
    is_busy: bool,
) -> FormState<'a> {
    FormState { values, issues, token, arrival: &context.arrival, is_busy }
}

fn shown(
    context: &RequestContext,
    texts: &'static Texts,
    posting: &Posting,
    form: FormState<'_>,
) -> String {
    views::posting(
        texts,
        posting,
        context.received_at,
        Some(form),
        &Site { base_url: &context.origin },
    )
}

/// Returns a token for an application to come.
pub(super) fn fresh_token(context: &RequestContext) -> Result<Token, Fault> {
    let id = ApplicationId::from_random(random_u128()?);
    Ok(Token { id, issued_at: context.received_at })
}
