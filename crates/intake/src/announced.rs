//! Applications whose documents come in parts, for lines on which a whole form
//! never arrives.
//!
//! A page first announces what it is about to send: its fields, and name, size
//! and hash of each document. That fixes what is applied for, and when. Then
//! come the parts (`parts.rs`), and the same announcement again makes an
//! application of them.
//!
//! Of the fields only the address and the choice of mails are kept meanwhile,
//! to tell candidates whose documents do not come; the others are in a hash.
//! All of it is in the store of documents, which has no history: the database
//! would remember for a month who has not applied.

mod announcement;
mod correction;
mod parts;
mod unfinished;

use std::borrow::Cow;

use domain::{Application, Posting};
use rules::addresses::tidied as tidied_address;
use rules::{Code, Form, Issue, Mails, Timestamp, Unicode};

use crate::key::{ApplicationId, SigningKey};
use crate::mailbox::judge;
use crate::ports::{
    Corrections, DocumentStore, Fault, HeldDocuments, Ledger, Outbox, Queue, UploadContent,
};
use crate::revise::is_known;
use crate::sealed::content_hash;
use crate::shared::is_used_up;
use crate::submission::{Submission, SubmittedDocument};
use crate::submit::{find, submit, unchanged};
use crate::uploads::hex;
use crate::verdict::{Verdict, refused};

use self::announcement::{
    ANNOUNCED, Corrected, Expected, MOST, Of, Place, Record, Whom, announced_at, is_good,
};
pub use announcement::{ANNOUNCED_MS, AnnouncedDocument, Announcement, Source};
pub use correction::{announce_correction, correct_announced};
pub use parts::{MAX_PART, MIN_PART, Part, PartAnswer, take_part};
pub use unfinished::erase_unfinished;

/// The answer to an announcement.
#[derive(Debug, PartialEq)]
pub enum Announced {
    /// No parts are needed: the application is there already, or the form is
    /// refused.
    Answered(Box<Verdict>),
    /// It is kept, and these documents are still to come.
    Awaited(Awaited),
    /// Every document has arrived: [`submit_announced`] comes next.
    Complete,
}

/// What an announcement waits for.
#[derive(Debug, PartialEq, Eq)]
pub struct Awaited {
    /// The announcement's id, by which parts are sent.
    pub id: String,
    /// When it first arrived.
    pub received_at: Timestamp,
    /// Each document, and how many of its bytes have arrived from its beginning
    /// on.
    pub documents: Vec<(AnnouncedDocument, u64)>,
}

/// Judges an announcement as far as that can be done without the documents'
/// bytes, and keeps it if nothing is wrong with it.
pub async fn announce<D: DocumentStore>(
    store: &D,
    ledger: &(impl Ledger + Corrections + Outbox),
    queue: &impl Queue,
    posting: &Posting,
    announcement: &Announcement,
    submission: &Submission<D::Upload>,
) -> Result<Announced, Fault> {
    let form = announcement.form(&submission.form);
    let answered = |verdict| Ok(Announced::Answered(Box::new(verdict)));
    let Submission { id, received_at, unicode, signing, own_addresses, .. } = submission;
    let found = existing(ledger, signing, posting, id, &form, *unicode, *received_at).await?;
    let (judged_by, kept) = match found {
        Existing::Same(received) => {
            return answered(unchanged(ledger, queue, *received).await?);
        }
        Existing::UsedUp => {
            return answered(Verdict::Retired { form: Box::new(form) });
        }
        Existing::Earlier(kept) if *received_at < kept.revised_at => {
            return answered(Verdict::Outdated { form: Box::new(form), kept });
        }
        Existing::Earlier(received) => (Cow::Borrowed(posting), Some(*received)),
        Existing::None => (submission.for_new(posting), None),
    };
    let content = match judge(&judged_by, own_addresses, *unicode, &form, *received_at) {
        Ok(content) => content,
        Err(issues) => return answered(refused(form, issues, kept)),
    };
    let said = |id: &ApplicationId| content_hash(signing, id.as_str(), &content);
    let tell = (content.mails != Mails::Nothing).then(|| Whom {
        id: id.as_str().to_owned(),
        version: (posting.version > 0).then_some(posting.version),
        said: vec![said(id), said(&id.for_address(&content.email))],
        address: content.email.clone(),
        language: submission.language.clone(),
        mails: content.mails,
    });
    awaited(store, announcement, *received_at, Of::Application(tell)).await
}

/// The answer to an announcement that says what its application says already;
/// nothing to any other.
pub(crate) async fn said_before<U>(
    ledger: &(impl Ledger + Corrections + Outbox),
    queue: &impl Queue,
    posting: &Posting,
    announcement: &Announcement,
    submission: &Submission<U>,
) -> Result<Option<Verdict>, Fault> {
    let form = announcement.form(&submission.form);
    let Submission { id, unicode, signing, received_at, .. } = submission;
    match existing(ledger, signing, posting, id, &form, *unicode, *received_at).await? {
        Existing::Same(received) => unchanged(ledger, queue, *received).await.map(Some),
        Existing::Earlier(_) | Existing::UsedUp | Existing::None => Ok(None),
    }
}

/// Keeps an announcement with which nothing is wrong, and says what is still
/// to come.
async fn awaited(
    store: &impl DocumentStore,
    announcement: &Announcement,
    now: Timestamp,
    of: Of,
) -> Result<Announced, Fault> {
    let at = announcement.keep(store, now, of).await?;
    let mut documents = Vec::with_capacity(announcement.documents.len());
    for document in &announcement.documents {
        let arrived = parts::arrived(store, &announcement.place.folder, &document.sha256).await?;
        documents.push((document.clone(), arrived));
    }
    if documents.iter().all(|(document, arrived)| *arrived >= document.bytes) {
        return Ok(Announced::Complete);
    }
    let id = announcement.place.id(at);
    Ok(Announced::Awaited(Awaited { id, received_at: at, documents }))
}

/// Puts the documents together and submits them with the form, as
/// [`submit`] does with documents that came in one piece. Once it is accepted,
/// nothing of it is kept beside the application; after any other verdict what has
/// arrived stays for its time, so that it is not sent twice.
pub async fn submit_announced<D: DocumentStore>(
    store: &D,
    ledger: &(impl Ledger + Corrections + Outbox + HeldDocuments),
    queue: &impl Queue,
    posting: &Posting,
    announcement: &Announcement,
    mut submission: Submission<D::Upload>,
) -> Result<Verdict, Fault> {
    let received_at = submission.received_at;
    match put_together(store, announcement).await? {
        Ok(documents) => submission.documents.extend(documents),
        Err(issue) => {
            return Ok(refused(announcement.form(&submission.form), vec![issue], None));
        }
    }
    let verdict = submit(store, ledger, queue, posting, submission).await?;
    if matches!(verdict, Verdict::Accepted { .. }) {
        // What stays after a fault goes when its time is over.
        let _ = delete_announcement(store, &announcement.place, received_at).await;
    }
    Ok(verdict)
}

/// The documents, or what is wrong with one whose bytes have another hash than
/// was announced: it begins anew.
async fn put_together<D: DocumentStore>(
    store: &D,
    announcement: &Announcement,
) -> Result<Result<Vec<SubmittedDocument<D::Upload>>, Issue>, Fault> {
    let folder = &announcement.place.folder;
    let mut documents = Vec::with_capacity(announcement.documents.len());
    for document in &announcement.documents {
        let bytes = parts::put_together(store, folder, &document.sha256, document.bytes).await?;
        let upload = store.upload(bytes)?;
        if !is_of(&upload, &document.sha256).await? {
            parts::delete(store, folder, &document.sha256).await?;
            let issue = Issue::new(&document.id, Code::DocumentDamaged);
            let issue = issue.with("file", document.name.as_str()).with("damage", "truncated");
            return Ok(Err(issue));
        }
        documents.push(SubmittedDocument {
            id: document.id.clone(),
            file_name: document.name.clone(),
            bytes: document.bytes,
            upload,
        });
    }
    Ok(Ok(documents))
}

async fn is_of(upload: &impl crate::ports::Upload, sha256: &str) -> Result<bool, Fault> {
    let UploadContent { sha256: found, .. } = upload.read().await?;
    Ok(hex(&found) == sha256)
}

/// Deletes an announcement, and its parts unless a later announcement may need
/// them. The parts go first, so that after a failure the announcement still
/// leads to those that are left. Earlier announcements stay until they expire:
/// whoever goes on with one in another tab is told that it is outdated.
async fn delete_announcement(
    store: &impl DocumentStore,
    place: &Place,
    at: Timestamp,
) -> Result<(), Fault> {
    let kept = store.list(&place.of_folder(), None, MOST).await?.documents;
    let is_later = |key: &str| announced_at(key).is_some_and(|one| one > at);
    let prefix = place.prefix();
    let (same, others): (Vec<_>, Vec<_>) =
        kept.into_iter().partition(|one| one.key.starts_with(&prefix));
    if !others.iter().any(|one| is_later(&one.key)) {
        parts::delete_all(store, &place.folder).await?;
    }
    // The first one, which counts, goes last.
    for one in same.iter().rev() {
        store.delete(&one.key).await?;
    }
    Ok(())
}

/// Deletes all that was announced and sent for the posting `slug` from the page
/// with the id `page` and from this address.
pub(crate) async fn delete_announcements(
    store: &impl DocumentStore,
    slug: &str,
    page: &str,
    address: &str,
) -> Result<(), Fault> {
    delete_folder(store, slug, &parts::folder_of(page, address)).await
}

/// Deletes what was announced and sent to correct the application with this id.
pub(crate) async fn delete_announced_corrections(
    store: &impl DocumentStore,
    slug: &str,
    application: &str,
) -> Result<(), Fault> {
    delete_folder(store, slug, &parts::folder_of_receipt(application)).await
}

async fn delete_folder(store: &impl DocumentStore, slug: &str, folder: &str) -> Result<(), Fault> {
    parts::delete_all(store, folder).await?;
    store.delete(&format!("{ANNOUNCED}{slug}/{folder}.")).await
}

/// Whether anything is announced for the posting `slug` that may still come
/// whole.
pub(crate) async fn has_announcements(
    store: &impl DocumentStore,
    slug: &str,
) -> Result<bool, Fault> {
    let page = store.list(&format!("{ANNOUNCED}{slug}/"), None, 1).await?;
    Ok(!page.documents.is_empty())
}

/// The application that the page and address of a form have already.
enum Existing {
    None,
    /// An application that the form would correct.
    Earlier(Box<Application>),
    /// One that says the same, or has said so before.
    Same(Box<Application>),
    /// One from a shared computer, which the form may neither correct nor open.
    UsedUp,
}

async fn existing(
    ledger: &(impl Ledger + Corrections),
    signing: &SigningKey,
    posting: &Posting,
    id: &ApplicationId,
    form: &Form,
    unicode: Unicode,
    now: Timestamp,
) -> Result<Existing, Fault> {
    let address = tidied_address(&form.email, unicode.to_ascii);
    let of_address = id.for_address(&address);
    let mut found = Vec::new();
    for id in [id, &of_address] {
        let Some(received) = find(ledger, signing, id.as_str()).await? else { continue };
        if received.shared.is_some_and(|opened| opened.0 > 0) {
            return Ok(Existing::UsedUp);
        }
        // However late: the parts may have taken longer than the ten minutes.
        if is_known(ledger, signing, &received, form, unicode, posting).await? {
            return Ok(Existing::Same(Box::new(received)));
        }
        let is_theirs = received.content.is_from(&address);
        if received.shared.is_some() && (is_theirs || is_used_up(&received, now)) {
            return Ok(Existing::UsedUp);
        }
        found.push(received);
    }
    // Before one whose address was changed to this, as in `submit`.
    let earlier = found.into_iter().rfind(|received| received.content.is_from(&address));
    Ok(earlier.map_or(Existing::None, |received| Existing::Earlier(Box::new(received))))
}
