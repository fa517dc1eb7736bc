//! The Worker: receives the platform's events and implements the ports of
//! `intake` in [`adapters`].
//!
//! `intake` decides what happens to an application, `views` how it looks.
//!
//! A log line has an event's name, an application's reference and the text of a
//! fault, and no candidate's data.

mod adapters;
mod app;
mod config;
#[cfg(feature = "contract")]
mod contract;
mod cron;
mod email;
mod events;
mod log;
mod postings;
mod queue;
mod routes;
mod semaphore;
mod warnings;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{
    Context, Env, ForwardableEmailMessage, MessageBatch, Request, Response, ScheduleContext,
    ScheduledEvent, event,
};

/// Answers a request.
#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    #[cfg(feature = "contract")]
    if let Some(answer) = contract::answer(&request, &env).await {
        return answer;
    }
    warnings::warn_once(&env);
    routes::answer(request, &env).await
}

/// Sends the mails whose ids a batch has, or reads what became of some. Never returns an error:
/// one would end the module, and with it every request in flight.
#[event(queue)]
async fn queue(batch: MessageBatch<String>, env: Env, _context: Context) -> worker::Result<()> {
    queue::consume(&batch, &env).await;
    Ok(())
}

/// Takes a mail in. Where it could not be stored, `entry.js` fails in our
/// place, so that the sending server tries again: an error here would end the
/// module.
#[wasm_bindgen]
pub async fn email(message: ForwardableEmailMessage, env: Env, _context: JsValue) -> bool {
    email::keep(&message, &env).await
}

/// Runs the tasks of the cron.
#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    warnings::warn_once(&env);
    cron::run(&env).await;
}
