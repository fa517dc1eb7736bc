//! The form of a mail that is not yet an application.

use domain::Posting;
use mail::Address;
use mail::incoming::Incoming;
use rules::addresses::tidied as tidied_address;
use rules::application::Document;
use rules::{Form, OfferedDocument, Timestamp, Unicode};

use super::enclosed::{held, offer};
use super::{application_id, message_of, raw_key};
use crate::announced::{
    Announced, AnnouncedDocument, Announcement, announce, said_before, submit_announced,
};
use crate::held::{Hold, Page};
use crate::key::{ApplicationId, SigningKey};
use crate::ports::{
    Corrections, DocumentStore, Draft, Fault, HeldDocuments, Inbox, Ledger, Outbox, Queue,
    Retention,
};
use crate::submission::{Channel, Submission, SubmittedDocument};
use crate::submit::submit;
use crate::verdict::Verdict;

/// What the key in the address of the form is signed for.
pub(super) const FORM: &str = "incoming form";
/// What the key in the address of the mail itself is signed for.
pub(crate) const RAW: &str = "incoming mail";

/// A mail that may become an application.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenedDraft {
    /// What it says.
    pub form: Form,
    /// Its documents with which nothing is wrong.
    pub documents: Vec<Document>,
}

/// A form that completes a mail.
#[derive(Debug)]
pub struct Completion<'a, U> {
    /// The id of the mail.
    pub id: &'a str,
    /// The key in the address.
    pub key: &'a str,
    /// When the request began, before its body was read.
    pub received_at: Timestamp,
    /// The language of the page.
    pub language: &'a str,
    /// Scheme and host of the page.
    pub origin: &'a str,
    /// As [`Submission::own_addresses`].
    pub own_addresses: &'a [Address],
    /// How texts are compared and domains converted.
    pub unicode: Unicode,
    /// The typed fields.
    pub form: Form,
    /// The files. A document without one is the one that is held of an earlier
    /// attempt, else that of the mail.
    pub documents: Vec<SubmittedDocument<U>>,
    /// As [`Submission::holds`].
    pub holds: bool,
}

/// The posting that a mail is for. Asking needs no key: the page shows nothing of
/// the mail without one.
pub async fn draft_posting(ledger: &impl Inbox, id: &str) -> Result<Option<String>, Fault> {
    Ok(ledger.draft(id).await?.map(|draft| draft.posting))
}

/// Returns what a mail says. Nothing where the key is not that of the mail, or
/// where it is an application by now.
pub async fn open_draft(
    documents: &impl DocumentStore,
    ledger: &impl Inbox,
    signing: &SigningKey,
    unicode: Unicode,
    posting: &Posting,
    id: &str,
    key: &str,
) -> Result<Option<OpenedDraft>, Fault> {
    let Some(draft) = find(ledger, signing, posting, id, key).await? else { return Ok(None) };
    let text = match documents.get(&raw_key(id)).await? {
        Some(raw) => message_of(&Incoming::read(&raw).text),
        None => return Ok(None),
    };
    let held = held(documents, unicode, posting, &draft).await?;
    let form =
        Form { name: draft.said.name, email: draft.said.email, message: text, ..Form::default() };
    let kept = held.iter().map(|(id, file)| kept(&offer(id, file))).collect();
    Ok(Some(OpenedDraft { form, documents: kept }))
}

fn kept(offered: &OfferedDocument) -> Document {
    Document {
        id: offered.id.clone(),
        file_name: offered.file_name.clone(),
        kind: offered.report.as_ref().map_or(documents::Kind::Unknown, |report| report.kind),
        bytes: offered.bytes,
        sha256: offered.sha256.clone().unwrap_or_default(),
        remarks: Vec::new(),
        files: Vec::new(),
        revision: 1,
        crc32: None,
    }
}

/// Makes an application of a mail and the form that completes it. Nothing
/// where [`open_draft`] gives nothing.
pub async fn complete_draft<D: DocumentStore>(
    documents: &D,
    ledger: &(impl Ledger + Corrections + HeldDocuments + Outbox + Inbox + Retention),
    queue: &impl Queue,
    signing: &SigningKey,
    posting: &Posting,
    completion: Completion<'_, D::Upload>,
) -> Result<Option<Verdict>, Fault> {
    complete(documents, ledger, queue, signing, posting, None, completion).await
}

/// Returns the id of the application that a mail becomes. Nothing where the key is not
/// that of the mail.
pub async fn draft_application(
    ledger: &(impl Inbox + Retention),
    signing: &SigningKey,
    posting: &Posting,
    id: &str,
    key: &str,
) -> Result<Option<ApplicationId>, Fault> {
    match genuine(ledger, signing, posting, id, key).await? {
        Some(draft) => application_id(ledger, &draft.identity).await.map(Some),
        None => Ok(None),
    }
}

/// Judges the announcement of a form that completes a mail, as [`announce`] does it
/// for one that is an application by itself. Where the mail is an application by
/// now, only the same form gets an answer: the one before may have been lost.
pub async fn announce_completion<D: DocumentStore>(
    documents: &D,
    ledger: &(impl Ledger + Corrections + HeldDocuments + Outbox + Inbox + Retention),
    queue: &impl Queue,
    signing: &SigningKey,
    posting: &Posting,
    announcement: &Announcement,
    completion: &Completion<'_, D::Upload>,
) -> Result<Option<Announced>, Fault> {
    let Some(draft) = genuine(ledger, signing, posting, completion.id, completion.key).await?
    else {
        return Ok(None);
    };
    let announced = announcement.documents();
    let form = completion.form.clone();
    let completion = Completion { form, documents: Vec::new(), ..*completion };
    let Completing { mut submission, others } =
        completing(documents, ledger, signing, posting, &draft, completion, announced).await?;
    submission.form.documents = others;
    if draft.application.is_some() {
        let said = said_before(ledger, queue, posting, announcement, &submission).await?;
        return Ok(said.map(|verdict| Announced::Answered(Box::new(verdict))));
    }
    announce(documents, ledger, queue, posting, announcement, &submission).await.map(Some)
}

/// Puts the documents together and makes an application of them, the mail and the
/// form, as [`complete_draft`] does with documents that came in one piece.
pub async fn complete_announced<D: DocumentStore>(
    documents: &D,
    ledger: &(impl Ledger + Corrections + HeldDocuments + Outbox + Inbox + Retention),
    queue: &impl Queue,
    signing: &SigningKey,
    posting: &Posting,
    announcement: &Announcement,
    completion: Completion<'_, D::Upload>,
) -> Result<Option<Verdict>, Fault> {
    complete(documents, ledger, queue, signing, posting, Some(announcement), completion).await
}

async fn complete<D: DocumentStore>(
    documents: &D,
    ledger: &(impl Ledger + Corrections + HeldDocuments + Outbox + Inbox + Retention),
    queue: &impl Queue,
    signing: &SigningKey,
    posting: &Posting,
    announcement: Option<&Announcement>,
    completion: Completion<'_, D::Upload>,
) -> Result<Option<Verdict>, Fault> {
    let Some(draft) = find(ledger, signing, posting, completion.id, completion.key).await? else {
        return Ok(None);
    };
    let id = completion.id;
    let announced = announcement.map(Announcement::documents).unwrap_or_default();
    let Completing { submission, .. } =
        completing(documents, ledger, signing, posting, &draft, completion, announced).await?;
    let verdict = match announcement {
        None => submit(documents, ledger, queue, posting, submission).await?,
        Some(announcement) => {
            let submitted =
                submit_announced(documents, ledger, queue, posting, announcement, submission);
            // Large, and most forms do without it.
            Box::pin(submitted).await?
        }
    };
    if let Verdict::Accepted { received, .. } = &verdict {
        ledger.complete_draft(id, &received.id).await?;
    }
    Ok(Some(verdict))
}

/// What a mail and a form make.
struct Completing<U> {
    submission: Submission<U>,
    /// The documents that neither came with the form nor are announced: those of
    /// the mail, and those that are held of an earlier attempt.
    others: Vec<OfferedDocument>,
}

async fn completing<D: DocumentStore>(
    documents: &D,
    ledger: &(impl HeldDocuments + Retention),
    signing: &SigningKey,
    posting: &Posting,
    draft: &Draft,
    completion: Completion<'_, D::Upload>,
    announced: &[AnnouncedDocument],
) -> Result<Completing<D::Upload>, Fault> {
    let Completion { received_at, language, origin, unicode, form, .. } = completion;
    let mut files = completion.documents;
    let application = application_id(ledger, &draft.identity).await?;
    let address = tidied_address(&form.email, unicode.to_ascii);
    let hold = Hold::of(Page::Posting(application.as_str()), &address, received_at);
    let has_come = |files: &[SubmittedDocument<D::Upload>], document: &str| {
        files.iter().any(|file| file.id == document)
            || announced.iter().any(|one| one.id == document)
    };
    let mut others: Vec<OfferedDocument> = hold
        .find(ledger)
        .await?
        .into_iter()
        .map(|held| held.document)
        .filter(|one| !has_come(&files, &one.id))
        .collect();
    let mut brought = Vec::new();
    for (document, file) in held(documents, unicode, posting, draft).await? {
        if has_come(&files, &document) || others.iter().any(|held| held.id == document) {
            continue;
        }
        others.push(offer(&document, &file));
        brought.push(document.clone());
        files.push(SubmittedDocument {
            id: document,
            file_name: file.name,
            bytes: file.bytes.len() as u64,
            upload: documents.upload(file.bytes)?,
        });
    }
    let submission = Submission {
        taken_until: None,
        erase_at: None,
        id: application,
        received_at,
        language: language.to_owned(),
        origin: origin.to_owned(),
        own_addresses: completion.own_addresses.to_vec(),
        unicode,
        form,
        documents: files,
        holds: completion.holds,
        channel: Channel::MailAndForm { message_id: draft.said.message_id.clone(), brought },
        signing: signing.clone(),
    };
    Ok(Completing { submission, others })
}

/// Returns where the bytes of a mail are, if `key` is that of its address.
pub fn raw_mail(signing: &SigningKey, id: &str, key: &str) -> Option<String> {
    signing.verify(RAW, &[id], key).then(|| raw_key(id))
}

async fn find(
    ledger: &impl Inbox,
    signing: &SigningKey,
    posting: &Posting,
    id: &str,
    key: &str,
) -> Result<Option<Draft>, Fault> {
    let draft = genuine(ledger, signing, posting, id, key).await?;
    Ok(draft.filter(|draft| draft.application.is_none()))
}

/// The mail, be it an application by now, where the key is that of its address.
async fn genuine(
    ledger: &impl Inbox,
    signing: &SigningKey,
    posting: &Posting,
    id: &str,
    key: &str,
) -> Result<Option<Draft>, Fault> {
    if !signing.verify(FORM, &[id], key) {
        return Ok(None);
    }
    Ok(ledger.draft(id).await?.filter(|draft| draft.posting == posting.slug))
}
