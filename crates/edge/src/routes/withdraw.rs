//! `/applications/{reference}/withdraw?key=…`: GET asks, POST does it.

use domain::Failure;
use intake::ports::{Clock as _, Fault};
use intake::{Opened, Withdrawal};
use views::Site;
use worker::{Env, Response};

use crate::desk::{self, Desk};
use crate::log;
use crate::routes::answer::{self, Keep};
use crate::routes::{Visit, receipt};

/// Asks whether it is really meant. Whoever has withdrawn sees that instead.
pub(super) async fn question(
    visit: &Visit,
    env: &Env,
    reference: &str,
) -> worker::Result<Response> {
    let key = receipt::key(visit);
    match receipt::find(visit, env, reference).await {
        Ok(Some(Opened::Application(opened))) => {
            let received = &opened.received;
            let Some(posting) = desk::posting(&received.posting) else {
                return answer::failure(visit, Failure::NotFound);
            };
            let site = Site { base_url: &visit.origin };
            let texts = visit.texts_for(posting);
            let page = views::withdraw(texts, posting, received, &key, &site);
            answer::html(200, &page, Keep::Never)
        }
        Ok(Some(Opened::Withdrawn(_))) => answer::see_other(&back(visit, reference, &key)),
        Ok(None) => answer::failure(visit, Failure::NotFound),
        Err(fault) => answer::unavailable(visit, &fault),
    }
}

/// Withdraws. The key in the address is what another site's form could not
/// know. A browser is sent back to the receipt, which then says that it is
/// done; so is one that asks a second time.
pub(super) async fn post(visit: &Visit, env: &Env, reference: &str) -> worker::Result<Response> {
    let key = receipt::key(visit);
    match withdraw(env, reference, &key).await {
        Ok(Some(done)) => {
            if let Some(fault) = done.unfinished {
                log::fault("withdrawn but not yet erased", &fault);
            }
            if visit.wants_json {
                return answer::json(200, &receipt::withdrawal(&done.withdrawn), Keep::Never);
            }
            answer::see_other(&back(visit, reference, &key))
        }
        Ok(None) => answer::failure(visit, Failure::NotFound),
        Err(fault) => answer::unavailable(visit, &fault),
    }
}

async fn withdraw(env: &Env, reference: &str, key: &str) -> Result<Option<Withdrawal>, Fault> {
    let desk = Desk::of(env)?;
    let now = desk.clock.now();
    intake::withdraw(&desk.documents, &desk.ledger, &desk.signing, reference, key, now).await
}

/// The receipt, in the language of this page. What it is made of has just
/// opened a receipt, so that it is a reference and a key.
fn back(visit: &Visit, reference: &str, key: &str) -> String {
    let address = views::receipt_address(reference, key);
    match visit.parameter("lang").and_then(|tag| locales::for_tag(&tag)) {
        Some(texts) => format!("{address}&lang={}", texts.language_tag),
        None => address,
    }
}
