//! `/applications/{reference}/withdraw?key=…`: GET asks, POST does it.

use domain::{Failure, Posting};
use intake::ports::{Clock as _, Fault};
use intake::{Opened, Withdrawal};
use views::Site;
use worker::{Env, Response};

use crate::app::AppContext;
use crate::routes::answer::{self, Caching};
use crate::routes::{RequestContext, receipt};
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
            let site = Site { base_url: &context.origin };
            let texts = context.texts_for(posting);
            let page = views::withdraw(texts, posting, received, &key, &site);
            answer::html(200, &page, Caching::Never)
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
    reference: &str,
) -> worker::Result<Response> {
    let key = receipt::key(context);
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
