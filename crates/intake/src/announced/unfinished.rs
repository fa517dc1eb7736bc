//! Deletes what was announced and did not come whole, and tells the candidate.

use rules::Timestamp;

use super::{ANNOUNCED, Whom, announced_at, is_good, parts};
use crate::digest::mailbox_hash;
use crate::each::each;
use crate::key::{ApplicationId, SigningKey};
use crate::ports::{
    DocumentStore, Fault, Ledger, MailKind, Notice, Notices, Retention, UnfinishedNotice,
};
use crate::submit::find;
use crate::walk::Part;

const DAY_MS: i64 = 24 * 3_600_000;

/// Deletes the announcements whose time is over, with the parts that have
/// arrived, and writes a mail to each candidate who wants mails and has not
/// applied since. Says how many there were; the fault is the first one.
pub async fn erase_unfinished(
    store: &impl DocumentStore,
    ledger: &(impl Ledger + Notices + Retention),
    signing: &SigningKey,
    now: Timestamp,
) -> Result<usize, Fault> {
    let part = Part::next(store, ledger, "announced", ANNOUNCED).await?;
    let is_over = |key: &&str| announced_at(key).is_none_or(|at| !is_good(at, now));
    let over: Vec<String> =
        part.documents().map(|kept| kept.key.as_str()).filter(is_over).map(str::to_owned).collect();
    let erased = each(over, async |key| end(store, ledger, signing, &key, now).await).await;
    part.finish(ledger).await?;
    erased
}

async fn end(
    store: &impl DocumentStore,
    ledger: &(impl Ledger + Notices),
    signing: &SigningKey,
    key: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    let path = key.strip_prefix(ANNOUNCED).and_then(|path| path.split_once('/'));
    if let Some((slug, id)) = path
        && let Some((folder, _)) = id.split_once('.')
    {
        let at = announced_at(id).unwrap_or(now);
        if let Some(whom) = parts::read(store, key).await?.and_then(|record| record.tell)
            && !has_applied(ledger, signing, &whom, at).await?
        {
            tell(ledger, signing, slug, whom, at, now).await?;
        }
        // Another announcement may wait for the same documents.
        let of_folder = format!("{ANNOUNCED}{slug}/{folder}.");
        if store.list(&of_folder, None, 2).await?.documents.len() < 2 {
            parts::delete_all(store, folder).await?;
        }
    }
    store.delete(key).await
}

/// Whether what was announced at `at` has become an application, or has given
/// way to a later one: deleting it may have failed then.
async fn has_applied(
    ledger: &impl Ledger,
    signing: &SigningKey,
    whom: &Whom,
    at: Timestamp,
) -> Result<bool, Fault> {
    let id = ApplicationId::of_page(&whom.id);
    for id in [&id, &id.for_address(&whom.address)] {
        if let Some(received) = find(ledger, signing, id.as_str()).await? {
            let is_theirs = received.content.is_from(&whom.address) || received.address_changes > 0;
            if is_theirs && received.revised_at >= at {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Writes the mail, once a day for a mailbox and posting: anybody can type
/// anybody's address.
async fn tell(
    ledger: &impl Notices,
    signing: &SigningKey,
    slug: &str,
    whom: Whom,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), Fault> {
    let Whom { version, address, language, mails, .. } = whom;
    let (kind, hash) = (MailKind::Unfinished.as_str(), mailbox_hash(signing, &address));
    let id = format!("{kind}/{hash}/{slug}/{}", at.0.div_euclid(DAY_MS));
    let posting = slug.to_owned();
    let notice =
        Notice::Unfinished(UnfinishedNotice { posting, version, address, language, mails, at });
    ledger.open_notice(&id, &notice, now).await
}
