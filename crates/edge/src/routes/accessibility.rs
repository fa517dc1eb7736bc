//! `GET /accessibility`

use domain::Posting;
use views::Site;
use worker::Response;

use crate::routes::RequestContext;
use crate::routes::answer::{self, Caching};

/// Returns the accessibility statement.
pub(super) fn page(context: &RequestContext, postings: &[Posting]) -> worker::Result<Response> {
    let site = Site { base_url: &context.origin };
    let page = views::accessibility(context.texts(), postings, context.received_at, &site);
    answer::html(200, &page, Caching::Privately)
}
