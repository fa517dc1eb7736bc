//! Deletes what was announced and did not come whole, and tells the candidate.

use domain::Application;
use rules::{Mails, Timestamp};

use super::{ANNOUNCED, Corrected, MOST, Place, Record, Whom, announced_at, is_good, parts};
use crate::digest::mailbox_hash;
use crate::each::each;
use crate::key::{ApplicationId, SigningKey};
use crate::ports::{
    Corrections, DocumentStore, Fault, Ledger, MailKind, Notice, Notices, Retention,
    UnfinishedNotice,
};
use crate::sealed::content_hashes;
use crate::submit::find;
use crate::walk::Part;

const DAY_MS: i64 = 24 * 3_600_000;

/// Deletes the announcements whose time is over, with the parts that have
/// arrived, and writes a mail to each candidate who wants mails and has not
/// applied since. Says how many there were; the fault is the first one.
pub async fn erase_unfinished(
    store: &impl DocumentStore,
    ledger: &(impl Ledger + Corrections + Notices + Retention),
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

/// Ends the announcement under `key`, with those of the same that came at once
/// and were left by a failure: it counts from the first of them.
async fn end(
    store: &impl DocumentStore,
    ledger: &(impl Ledger + Corrections + Notices + Retention),
    signing: &SigningKey,
    key: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    let Some(place) = Place::of_key(key) else { return store.delete(key).await };
    let kept = store.list(&place.of_folder(), None, MOST).await?.documents;
    let same = kept.iter().filter(|one| one.key.starts_with(&place.prefix()));
    let times = same.filter_map(|one| Some((announced_at(&one.key)?, one.key.as_str())));
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    let Some(&(at, first)) = times.first() else { return Ok(()) };
    if let Some(record) = parts::read(store, first).await?
        && let Some(notice) = notice(ledger, signing, place.slug, record, at).await?
    {
        tell(ledger, signing, notice, now).await?;
    }
    // Later ones were announced anew.
    times.retain(|(one, _)| is_good(at, *one));
    // Another announcement may wait for the same documents.
    if kept.len() == times.len() {
        parts::delete_all(store, &place.folder).await?;
    }
    // The first one, which counts, goes last.
    for (_, key) in times.into_iter().rev() {
        store.delete(key).await?;
    }
    Ok(())
}

/// Whom to tell, if anybody.
async fn notice(
    ledger: &(impl Ledger + Corrections + Retention),
    signing: &SigningKey,
    posting: String,
    record: Record,
    at: Timestamp,
) -> Result<Option<UnfinishedNotice>, Fault> {
    if let Some(corrected) = record.corrects {
        return of_correction(ledger, signing, posting, &corrected, at).await;
    }
    let Some(whom) = record.tell else { return Ok(None) };
    if has_applied(ledger, signing, &whom, at).await? {
        return Ok(None);
    }
    let Whom { version, address, language, mails, .. } = whom;
    let reference = None;
    Ok(Some(UnfinishedNotice { posting, version, address, language, mails, at, reference }))
}

/// The same for a correction: nobody where the application was corrected or
/// withdrawn since. The mail goes to the address that the application has.
async fn of_correction(
    ledger: &impl Ledger,
    signing: &SigningKey,
    posting: String,
    corrected: &Corrected,
    at: Timestamp,
) -> Result<Option<UnfinishedNotice>, Fault> {
    let received = find(ledger, signing, &corrected.id).await?;
    let is_told = |one: &Application| {
        one.revision == corrected.revision && one.content.mails != Mails::Nothing
    };
    Ok(received.filter(is_told).map(|received| UnfinishedNotice {
        posting,
        version: received.posting_version,
        address: received.content.email,
        language: received.language,
        mails: received.content.mails,
        at,
        reference: Some(received.reference.to_string()),
    }))
}

/// Whether what was announced at `at` has become an application, be it withdrawn
/// since, or has given way to a later one: deleting it may have failed then, or
/// another tab may have announced the same while this one applied.
async fn has_applied(
    ledger: &(impl Ledger + Corrections + Retention),
    signing: &SigningKey,
    whom: &Whom,
    at: Timestamp,
) -> Result<bool, Fault> {
    let id = ApplicationId::of_page(&whom.id);
    for id in [&id, &id.for_address(&whom.address)] {
        if ledger.is_withdrawn(id.as_str()).await? {
            return Ok(true);
        }
        if let Some(received) = find(ledger, signing, id.as_str()).await? {
            let is_theirs = received.content.is_from(&whom.address) || received.address_changes > 0;
            if is_theirs && received.revised_at >= at {
                return Ok(true);
            }
            let hashes = content_hashes(ledger, signing, &received).await?;
            if hashes.iter().any(|hash| whom.said.contains(hash)) {
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
    notice: UnfinishedNotice,
    now: Timestamp,
) -> Result<(), Fault> {
    let (kind, hash) = (MailKind::Unfinished.as_str(), mailbox_hash(signing, &notice.address));
    let (slug, day) = (&notice.posting, notice.at.0.div_euclid(DAY_MS));
    let id = format!("{kind}/{hash}/{slug}/{day}");
    ledger.open_notice(&id, &Notice::Unfinished(notice), now).await
}
