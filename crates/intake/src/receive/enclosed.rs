//! The files of a mail, by the documents that they are taken for.

use documents::{Limits, inspect};
use domain::Posting;
use mail::incoming::{File, Incoming, Role};
use rules::{Form, OfferedDocument, Unicode, issues};

use super::raw_key;
use super::text_as_letter::text_as_letter;
use super::which_document::assign;
use crate::ports::{DocumentStore, Draft, Fault};
use crate::uploads::hex;

/// The files of a mail, and of those that it completes.
pub(super) struct Enclosed {
    /// The id of a document and its file.
    pub(super) documents: Vec<(String, File)>,
    /// How many files there are of which it is unclear what they are.
    pub(super) unsure: usize,
    /// Whether there is a package of Outlook's, which nothing else opens.
    pub(super) has_package: bool,
}

impl Enclosed {
    /// Takes the files of a mail apart. `held` are documents that came before;
    /// a new one takes the place of an earlier one. Where every file is a known
    /// document, the text of the mail may be the letter.
    pub(super) fn of(
        posting: &Posting,
        message: &Incoming,
        held: Vec<(String, File)>,
    ) -> Result<Self, Fault> {
        let files = &message.files;
        let offered = distinct(files);
        let names: Vec<String> = offered.iter().map(|file| file.name.clone()).collect();
        let known: Vec<&str> = held.iter().map(|(id, _)| id.as_str()).collect();
        let assignment = assign(&posting.requirements, &names, &known);
        let file_at = |at: usize| offered.get(at).map(|file| (*file).clone());
        let found = assignment.found.into_iter();
        let mut documents: Vec<(String, File)> =
            found.filter_map(|(id, at)| Some((id, file_at(at)?))).collect();
        for (id, file) in held {
            if documents.iter().all(|(found, _)| *found != id) {
                documents.push((id, file));
            }
        }
        let is_missing = |id: &&str| documents.iter().all(|(found, _)| found != id);
        let letter = posting.letter_in_mail.as_deref().filter(is_missing);
        if assignment.unsure.is_empty()
            && let Some(id) = letter
            && let Some(file) = text_as_letter(posting, id, message)?
        {
            documents.push((id.to_owned(), file));
        }
        let has_package = files.iter().any(|file| file.role == Role::Package);
        Ok(Self { documents, unsure: assignment.unsure.len(), has_package })
    }
}

/// The files that may be documents, each content once.
fn distinct(files: &[File]) -> Vec<&File> {
    let mut distinct: Vec<&File> = Vec::new();
    for file in files.iter().filter(|file| file.role == Role::Document) {
        if distinct.iter().all(|other| other.bytes != file.bytes) {
            distinct.push(file);
        }
    }
    distinct
}

/// The documents of a draft with which nothing is wrong.
pub(super) async fn held(
    documents: &impl DocumentStore,
    unicode: Unicode,
    posting: &Posting,
    draft: &Draft,
) -> Result<Vec<(String, File)>, Fault> {
    let mut held = Vec::new();
    // The earliest first, so that a later one takes its place.
    for id in draft.said.earlier.iter().chain([&draft.mail.id]) {
        let Some(raw) = documents.get(&raw_key(id)).await? else { continue };
        let message = Incoming::read(&raw);
        drop(raw);
        held = Enclosed::of(posting, &message, held)?.documents;
    }
    let wrong = wrong(unicode, posting, &held);
    held.retain(|(id, _)| !wrong.contains(id));
    Ok(held)
}

/// The ids of the documents with which something is wrong.
fn wrong(unicode: Unicode, posting: &Posting, held: &[(String, File)]) -> Vec<String> {
    let offered = held.iter().map(|(id, file)| offer(id, file)).collect();
    let form = Form { documents: offered, ..Form::default() };
    let found = issues(unicode, &posting.requirements, &form, posting.requirements.window.opens_at);
    found.into_iter().map(|issue| issue.field).collect()
}

/// A file as a form offers it, looked into.
pub(super) fn offer(id: &str, file: &File) -> OfferedDocument {
    use sha2::Digest as _;
    OfferedDocument {
        id: id.to_owned(),
        file_name: file.name.clone(),
        bytes: file.bytes.len() as u64,
        report: Some(inspect(&file.bytes, &Limits::default())),
        sha256: Some(hex(&sha2::Sha256::digest(&file.bytes))),
    }
}
