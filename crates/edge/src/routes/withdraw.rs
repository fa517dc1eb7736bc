//! `/applications/{reference}/withdraw?key=…`: GET asks, POST does it.

use domain::{Application, Failure, Posting};
use intake::ports::{Clock as _, Fault};
use intake::{Credential, Opened, Withdrawal};
use views::Site;
use worker::{Env, Request, Response};

use crate::app::AppContext;
use crate::routes::answer::{self, Caching};
use crate::routes::{RequestContext, form, receipt};
use crate::{log, postings};

/// Asks the candidate to confirm the withdrawal. Shows the confirmation page if
/// the application is already withdrawn.
pub(super) async fn question(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    reference: &str,
) -> worker::Result<Response> {
    let key = receipt::key(context);
    match receipt::find(context, env, reference).await {
        Ok(Some(Opened::Application(opened))) => {
            let received = &opened.received;
            let Some(posting) = postings::find(known, &received.posting) else {
                return answer::failure(context, Failure::NotFound);
            };
            ask(context, posting, received, &key)
        }
        Ok(Some(Opened::Withdrawn(_))) => answer::see_other(&back(context, reference, &key)),
        Ok(None) => answer::failure(context, Failure::NotFound),
        Err(fault) => answer::unavailable(context, &fault),
    }
}

/// Withdraws. The key in the address is what another site's form could not
/// know. A browser is sent back to the receipt, which then says that it is
/// done; so is one that asks a second time.
pub(super) async fn post(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    reference: &str,
    request: Request,
) -> worker::Result<Response> {
    let key = receipt::key(context);
    if key.is_empty() {
        return visited(context, env, known, reference, &request).await;
    }
    match withdraw(env, reference, &key).await {
        Ok(Some(done)) => {
            if let Some(fault) = done.unfinished {
                log::fault("withdrawn but not yet erased", &fault);
            }
            if context.wants_json {
                return answer::json(200, &receipt::withdrawal(&done.withdrawn), Caching::Never);
            }
            answer::see_other(&back(context, reference, &key))
        }
        Ok(None) => answer::failure(context, Failure::NotFound),
        Err(fault) => answer::unavailable(context, &fault),
    }
}

/// The same from a page on a shared computer, which posts its key: asks first,
/// and then shows that it is done in the answer itself.
async fn visited(
    context: &RequestContext,
    env: &Env,
    known: &[Posting],
    reference: &str,
    request: &Request,
) -> worker::Result<Response> {
    // Without any key the answer is that to a wrong one.
    let Ok(fields) = form::small(request).await else {
        return answer::failure(context, Failure::NotFound);
    };
    let visit = form::text(&fields, "key");
    let admitted = match receipt::admitted(context, env, reference, Credential::Visit(&visit)).await
    {
        Ok(Some(key)) => key,
        Ok(None) => return answer::no_receipt(context),
        Err(fault) => return answer::unavailable(context, &fault),
    };
    if form::text(&fields, "ask") == "yes" {
        return match receipt::open(env, reference, &admitted).await {
            Ok(Some(Opened::Application(opened))) => {
                let received = &opened.received;
                match postings::find(known, &received.posting) {
                    Some(posting) => ask(context, posting, received, &visit),
                    None => answer::failure(context, Failure::NotFound),
                }
            }
            Ok(_) => answer::failure(context, Failure::NotFound),
            Err(fault) => answer::unavailable(context, &fault),
        };
    }
    match withdraw(env, reference, &admitted).await {
        Ok(Some(done)) => receipt::show_withdrawn(context, known, None, &done.withdrawn),
        Ok(None) => answer::failure(context, Failure::NotFound),
        Err(fault) => answer::unavailable(context, &fault),
    }
}

fn ask(
    context: &RequestContext,
    posting: &Posting,
    received: &Application,
    key: &str,
) -> worker::Result<Response> {
    let site = Site { base_url: &context.origin };
    let texts = context.texts_for(posting);
    let page = views::withdraw(texts, posting, received, key, &site);
    answer::html(200, &page, Caching::Never)
}

async fn withdraw(env: &Env, reference: &str, key: &str) -> Result<Option<Withdrawal>, Fault> {
    let app = AppContext::of(env)?;
    let now = app.clock.now();
    intake::withdraw(&app.documents, &app.ledger, &app.signing, reference, key, now).await
}

/// Returns the receipt, in the language of this page. What it is made of has
/// just opened a receipt, so that it is a reference and a key.
fn back(context: &RequestContext, reference: &str, key: &str) -> String {
    let address = views::receipt_address(reference, key);
    match context.parameter("lang").and_then(|tag| locales::for_tag(&tag)) {
        Some(texts) => format!("{address}&lang={}", texts.language_tag),
        None => address,
    }
}
