//! `GET /applications/{reference}/messages/{message}/{part}?key=…`: what came with
//! a message of staff, for candidates whose mails do not bring it.

use domain::Failure;
use domain::dossier::{Message, MessageState};
use intake::ports::Fault;
use intake::{Credential, Download, Opened};
use worker::{Env, Method, Response};

use crate::app::AppContext;
use crate::routes::RequestContext;
use crate::routes::answer::{self, Caching};
use crate::routes::document::saved;
use crate::routes::receipt;

/// Returns the attached file, or the appointment, to be saved.
pub(super) async fn file(
    context: &RequestContext,
    env: &Env,
    method: Method,
    reference: &str,
    message: &str,
    part: &str,
) -> worker::Result<Response> {
    let message = match find(context, env, reference, message).await {
        Ok(Some(message)) => message,
        Ok(None) => return answer::failure(context, Failure::NotFound),
        Err(fault) => return answer::unavailable(context, &fault),
    };
    match (part, &message.attachment, &message.appointment) {
        ("file", Some(attachment), _) => {
            let download = Download::attached(attachment);
            let object = async { AppContext::of(env)?.documents.open(&download.key).await };
            match object.await {
                Ok(Some(object)) => saved(&download, &object, method),
                Ok(None) => answer::failure(context, Failure::Gone),
                Err(fault) => answer::unavailable(context, &fault),
            }
        }
        ("appointment", _, Some(appointment)) => {
            let media_type = "text/calendar; charset=utf-8";
            let mut response = answer::text(media_type, appointment, Caching::Never)?;
            let name = format!("attachment; filename=\"{}\"", views::APPOINTMENT);
            response.headers_mut().set("Content-Disposition", &name)?;
            Ok(response)
        }
        _ => answer::failure(context, Failure::NotFound),
    }
}

/// The message, if it has left and the key is that of its application's receipt.
async fn find(
    context: &RequestContext,
    env: &Env,
    reference: &str,
    message: &str,
) -> Result<Option<Message>, Fault> {
    let key = receipt::key(context);
    let opened = receipt::opened_by(context, env, reference, Credential::Visit(&key)).await?;
    let Some(Opened::Application(opened)) = opened else { return Ok(None) };
    let messages = receipt::messages(env, &opened.received.id).await?;
    let has_left = |one: &Message| matches!(one.state, MessageState::Sent(_));
    Ok(messages.into_iter().find(|one| one.id == message && has_left(one)))
}
