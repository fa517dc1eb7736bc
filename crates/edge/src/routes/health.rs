//! `GET /healthz`

use worker::Response;

use crate::routes::Visit;
use crate::routes::answer::{self, Keep};

/// Whether the Worker answers. Its `Date` is what the page sets its countdown
/// by after the device has slept.
pub(super) fn answer(visit: &Visit) -> worker::Result<Response> {
    let mut response = answer::json(200, &serde_json::json!({ "status": "ok" }), Keep::Never)?;
    response.headers_mut().set("Date", &visit.received_at.to_http_date())?;
    Ok(response)
}
