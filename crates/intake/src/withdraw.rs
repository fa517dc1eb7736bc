//! Deletes an application at the candidate's request.

use domain::Application;
use rules::Timestamp;

use crate::announced::{delete_announced_corrections, delete_announcements};
use crate::each::each;
use crate::held::{Hold, Page, release};
use crate::key::SigningKey;
use crate::ports::{
    Corrections, DocumentStore, Fault, HeldDocuments, Ledger, Retention, Withdrawn,
};
use crate::receipt::{Opened, key_hash, receipt};
use crate::retention::erase_one;

/// How many withdrawals one run finishes.
const BATCH: u32 = 100;

/// An application that is withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// What is left to be told.
    pub withdrawn: Withdrawn,
    /// Why its data are not all gone yet. The cron will see to it.
    pub unfinished: Option<Fault>,
}

/// Withdraws the application whose receipt `key` opens. Nothing where the
/// receipt would not open either; the same again gives the same answer.
///
/// One transaction marks the application as withdrawn and writes the notices to
/// staff and candidate. Whatever fails after it, both are told, nothing else is
/// sent, and the data are deleted.
pub async fn withdraw(
    documents: &impl DocumentStore,
    ledger: &(impl Ledger + Corrections + HeldDocuments + Retention),
    signing: &SigningKey,
    reference: &str,
    key: &str,
    now: Timestamp,
) -> Result<Option<Withdrawal>, Fault> {
    let received = match receipt(ledger, signing, reference, key).await? {
        None => return Ok(None),
        Some(Opened::Withdrawn(withdrawn)) => {
            return Ok(Some(Withdrawal { withdrawn, unfinished: None }));
        }
        Some(Opened::Application(receipt)) => receipt.received,
    };
    ledger.withdraw(&received, &key_hash(signing, &received.reference, key), now).await?;
    let unfinished = match erase_one(documents, ledger, &received.id).await {
        Ok(()) => release_all(documents, ledger, &received, now).await.err(),
        Err(fault) => Some(fault),
    };
    let withdrawn = Withdrawn { posting: received.posting, at: now };
    Ok(Some(Withdrawal { withdrawn, unfinished }))
}

/// Deletes what corrections of an application would have brought, which would
/// go within the hour or the twelve hours.
async fn release_all(
    documents: &impl DocumentStore,
    ledger: &impl HeldDocuments,
    received: &Application,
    now: Timestamp,
) -> Result<(), Fault> {
    let first = received.page.as_ref().unwrap_or(&received.id);
    for page in [Page::Posting(first), Page::Receipt(&received.id)] {
        let hold = Hold::of(page, &received.content.email, now);
        release(documents, &hold.find(ledger).await?).await?;
    }
    let slug = &received.posting;
    delete_announced_corrections(documents, slug, &received.id).await?;
    delete_announcements(documents, slug, first, &received.content.email).await
}

/// Erases withdrawn applications that are still there because a [`withdraw`]
/// was cut off. Says how many there were; the fault is the first one.
pub async fn finish_withdrawals(
    documents: &impl DocumentStore,
    ledger: &impl Retention,
) -> Result<usize, Fault> {
    let ids = ledger.withdrawn(BATCH).await?;
    each(ids, async |id| erase_one(documents, ledger, &id).await).await
}
