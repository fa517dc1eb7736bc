//! `GET /applications/{reference}?key=…`

use domain::Failure;
use intake::ports::{Delivery, Fault, MailState, Withdrawn};
use intake::{Opened, Receipt};
use rules::application::Document;
use rules::{Content, Timestamp};
use views::Site;
use worker::{Env, Response};

use crate::desk::{self, Desk};
use crate::routes::Visit;
use crate::routes::answer::{self, Keep};

/// What was received and how far it has come, for whoever holds the key.
pub(super) async fn page(visit: &Visit, env: &Env, reference: &str) -> worker::Result<Response> {
    match find(visit, env, reference).await {
        Ok(Some(Opened::Application(receipt))) => show(visit, &receipt),
        Ok(Some(Opened::Withdrawn(withdrawn))) => show_withdrawn(visit, reference, &withdrawn),
        Ok(None) => answer::failure(visit, Failure::NotFound),
        Err(fault) => answer::unavailable(visit, &fault),
    }
}

/// What the address opens.
pub(super) async fn find(
    visit: &Visit,
    env: &Env,
    reference: &str,
) -> Result<Option<Opened>, Fault> {
    let desk = Desk::of(env)?;
    intake::receipt(&desk.ledger, &desk.signing, reference, &key(visit)).await
}

/// The key in the address.
pub(super) fn key(visit: &Visit) -> String {
    visit.parameter("key").unwrap_or_default()
}

fn show(visit: &Visit, receipt: &Receipt) -> worker::Result<Response> {
    if visit.wants_json {
        return answer::json(200, &summary(receipt), Keep::Never);
    }
    let Receipt { received, delivery } = receipt;
    let Some(posting) = desk::posting(&received.posting) else {
        return answer::failure(visit, Failure::NotFound);
    };
    let site = Site { base_url: &visit.origin };
    let (texts, key) = (visit.texts_for(posting), key(visit));
    let page = views::receipt(texts, posting, received, delivery, &key, &site);
    answer::html(200, &page, Keep::Never)
}

fn show_withdrawn(
    visit: &Visit,
    reference: &str,
    withdrawn: &Withdrawn,
) -> worker::Result<Response> {
    if visit.wants_json {
        return answer::json(200, &withdrawal(withdrawn), Keep::Never);
    }
    let Some(posting) = desk::posting(&withdrawn.posting) else {
        return answer::failure(visit, Failure::NotFound);
    };
    let site = Site { base_url: &visit.origin };
    let path = views::receipt_address(reference, &key(visit));
    let page = views::withdrawn(visit.texts_for(posting), posting, withdrawn.at, &path, &site);
    answer::html(200, &page, Keep::Never)
}

fn summary(receipt: &Receipt) -> serde_json::Value {
    let told = |at: Option<Timestamp>| at.map(Timestamp::to_rfc3339);
    let Delivery { forwarding, acknowledgement } = receipt.delivery;
    let erased_on = desk::posting(&receipt.received.posting).map(domain::Posting::erased_on);
    serde_json::json!({
        "reference": receipt.received.reference,
        "received_at": receipt.received.received_at.to_rfc3339(),
        "documents": documents(&receipt.received.content),
        "forwarded_at": told(forwarding.sent_at()),
        "acknowledged_at": told(acknowledgement.sent_at()),
        "given_up": {
            "forwarding": forwarding == MailState::GivenUp,
            "acknowledgement": acknowledgement == MailState::GivenUp,
        },
        "erased_on": erased_on.map(|day| day.to_string()),
    })
}

/// A withdrawal as clients see it.
pub(super) fn withdrawal(withdrawn: &Withdrawn) -> serde_json::Value {
    serde_json::json!({ "withdrawn_at": withdrawn.at.to_rfc3339() })
}

/// The documents as clients see them.
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
