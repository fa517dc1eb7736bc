//! `GET /sitemap.xml`, `GET /feed.xml` and `GET /postings/{slug}.ics`: the
//! open postings and their deadlines for machines.

use domain::{Failure, Posting};
use rules::deadline::Phase;
use views::Site;
use worker::Response;

use crate::postings::published;
use crate::routes::RequestContext;
use crate::routes::answer::{self, Caching};

/// The sitemap.
pub(super) fn sitemap(context: &RequestContext, postings: &[Posting]) -> worker::Result<Response> {
    let site = Site { base_url: &context.origin };
    let sitemap = views::sitemap(postings, context.received_at, &site);
    answer::text("application/xml; charset=utf-8", &sitemap, Caching::Privately)
}

/// The Atom feed.
pub(super) fn feed(context: &RequestContext, postings: &[Posting]) -> worker::Result<Response> {
    let site = Site { base_url: &context.origin };
    let feed = views::feed(context.texts(), postings, context.received_at, &site);
    answer::text("application/atom+xml; charset=utf-8", &feed, Caching::Privately)
}

/// The deadline of an open posting, for a calendar.
pub(super) fn calendar(
    context: &RequestContext,
    postings: &[Posting],
    slug: &str,
) -> worker::Result<Response> {
    let is_open =
        |posting: &&Posting| posting.requirements.window.phase(context.received_at) == Phase::Open;
    let Some(posting) = published(postings, slug).filter(is_open) else {
        return answer::failure(context, Failure::NotFound);
    };
    let site = Site { base_url: &context.origin };
    let calendar = views::deadline_calendar(context.texts_for(posting), posting, &site);
    let mut response = answer::text("text/calendar; charset=utf-8", &calendar, Caching::Privately)?;
    // A slug is lower-case letters, digits and hyphens.
    let name = format!("attachment; filename=\"{slug}.ics\"");
    response.headers_mut().set("Content-Disposition", &name)?;
    Ok(response)
}
