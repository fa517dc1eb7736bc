//! Corrects an application.

use std::collections::BTreeSet;

use domain::{Application, Posting};
use rules::addresses::tidied as tidied_address;
use rules::application::Document;
use rules::review::tidied;
use rules::{Content, Form, OfferedDocument, Requirements, Timestamp, Unicode};

use crate::each::each;
use crate::held::{Hold, Page};
use crate::key::SigningKey;
use crate::mailbox::judge;
use crate::ports::{
    Correction, Corrections, DocumentStore, Farewell, Fault, HeldDocuments, Ledger, MailKind,
    Outbox, Queue,
};
use crate::receipt::{Opened, receipt};
use crate::retention::is_orphaned;
use crate::sealed::{sealed_key, was_sealed};
use crate::submit::{
    Outcome, SubmittedDocument, Verdict, accepted, gone, keep_choice, refused, unchanged,
};
use crate::uploads::{Stored, Uploads, document_key, document_prefix, store};

/// How many revisions an application may have.
pub const MAX_REVISIONS: u32 = 20;

/// How many corrections an application takes in a minute.
pub const CORRECTIONS_A_MINUTE: usize = 10;

const MINUTE_MS: i64 = 60_000;

/// How long the mails of a correction wait, in milliseconds, so that several
/// corrections make one mail.
pub const CORRECTION_WAIT_MS: u32 = 2 * 60_000;

/// How many applications one run cleans.
const BATCH: u32 = 100;

/// How many documents an application can have left, at most, with what failed
/// corrections have brought.
const DOCUMENTS_OF_ONE: u32 = 1_000;

/// A form that corrects an application from its receipt.
#[derive(Debug)]
pub struct Amendment<'a, U> {
    /// The reference in its address.
    pub reference: &'a str,
    /// The key of the receipt.
    pub key: &'a str,
    /// The revision that it was made from.
    pub revision: u32,
    /// When the request began, before its body was read.
    pub received_at: Timestamp,
    /// The language of the page.
    pub language: &'a str,
    /// Our own addresses, with spaces between, which no candidate has.
    pub sender: &'a str,
    /// How it compares texts and converts domains.
    pub unicode: Unicode,
    /// The typed fields.
    pub form: Form,
    /// The files. A document without one stays as it is.
    pub documents: Vec<SubmittedDocument<U>>,
    /// As [`crate::Submission::holds`].
    pub holds: bool,
    /// Whether the page said that documents are held. On any other, a document
    /// without a file stays as it is.
    pub uses_held: bool,
}

/// Judges a correction that was made from a receipt and, if nothing is wrong
/// with it, keeps it. Nothing where the key does not open the receipt, or the
/// application was withdrawn.
pub async fn correct<D: DocumentStore>(
    documents: &D,
    ledger: &(impl Ledger + Corrections + Outbox + HeldDocuments),
    queue: &impl Queue,
    signing: &SigningKey,
    posting: &Posting,
    amendment: Amendment<'_, D::Upload>,
) -> Result<Option<Verdict>, Fault> {
    let Amendment { reference, key, revision, received_at, language, sender, unicode, .. } =
        amendment;
    let (holds, uses_held) = (amendment.holds, amendment.uses_held);
    let (mut form, files) = (amendment.form, amendment.documents);
    let Some(Opened::Application(opened)) = receipt(ledger, signing, reference, key).await? else {
        return Ok(None);
    };
    let received = opened.received;
    let address = tidied_address(&form.email, unicode.to_ascii);
    let hold = Hold::of(Page::Receipt(&received.id), &address, received_at);
    let before = if uses_held { hold.find(ledger).await? } else { Vec::new() };
    let uploads = Uploads::look_into(posting, &files, before, &mut form).await?;
    keep_documents(&mut form, &received.content.documents, &posting.requirements);
    let mut said = tidied(unicode.to_ascii, &posting.requirements, &form);
    keep_choice(&mut said, &form, &received);
    // From the latest revision one may go back to what an earlier one said.
    let is_from_latest = received.revision == revision;
    let is_same = if is_from_latest && received.sealed.is_none() {
        received.content.says_the_same(&said, &posting.requirements)
    } else {
        is_known(ledger, signing, &received, &said, posting).await?
    };
    if is_same {
        return unchanged(ledger, queue, received).await.map(Some);
    }
    if !is_from_latest {
        return Ok(Some(Verdict::Outdated { form: Box::new(form), kept: Box::new(received) }));
    }
    let arrival =
        Arrival { received_at, language, sender, unicode, signing, form: &form, uploads: &uploads };
    let mut verdict = match revise(documents, ledger, queue, posting, received, &arrival).await? {
        Revised::Answered(verdict) => verdict,
        Revised::Superseded(kept) => Verdict::Outdated { form: Box::new(form.clone()), kept },
    };
    hold.follow(documents, ledger, &uploads, |_| holds, &mut verdict).await;
    Ok(Some(verdict))
}

/// A form that arrived, looked into.
pub(crate) struct Arrival<'a, U> {
    pub(crate) received_at: Timestamp,
    pub(crate) language: &'a str,
    pub(crate) sender: &'a str,
    pub(crate) unicode: Unicode,
    pub(crate) signing: &'a SigningKey,
    pub(crate) form: &'a Form,
    pub(crate) uploads: &'a Uploads<'a, U>,
}

/// What became of a form.
pub(crate) enum Revised {
    Answered(Verdict),
    /// Somebody else has written since; this is what there is now.
    Superseded(Box<Application>),
}

/// Whether the latest or any earlier revision says the same as `said`.
pub(crate) async fn is_known(
    ledger: &impl Corrections,
    signing: &SigningKey,
    received: &Application,
    said: &Content,
    posting: &Posting,
) -> Result<bool, Fault> {
    if was_sealed(signing, received, said) {
        return Ok(true);
    }
    let says_it = |content: &Content| content.says_the_same(said, &posting.requirements);
    if says_it(&received.content) {
        return Ok(true);
    }
    let earlier =
        if received.revision > 1 { ledger.revisions(&received.id).await? } else { Vec::new() };
    Ok(earlier.iter().any(|revision| says_it(&revision.content)))
}

/// Judges and stores a form as the next revision of `received`. Where it
/// fails, for whatever reason, the application stays as it is.
pub(crate) async fn revise<D: DocumentStore>(
    documents: &D,
    ledger: &(impl Ledger + Corrections + Outbox),
    queue: &impl Queue,
    posting: &Posting,
    received: Application,
    arrival: &Arrival<'_, D::Upload>,
) -> Result<Revised, Fault> {
    let Arrival { received_at, language, sender, unicode, form, uploads, .. } = *arrival;
    let own_form = || Box::new(form.clone());
    if received_at < received.revised_at {
        let kept = Box::new(received);
        return Ok(Revised::Answered(Verdict::Outdated { form: own_form(), kept }));
    }
    if received.revision >= MAX_REVISIONS {
        let kept = Box::new(received);
        return Ok(Revised::Answered(Verdict::TooManyRevisions { form: own_form(), kept }));
    }
    if is_hasty(ledger, &received, received_at).await? {
        let kept = Box::new(received);
        return Ok(Revised::Answered(Verdict::TooFast { form: own_form(), kept }));
    }
    let mut content = match judge(posting, sender, unicode, form, received_at) {
        Ok(content) => content,
        Err(issues) => {
            return Ok(Revised::Answered(refused(form.clone(), issues, Some(received))));
        }
    };
    keep_choice(&mut content, form, &received);
    let revision = received.revision.saturating_add(1);
    let kept = &received.content.documents;
    let place = free_place(documents, &received.id, revision).await?;
    let stored = store(documents, &received.id, place, &mut content, kept, uploads).await?;
    if let Stored::Gone(document) = stored {
        return Ok(match ledger.find(&received.id).await? {
            Some(held) if held.revision != received.revision => Revised::Superseded(Box::new(held)),
            _ => Revised::Answered(gone(form, &document, Some(received))),
        });
    }
    let is_moved = !received.content.is_from(&content.email);
    let farewell = is_moved.then(|| Farewell {
        address: received.content.email.clone(),
        language: received.language.clone(),
        mails: received.content.mails,
    });
    let next = Application {
        posting_version: (posting.version > 0).then_some(posting.version),
        revision,
        revised_at: received_at,
        address_changes: received.address_changes.saturating_add(is_moved.into()),
        language: language.to_owned(),
        content,
        ..received
    };
    let mails = MailKind::of_revision(&next.id, revision, next.content.mails);
    let due_at = Timestamp(received_at.0.saturating_add(CORRECTION_WAIT_MS.into()));
    Ok(match ledger.correct(&next, &mails, due_at, farewell.as_ref()).await? {
        Correction::Held(held) => {
            let (outcome, wait) = (Outcome::Corrected, CORRECTION_WAIT_MS);
            Revised::Answered(accepted(ledger, queue, *held, outcome, wait, received_at).await)
        }
        Correction::Superseded(held) => Revised::Superseded(held),
        Correction::Gone => Revised::Answered(Verdict::Retired { form: own_form() }),
    })
}

/// Whether so many corrections came in the minute before that another one has
/// to wait.
async fn is_hasty(
    ledger: &impl Corrections,
    received: &Application,
    received_at: Timestamp,
) -> Result<bool, Fault> {
    let since = received_at.0.saturating_sub(MINUTE_MS);
    if received.revised_at.0 <= since {
        return Ok(false);
    }
    let earlier = ledger.revisions(&received.id).await?;
    // The first revision is no correction; the latest one is not in the list.
    let corrections = earlier.iter().filter(|one| one.revision > 1 && one.received_at.0 > since);
    let latest = usize::from(received.revision > 1);
    Ok(corrections.count().saturating_add(latest) >= CORRECTIONS_A_MINUTE)
}

/// Deletes documents that corrections have replaced, once staff have been
/// sent the latest revision. Says how many applications there were; the fault
/// is the first one.
pub async fn erase_replaced_documents(
    documents: &impl DocumentStore,
    ledger: &impl Corrections,
) -> Result<usize, Fault> {
    let to_clean = ledger.to_clean(BATCH).await?;
    each(to_clean, async |received| clean(documents, ledger, &received).await).await
}

pub(crate) async fn clean(
    documents: &impl DocumentStore,
    ledger: &impl Corrections,
    received: &Application,
) -> Result<(), Fault> {
    let used = used_keys(received);
    let latest = latest_place(received);
    let folder = document_prefix(&received.id);
    let page = documents.list(&folder, None, DOCUMENTS_OF_ONE).await?;
    for kept in page.documents {
        let is_replaced = place_of(&folder, &kept.key) <= latest;
        if is_replaced && !used.contains(&kept.key) {
            documents.delete(&kept.key).await?;
        }
    }
    ledger.cleaned(&received.id, received.revision).await
}

/// Deletes what corrections have brought that failed in the end, once it is a
/// day old. A correction that is arriving does not use it: it takes a place
/// of its own.
pub(crate) async fn erase_failed_corrections(
    documents: &impl DocumentStore,
    ledger: &impl Ledger,
    id: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    let Some((received, delivery)) = ledger.find_with_delivery(id).await? else { return Ok(()) };
    let (used, latest) = (used_keys(&received), latest_place(&received));
    // What the latest revision has replaced stays until staff have that.
    let is_forwarded = delivery.forwarding.sent_at().is_some();
    let folder = document_prefix(id);
    let page = documents.list(&folder, None, DOCUMENTS_OF_ONE).await?;
    for kept in page.documents.iter().filter(|kept| is_orphaned(kept, now)) {
        let has_failed = is_forwarded || place_of(&folder, &kept.key) > latest;
        if has_failed && !used.contains(&kept.key) {
            documents.delete(&kept.key).await?;
        }
    }
    Ok(())
}

/// Whether corrections have left anything among the `keys` of an application.
pub(crate) fn was_corrected(id: &str, keys: &[&str]) -> bool {
    let folder = document_prefix(id);
    let name = |key: &&str| key.strip_prefix(&folder)?.split('/').next().map(str::to_owned);
    let names: BTreeSet<_> = keys.iter().filter_map(name).collect();
    names.len() < keys.len() || keys.iter().any(|key| place_of(&folder, key) > 1)
}

/// Where the documents of a correction go: the revision that it makes, unless
/// an earlier correction that failed has left some there.
async fn free_place(documents: &impl DocumentStore, id: &str, revision: u32) -> Result<u32, Fault> {
    let folder = document_prefix(id);
    let page = documents.list(&folder, None, DOCUMENTS_OF_ONE).await?;
    let last = page.documents.iter().map(|kept| place_of(&folder, &kept.key)).max();
    Ok(last.map_or(revision, |last| revision.max(last.saturating_add(1))))
}

/// The latest place that can hold what an application uses or has replaced. A
/// later one belongs to a correction that is arriving, or has failed.
fn latest_place(received: &Application) -> u32 {
    let used = received.content.documents.iter().map(|document| document.revision);
    used.fold(received.revision, u32::max)
}

fn used_keys(received: &Application) -> Vec<String> {
    let documents = received.content.documents.iter();
    let keys = documents.map(|document| document_key(&received.id, document));
    let sealed = received.sealed.iter().filter_map(|sealed| sealed_key(&received.id, sealed));
    keys.chain(sealed).collect()
}

/// The place of the document under `key`, which [`document_key`] has made.
fn place_of(folder: &str, key: &str) -> u32 {
    let mut parts = key.strip_prefix(folder).unwrap_or_default().split('/').skip(1);
    match (parts.next(), parts.next()) {
        (Some(place), Some(_)) => place.parse().unwrap_or(u32::MAX),
        _ => 1,
    }
}

/// Adds to `form` the documents that it does not replace.
fn keep_documents(form: &mut Form, documents: &[Document], requirements: &Requirements) {
    let is_asked = |kept: &&Document| requirements.document(&kept.id).is_some();
    for kept in documents.iter().filter(is_asked) {
        if form.documents.iter().all(|offered| offered.id != kept.id) {
            form.documents.push(OfferedDocument {
                id: kept.id.clone(),
                file_name: kept.file_name.clone(),
                bytes: kept.bytes,
                report: None,
                sha256: Some(kept.sha256.clone()),
            });
        }
    }
}
