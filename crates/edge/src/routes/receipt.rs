//! `GET /applications/{reference}?key=…`

use domain::Failure;
use intake::ports::{Delivery, Fault, MailState, Withdrawn};
use intake::{Opened, Receipt};
use rules::application::Document;
use rules::{Content, Timestamp};
use views::Site;
use worker::{Env, Response};

use crate::app::{self, AppContext};
use crate::routes::RequestContext;
use crate::routes::answer::{self, Caching};

/// Returns the receipt, for the holder of its key.
pub(super) async fn page(
    context: &RequestContext,
    env: &Env,
    reference: &str,
) -> worker::Result<Response> {
    match find(context, env, reference).await {
        Ok(Some(Opened::Application(receipt))) => show(context, &receipt),
        Ok(Some(Opened::Withdrawn(withdrawn))) => show_withdrawn(context, reference, &withdrawn),
        Ok(None) => answer::failure(context, Failure::NotFound),
        Err(fault) => answer::unavailable(context, &fault),
    }
}

/// Returns what the address opens.
pub(super) async fn find(
    context: &RequestContext,
    env: &Env,
    reference: &str,
) -> Result<Option<Opened>, Fault> {
    let app = AppContext::of(env)?;
    intake::receipt(&app.ledger, &app.signing, reference, &key(context)).await
}

/// Returns the key in the address.
pub(super) fn key(context: &RequestContext) -> String {
    context.parameter("key").unwrap_or_default()
}

fn show(context: &RequestContext, receipt: &Receipt) -> worker::Result<Response> {
    if context.wants_json {
        return answer::json(200, &summary(receipt), Caching::Never);
    }
    let Receipt { received, delivery } = receipt;
    let Some(posting) = app::posting(&received.posting) else {
        return answer::failure(context, Failure::NotFound);
    };
    let site = Site { base_url: &context.origin };
    let (texts, key) = (context.texts_for(posting), key(context));
    let page = views::receipt(texts, posting, received, delivery, &key, &site);
    answer::html(200, &page, Caching::Never)
}

fn show_withdrawn(
    context: &RequestContext,
    reference: &str,
    withdrawn: &Withdrawn,
) -> worker::Result<Response> {
    if context.wants_json {
        return answer::json(200, &withdrawal(withdrawn), Caching::Never);
    }
    let Some(posting) = app::posting(&withdrawn.posting) else {
        return answer::failure(context, Failure::NotFound);
    };
    let site = Site { base_url: &context.origin };
    let path = views::receipt_address(reference, &key(context));
    let page = views::withdrawn(context.texts_for(posting), posting, withdrawn.at, &path, &site);
    answer::html(200, &page, Caching::Never)
}

fn summary(receipt: &Receipt) -> serde_json::Value {
    let shown = |at: Option<Timestamp>| at.map(Timestamp::to_rfc3339);
    let Delivery { forwarding, acknowledgement } = receipt.delivery;
    let erased_on = app::posting(&receipt.received.posting).map(domain::Posting::erased_on);
    serde_json::json!({
        "reference": receipt.received.reference,
        "received_at": receipt.received.received_at.to_rfc3339(),
        "documents": documents(&receipt.received.content),
        "forwarded_at": shown(forwarding.sent_at()),
        "acknowledged_at": shown(acknowledgement.sent_at()),
        "given_up": {
            "forwarding": forwarding == MailState::GivenUp,
            "acknowledgement": acknowledgement == MailState::GivenUp,
        },
        "erased_on": erased_on.map(|day| day.to_string()),
    })
}

/// Returns a withdrawal as clients see it.
pub(super) fn withdrawal(withdrawn: &Withdrawn) -> serde_json::Value {
    serde_json::json!({ "withdrawn_at": withdrawn.at.to_rfc3339() })
}

/// Returns the documents as clients see them.
pub(super) fn documents(application: &Content) -> Vec<serde_json::Value> {
    let shown = |document: &Document| {
        serde_json::json!({
            "id": document.id,
            "name": document.file_name,
            "kind": document.kind,
            "bytes": document.bytes,
            "sha256": document.sha256,
        })
    };
    application.documents.iter().map(shown).collect()
}
