//! Serves the links to documents of mails that are too large for attachments.

use domain::{Application, Posting, Reference, Sealed, SealedMessage};
use rules::Timestamp;
use rules::application::Document;
use views::mails;

use crate::application_mails::media_type;
use crate::key::SigningKey;
use crate::open_page::posting_of_version;
use crate::ports::{Fault, Ledger, MessageAttachment, PostingStore, PostingVersion};
use crate::sealed::{SEALED, sealed_key};
use crate::uploads::document_key;

/// A document that an address leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// Where it is kept.
    pub key: String,
    /// The name under which staff would have got it attached.
    pub file_name: String,
    /// Its media type, by what its bytes are.
    pub media_type: &'static str,
}

/// What the address of a document leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Followed {
    /// The document.
    Document(Download),
    /// The address is ours, but has expired, or the application or the document
    /// is gone.
    Gone,
}

/// The parts of an address, as requested.
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    /// The application's reference.
    pub reference: &'a str,
    /// The document's id.
    pub document: &'a str,
    /// Its SHA-256. Addresses from before there were corrections have none.
    pub sha256: Option<&'a str>,
    /// When the address expires, in milliseconds since 1970.
    pub until: &'a str,
    /// Our signature over all of it.
    pub key: &'a str,
}

/// Returns what `link` leads to; nothing where the link is not ours. The link
/// alone gives access.
pub async fn download(
    ledger: &(impl Ledger + PostingStore),
    read: impl Fn(PostingVersion) -> Result<Posting, Fault>,
    signing: &SigningKey,
    postings: &[Posting],
    link: Link<'_>,
    now: Timestamp,
) -> Result<Option<Followed>, Fault> {
    let Link { reference, document, sha256, until, key } = link;
    let is_ours = match sha256 {
        Some(sha256) => signing.verify(PURPOSE, &[reference, document, sha256, until], key),
        None => signing.verify(PURPOSE, &[reference, document, until], key),
    };
    if !is_ours {
        return Ok(None);
    }
    if until.parse().map_or(true, |until| Timestamp(until) <= now) {
        return Ok(Some(Followed::Gone));
    }
    // No hash of a receipt is empty.
    let lookup = ledger.look_up_receipt(Reference::parse(reference).as_ref(), "").await?;
    let Some(received) = ledger.find(&lookup.id).await? else { return Ok(Some(Followed::Gone)) };
    if document == SEALED {
        let message = received.as_sealed().and_then(Sealed::message);
        let is_it = message.is_some_and(|message| sha256 == Some(&message.sha256));
        let found = Download::sealed(&received).filter(|_| is_it);
        return Ok(Some(found.map_or(Followed::Gone, Followed::Document)));
    }
    let posting = postings.iter().find(|posting| posting.slug == received.posting);
    let is_it = |kept: &&Document| {
        kept.id == document && sha256.map_or(kept.revision == 1, |sha256| kept.sha256 == sha256)
    };
    let found = received.content.documents.iter().find(is_it);
    let Some((posting, found)) = posting.zip(found) else { return Ok(Some(Followed::Gone)) };
    let posting = posting_of_version(ledger, read, posting, received.posting_version).await?;
    Ok(Some(Followed::Document(Download::of(&posting, &received, found))))
}

impl Download {
    /// Returns where the encrypted mail of an application is, if it is kept.
    /// Mail programs open such a file.
    pub fn sealed(received: &Application) -> Option<Self> {
        Some(Self {
            key: sealed_key(&received.id, received.as_sealed()?)?,
            file_name: format!("{}.eml", received.reference),
            media_type: "application/octet-stream",
        })
    }

    /// Returns where a file is that staff have sent with a message.
    pub fn attached(attachment: &MessageAttachment) -> Self {
        Self {
            key: attachment.key.clone(),
            file_name: attachment.file_name.clone(),
            media_type: media_type(&attachment.media_type),
        }
    }

    /// Returns where a document of an application is, and its name and type.
    pub fn of(posting: &Posting, received: &Application, document: &Document) -> Self {
        Self {
            key: document_key(&received.id, document),
            file_name: mails::attachment_name(posting, received, document),
            media_type: document.kind.media_type(),
        }
    }
}

/// Returns the path of the encrypted mail of an application, valid until
/// `until`. The mail can only be read with one of the keys.
pub(crate) fn sealed_address(
    signing: &SigningKey,
    reference: &Reference,
    message: &SealedMessage,
    until: Timestamp,
) -> String {
    let (until, sha256) = (until.0.to_string(), &message.sha256);
    let key = signing.sign(PURPOSE, &[reference.as_str(), SEALED, sha256, &until]);
    format!("/applications/{reference}/documents/{SEALED}?sha256={sha256}&until={until}&key={key}")
}

/// Returns the path of a document, valid until `until`. It names the hash, so
/// that it no longer works once a correction has replaced the document.
pub(crate) fn download_address(
    signing: &SigningKey,
    reference: &Reference,
    document: &Document,
    until: Timestamp,
) -> String {
    let until = until.0.to_string();
    let Document { id, sha256, .. } = document;
    let key = signing.sign(PURPOSE, &[reference.as_str(), id, sha256, &until]);
    format!("/applications/{reference}/documents/{id}?sha256={sha256}&until={until}&key={key}")
}

const PURPOSE: &str = "download";
