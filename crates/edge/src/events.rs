//! Reads what the platform says of mails that it took: its events for sending.

use intake::ports::{Fault, Outbox as _};
use js_sys::Reflect;
use wasm_bindgen::JsValue;
use worker::{Date, Env, MessageBatch, MessageExt as _, RawMessage};

use crate::app::AppContext;
use crate::log;
use crate::queue::{PAUSE, retry_after};

/// For how long the mail of an event is looked for, in milliseconds: an event
/// may come before the mail is settled. One of another Worker is never found.
const YOUNG: u64 = 5 * 60_000;

/// Notes which mails were not delivered.
pub(crate) async fn consume(batch: &MessageBatch<String>, env: &Env) {
    for message in batch.raw_iter() {
        match note(&message, env).await {
            Ok(false) if is_young(&message) => retry_after(&message, PAUSE),
            Ok(_) => message.ack(),
            Err(fault) => {
                log::fault("event not noted", &fault);
                retry_after(&message, PAUSE);
            }
        }
    }
}

/// Notes what an event says. Returns whether there is no more to wait for.
async fn note(message: &RawMessage, env: &Env) -> Result<bool, Fault> {
    let event = message.body();
    let kind = text(&event, "type").unwrap_or_default();
    let id = field(&event, "payload").and_then(|payload| text(&payload, "messageId"));
    match id.and_then(|id| intake::undelivered(&kind, &id)) {
        Some(id) => AppContext::of(env)?.ledger.note_undelivered(&id).await,
        None => Ok(true),
    }
}

/// Nothing where the event is not what the platform documents.
fn field(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &JsValue::from_str(name)).ok()
}

fn text(of: &JsValue, name: &str) -> Option<String> {
    field(of, name)?.as_string()
}

fn is_young(message: &RawMessage) -> bool {
    Date::now().as_millis().saturating_sub(message.timestamp().as_millis()) < YOUNG
}
