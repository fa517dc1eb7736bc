//! Inspects and stores the documents of a form.

use core::fmt::Write as _;

use documents::Limits;
use domain::{HeldDocument, Posting};
use rules::application::Document;
use rules::review::refused_by_size;
use rules::{Content, Form, OfferedDocument};

use crate::held::add_held;
use crate::ports::{DocumentStore, Fault, Upload, UploadContent};
use crate::submission::SubmittedDocument;

/// The documents of a form: the files that came with it and their hashes,
/// where they were read, and what was held of it before.
pub(crate) struct Uploads<'a, U> {
    files: Vec<(&'a SubmittedDocument<U>, Option<Digests>)>,
    pub(crate) held: Vec<HeldDocument>,
}

/// What identifies the bytes of a file.
#[derive(Clone, Copy)]
struct Digests {
    sha256: [u8; 32],
    crc32: u32,
}

impl<'a, U: Upload> Uploads<'a, U> {
    /// Reads, hashes and inspects the files, but for those that their size
    /// alone refuses, hashes those that are not asked for, and adds to `form` what they are, and those of `held`
    /// that they do not replace.
    pub(crate) async fn look_into(
        posting: &Posting,
        submitted: &'a [SubmittedDocument<U>],
        held: Vec<HeldDocument>,
        form: &mut Form,
    ) -> Result<Self, Fault> {
        let mut files = Vec::with_capacity(submitted.len());
        for document in submitted {
            let mut offer = OfferedDocument {
                id: document.id.clone(),
                file_name: document.file_name.clone(),
                bytes: document.bytes,
                report: None,
                sha256: None,
            };
            let mut digests = None;
            let is_asked = posting.requirements.document(&document.id).is_some();
            if !is_asked {
                // It is refused, unless an earlier form brought the same.
                offer.sha256 = Some(hex(&document.upload.read().await?.sha256));
            } else if !refused_by_size(&posting.requirements, &offer) {
                let UploadContent { bytes, sha256 } = document.upload.read().await?;
                offer.sha256 = Some(hex(&sha256));
                offer.report = Some(documents::inspect(&bytes, &Limits::default()));
                digests = Some(Digests { sha256, crc32: documents::crc32(&bytes) });
            }
            form.documents.push(offer);
            files.push((document, digests));
        }
        add_held(&posting.requirements, form, &held);
        Ok(Self { files, held })
    }

    /// Stores a document that came with the form, or that was held before.
    /// Returns whether its bytes are still there.
    pub(crate) async fn put<D: DocumentStore<Upload = U>>(
        &self,
        documents: &D,
        key: &str,
        id: &str,
        sha256: &str,
    ) -> Result<bool, Fault> {
        if let Some((file, digests)) = self.file(id) {
            return documents.put(key, &file.upload, digests.sha256).await.map(|()| true);
        }
        let is_this = |held: &&HeldDocument| {
            held.document.id == id && held.document.sha256.as_deref() == Some(sha256)
        };
        let unread = || Fault::Upload("a document was accepted unread".into());
        let held = self.held.iter().find(is_this).ok_or_else(unread)?;
        documents.copy(&held.key, key).await
    }

    /// The CRC-32 of a document that came with the form. That of a held one is
    /// not known.
    fn crc32(&self, id: &str) -> Option<u32> {
        self.file(id).map(|(_, digests)| digests.crc32)
    }

    fn file(&self, id: &str) -> Option<(&SubmittedDocument<U>, Digests)> {
        let (file, digests) = self.files.iter().find(|(file, _)| file.id == id)?;
        Some((file, (*digests)?))
    }
}

/// What came of storing the documents of a form.
pub(crate) enum Stored {
    /// Each of them is stored.
    All,
    /// The one with this id was held, and is gone: another request has sent
    /// it, or its hour has ended.
    Gone(String),
}

/// Stores those documents of `content` that `kept`, an earlier revision's, do
/// not hold already, in `place`. Each then says where its bytes are.
pub(crate) async fn store<D: DocumentStore>(
    documents: &D,
    application: &str,
    place: u32,
    content: &mut Content,
    kept: &[Document],
    uploads: &Uploads<'_, D::Upload>,
) -> Result<Stored, Fault> {
    for document in &mut content.documents {
        let is_same = |kept: &&Document| kept.id == document.id && kept.sha256 == document.sha256;
        if let Some(kept) = kept.iter().find(is_same) {
            let file_name = core::mem::take(&mut document.file_name);
            *document = Document { file_name, ..kept.clone() };
            continue;
        }
        document.revision = place;
        document.crc32 = uploads.crc32(&document.id);
        let key = document_key(application, document);
        if !uploads.put(documents, &key, &document.id, &document.sha256).await? {
            return Ok(Stored::Gone(document.id.clone()));
        }
    }
    Ok(Stored::All)
}

/// Deletes what was stored for an application that turned out to be withdrawn or erased. Where that
/// fails, the documents go with the orphaned ones.
pub(crate) async fn delete_unwanted(documents: &impl DocumentStore, application: &str) {
    drop(documents.delete(&document_prefix(application)).await);
}

/// What the keys of all documents begin with.
pub(crate) const DOCUMENTS: &str = "applications/";

/// Returns the key of a document. Because of the hash, two simultaneous
/// submissions of one token cannot mix: each row leads to the bytes that it
/// names. The place, most often the revision, keeps the documents of a
/// correction that is arriving apart from replaced ones and from those of
/// failed corrections, which may be deleted meanwhile.
pub(crate) fn document_key(application: &str, document: &Document) -> String {
    let Document { id, sha256, revision, .. } = document;
    let folder = document_prefix(application);
    match revision {
        1 => format!("{folder}{id}/{sha256}"),
        _ => format!("{folder}{id}/{revision}/{sha256}"),
    }
}

/// What the keys of an application's documents begin with.
pub(crate) fn document_prefix(application: &str) -> String {
    format!("{DOCUMENTS}{application}/")
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
