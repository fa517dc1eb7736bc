//! Corrects an application.

use domain::{Application, Posting};
use mail::Address;
use rules::addresses::tidied as tidied_address;
use rules::application::Document;
use rules::review::tidied;
use rules::{Content, Form, OfferedDocument, Requirements, Timestamp, Unicode};

use crate::held::{Hold, Page};
use crate::key::SigningKey;
use crate::mailbox::judge;
use crate::ports::{
    Correction, Corrections, DocumentStore, Fault, HeldDocuments, Ledger, MailKind, Outbox,
    PreviousAddress, Queue, Upload,
};
use crate::receipt::{Opened, receipt};
use crate::replaced_documents::free_place;
use crate::sealed::was_sealed;
use crate::submission::SubmittedDocument;
use crate::submit::{accepted, keep_choice, unchanged};
use crate::uploads::{Stored, Uploads, delete_unwanted, store};
use crate::verdict::{Outcome, Verdict, gone, refused};

/// How many revisions an application may have.
pub const MAX_REVISIONS: u32 = 20;

/// How many corrections an application takes in a minute.
pub const CORRECTIONS_A_MINUTE: usize = 10;

const MINUTE_MS: i64 = 60_000;

/// How long the mails of a correction wait, in milliseconds, so that several
/// corrections make one mail.
pub const CORRECTION_WAIT_MS: u32 = 2 * 60_000;

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
    /// As [`crate::Submission::own_addresses`].
    pub own_addresses: &'a [Address],
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
    let (form, files) = (amendment.form.clone(), &amendment.documents);
    let looked_into = look_into(ledger, signing, posting, &amendment, form, files).await?;
    let Some(LookedInto { received, hold, form, uploads }) = looked_into else { return Ok(None) };
    let arrival = amendment.arrival(signing, &form, &uploads);
    let revision = amendment.revision;
    let received = match compare(ledger, queue, posting, received, revision, &arrival).await? {
        Compared::Answered(verdict) => return Ok(Some(verdict)),
        Compared::Other(received) => *received,
    };
    let mut verdict = match revise(documents, ledger, queue, posting, received, &arrival).await? {
        Revised::Answered(verdict) => verdict,
        Revised::Superseded(kept) => Verdict::Outdated { form: Box::new(form.clone()), kept },
    };
    hold.follow(documents, ledger, &uploads, |_| amendment.holds, &mut verdict).await;
    Ok(Some(verdict))
}

/// A correction, looked into, and the application that it is of.
pub(crate) struct LookedInto<'a, U> {
    pub(crate) received: Application,
    hold: Hold,
    /// The fields and all documents, those that are kept too.
    pub(crate) form: Form,
    pub(crate) uploads: Uploads<'a, U>,
}

/// Looks into the `form` and the `files` of a correction. Nothing where its key
/// opens no application.
pub(crate) async fn look_into<'a, U: Upload>(
    ledger: &(impl Ledger + Corrections + Outbox + HeldDocuments),
    signing: &SigningKey,
    posting: &Posting,
    amendment: &Amendment<'_, U>,
    mut form: Form,
    files: &'a [SubmittedDocument<U>],
) -> Result<Option<LookedInto<'a, U>>, Fault> {
    let Some(received) = opened(ledger, signing, amendment).await? else { return Ok(None) };
    let address = tidied_address(&form.email, amendment.unicode.to_ascii);
    let hold = Hold::of(Page::Receipt(&received.id), &address, amendment.received_at);
    let before = if amendment.uses_held { hold.find(ledger).await? } else { Vec::new() };
    let uploads = Uploads::look_into(posting, files, before, &mut form).await?;
    keep_documents(&mut form, &received, &posting.requirements);
    Ok(Some(LookedInto { received, hold, form, uploads }))
}

/// The application that a correction is of, if its key opens one.
pub(crate) async fn opened<U>(
    ledger: &(impl Ledger + Corrections + Outbox),
    signing: &SigningKey,
    amendment: &Amendment<'_, U>,
) -> Result<Option<Application>, Fault> {
    let opened = receipt(ledger, signing, amendment.reference, amendment.key).await?;
    Ok(opened.and_then(|opened| match opened {
        Opened::Application(receipt) => Some(receipt.received),
        Opened::Withdrawn(_) => None,
    }))
}

impl<U> Amendment<'_, U> {
    pub(crate) fn arrival<'a>(
        &'a self,
        signing: &'a SigningKey,
        form: &'a Form,
        uploads: &'a Uploads<'a, U>,
    ) -> Arrival<'a, U> {
        let Self { received_at, language, own_addresses, unicode, .. } = *self;
        Arrival { received_at, language, own_addresses, unicode, signing, form, uploads }
    }
}

/// What a form says beside the application that it corrects.
pub(crate) enum Compared {
    /// The same, or it was made from an earlier revision.
    Answered(Verdict),
    /// Something else than this application.
    Other(Box<Application>),
}

/// Compares a form with the application of which it corrects the revision
/// `revision`.
pub(crate) async fn compare<U>(
    ledger: &(impl Corrections + Outbox),
    queue: &impl Queue,
    posting: &Posting,
    received: Application,
    revision: u32,
    arrival: &Arrival<'_, U>,
) -> Result<Compared, Fault> {
    let Arrival { unicode, signing, form, .. } = *arrival;
    // From the latest revision one may go back to what an earlier one said.
    let is_from_latest = received.revision == revision;
    let is_same = if is_from_latest && received.sealed.is_none() {
        said_of(&received, form, unicode, posting)
            .is_some_and(|said| received.content.says_the_same(&said, &posting.requirements))
    } else {
        is_known(ledger, signing, &received, form, unicode, posting).await?
    };
    if is_same {
        return unchanged(ledger, queue, received).await.map(Compared::Answered);
    }
    if !is_from_latest {
        let (form, kept) = (Box::new(form.clone()), Box::new(received));
        return Ok(Compared::Answered(Verdict::Outdated { form, kept }));
    }
    Ok(Compared::Other(Box::new(received)))
}

/// A form that arrived, looked into.
pub(crate) struct Arrival<'a, U> {
    pub(crate) received_at: Timestamp,
    pub(crate) language: &'a str,
    pub(crate) own_addresses: &'a [Address],
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

/// Returns what a form says of `received`. Nothing where a field was given twice:
/// which one is meant is unclear.
fn said_of(
    received: &Application,
    form: &Form,
    unicode: Unicode,
    posting: &Posting,
) -> Option<Content> {
    let mut said = tidied(unicode.to_ascii, &posting.requirements, form);
    keep_choice(&mut said, form, received);
    form.repeated.is_empty().then_some(said)
}

/// Whether the latest or any earlier revision says the same as `form`.
pub(crate) async fn is_known(
    ledger: &impl Corrections,
    signing: &SigningKey,
    received: &Application,
    form: &Form,
    unicode: Unicode,
    posting: &Posting,
) -> Result<bool, Fault> {
    let Some(said) = said_of(received, form, unicode, posting) else { return Ok(false) };
    if was_sealed(signing, received, &said) {
        return Ok(true);
    }
    let says_it = |content: &Content| content.says_the_same(&said, &posting.requirements);
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
    let Arrival { received_at, language, form, uploads, .. } = *arrival;
    let mut content = match judge_revision(ledger, posting, &received, arrival).await? {
        Ok(content) => content,
        Err(verdict) => return Ok(Revised::Answered(*verdict)),
    };
    let revision = received.revision.saturating_add(1);
    let kept = &received.content.documents;
    let place = free_place(documents, &received.id, revision).await?;
    let stored = store(documents, &received.id, place, &mut content, kept, uploads).await?;
    content.keep_unasked(&received.content, &posting.requirements);
    if let Stored::Gone(document) = stored {
        return Ok(match ledger.find(&received.id).await? {
            Some(held) if held.revision != received.revision => Revised::Superseded(Box::new(held)),
            _ => Revised::Answered(gone(form, &document, Some(received))),
        });
    }
    let is_moved = !received.content.is_from(&content.email);
    let previous = is_moved.then(|| PreviousAddress {
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
    Ok(match ledger.correct(&next, &mails, due_at, previous.as_ref()).await? {
        Correction::Held(held) => {
            let (outcome, wait) = (Outcome::Corrected, CORRECTION_WAIT_MS);
            Revised::Answered(accepted(ledger, queue, *held, outcome, wait, received_at).await)
        }
        Correction::Superseded(held) => Revised::Superseded(held),
        Correction::Gone => {
            delete_unwanted(documents, &next.id).await;
            Revised::Answered(Verdict::Retired { form: Box::new(form.clone()) })
        }
    })
}

/// Judges a form as the next revision of `received`: what it says, or why it
/// cannot be that.
pub(crate) async fn judge_revision<U>(
    ledger: &impl Corrections,
    posting: &Posting,
    received: &Application,
    arrival: &Arrival<'_, U>,
) -> Result<Result<Content, Box<Verdict>>, Fault> {
    let Arrival { received_at, own_addresses, unicode, form, .. } = *arrival;
    let (own_form, kept) = (|| Box::new(form.clone()), || Box::new(received.clone()));
    let not_taken = |verdict| Ok(Err(Box::new(verdict)));
    if received_at < received.revised_at {
        return not_taken(Verdict::Outdated { form: own_form(), kept: kept() });
    }
    if received.revision >= MAX_REVISIONS {
        return not_taken(Verdict::TooManyRevisions { form: own_form(), kept: kept() });
    }
    if is_hasty(ledger, received, received_at).await? {
        return not_taken(Verdict::TooFast { form: own_form(), kept: kept() });
    }
    match judge(posting, own_addresses, unicode, form, received_at) {
        Ok(mut content) => {
            keep_choice(&mut content, form, received);
            Ok(Ok(content))
        }
        Err(issues) => not_taken(refused(form.clone(), issues, Some(received.clone()))),
    }
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

/// Adds to `form` the documents that it does not replace.
fn keep_documents(form: &mut Form, received: &Application, requirements: &Requirements) {
    let is_asked = |kept: &&Document| requirements.document(&kept.id).is_some();
    for kept in received.content.documents.iter().filter(is_asked) {
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
