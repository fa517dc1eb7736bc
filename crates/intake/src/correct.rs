//! Corrects an application from its receipt.

use domain::{Application, Posting};
use mail::Address;
use rules::addresses::tidied as tidied_address;
use rules::application::Document;
use rules::{Form, OfferedDocument, Requirements, Timestamp, Unicode};

use crate::held::{Hold, Page};
use crate::key::SigningKey;
use crate::ports::{
    Corrections, DocumentStore, Fault, HeldDocuments, Ledger, Outbox, Queue, Upload,
};
use crate::receipt::{Opened, receipt};
use crate::revise::{Arrival, Revised, contended, is_known, revise, said_of};
use crate::submission::SubmittedDocument;
use crate::submit::unchanged;
use crate::uploads::Uploads;
use crate::verdict::Verdict;

/// How often a correction starts anew. A revision is sealed or forgotten, and
/// then it is neither again.
const TRIES: u32 = 3;

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
    for _ in 0..TRIES {
        match correct_once(documents, ledger, queue, signing, posting, &amendment).await? {
            Some(Revised::Answered(verdict)) => return Ok(Some(verdict)),
            Some(Revised::Superseded(_)) => {}
            None => return Ok(None),
        }
    }
    Err(contended())
}

/// As [`correct`]. `Superseded` where the revision that it corrects was sealed
/// or forgotten meanwhile: nobody has corrected it, but documents that it could
/// keep before have to be sent again.
async fn correct_once<D: DocumentStore>(
    documents: &D,
    ledger: &(impl Ledger + Corrections + Outbox + HeldDocuments),
    queue: &impl Queue,
    signing: &SigningKey,
    posting: &Posting,
    amendment: &Amendment<'_, D::Upload>,
) -> Result<Option<Revised>, Fault> {
    let (form, files) = (amendment.form.clone(), &amendment.documents);
    let looked_into = look_into(ledger, signing, posting, amendment, form, files).await?;
    let Some(LookedInto { received, hold, form, uploads }) = looked_into else { return Ok(None) };
    let arrival = amendment.arrival(signing, &form, &uploads);
    let revision = amendment.revision;
    let received = match compare(ledger, queue, posting, received, revision, &arrival).await? {
        Compared::Answered(verdict) => return Ok(Some(Revised::Answered(verdict))),
        Compared::Other(received) => *received,
    };
    let mut verdict = match revise(documents, ledger, queue, posting, received, &arrival).await? {
        Revised::Answered(verdict) => verdict,
        Revised::Superseded(kept) if kept.revision == revision => {
            return Ok(Some(Revised::Superseded(kept)));
        }
        Revised::Superseded(kept) => Verdict::Outdated { form: Box::new(form.clone()), kept },
    };
    hold.follow(documents, ledger, &uploads, |_| amendment.holds, &mut verdict).await;
    Ok(Some(Revised::Answered(verdict)))
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
