//! Warns of keys that expire while mails are to be encrypted to them.

use domain::Posting;
use rules::Timestamp;
use sealing::Key;

use crate::ports::{Fault, MailKind, Notice, Notices};

/// How long before its end a warning is given of a key, in days.
pub const WARNED_BEFORE: u32 = 28;

/// Writes a warning of each posting one of whose keys expires within four
/// weeks, while there can still be mails about its applications. Idempotent;
/// a month later it warns again.
pub async fn warn_of_keys(
    ledger: &impl Notices,
    postings: &[Posting],
    now: Timestamp,
) -> Result<(), Fault> {
    for posting in postings {
        if let Some(until) = first_end(posting).filter(|until| is_near(posting, *until, now)) {
            let id = format!("{}/key/{}/{}", MailKind::Alert.as_str(), posting.slug, until.0);
            let notice = Notice::KeyExpires { posting: posting.slug.clone(), until };
            ledger.open_notice(&id, &notice, now).await?;
        }
    }
    Ok(())
}

/// When the first of the keys of a posting expires.
fn first_end(posting: &Posting) -> Option<Timestamp> {
    let keys = posting.privacy.keys.iter().filter_map(|key| Key::parse(key).ok());
    keys.filter_map(|key| key.usable_until()).min().map(Timestamp)
}

fn is_near(posting: &Posting, until: Timestamp, now: Timestamp) -> bool {
    let gone = posting.erased_at();
    until < gone && now < gone && until <= now.plus_days(WARNED_BEFORE)
}
