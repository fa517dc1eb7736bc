//! `GET /applications/{reference}?key=…`

use domain::{Application, Failure, Posting, Reference};
use intake::ports::{Delivery, Fault, MailState, Message, Progress as _, Withdrawn};
use intake::{
    Credential, Opened, Receipt, SigningKey, address_key, posting_for_receipt, receipt_code,
    visit_key, visit_until,
};
use rules::Timestamp;
use rules::application::Document;
use serde::Serialize;
use views::{Code, Site};
use worker::{Env, Method, Request, Response};

use crate::app::AppContext;
use crate::routes::RequestContext;
use crate::routes::answer::{self, Caching};
use crate::{config, postings};

/// Returns the receipt, for the holder of its key.
pub(super) async fn page(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    reference: &str,
    request: &Request,
) -> worker::Result<Response> {
    let key = key(context);
    let credential =
        if is_opened(request) { Credential::Address(&key) } else { Credential::Prefetch(&key) };
    match opened_by(context, env, reference, credential).await {
        Ok(Some(opened)) => self::answer(context, env, known, reference, opened).await,
        Ok(None) => answer::no_receipt(context),
        Err(fault) => answer::unavailable(context, &fault),
    }
}

/// Whether somebody opens the page, and no program that looks ahead: a browser
/// that prefetches says so in `Sec-Purpose` (Fetch Metadata), older ones in
/// `Purpose`.
fn is_opened(request: &Request) -> bool {
    let is_ahead = |name| {
        let purpose = request.headers().get(name).ok().flatten();
        purpose.is_some_and(|purpose| purpose.contains("prefetch"))
    };
    request.method() == Method::Get && !is_ahead("Sec-Purpose") && !is_ahead("Purpose")
}

/// Shows what a key has opened.
pub(super) async fn answer(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    reference: &str,
    opened: Opened,
) -> worker::Result<Response> {
    match opened {
        Opened::Application(receipt) => match messages(env, &receipt.received.id).await {
            Ok(messages) => show(context, env, known, &receipt, &messages).await,
            Err(fault) => answer::unavailable(context, &fault),
        },
        Opened::Withdrawn(withdrawn) => {
            let path = views::receipt_address(reference, &key(context));
            show_withdrawn(context, known, Some(&path), &withdrawn)
        }
    }
}

/// Returns the application that the key in the address opens.
pub(super) async fn find(
    context: &RequestContext,
    env: &Env,
    reference: &str,
) -> Result<Option<Opened>, Fault> {
    open(env, reference, &key(context)).await
}

/// Returns what a credential opens.
pub(super) async fn opened_by(
    context: &RequestContext,
    env: &Env,
    reference: &str,
    credential: Credential<'_>,
) -> Result<Option<Opened>, Fault> {
    match admitted(context, env, reference, credential).await? {
        Some(key) => open(env, reference, &key).await,
        None => Ok(None),
    }
}

/// Returns what the key of a receipt opens.
pub(super) async fn open(env: &Env, reference: &str, key: &str) -> Result<Option<Opened>, Fault> {
    let app = AppContext::of(env)?;
    intake::receipt(&app.ledger, &app.signing, reference, key).await
}

/// Returns the key of the receipt that a credential opens.
pub(super) async fn admitted(
    context: &RequestContext,
    env: &Env,
    reference: &str,
    credential: Credential<'_>,
) -> Result<Option<String>, Fault> {
    let (app, now) = (AppContext::of(env)?, context.received_at);
    intake::admitted(&app.ledger, &app.signing, reference, credential, now).await
}

/// Returns what staff wrote to the candidate.
pub(super) async fn messages(env: &Env, id: &str) -> Result<Vec<Message>, Fault> {
    let app = AppContext::of(env)?;
    let messages = app.ledger.messages(&[id]).await?;
    Ok(messages.into_iter().map(|(_, message)| message).collect())
}

/// Returns the key in the address.
pub(super) fn key(context: &RequestContext) -> String {
    context.parameter("key").unwrap_or_default()
}

async fn show(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    receipt: &Receipt,
    messages: &[Message],
) -> worker::Result<Response> {
    let Receipt { received, delivery, earlier } = receipt;
    let Some(posting) = postings::find(known, &received.posting) else {
        return answer::failure(context, Failure::NotFound);
    };
    let posting = match as_told(context, env, posting, received).await {
        Ok(posting) => posting,
        Err(fault) => return answer::unavailable(context, &fault),
    };
    let posting = &posting;
    let Keys { address, page, code } = match config::signing_key(env) {
        Ok(signing) => Keys::of(context, &signing, received),
        Err(fault) => return answer::unavailable(context, &fault),
    };
    if context.wants_json {
        return answer::json(200, &Status::of(context, posting, receipt, &address), Caching::Never);
    }
    let site = Site { base_url: &context.origin };
    let texts = context.texts_for(posting);
    let until = visit_until(context.received_at);
    let code = code.as_deref().map(|letters| Code { letters, until });
    let receipt = views::Receipt { received, earlier, delivery, messages, key: &page, code };
    let page = views::receipt(texts, posting, receipt, context.received_at, &site);
    answer::html(200, &page, Caching::Never)
}

/// The keys of a receipt.
struct Keys {
    /// For its address.
    address: String,
    /// For what its page offers.
    page: String,
    /// The code to be noted, where it was sent from a shared computer.
    code: Option<String>,
}

impl Keys {
    fn of(context: &RequestContext, signing: &SigningKey, received: &Application) -> Self {
        let now = context.received_at;
        if received.shared.is_none() {
            return Self { address: key(context), page: key(context), code: None };
        }
        Self {
            address: address_key(signing, received, now),
            page: visit_key(signing, received, now),
            code: Some(receipt_code(signing, received)),
        }
    }
}

/// Returns the posting as the candidate read it.
async fn as_told(
    context: &RequestContext,
    env: &Env,
    current: &Posting,
    received: &Application,
) -> Result<Posting, Fault> {
    let (ledger, now) = (AppContext::of(env)?.ledger, context.received_at);
    posting_for_receipt(&ledger, postings::compiled, current, received, now).await
}

/// Shows that an application was withdrawn, at `path` unless others use the
/// computer.
pub(super) fn show_withdrawn(
    context: &RequestContext,
    known: &[Posting],
    path: Option<&str>,
    withdrawn: &Withdrawn,
) -> worker::Result<Response> {
    if context.wants_json {
        return answer::json(200, &withdrawal(withdrawn), Caching::Never);
    }
    let Some(posting) = postings::find(known, &withdrawn.posting) else {
        return answer::failure(context, Failure::NotFound);
    };
    let site = Site { base_url: &context.origin };
    let page = views::withdrawn(context.texts_for(posting), posting, withdrawn.at, path, &site);
    answer::html(200, &page, Caching::Never)
}

/// An application as clients see it.
#[derive(Serialize)]
pub(super) struct Summary<'a> {
    reference: &'a Reference,
    revision: u32,
    number: u32,
    received_at: String,
    status_url: String,
    documents: Vec<serde_json::Value>,
}

impl<'a> Summary<'a> {
    /// Of an application whose receipt `key` opens.
    pub(super) fn of(context: &RequestContext, received: &'a Application, key: &str) -> Self {
        let status_url = views::status_address(received, key);
        Self {
            reference: &received.reference,
            revision: received.revision,
            number: received.number,
            received_at: received.revised_at.to_rfc3339(),
            status_url: format!("{}{status_url}", context.origin),
            documents: received.content.documents.iter().map(shown).collect(),
        }
    }
}

/// The receipt as clients see it: the application and how far it has come.
#[derive(Serialize)]
struct Status<'a> {
    #[serde(flatten)]
    application: Summary<'a>,
    forwarded_at: Option<String>,
    acknowledged_at: Option<String>,
    given_up: GivenUp,
    revisions: Vec<RevisionShown>,
    erase_on: String,
}

/// A revision and when it began to arrive.
#[derive(Serialize)]
struct RevisionShown {
    revision: u32,
    received_at: String,
}

/// Which mails are given up: they are not sent unless staff act.
#[derive(Serialize)]
struct GivenUp {
    forwarding: bool,
    acknowledgement: bool,
}

impl<'a> Status<'a> {
    fn of(context: &RequestContext, posting: &Posting, receipt: &'a Receipt, key: &str) -> Self {
        let Receipt { received, delivery: Delivery { forwarding, acknowledgement }, earlier } =
            receipt;
        Self {
            application: Summary::of(context, received, key),
            forwarded_at: forwarding.sent_at().map(Timestamp::to_rfc3339),
            acknowledged_at: acknowledgement.sent_at().map(Timestamp::to_rfc3339),
            given_up: GivenUp {
                forwarding: *forwarding == MailState::GivenUp,
                acknowledgement: *acknowledgement == MailState::GivenUp,
            },
            revisions: earlier
                .iter()
                .map(|one| (one.revision, one.received_at))
                .chain([(received.revision, received.revised_at)])
                .map(|(revision, at)| RevisionShown { revision, received_at: at.to_rfc3339() })
                .collect(),
            erase_on: received.erased_on(posting).to_string(),
        }
    }
}

/// Returns a withdrawal as clients see it.
pub(super) fn withdrawal(withdrawn: &Withdrawn) -> serde_json::Value {
    serde_json::json!({ "withdrawn_at": withdrawn.at.to_rfc3339() })
}

/// A document as clients see it.
fn shown(document: &Document) -> serde_json::Value {
    serde_json::json!({
        "id": document.id,
        "name": document.file_name,
        "kind": document.kind,
        "bytes": document.bytes,
        "sha256": document.sha256,
    })
}
