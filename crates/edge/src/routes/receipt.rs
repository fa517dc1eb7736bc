//! `GET /applications/{reference}?key=…`

use intake::Receipt;
use intake::ports::Fault;
use rules::application::Document;
use rules::{Application, Timestamp};
use views::{Delivery, Failure, Site};
use worker::{Env, Response};

use crate::desk::{self, Desk};
use crate::routes::Visit;
use crate::routes::answer::{self, Keep};

/// What was received and how far it has come, for whoever holds the key.
pub(super) async fn page(visit: &Visit, env: &Env, reference: &str) -> worker::Result<Response> {
    match find(visit, env, reference).await {
        Ok(Some(receipt)) => show(visit, &receipt),
        Ok(None) => answer::failure(visit, Failure::NotFound),
        Err(fault) => answer::unavailable(visit, &fault),
    }
}

async fn find(visit: &Visit, env: &Env, reference: &str) -> Result<Option<Receipt>, Fault> {
    let desk = Desk::of(env)?;
    let key = visit.parameter("key").unwrap_or_default();
    intake::receipt(&desk.ledger, &desk.signing, reference, &key).await
}

fn show(visit: &Visit, receipt: &Receipt) -> worker::Result<Response> {
    if visit.wants_json {
        return answer::json(200, &summary(receipt), Keep::Never);
    }
    let Receipt { received, progress } = receipt;
    let Some(posting) = desk::posting(&received.posting) else {
        return answer::failure(visit, Failure::NotFound);
    };
    let delivery =
        Delivery { forwarded_at: progress.forwarded_at, acknowledged_at: progress.acknowledged_at };
    let site = Site { base_url: &visit.origin };
    let page = views::receipt(visit.texts_for(posting), posting, received, &delivery, &site);
    answer::html(200, &page, Keep::Never)
}

fn summary(receipt: &Receipt) -> serde_json::Value {
    let told = |at: Option<Timestamp>| at.map(Timestamp::to_rfc3339);
    serde_json::json!({
        "reference": receipt.received.reference,
        "received_at": receipt.received.received_at.to_rfc3339(),
        "documents": documents(&receipt.received.application),
        "forwarded_at": told(receipt.progress.forwarded_at),
        "acknowledged_at": told(receipt.progress.acknowledged_at),
    })
}

/// The documents as clients see them.
pub(super) fn documents(application: &Application) -> Vec<serde_json::Value> {
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
