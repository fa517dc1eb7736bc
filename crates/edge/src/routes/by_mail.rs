//! `GET /postings/{slug}/by-mail`

use domain::{Failure, Posting};
use views::Site;
use worker::{Env, Response};

use crate::routes::RequestContext;
use crate::routes::answer::{self, Caching};
use crate::{config, postings};

/// Returns the page that says how to apply by mail; the way to the posting
/// where it takes none.
pub(super) fn page(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    slug: &str,
) -> worker::Result<Response> {
    let Some(posting) = postings::published(known, slug) else {
        return answer::failure(context, Failure::NotFound);
    };
    let (texts, now) = (context.texts_for(posting), context.received_at);
    let site = Site { base_url: &context.origin };
    let intake = config::receiver(env).ok().map(|receiver| receiver.address);
    let page =
        intake.and_then(|intake| views::by_mail(texts, posting, intake.as_str(), now, &site));
    match page {
        Some(page) => answer::html(200, &page, Caching::Privately),
        None => answer::see_other(&format!("/postings/{slug}?lang={}", texts.language_tag)),
    }
}
