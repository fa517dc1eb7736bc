//! `GET /healthz`

use worker::Response;

use crate::routes::RequestContext;
use crate::routes::answer::{self, Keep};

/// Whether the Worker answers. Its `Date` is what the page sets its countdown
/// by after the device has slept.
pub(super) fn answer(context: &RequestContext) -> worker::Result<Response> {
    let mut response = answer::json(200, &serde_json::json!({ "status": "ok" }), Keep::Never)?;
    response.headers_mut().set("Date", &context.received_at.to_http_date())?;
    Ok(response)
}
