//! Validates a submitted form and stores it as an application.

use core::fmt::Write as _;

use documents::Limits;
use domain::{Application, Posting, Reference};
use rules::review::refused_by_size;
use rules::{Form, Issue, OfferedDocument, Timestamp, review};

use crate::key::ApplicationId;
use crate::ports::{
    Commit, DocumentStore, Fault, Ledger, MailKind, MailRef, Outbox, Queue, Upload, UploadContent,
};
use crate::sweep::push;

/// A form as it arrived.
#[derive(Debug)]
pub struct Submission<U> {
    /// The id that the application gets: the token's, or a new one.
    pub id: ApplicationId,
    /// When the request began, before its body was read.
    pub received_at: Timestamp,
    /// The language of the page.
    pub language: String,
    /// Scheme and host of the page, without a slash at the end.
    pub origin: String,
    /// The typed fields. Its documents are empty; they are below.
    pub form: Form,
    /// The files.
    pub documents: Vec<SubmittedDocument<U>>,
}

/// A file as it arrived.
#[derive(Debug)]
pub struct SubmittedDocument<U> {
    /// The form field it came in.
    pub id: String,
    /// Its name, as the client said it.
    pub file_name: String,
    /// Its size.
    pub bytes: u64,
    /// The file.
    pub upload: U,
}

/// The answer to a submission.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It is safe.
    Accepted {
        /// What is in the ledger: for a repeated submission, what came first.
        received: Box<Application>,
        /// Whether this submission brought it.
        is_new: bool,
        /// Why the queue does not know of it yet. The sweep will tell it.
        unqueued: Option<Fault>,
    },
    /// Nothing was kept.
    Refused {
        /// What was sent, looked into.
        form: Box<Form>,
        /// What is wrong with it.
        issues: Vec<Issue>,
    },
    /// The id was used up: its application was withdrawn, or its documents
    /// were found without one and deleted. Another id has to be taken.
    Retired {
        /// What was sent, looked into.
        form: Box<Form>,
    },
}

/// How often a reference may be taken before we give up: with a million
/// applications, one in 660,000 references is.
const REFERENCE_TRIES: u64 = 5;

/// Judges a submission and, if nothing is wrong with it, keeps it.
///
/// After `Accepted` the application survives whatever fails next. After
/// `Refused` nothing of it is kept. After a [`Fault`] it may be kept or not:
/// the candidate has to send it again, and with the same token it will be
/// the same application.
pub async fn submit<D: DocumentStore>(
    documents: &D,
    ledger: &(impl Ledger + Outbox),
    queue: &impl Queue,
    posting: &Posting,
    submission: Submission<D::Upload>,
) -> Result<Verdict, Fault> {
    let Submission { id, received_at, language, origin, mut form, documents: submitted } =
        submission;
    if let Some(received) = ledger.find(id.as_str()).await? {
        return accept(ledger, queue, received, false).await;
    }
    if let Some(issue) = posting.requirements.window.review(received_at) {
        return Ok(Verdict::Refused { form: Box::new(form), issues: vec![issue] });
    }
    let hashes;
    (form.documents, hashes) = look_into(posting, &submitted).await?;
    let content = match review(&posting.requirements, &form, received_at) {
        Ok(content) => content,
        Err(issues) => return Ok(Verdict::Refused { form: Box::new(form), issues }),
    };
    for (document, sha256) in submitted.iter().zip(hashes) {
        let unread = || Fault::Upload("a document was accepted unread".into());
        let sha256 = sha256.ok_or_else(unread)?;
        let key = document_key(id.as_str(), &document.id, &hex(&sha256));
        documents.put(&key, &document.upload, sha256).await?;
    }
    let mut received = Application {
        reference: reference(&id, 0),
        id: id.as_str().to_owned(),
        posting: posting.slug.clone(),
        // The ledger gives it when it writes the application.
        number: 0,
        language,
        origin,
        received_at,
        erase_at: Some(posting.erased_at()),
        content,
    };
    for attempt in 1..=REFERENCE_TRIES {
        match ledger.commit(&received, &MailKind::OF_APPLICATION).await? {
            Commit::Held(held) => {
                let is_new = held.received_at == received_at;
                return accept(ledger, queue, *held, is_new).await;
            }
            Commit::Retired => return Ok(Verdict::Retired { form: Box::new(form) }),
            Commit::ReferenceTaken => received.reference = reference(&id, attempt),
        }
    }
    Err(Fault::Ledger(format!("{REFERENCE_TRIES} references were taken")))
}

/// What the keys of all documents begin with.
pub(crate) const DOCUMENTS: &str = "applications/";

/// Where a document is kept. The hash makes two simultaneous submissions of
/// one token harmless: each row finds the very bytes that it speaks of.
pub(crate) fn document_key(application: &str, document: &str, sha256: &str) -> String {
    format!("{}{document}/{sha256}", document_prefix(application))
}

/// What the keys of an application's documents begin with.
pub(crate) fn document_prefix(application: &str) -> String {
    format!("{DOCUMENTS}{application}/")
}

async fn accept(
    ledger: &impl Outbox,
    queue: &impl Queue,
    received: Application,
    is_new: bool,
) -> Result<Verdict, Fault> {
    let mails =
        MailKind::OF_APPLICATION.map(|kind| MailRef { id: kind.mail_id(&received.id), kind });
    let unqueued = push(ledger, queue, &mails, received.received_at).await.err();
    Ok(Verdict::Accepted { received: Box::new(received), is_new, unqueued })
}

/// Reads, hashes and inspects the documents, but for those that their size
/// alone refuses.
async fn look_into<U: Upload>(
    posting: &Posting,
    submitted: &[SubmittedDocument<U>],
) -> Result<(Vec<OfferedDocument>, Vec<Option<[u8; 32]>>), Fault> {
    let mut offered = Vec::with_capacity(submitted.len());
    let mut hashes = Vec::with_capacity(submitted.len());
    for document in submitted {
        let mut offer = OfferedDocument {
            id: document.id.clone(),
            file_name: document.file_name.clone(),
            bytes: document.bytes,
            report: None,
            sha256: None,
        };
        let mut hash = None;
        if !refused_by_size(&posting.requirements, &offer) {
            let UploadContent { bytes, sha256 } = document.upload.read().await?;
            offer.sha256 = Some(hex(&sha256));
            offer.report = Some(documents::inspect(&bytes, &Limits::default()));
            hash = Some(sha256);
        }
        offered.push(offer);
        hashes.push(hash);
    }
    Ok((offered, hashes))
}

/// The reference of an application at the given attempt: its id decides, so
/// that two simultaneous submissions of one token agree.
fn reference(id: &ApplicationId, attempt: u64) -> Reference {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(format!("reference {attempt} {}", id.as_str()));
    let bits = digest.iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    Reference::from_random(bits)
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
