//! `GET /postings/{slug}/by-mail`

use domain::{Failure, Posting};
use views::Site;
use worker::{Env, Response};

use crate::routes::RequestContext;
use crate::routes::answer::{self, Caching};
use crate::{config, postings};

/// Says how to apply by mail, where mail comes in.
pub(super) fn page(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    slug: &str,
) -> worker::Result<Response> {
    let intake = config::receiver(env).ok().map(|receiver| receiver.address);
    let (Some(posting), Some(intake)) = (postings::published(known, slug), intake) else {
        return answer::failure(context, Failure::NotFound);
    };
    let (texts, now) = (context.texts_for(posting), context.received_at);
    let site = Site { base_url: &context.origin };
    let page = views::by_mail(texts, posting, intake.as_str(), now, &site);
    answer::html(200, &page, Caching::Privately)
}
