//! Forgets what an application says once staff have confirmed that they have
//! it. That a mail server took the mail is not enough: it may bounce days
//! later.

use domain::{Application, Reference, Rest};
use rules::Timestamp;

use crate::each::each;
use crate::key::SigningKey;
use crate::ports::{Corrections, DocumentStore, Fault, Forgetting, Ledger};
use crate::restore::note_confirmed;
use crate::sealed::{erase_content, without_content};

/// How many applications one run forgets.
const BATCH: u32 = 100;

/// What a confirmation led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// What the application said is deleted.
    Forgotten,
    /// It is deleted by the cron: a mail has to leave first, or this fault
    /// has to pass.
    Waiting(Option<Fault>),
    /// There is a newer revision, which staff have to confirm instead. Nothing
    /// is noted.
    Newer,
}

/// The parts of the address at which staff confirm from their mail.
#[derive(Clone, Copy, Debug)]
pub struct ConfirmLink<'a> {
    /// The application's reference.
    pub reference: &'a str,
    /// The revision that the mail has brought.
    pub revision: u32,
    /// Our signature over both.
    pub key: &'a str,
}

/// Returns the application that `link` asks to confirm; nothing where the link
/// is not ours, or the application is gone.
pub async fn to_confirm(
    ledger: &impl Ledger,
    signing: &SigningKey,
    link: ConfirmLink<'_>,
) -> Result<Option<Application>, Fault> {
    let ConfirmLink { reference, revision, key } = link;
    if !signing.verify(PURPOSE, &[reference, &revision.to_string()], key) {
        return Ok(None);
    }
    // No hash of a receipt is empty.
    let lookup = ledger.look_up_receipt(Reference::parse(reference).as_ref(), "").await?;
    ledger.find(&lookup.id).await
}

/// Notes that staff have this revision of an application, and by whom, and
/// forgets what it says as soon as no mail needs it. Idempotent.
pub async fn confirm(
    documents: &impl DocumentStore,
    ledger: &(impl Corrections + Forgetting + Ledger),
    signing: &SigningKey,
    id: &str,
    revision: u32,
    by: Option<&str>,
    now: Timestamp,
) -> Result<Confirmed, Fault> {
    ledger.confirm(id, revision, by, now).await?;
    let Some(received) = ledger.find(id).await? else { return Ok(Confirmed::Forgotten) };
    if received.revision != revision {
        return Ok(Confirmed::Newer);
    }
    if received.forgotten_at().is_some() {
        return Ok(Confirmed::Forgotten);
    }
    Ok(match forget_one(documents, ledger, signing, &received, now).await {
        Ok(true) => Confirmed::Forgotten,
        Ok(false) => Confirmed::Waiting(None),
        Err(fault) => Confirmed::Waiting(Some(fault)),
    })
}

/// Forgets what applications say that staff have confirmed and whose mails have
/// left. Says how many there were; the fault is the first one.
pub async fn forget(
    documents: &impl DocumentStore,
    ledger: &(impl Corrections + Forgetting),
    signing: &SigningKey,
    now: Timestamp,
) -> Result<usize, Fault> {
    let confirmed = ledger.to_forget(BATCH).await?;
    each(confirmed, async |received| {
        forget_one(documents, ledger, signing, &received, now).await.map(|_| ())
    })
    .await
}

/// Forgets what an application says, unless a mail still has to leave or it was
/// corrected. The ledger is written first, so that a correction under way can
/// no longer keep documents that are about to be deleted. Documents that stay
/// because a run was cut off are deleted with those that corrections replace.
/// Returns whether it is forgotten.
async fn forget_one(
    documents: &impl DocumentStore,
    ledger: &(impl Corrections + Forgetting),
    signing: &SigningKey,
    received: &Application,
    now: Timestamp,
) -> Result<bool, Fault> {
    let next = without_content(ledger, signing, received, Rest::ForgottenAt(now)).await?;
    note_confirmed(documents, &next).await?;
    let Some(kept) = ledger.forget(&next).await? else { return Ok(false) };
    erase_content(documents, ledger, received, &kept).await?;
    Ok(true)
}

/// The path at which staff confirm that they have this revision.
pub(crate) fn confirm_address(signing: &SigningKey, received: &Application) -> String {
    let (reference, revision) = (received.reference.as_str(), received.revision.to_string());
    let key = signing.sign(PURPOSE, &[reference, &revision]);
    views::confirm_address(reference, received.revision, &key)
}

const PURPOSE: &str = "confirm";
