//! Requests to the Worker.

use js_sys::{Date, JSON};
use rules::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use web_sys::{
    Document, Event, FormData, HtmlFormElement, ProgressEvent, XmlHttpRequest,
    XmlHttpRequestResponseType,
};

use crate::event::{listen, log_error};
use crate::message::Message;
use crate::number::{byte_count, whole};
use crate::sending::{Answer, Changed, FieldError};

/// Posts `form` by `request` and tells `hear` how it goes. There is no time
/// limit: a slow line is no reason to break off. Aborting the request ends the
/// news.
pub(crate) fn post(
    form: &HtmlFormElement,
    request: XmlHttpRequest,
    hear: impl Fn(Message) + Clone + 'static,
) -> Result<XmlHttpRequest, JsValue> {
    request.open_with_async("POST", &form.get_attribute("action").unwrap_or_default(), true)?;
    request.set_request_header("Accept", "application/json")?;
    let (progress, failed, answered) = (hear.clone(), hear.clone(), request.clone());
    listen(&*request.upload()?, "progress", move |event: ProgressEvent| {
        let (sent, total) = (byte_count(event.loaded()), byte_count(event.total()));
        progress(Message::Progress { sent, total });
    });
    listen(&request, "error", move |_: Event| failed(Message::Answered(Answer::Nothing)));
    let sent = form.clone();
    listen(&request, "load", move |_: Event| {
        keep_arrival(&sent, &answered);
        hear(Message::Answered(answer(&answered)));
    });
    request.send_with_opt_form_data(Some(&FormData::new_with_form(form)?))?;
    Ok(request)
}

/// Asks the server for the time and tells `hear`, if it answers.
pub(crate) fn ask_time(hear: impl Fn(Timestamp) + 'static) -> Result<(), JsValue> {
    let request = open("GET", "/healthz")?;
    get(&request, move |answer| {
        let date = answer.get_response_header("Date").ok().flatten();
        let date = date.map(|date| Date::parse(&date)).filter(|ms| ms.is_finite());
        if let Some(ms) = date {
            hear(Timestamp(whole(ms)));
        }
    })
}

/// Asks for the page again and tells `hear` the token in it, if there is one.
pub(crate) fn ask_token(hear: impl Fn(Option<String>) + 'static) -> Result<(), JsValue> {
    ask_page(move |page| {
        let token = page.and_then(|page| page.get_element_by_id("token"));
        hear(token.and_then(|token| token.get_attribute("value")));
    })
}

/// Asks by the token of `form` alone whether an application from this page has
/// arrived, and tells `hear` the address of its receipt.
pub(crate) fn ask_receipt(
    form: &HtmlFormElement,
    hear: impl Fn(Option<String>) + 'static,
) -> Result<(), JsValue> {
    let request = open("POST", &form.get_attribute("action").unwrap_or_default())?;
    request.set_request_header("Accept", "application/json")?;
    let (all, token) = (FormData::new_with_form(form)?, FormData::new()?);
    token.append_with_str("token", &all.get("token").as_string().unwrap_or_default())?;
    let answered = request.clone();
    listen(&request, "loadend", move |_: Event| {
        let is_there = answered.status() == Ok(200);
        let receipt = is_there.then(|| body(&answered)).flatten();
        hear(receipt.map(|Received { status_url }| status_url));
    });
    request.send_with_opt_form_data(Some(&token))
}

/// Asks for the page again and passes it to `hear`, if it comes.
pub(crate) fn ask_page(hear: impl Fn(Option<Document>) + 'static) -> Result<(), JsValue> {
    let request = open("GET", "")?;
    request.set_response_type(XmlHttpRequestResponseType::Document);
    get(&request, move |answer| hear(answer.response_xml().ok().flatten()))
}

fn open(method: &str, address: &str) -> Result<XmlHttpRequest, JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open_with_async(method, address, true)?;
    Ok(request)
}

fn get(request: &XmlHttpRequest, hear: impl Fn(&XmlHttpRequest) + 'static) -> Result<(), JsValue> {
    let answered = request.clone();
    listen(request, "loadend", move |_: Event| hear(&answered));
    request.send()
}

fn answer(request: &XmlHttpRequest) -> Answer {
    let status = request.status().unwrap_or(0);
    let after = request.get_response_header("Retry-After").ok().flatten();
    let retry_after = after.and_then(|after| after.trim().parse().ok());
    let answer = match status {
        // The second time, the application was there already.
        200 | 201 => body(request).map(|Received { status_url }| Answer::Received { status_url }),
        422 => body(request).map(refusal),
        409 | 429 => body(request).and_then(|NotTaken { message, revision }| {
            revision.map(|_| Answer::NotTaken { message, is_for_now: retry_after.is_some() })
        }),
        _ => None,
    };
    answer.unwrap_or(Answer::Failed { status, retry_after })
}

/// What a 422 says. That the posting has changed comes first.
fn refusal(Refused { issues, kept, posting_changed }: Refused) -> Answer {
    let mut errors = issues;
    let kept = kept.map(|kept| kept.message);
    let Some(PostingChanged { message, token }) = posting_changed else {
        return Answer::Refused { errors, kept };
    };
    errors.insert(0, FieldError { field: "posting".to_owned(), message });
    Answer::Changed(Changed { errors, kept, token })
}

/// Puts the signed arrival of a form that the server had no room for into the
/// form, for the next attempt. The first arrival counts.
fn keep_arrival(form: &HtmlFormElement, request: &XmlHttpRequest) {
    let is_busy = request.get_response_header("Retry-After").is_ok_and(|after| after.is_some());
    let field = form.query_selector("#arrival[value='']").ok().flatten();
    if is_busy
        && request.status() == Ok(503)
        && let (Some(field), Some(Busy { arrival: Some(arrival) })) = (field, body(request))
    {
        let _ = field.set_attribute("value", &arrival);
    }
}

/// The part of a 503's body that the page uses.
#[derive(Deserialize)]
struct Busy {
    arrival: Option<String>,
}

/// The part of a 201's body that the page uses.
#[derive(Deserialize)]
struct Received {
    status_url: String,
}

/// The part of a 422's body that the page uses.
#[derive(Deserialize)]
struct Refused {
    issues: Vec<FieldError>,
    kept: Option<Kept>,
    posting_changed: Option<PostingChanged>,
}

/// What a refused correction leaves as it was.
#[derive(Deserialize)]
struct Kept {
    message: String,
}

/// The part of a 409's or 429's body that the page uses. One that is about a
/// correction names the revision that stays.
#[derive(Deserialize)]
struct NotTaken {
    message: String,
    revision: Option<u32>,
}

/// That the posting has a newer version than the page shows.
#[derive(Deserialize)]
struct PostingChanged {
    message: String,
    token: Option<String>,
}

/// Reads the answer's JSON. One that is not as agreed counts as none, and is
/// told to the console. What a host in between answers is no JSON.
fn body<T: DeserializeOwned>(request: &XmlHttpRequest) -> Option<T> {
    let kind = request.get_response_header("Content-Type").ok().flatten()?;
    if !kind.starts_with("application/json") {
        return None;
    }
    let text = request.response_text().ok().flatten()?;
    let read = || Ok::<T, JsValue>(serde_wasm_bindgen::from_value(JSON::parse(&text)?)?);
    read().map_err(|error| log_error(&error)).ok()
}
