//! Corrections whose documents come in parts.
//!
//! The announcement fixes when a correction was made and from which revision.
//! A newer revision in between makes it outdated, as it does one that comes in
//! one piece.

use domain::Posting;

use super::announcement::Announcement;
use super::{Announced, Corrected, Of, awaited, delete_announcement, put_together};
use crate::correct::{Amendment, Compared, LookedInto, compare, correct, look_into, opened};
use crate::key::SigningKey;
use crate::ports::{Corrections, DocumentStore, Fault, HeldDocuments, Ledger, Outbox, Queue};
use crate::revise::judge_revision;
use crate::verdict::{Verdict, refused};

/// Judges the announcement of a correction as far as that can be done without
/// the documents' bytes, and keeps it if nothing is wrong with it. Nothing where
/// [`correct`] gives nothing.
pub async fn announce_correction<D: DocumentStore>(
    store: &D,
    ledger: &(impl Ledger + Corrections + Outbox + HeldDocuments),
    queue: &impl Queue,
    signing: &SigningKey,
    posting: &Posting,
    announcement: &Announcement,
    amendment: &Amendment<'_, D::Upload>,
) -> Result<Option<Announced>, Fault> {
    let (form, revision) = (announcement.form(&amendment.form), amendment.revision);
    let looked_into = look_into(ledger, signing, posting, amendment, form, &[]).await?;
    let Some(LookedInto { received, form, uploads, .. }) = looked_into else { return Ok(None) };
    let arrival = amendment.arrival(signing, &form, &uploads);
    let answered = |verdict| Ok(Some(Announced::Answered(Box::new(verdict))));
    let received = match compare(ledger, queue, posting, received, revision, &arrival).await? {
        Compared::Answered(verdict) => return answered(verdict),
        Compared::Other(received) => received,
    };
    if let Err(verdict) = judge_revision(ledger, posting, &received, &arrival).await? {
        return answered(*verdict);
    }
    let of = Of::Correction(Corrected { id: received.id, revision });
    awaited(store, announcement, amendment.received_at, of).await.map(Some)
}

/// Puts the documents together and corrects the application, as [`correct`] does
/// with documents that came in one piece.
pub async fn correct_announced<D: DocumentStore>(
    store: &D,
    ledger: &(impl Ledger + Corrections + Outbox + HeldDocuments),
    queue: &impl Queue,
    signing: &SigningKey,
    posting: &Posting,
    announcement: &Announcement,
    mut amendment: Amendment<'_, D::Upload>,
) -> Result<Option<Verdict>, Fault> {
    let received_at = amendment.received_at;
    match put_together(store, announcement).await? {
        Ok(documents) => amendment.documents.extend(documents),
        Err(issue) => {
            let received = opened(ledger, signing, &amendment).await?;
            let form = announcement.form(&amendment.form);
            return Ok(received.map(|received| refused(form, vec![issue], Some(received))));
        }
    }
    let verdict = correct(store, ledger, queue, signing, posting, amendment).await?;
    if matches!(verdict, Some(Verdict::Accepted { .. })) {
        // What stays after a fault goes when its time is over.
        let _ = delete_announcement(store, &announcement.place, received_at).await;
    }
    Ok(verdict)
}
