//! Builds responses: status, headers, and failures as HTML or JSON. Only here
//! do errors become HTTP.

use domain::Failure;
use intake::ports::Fault;
use locales::Texts;
use serde::Serialize;
use views::Site;
use worker::{Headers, Response};

use crate::log;
use crate::routes::RequestContext;

/// How long a response may be kept.
#[derive(Clone, Copy)]
pub(super) enum Caching {
    /// Not at all: it holds a candidate's data or a form's token.
    Never,
    /// In the visitor's own cache, asked about before each use.
    Privately,
}

/// The content security policy: everything comes from this host, nothing is
/// inline, and no other page may frame it.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'";

/// Seconds after which a client may try again when we failed.
pub(super) const RETRY_AFTER: &str = "30";

/// Returns a page.
pub(super) fn html(status: u16, page: &str, caching: Caching) -> worker::Result<Response> {
    with_headers(Response::from_html(page)?.with_status(status), caching)
}

/// Returns a text of the type `content_type`.
pub(super) fn text(content_type: &str, text: &str, caching: Caching) -> worker::Result<Response> {
    let mut response = Response::ok(text)?;
    response.headers_mut().set("Content-Type", content_type)?;
    with_headers(response, caching)
}

/// Returns a JSON value.
pub(super) fn json(
    status: u16,
    value: &impl Serialize,
    caching: Caching,
) -> worker::Result<Response> {
    with_headers(Response::from_json(value)?.with_status(status), caching)
}

/// Wraps a response that belongs to the holder of its address; caches must not
/// keep it.
pub(super) fn private(response: Response) -> worker::Result<Response> {
    with_headers(response, Caching::Never)
}

/// Redirects to another page, by GET.
pub(super) fn see_other(location: &str) -> worker::Result<Response> {
    let mut response = Response::empty()?.with_status(303);
    response.headers_mut().set("Location", location)?;
    with_headers(response, Caching::Never)
}

/// Returns the way to the same page by the installation's own host. Not kept
/// by browsers, since a setting may be corrected.
pub(super) fn moved(location: &str) -> worker::Result<Response> {
    let mut response = Response::empty()?.with_status(301);
    response.headers_mut().set("Location", location)?;
    with_headers(response, Caching::Never)
}

/// Returns a failure, in the shape that the client asks for.
pub(super) fn failure(context: &RequestContext, failure: Failure) -> worker::Result<Response> {
    said(context, failure, views::failure_message, views::failure)
}

/// Returns a failure of staff at the desk.
pub(super) fn failure_at_desk(
    context: &RequestContext,
    failure: Failure,
) -> worker::Result<Response> {
    said(context, failure, views::desk::failure_message, views::desk::failure)
}

fn said(
    context: &RequestContext,
    failure: Failure,
    message: impl Fn(&'static Texts, &Failure) -> String,
    page: impl Fn(&'static Texts, &Failure, &Site) -> String,
) -> worker::Result<Response> {
    let (status, name) = match failure {
        Failure::Forbidden => (403, "forbidden"),
        Failure::CrossSite => (403, "cross_site"),
        Failure::NotFound => (404, "not_found"),
        Failure::MethodNotAllowed => (405, "method_not_allowed"),
        Failure::Gone => (410, "gone"),
        Failure::TooLarge { .. } => (413, "too_large"),
        Failure::TooManyParts => (413, "too_many_parts"),
        Failure::NotAForm => (415, "not_a_form"),
        Failure::Misdirected => (421, "misdirected"),
        Failure::Busy => (429, "too_many"),
        Failure::Unavailable => (503, "unavailable"),
    };
    let texts = context.texts();
    if context.wants_json {
        let message = message(texts, &failure);
        json(status, &serde_json::json!({ "error": name, "message": message }), Caching::Never)
    } else {
        let site = Site { base_url: &context.origin };
        html(status, &page(texts, &failure, &site), Caching::Never)
    }
}

/// 404 for a receipt: whoever applied from a shared computer has a code that
/// may open it. It says the same of every reference, so that nothing is given
/// away.
pub(super) fn no_receipt(context: &RequestContext) -> worker::Result<Response> {
    if context.wants_json {
        return failure(context, Failure::NotFound);
    }
    let site = Site { base_url: &context.origin };
    html(404, &views::no_receipt(context.texts(), &site), Caching::Never)
}

/// Logs a fault and returns 503, with the time after which the client may try
/// again.
pub(super) fn unavailable(context: &RequestContext, fault: &Fault) -> worker::Result<Response> {
    log::fault("request failed", fault);
    later(context, Failure::Unavailable, RETRY_AFTER)
}

/// Returns a failure with the number of seconds after which the client may
/// come back.
pub(super) fn later(
    context: &RequestContext,
    why: Failure,
    seconds: &str,
) -> worker::Result<Response> {
    let mut response = failure(context, why)?;
    response.headers_mut().set("Retry-After", seconds)?;
    Ok(response)
}

/// Answers a method that the address does not take, with those that it does.
pub(super) fn method_not_allowed(
    context: &RequestContext,
    allowed: &str,
) -> worker::Result<Response> {
    let mut response = failure(context, Failure::MethodNotAllowed)?;
    response.headers_mut().set("Allow", allowed)?;
    Ok(response)
}

/// Commits every subdomain of the host to HTTPS, not the host alone.
pub(super) fn commit_subdomains(response: &mut Response) -> worker::Result<()> {
    response.headers_mut().set(HSTS, &format!("{HSTS_OF_HOST}; includeSubDomains"))
}

const HSTS: &str = "Strict-Transport-Security";
/// Two years, for this host.
const HSTS_OF_HOST: &str = "max-age=63072000";

fn with_headers(mut response: Response, caching: Caching) -> worker::Result<Response> {
    let headers: &mut Headers = response.headers_mut();
    let cache = match caching {
        Caching::Never => "no-store",
        Caching::Privately => "private, no-cache",
    };
    for (name, value) in [
        ("Cache-Control", cache),
        ("Content-Security-Policy", POLICY),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), browsing-topics=()"),
        // A receipt's address holds its key.
        ("Referrer-Policy", "no-referrer"),
        (HSTS, HSTS_OF_HOST),
        ("Vary", "Accept, Accept-Language"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
    ] {
        headers.set(name, value)?;
    }
    Ok(response)
}
