//! `GET /`

use views::Site;
use worker::Response;

use crate::desk;
use crate::routes::Visit;
use crate::routes::answer::{self, Keep};

/// The postings, open ones first.
pub(super) fn page(visit: &Visit) -> worker::Result<Response> {
    let site = Site { base_url: &visit.origin };
    let page = views::careers(visit.texts(), desk::postings(), visit.received_at, &site);
    answer::html(200, &page, Keep::Privately)
}
