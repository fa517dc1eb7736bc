//! Requests to the Worker.

use js_sys::{Array, Date, JSON, Reflect};
use rules::Timestamp;
use wasm_bindgen::prelude::*;
use web_sys::{Event, FormData, HtmlFormElement, ProgressEvent, XmlHttpRequest};

use crate::event::listen;
use crate::sending::{Answer, Told};
use crate::value::{from_js, member, size_from_js};

/// What happens to an upload.
pub(crate) enum News {
    /// So many bytes have left, of so many.
    Progress { sent: u64, total: u64 },
    /// It came to an end.
    Answer(Answer),
}

/// Posts `form` and tells `hear` how it goes. There is no time limit: a slow
/// line is no reason to break off. Aborting the request ends the news.
pub(crate) fn post(
    form: &HtmlFormElement,
    hear: impl Fn(News) + Clone + 'static,
) -> Result<XmlHttpRequest, JsValue> {
    let request = XmlHttpRequest::new()?;
    let action = form.get_attribute("action").unwrap_or_default();
    request.open_with_async("POST", &action, true)?;
    request.set_request_header("Accept", "application/json")?;
    let progress = hear.clone();
    let upload = request.upload()?;
    listen(&upload, "progress", move |event: ProgressEvent| {
        let (sent, total) = (size_from_js(event.loaded()), size_from_js(event.total()));
        progress(News::Progress { sent, total });
    })?;
    let failed = hear.clone();
    listen(&request, "error", move |_: Event| {
        failed(News::Answer(Answer::Failed { status: 0, retry_after: None }));
    })?;
    let answered = request.clone();
    listen(&request, "load", move |_: Event| hear(News::Answer(answer(&answered))))?;
    request.send_with_opt_form_data(Some(&FormData::new_with_form(form)?))?;
    Ok(request)
}

/// Asks the server for the time and tells `hear`, if it answers.
pub(crate) fn ask_time(hear: impl Fn(Timestamp) + 'static) -> Result<(), JsValue> {
    get("/healthz", "", move |answer| {
        let date = answer.get_response_header("Date").ok().flatten();
        if let Some(ms) = date.and_then(|date| from_js(Date::parse(&date))) {
            hear(Timestamp(ms));
        }
    })
}

/// Asks for the page again and tells `hear` the token in it, if there is one.
pub(crate) fn ask_token(
    address: &str,
    hear: impl Fn(Option<String>) + 'static,
) -> Result<(), JsValue> {
    get(address, "document", move |answer| {
        let page = answer.response_xml().ok().flatten();
        let token = page.and_then(|page| page.get_element_by_id("token"));
        hear(token.and_then(|token| token.get_attribute("value")));
    })
}

fn get(
    address: &str,
    response_type: &str,
    hear: impl Fn(&XmlHttpRequest) + 'static,
) -> Result<(), JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open_with_async("GET", address, true)?;
    if response_type == "document" {
        request.set_response_type(web_sys::XmlHttpRequestResponseType::Document);
    }
    let answered = request.clone();
    listen(&request, "loadend", move |_: Event| hear(&answered))?;
    request.send()
}

fn answer(request: &XmlHttpRequest) -> Answer {
    let status = request.status().unwrap_or(0);
    let answer = match status {
        201 => received(request),
        422 => refused(request),
        _ => None,
    };
    answer.unwrap_or_else(|| {
        let after = request.get_response_header("Retry-After").ok().flatten();
        let retry_after = after.and_then(|after| after.trim().parse().ok());
        Answer::Failed { status, retry_after }
    })
}

fn received(request: &XmlHttpRequest) -> Option<Answer> {
    let status_url = member(&body(request)?, "status_url").ok()?;
    Some(Answer::Received { status_url })
}

fn refused(request: &XmlHttpRequest) -> Option<Answer> {
    let issues: Array = Reflect::get(&body(request)?, &"issues".into()).ok()?.dyn_into().ok()?;
    let told = |issue: JsValue| {
        Some(Told {
            field: member(&issue, "field").ok()?,
            message: member(&issue, "message").ok()?,
        })
    };
    Some(Answer::Refused(issues.iter().filter_map(told).collect()))
}

fn body(request: &XmlHttpRequest) -> Option<JsValue> {
    JSON::parse(&request.response_text().ok().flatten()?).ok()
}
