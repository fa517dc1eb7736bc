//! Routes requests to their handlers. What clients may rely on is in docs/api.md.

mod accessibility;
mod answer;
mod application;
mod by_mail;
mod careers;
mod confirm;
mod correct;
mod cross_site;
mod desk;
mod document;
mod feeds;
mod form;
mod guard;
mod health;
mod host;
mod incoming;
mod message;
mod open;
mod outcome;
mod parts;
mod posting;
mod receipt;
mod request_context;
mod upload;
mod well_known;
mod withdraw;

use intake::Part;
use intake::ports::Clock as _;
use worker::{Env, Method, Request, Response};

use crate::adapters::PlatformClock;
use crate::config;
use crate::postings;
use crate::routes::host::Host;
use crate::routes::request_context::RequestContext;

/// A page of the site.
enum Route<'a> {
    Careers,
    Accessibility,
    Posting(&'a str),
    Calendar(&'a str),
    Sitemap,
    Feed,
    Robots,
    Security,
    ByMail(&'a str),
    Applications(&'a str),
    Part(Part<'a>),
    Receipt(&'a str),
    Open,
    Correct(&'a str),
    Corrections(&'a str),
    Withdraw(&'a str),
    Confirm(&'a str),
    Document(&'a str, &'a str),
    Message(&'a str, &'a str, &'a str),
    Incoming(&'a str),
    IncomingMessage(&'a str),
    Health,
}

impl<'a> Route<'a> {
    fn of(path: &'a str) -> Option<Self> {
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        match segments.as_slice() {
            [""] => Some(Self::Careers),
            ["accessibility"] => Some(Self::Accessibility),
            ["sitemap.xml"] => Some(Self::Sitemap),
            ["feed.xml"] => Some(Self::Feed),
            ["robots.txt"] => Some(Self::Robots),
            [".well-known", "security.txt"] => Some(Self::Security),
            ["postings", name] => Some(match name.strip_suffix(".ics") {
                Some(slug) => Self::Calendar(slug),
                None => Self::Posting(name),
            }),
            ["postings", slug, "by-mail"] => Some(Self::ByMail(slug)),
            ["postings", slug, "applications"] => Some(Self::Applications(slug)),
            ["postings", slug, "announced", announcement, sha256, from] => {
                let from = from.parse().ok()?;
                Some(Self::Part(Part { slug, announcement, sha256, from }))
            }
            ["receipt"] => Some(Self::Open),
            ["applications", reference] => Some(Self::Receipt(reference)),
            ["applications", reference, "correct"] => Some(Self::Correct(reference)),
            ["applications", reference, "corrections"] => Some(Self::Corrections(reference)),
            ["applications", reference, "withdraw"] => Some(Self::Withdraw(reference)),
            ["applications", reference, "confirm"] => Some(Self::Confirm(reference)),
            ["applications", reference, "documents", document] => {
                Some(Self::Document(reference, document))
            }
            ["applications", reference, "messages", message, part] => {
                Some(Self::Message(reference, message, part))
            }
            ["incoming", id] => Some(Self::Incoming(id)),
            ["incoming", id, "message"] => Some(Self::IncomingMessage(id)),
            ["healthz"] => Some(Self::Health),
            _ => None,
        }
    }

    /// Returns the methods it answers to, as the `Allow` field lists them.
    fn allowed(&self) -> &'static str {
        match self {
            Self::Applications(_) | Self::Corrections(_) => "POST",
            Self::Part(_) => "PUT",
            Self::Open
            | Self::Correct(_)
            | Self::Withdraw(_)
            | Self::Confirm(_)
            | Self::Incoming(_) => "GET, HEAD, POST",
            _ => "GET, HEAD",
        }
    }
}

/// Answers a request, with the headers that the settings ask for.
pub(crate) async fn answer(request: Request, env: &Env) -> worker::Result<Response> {
    let mut response = respond(request, env).await?;
    if config::hsts_includes_subdomains(env) {
        answer::commit_subdomains(&mut response)?;
    }
    Ok(response)
}

/// Routes a request to its handler. When it arrived is settled first, before anything of
/// its body is read: an upload begun in time is in time.
async fn respond(request: Request, env: &Env) -> worker::Result<Response> {
    let received_at = PlatformClock::of(env).now();
    let host = Host::of(config::public_origin(env), &request.url()?);
    let context = RequestContext::new(&request, received_at, host.origin())?;
    let path = request.path();
    let is_get = matches!(request.method(), Method::Get | Method::Head);
    // Monitors may ask by any host: the answer has no address.
    if path != "/healthz" {
        match host {
            Host::Own(_) => {}
            Host::Other(_) if is_get => return answer::moved(&context.address()),
            Host::Other(_) => return answer::failure(&context, domain::Failure::Misdirected),
            Host::Unknown(fault) => return answer::unavailable(&context, &fault),
        }
    }
    if let Some(path) = path.strip_prefix("/desk").filter(|rest| begins_anew(rest)) {
        return desk::respond(&context, env, path, request).await;
    }
    let Some(route) = Route::of(&path) else {
        return answer::failure(&context, domain::Failure::NotFound);
    };
    match route {
        Route::Health if is_get => return health::answer(&context, env).await,
        Route::Part(part) if request.method() == Method::Put => {
            return parts::put(&context, env, part, request).await;
        }
        Route::Robots if is_get => return well_known::robots(&context),
        Route::Security if is_get => return well_known::security(&context, env),
        _ => {}
    }
    let postings = match postings::known(env).await {
        Ok(postings) => postings,
        Err(fault) => return answer::unavailable(&context, &fault),
    };
    match route {
        Route::Careers if is_get => careers::page(&context, &postings),
        Route::Accessibility if is_get => accessibility::page(&context, &postings),
        Route::Calendar(slug) if is_get => feeds::calendar(&context, &postings, slug),
        Route::Sitemap if is_get => feeds::sitemap(&context, &postings),
        Route::Feed if is_get => feeds::feed(&context, &postings),
        Route::Posting(slug) if is_get => posting::page(&context, env, &postings, slug),
        Route::ByMail(slug) if is_get => by_mail::page(&context, env, &postings, slug),
        Route::Applications(slug) if request.method() == Method::Post => {
            application::post(&context, env, &postings, slug, request).await
        }
        Route::Receipt(reference) if is_get => {
            receipt::page(&context, env, &postings, reference, &request).await
        }
        Route::Open if is_get => open::page(&context),
        Route::Open if request.method() == Method::Post => {
            open::post(&context, env, &postings, request).await
        }
        Route::Correct(reference) if is_get => {
            correct::page(&context, env, &postings, reference).await
        }
        Route::Correct(reference) if request.method() == Method::Post => {
            correct::posted_page(&context, env, &postings, reference, request).await
        }
        Route::Corrections(reference) if request.method() == Method::Post => {
            correct::post(&context, env, &postings, reference, request).await
        }
        Route::Withdraw(reference) if is_get => {
            withdraw::question(&context, env, &postings, reference).await
        }
        Route::Withdraw(reference) if request.method() == Method::Post => {
            withdraw::post(&context, env, &postings, reference, request).await
        }
        Route::Confirm(reference) if is_get => {
            confirm::question(&context, env, &postings, reference).await
        }
        Route::Confirm(reference) if request.method() == Method::Post => {
            confirm::post(&context, env, &postings, reference).await
        }
        Route::Document(reference, document) if is_get => {
            let method = request.method();
            document::file(&context, env, &postings, method, reference, document).await
        }
        Route::Message(reference, message, part) if is_get => {
            let method = request.method();
            message::file(&context, env, method, reference, message, part).await
        }
        Route::Incoming(id) if is_get => incoming::page(&context, env, id).await,
        Route::Incoming(id) if request.method() == Method::Post => {
            incoming::post(&context, env, id, request).await
        }
        Route::IncomingMessage(id) if is_get => incoming::message(&context, env, id).await,
        route => answer::method_not_allowed(&context, route.allowed()),
    }
}

/// Whether what is left of a path begins another segment, or is nothing.
fn begins_anew(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}
