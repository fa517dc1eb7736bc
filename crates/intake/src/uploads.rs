//! Inspects and stores the documents of a form.

use core::fmt::Write as _;

use documents::Limits;
use domain::Posting;
use rules::application::Document;
use rules::review::refused_by_size;
use rules::{Content, Form, OfferedDocument};

use crate::ports::{DocumentStore, Fault, Upload, UploadContent};
use crate::submit::SubmittedDocument;

/// The files of a form and their hashes, where they were read.
pub(crate) struct Uploads<'a, U> {
    files: Vec<(&'a SubmittedDocument<U>, Option<[u8; 32]>)>,
}

impl<'a, U: Upload> Uploads<'a, U> {
    /// Reads, hashes and inspects the files, but for those that their size
    /// alone refuses, and adds what they are to `form`.
    pub(crate) async fn look_into(
        posting: &Posting,
        submitted: &'a [SubmittedDocument<U>],
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
            let mut hash = None;
            if !refused_by_size(&posting.requirements, &offer) {
                let UploadContent { bytes, sha256 } = document.upload.read().await?;
                offer.sha256 = Some(hex(&sha256));
                offer.report = Some(documents::inspect(&bytes, &Limits::default()));
                hash = Some(sha256);
            }
            form.documents.push(offer);
            files.push((document, hash));
        }
        Ok(Self { files })
    }

    /// The file of an accepted document and its hash.
    fn find(&self, document: &Document) -> Option<(&U, [u8; 32])> {
        let (file, hash) = self.files.iter().find(|(file, _)| file.id == document.id)?;
        Some((&file.upload, (*hash)?))
    }
}

/// Stores those documents of `content` that `kept`, an earlier revision's, do
/// not hold already. Each then says with which revision its bytes came.
pub(crate) async fn store<D: DocumentStore>(
    documents: &D,
    application: &str,
    revision: u32,
    content: &mut Content,
    kept: &[Document],
    uploads: &Uploads<'_, D::Upload>,
) -> Result<(), Fault> {
    for document in &mut content.documents {
        let is_same = |kept: &&Document| kept.id == document.id && kept.sha256 == document.sha256;
        if let Some(kept) = kept.iter().find(is_same) {
            let file_name = core::mem::take(&mut document.file_name);
            *document = Document { file_name, ..kept.clone() };
            continue;
        }
        document.revision = revision;
        let unread = || Fault::Upload("a document was accepted unread".into());
        let (upload, sha256) = uploads.find(document).ok_or_else(unread)?;
        documents.put(&document_key(application, document), upload, sha256).await?;
    }
    Ok(())
}

/// What the keys of all documents begin with.
pub(crate) const DOCUMENTS: &str = "applications/";

/// Where a document is kept. The hash makes two simultaneous submissions of
/// one token harmless: each row finds the very bytes that it speaks of. The
/// revision keeps what a correction is about to bring apart from what earlier
/// ones have replaced, which may be deleted meanwhile.
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
