//! `/applications/{reference}/confirm?revision=…&key=…`: the way by which staff
//! confirm from their mail that an application has arrived. GET asks, POST does
//! it.

use domain::{Application, Failure, Posting};
use intake::ports::{Clock as _, Fault};
use intake::{ConfirmLink, Confirmed, confirm, to_confirm};
use views::Confirming;
use worker::{Env, Response};

use crate::app::AppContext;
use crate::routes::RequestContext;
use crate::routes::answer::{self, Caching};
use crate::{log, postings};

/// Asks staff to confirm. Programs that check mails open this page too.
pub(super) async fn question(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    reference: &str,
) -> worker::Result<Response> {
    match find(context, env, reference).await {
        Ok(Some(received)) => {
            let confirming = match received.forgotten_at() {
                Some(_) => Confirming::Forgotten,
                None if received.revision != revision(context) => Confirming::Newer,
                None => Confirming::Asks,
            };
            page(context, known, &received, confirming)
        }
        Ok(None) => answer::failure(context, Failure::NotFound),
        Err(fault) => answer::unavailable(context, &fault),
    }
}

/// Confirms, and deletes what the application says. The signature in the
/// address is what another site's form could not know.
pub(super) async fn post(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    reference: &str,
) -> worker::Result<Response> {
    match confirmed(context, env, reference).await {
        Ok(Some((received, confirmed))) => {
            let confirming = match confirmed {
                Confirmed::Forgotten => Confirming::Forgotten,
                Confirmed::Waiting(fault) => {
                    if let Some(fault) = fault {
                        log::fault("confirmed but not yet forgotten", &fault);
                    }
                    Confirming::Waiting
                }
                Confirmed::Newer => Confirming::Newer,
            };
            page(context, known, &received, confirming)
        }
        Ok(None) => answer::failure(context, Failure::NotFound),
        Err(fault) => answer::unavailable(context, &fault),
    }
}

async fn confirmed(
    context: &RequestContext,
    env: &Env,
    reference: &str,
) -> Result<Option<(Application, Confirmed)>, Fault> {
    let Some(received) = find(context, env, reference).await? else { return Ok(None) };
    let app = AppContext::of(env)?;
    let (documents, ledger, now) = (&app.documents, &app.ledger, app.clock.now());
    let (id, revision) = (&received.id, revision(context));
    let confirmed = confirm(documents, ledger, &app.signing, id, revision, None, now).await?;
    Ok(Some((received, confirmed)))
}

async fn find(
    context: &RequestContext,
    env: &Env,
    reference: &str,
) -> Result<Option<Application>, Fault> {
    let app = AppContext::of(env)?;
    let key = context.parameter("key").unwrap_or_default();
    let link = ConfirmLink { reference, revision: revision(context), key: &key };
    to_confirm(&app.ledger, &app.signing, link).await
}

/// The revision that the mail has brought.
fn revision(context: &RequestContext) -> u32 {
    context.parameter("revision").and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn page(
    context: &RequestContext,
    known: &[Posting],
    received: &Application,
    confirming: Confirming,
) -> worker::Result<Response> {
    let Some(posting) = postings::find(known, &received.posting) else {
        return answer::failure(context, Failure::NotFound);
    };
    let texts = locales::for_staff(&posting.language);
    let page = views::confirmation(texts, posting, received, confirming);
    answer::html(200, &page, Caching::Never)
}
