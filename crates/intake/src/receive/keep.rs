//! Keeps mails as they came, and deletes them.

use rules::Timestamp;

use crate::each::each;
use crate::ports::{Clock, DocumentStore, Fault, Inbox, IncomingMail, Queue, Retention};
use crate::retention::is_orphaned;
use crate::walk::Part;

/// The key of a mail's bytes in the store of documents.
pub(crate) fn raw_key(id: &str) -> String {
    format!("{INCOMING}{id}")
}

const INCOMING: &str = "incoming/";

/// How many mails one run of the cron queues or erases.
const BATCH: u32 = 100;

/// How long what is left of a mail is kept after it came, in days: a mail that
/// comes again by then is known.
const KNOWN_DAYS: u32 = 30;

/// Stores a mail as it came. Once this returns it is not lost; on a fault the
/// sending server has to try again. Why it is not queued, if so: the sweep
/// will see to it.
pub async fn accept<D: DocumentStore>(
    documents: &D,
    ledger: &impl Inbox,
    queue: &impl Queue,
    mail: &IncomingMail,
    raw: Vec<u8>,
) -> Result<Option<Fault>, Fault> {
    use sha2::Digest as _;
    let sha256 = sha2::Sha256::digest(&raw).into();
    let upload = documents.upload(raw)?;
    documents.put(&raw_key(&mail.id), &upload, sha256).await?;
    ledger.keep(mail).await?;
    Ok(queue.push_incoming(std::slice::from_ref(&mail.id)).await.err())
}

/// Queues mails again that wait to be processed.
pub async fn sweep_incoming(
    ledger: &impl Inbox,
    queue: &impl Queue,
    clock: &impl Clock,
) -> Result<(), Fault> {
    let due = ledger.incoming_due(clock.now(), BATCH).await?;
    if due.is_empty() { Ok(()) } else { queue.push_incoming(&due).await }
}

/// Deletes the bytes of mails that nobody needs any more, and forgets old
/// ones. The fault is the first one.
pub async fn erase_incoming(
    documents: &impl DocumentStore,
    ledger: &impl Inbox,
    now: Timestamp,
) -> Result<(), Fault> {
    let mut result = Ok(());
    for id in ledger.incoming_to_erase(now, BATCH).await? {
        let erased = async {
            documents.delete(&raw_key(&id)).await?;
            ledger.incoming_erased(&id).await
        };
        result = result.and(erased.await);
    }
    let known = Timestamp(0).plus_days(KNOWN_DAYS).0;
    ledger.forget_incoming(Timestamp(now.0.saturating_sub(known))).await?;
    result
}

/// Deletes the bytes of mails that no row leads to: whoever stored them never
/// came to write the row, and the sending server has tried again. Each run looks
/// at a part of the store and the next goes on from there.
pub async fn erase_orphaned_mails(
    documents: &impl DocumentStore,
    ledger: &(impl Inbox + Retention),
    now: Timestamp,
) -> Result<usize, Fault> {
    let part = Part::next(documents, ledger, "stray mails", INCOMING).await?;
    let old = part.documents().filter(|kept| is_orphaned(kept, now));
    let ids: Vec<String> =
        old.filter_map(|kept| kept.key.strip_prefix(INCOMING)).map(str::to_owned).collect();
    let unknown = if ids.is_empty() { ids } else { ledger.unknown_incoming(&ids).await? };
    let erased = each(unknown, async |id| documents.delete(&raw_key(&id)).await).await;
    part.finish(ledger).await?;
    erased
}
