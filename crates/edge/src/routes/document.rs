//! `GET /applications/{reference}/documents/{document}?sha256=…&until=…&key=…`
//! serves a document that was too large for the mail to staff.

use std::fmt::Write as _;

use domain::{Failure, Posting};
use intake::ports::{Clock as _, Fault};
use intake::{Download, Followed, Link, download};
use worker::{Env, Headers, Method, Object, Response, ResponseBody};

use crate::app::AppContext;
use crate::routes::RequestContext;
use crate::routes::answer;
use crate::{log, postings};

/// Returns the document, to be saved and not to be shown.
pub(super) async fn file(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    method: Method,
    reference: &str,
    document: &str,
) -> worker::Result<Response> {
    match find(context, env, known, reference, document).await {
        Ok(Found::Document(found, object)) => saved(&found, &object, method),
        Ok(Found::Gone) => answer::failure(context, Failure::Gone),
        Ok(Found::Nothing) => answer::failure(context, Failure::NotFound),
        Err(fault) => answer::unavailable(context, &fault),
    }
}

enum Found {
    Document(Download, Object),
    Gone,
    Nothing,
}

async fn find(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    reference: &str,
    document: &str,
) -> Result<Found, Fault> {
    let app = AppContext::of(env)?;
    let sha256 = context.parameter("sha256");
    let (until, key) = (context.parameter("until"), context.parameter("key"));
    let (until, key) = (until.unwrap_or_default(), key.unwrap_or_default());
    let link = Link { reference, document, sha256: sha256.as_deref(), until: &until, key: &key };
    let now = app.clock.now();
    let found =
        match download(&app.ledger, postings::compiled, &app.signing, known, link, now).await? {
            Some(Followed::Document(found)) => found,
            Some(Followed::Gone) => return Ok(Found::Gone),
            None => return Ok(Found::Nothing),
        };
    let Some(object) = app.documents.open(&found.key).await? else { return Ok(Found::Gone) };
    log::happened("document fetched", reference);
    Ok(Found::Document(found, object))
}

/// Answers with the document. Its bytes do not pass through wasm memory.
pub(super) fn saved(found: &Download, object: &Object, method: Method) -> worker::Result<Response> {
    let body = match object.body() {
        Some(body) if method == Method::Get => body.response_body()?,
        _ => ResponseBody::Empty,
    };
    let mut response = answer::private(Response::from_body(body)?)?;
    let headers: &mut Headers = response.headers_mut();
    headers.set("Content-Type", found.media_type)?;
    headers.set("Content-Length", &object.size().to_string())?;
    headers.set("Content-Disposition", &disposition(&found.file_name))?;
    Ok(response)
}

/// RFC 6266: the name twice, since old clients read no `filename*`.
fn disposition(file_name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let ascii: String = file_name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in file_name.bytes() {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn a_name_is_nothing_but_a_name() {
        for (name, expected) in [
            (
                "DUPONT_Marie_CV.pdf",
                "filename=\"DUPONT_Marie_CV.pdf\"; filename*=UTF-8''DUPONT_Marie_CV.pdf",
            ),
            ("ÉTÉ_CV.pdf", "filename=\"_T__CV.pdf\"; filename*=UTF-8''%C3%89T%C3%89_CV.pdf"),
            ("a\"; b\r\nc", "filename=\"a___b__c\"; filename*=UTF-8''a%22%3B%20b%0D%0Ac"),
        ] {
            assert_eq!(disposition(name), format!("attachment; {expected}"));
        }
    }
}
