//! Keeps a restored ledger from bringing people back and from sending mails
//! again.
//!
//! The database can be put back to any moment of the last 30 days, with those
//! who have been withdrawn or erased since, and without knowing what has been
//! sent since. The store of documents has no history: what must not be
//! forgotten is noted there. A tombstone is written for each application that
//! is erased, a record for each whose content was deleted, and each run of the
//! cron writes which mails have left. After a
//! restore, [`replay`] does again what the database has forgotten. Until it is
//! done, nothing leaves: see [`Pause`].

use core::fmt;

use domain::Application;
use rules::Timestamp;

use crate::ports::{DocumentStore, Fault, Forgetting, Ledger, Outbox, Page, Retention};

/// Whether a restore pauses the outbox. The state is a record in the store of
/// documents, because a restored database loses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// The outbox is not paused.
    None,
    /// The database is about to be restored.
    Paused,
    /// The database is restored: the records are to be replayed.
    Replaying,
}

impl Pause {
    /// Where the record is. `cargo xtask admin pause` and `restore` write it.
    pub const KEY: &'static str = "restore/state";

    /// What the record says.
    pub fn of(record: Option<&[u8]>) -> Self {
        match record.map(<[u8]>::trim_ascii) {
            None => Self::None,
            Some(b"replay") => Self::Replaying,
            Some(_) => Self::Paused,
        }
    }
}

const TOMBSTONES: &str = "tombstones/";

/// Which revision of an application was confirmed and forgotten, by its id.
const CONFIRMED: &str = "confirmed/";

const SENT: &str = "sent/";

/// What is replayed, in this order: an application is forgotten once its mails
/// have left.
const KINDS: [&str; 3] = [SENT, CONFIRMED, TOMBSTONES];

/// How many records one run replays.
const PAGE: u32 = 200;

/// How many mails one run notes. The others wait for the next one.
const MAILS: u32 = 1_000;

/// How far the first run goes back, in milliseconds.
const FIRST_MS: i64 = 3_600_000;

/// How far one run goes back behind the one before, in milliseconds: a mail is
/// written down as sent a moment after it was.
const OVERLAP_MS: i64 = 60_000;

/// For how long records are kept, in days: longer than the database can be put
/// back.
const KEPT_DAYS: u32 = 31;

/// Notes that an application is erased, before it is.
pub(crate) async fn write_tombstone(documents: &impl DocumentStore, id: &str) -> Result<(), Fault> {
    documents.write(&format!("{TOMBSTONES}{id}"), "").await
}

/// Notes that staff have confirmed this revision, before it is forgotten.
pub(crate) async fn note_confirmed(
    documents: &impl DocumentStore,
    received: &Application,
) -> Result<(), Fault> {
    let revision = received.revision.to_string();
    documents.write(&format!("{CONFIRMED}{}", received.id), &revision).await
}

/// Notes which mails have left since the last run.
pub async fn note_sent(
    documents: &impl DocumentStore,
    ledger: &(impl Outbox + Retention),
    now: Timestamp,
) -> Result<(), Fault> {
    let noted = Noted::read(ledger).await?;
    let Noted { until, count } =
        noted.unwrap_or(Noted { until: now.0.saturating_sub(FIRST_MS), count: 0 });
    let since = until.saturating_sub(OVERLAP_MS);
    let sent = ledger.sent_since(Timestamp(since), MAILS).await?;
    let Some((_, last)) = sent.last().filter(|_| sent.len() > count) else { return Ok(()) };
    let ids: Vec<&str> = sent.iter().map(|(id, _)| id.as_str()).collect();
    // In the order of time, and one of its own for each run.
    let key = format!("{SENT}{:016}-{:016}", now.0, last.0);
    documents.write(&key, &ids.join("\n")).await?;
    let next = Noted {
        until: last.0,
        count: sent.iter().filter(|(_, at)| at.0 > last.0.saturating_sub(OVERLAP_MS)).count(),
    };
    ledger.keep_cursor(SENT, Some(&next.to_string())).await
}

/// How far [`note_sent`] has come. It is kept in the ledger, and goes back
/// with it.
struct Noted {
    /// When the last mail left that was noted.
    until: i64,
    /// How many were noted of those that left in [`OVERLAP_MS`] before.
    count: usize,
}

impl Noted {
    async fn read(ledger: &impl Retention) -> Result<Option<Self>, Fault> {
        let cursor = ledger.cursor(SENT).await?;
        Ok(cursor.and_then(|cursor| {
            let (until, count) = cursor.split_once(' ')?;
            Some(Self { until: until.parse().ok()?, count: count.parse().ok()? })
        }))
    }
}

impl fmt::Display for Noted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.until, self.count)
    }
}

/// Replays a page of what was noted in a restored ledger: mails are marked as
/// sent, applications confirmed that are then forgotten, or erased and their
/// ids retired. Says whether that was all. Idempotent.
pub async fn replay(
    documents: &impl DocumentStore,
    ledger: &(impl Forgetting + Ledger + Outbox + Retention),
    now: Timestamp,
) -> Result<bool, Fault> {
    const TASK: &str = "replay";
    let mut after = if let Some(after) = ledger.cursor(TASK).await? {
        after
    } else {
        // The restored ledger knows what had been noted by then.
        let until = Noted::read(ledger).await?.map_or(0, |noted| noted.until);
        format!("{SENT}{until:016}")
    };
    // Kinds of which nothing is noted take no run of their own.
    let next = loop {
        let mut kinds = KINDS.into_iter().skip_while(|kind| !after.starts_with(kind));
        let kind = kinds.next().unwrap_or(TOMBSTONES);
        let page = documents.list(kind, Some(&after), PAGE).await?;
        match kind {
            SENT => mark_sent(documents, ledger, &page).await?,
            CONFIRMED => confirm_again(documents, ledger, &page).await?,
            _ => erase_again(ledger, &page, now).await?,
        }
        let last = page.documents.last().map(|last| last.key.clone());
        let next = last.filter(|_| page.has_more).or_else(|| kinds.next().map(str::to_owned));
        match next {
            Some(next) if page.documents.is_empty() => after = next,
            next => break next,
        }
    };
    ledger.keep_cursor(TASK, next.as_deref()).await?;
    if next.is_none() {
        documents.delete(Pause::KEY).await?;
    }
    Ok(next.is_none())
}

/// Deletes records that no restore needs any more: a page of each kind.
pub async fn forget_records(
    documents: &impl DocumentStore,
    ledger: &impl Retention,
    now: Timestamp,
) -> Result<(), Fault> {
    let oldest = documents.list(SENT, None, PAGE).await?;
    delete_old(documents, &oldest, now).await?;
    for kind in [CONFIRMED, TOMBSTONES] {
        let after = ledger.cursor(kind).await?;
        let page = documents.list(kind, after.as_deref(), PAGE).await?;
        delete_old(documents, &page, now).await?;
        let next = page.documents.last().filter(|_| page.has_more).map(|last| last.key.as_str());
        if next.is_some() || after.is_some() {
            ledger.keep_cursor(kind, next).await?;
        }
    }
    Ok(())
}

async fn mark_sent(
    documents: &impl DocumentStore,
    ledger: &impl Outbox,
    page: &Page,
) -> Result<(), Fault> {
    for record in &page.documents {
        let bytes = documents.get(&record.key).await?.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let mails: Vec<String> = text.lines().map(str::to_owned).collect();
        ledger.note_sent(&mails, record.stored_at).await?;
    }
    Ok(())
}

/// Confirms again what was forgotten, since its documents are gone; the cron
/// then forgets it. A later revision was not confirmed.
async fn confirm_again(
    documents: &impl DocumentStore,
    ledger: &(impl Forgetting + Ledger),
    page: &Page,
) -> Result<(), Fault> {
    for record in &page.documents {
        let id = record.key.strip_prefix(CONFIRMED).unwrap_or_default();
        let bytes = documents.get(&record.key).await?.unwrap_or_default();
        let confirmed: u32 = String::from_utf8_lossy(&bytes).parse().unwrap_or_default();
        let Some(received) = ledger.find(id).await? else { continue };
        if received.revision <= confirmed {
            ledger.confirm(id, received.revision, None, record.stored_at).await?;
        }
    }
    Ok(())
}

async fn erase_again(ledger: &impl Retention, page: &Page, now: Timestamp) -> Result<(), Fault> {
    let keys = page.documents.iter().filter_map(|record| record.key.strip_prefix(TOMBSTONES));
    let ids: Vec<String> = keys.map(str::to_owned).collect();
    for id in &ids {
        ledger.erase(id).await?;
    }
    if !ids.is_empty() {
        ledger.retire_orphans(&ids, now).await?;
    }
    Ok(())
}

async fn delete_old(
    documents: &impl DocumentStore,
    page: &Page,
    now: Timestamp,
) -> Result<(), Fault> {
    for record in page.documents.iter().filter(|one| one.stored_at.plus_days(KEPT_DAYS) <= now) {
        documents.delete(&record.key).await?;
    }
    Ok(())
}
