//! Reduces an application that was encrypted for staff to its encrypted mail.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Application, Posting, Rest, Sealed, SealedMessage};
use rules::application::normalized;
use rules::{Content, Mails};
use sealing::secret;
use sha2::{Digest as _, Sha256};

use crate::key::SigningKey;
use crate::ports::{Corrections, DocumentStore, Fault};
use crate::replaced_documents::clean;
use crate::uploads::{document_key, document_prefix, hex};

/// The id under which an encrypted mail is asked for, in place of a
/// document's. No document has it: theirs begin with a letter.
pub const SEALED: &str = "+sealed";

/// Where the encrypted mail of an application is kept, as long as it is.
pub(crate) fn sealed_key(application: &str, sealed: &Sealed) -> Option<String> {
    let folder = document_prefix(application);
    let message = sealed.message()?;
    Some(format!("{folder}{SEALED}/{}/{}", sealed.revision, message.sha256))
}

/// Returns an application with the candidate's address, if it is sealed. The
/// address is empty where it was encrypted under a key that is no longer valid.
#[must_use]
pub fn opened(signing: &SigningKey, mut received: Application) -> Application {
    if let Some(sealed) = received.as_sealed() {
        let keys = signing.valid_signatures(ADDRESS, &[&received.id]);
        let mut found =
            keys.iter().filter_map(|key| secret::decrypt(&bytes(key)?, &sealed.address));
        received.content.email = found.next().unwrap_or_default();
    }
    received
}

/// Returns the keyed hash that stands for a candidate's address.
pub(crate) fn person(signing: &SigningKey, address: &str) -> String {
    signing.sign(PERSON, &[&address.to_lowercase()])
}

/// Whether a revision that is sealed said the same.
pub(crate) fn was_sealed(signing: &SigningKey, received: &Application, said: &Content) -> bool {
    let Some(sealed) = &received.sealed else { return false };
    let hashes = signing.valid_signatures(CONTENT, &refs(&parts(&received.id, said)));
    sealed.said.iter().any(|kept| hashes.contains(kept))
}

/// Returns the keyed hash of what the application with this id says.
pub(crate) fn content_hash(signing: &SigningKey, id: &str, content: &Content) -> String {
    signing.sign(CONTENT, &refs(&parts(id, content)))
}

/// Returns the [`content_hash`] of every revision, the latest one last.
pub(crate) async fn content_hashes(
    ledger: &impl Corrections,
    signing: &SigningKey,
    received: &Application,
) -> Result<Vec<String>, Fault> {
    let mut hashes = received.sealed.as_ref().map(|sealed| sealed.said.clone()).unwrap_or_default();
    if received.as_sealed().is_some() {
        return Ok(hashes);
    }
    let hash = |content: &Content| content_hash(signing, &received.id, content);
    if received.sealed.is_none() && received.revision > 1 {
        let earlier = ledger.revisions(&received.id).await?;
        hashes.extend(earlier.iter().map(|revision| hash(&revision.content)));
    }
    hashes.push(hash(&received.content));
    Ok(hashes)
}

/// Keeps the encrypted mail of an application, and then deletes its documents
/// and what it says. Returns the application as it is kept; nothing where it
/// was corrected or withdrawn meanwhile.
pub(crate) async fn seal_away(
    documents: &impl DocumentStore,
    ledger: &impl Corrections,
    signing: &SigningKey,
    received: &Application,
    mail: Vec<u8>,
) -> Result<Option<Application>, Fault> {
    let digest: [u8; 32] = Sha256::digest(&mail).into();
    let bytes = mail.len() as u64;
    let rest = Rest::Message(SealedMessage { sha256: hex(&digest), bytes });
    let kept = without_content(ledger, signing, received, rest).await?;
    let Some(key) = kept.sealed.as_ref().and_then(|sealed| sealed_key(&received.id, sealed)) else {
        return Ok(None);
    };
    documents.put(&key, &documents.upload(mail)?, digest).await?;
    let Some(kept) = ledger.seal(&kept).await? else {
        documents.delete(&key).await?;
        return Ok(None);
    };
    erase_content(documents, ledger, received, &kept).await?;
    Ok(Some(kept))
}

/// Returns an application as it is kept once `rest` is all that is left of what
/// it says.
pub(crate) async fn without_content(
    ledger: &impl Corrections,
    signing: &SigningKey,
    received: &Application,
    rest: Rest,
) -> Result<Application, Fault> {
    if let Some(sealed) = received.as_sealed() {
        let sealed = Some(Sealed { rest, ..sealed.clone() });
        return Ok(Application { sealed, ..received.clone() });
    }
    let said = content_hashes(ledger, signing, received).await?;
    let address = encrypted(signing, received);
    Ok(Application {
        content: Content {
            name: received.reference.to_string(),
            email: person(signing, &received.content.email),
            phone: None,
            message: None,
            answers: Vec::new(),
            documents: Vec::new(),
            mails: received.content.mails,
        },
        sealed: Some(Sealed { revision: received.revision, rest, address, said }),
        ..received.clone()
    })
}

/// Deletes the documents of `received`, of which `kept` is kept by now.
pub(crate) async fn erase_content(
    documents: &impl DocumentStore,
    ledger: &impl Corrections,
    received: &Application,
    kept: &Application,
) -> Result<(), Fault> {
    delete_documents(documents, received).await?;
    clean(documents, ledger, kept).await
}

/// Deletes the documents that `received` has.
pub(crate) async fn delete_documents(
    documents: &impl DocumentStore,
    received: &Application,
) -> Result<(), Fault> {
    for document in &received.content.documents {
        documents.delete(&document_key(&received.id, document)).await?;
    }
    Ok(())
}

/// Whether what is kept of an application to this posting is sealed, or is to be.
pub(crate) fn is_to_be_sealed(posting: &Posting, received: &Application) -> bool {
    posting.privacy.is_sealed() || received.as_sealed().is_some()
}

/// The nonce follows from what is encrypted, so that no two texts have one.
fn encrypted(signing: &SigningKey, received: &Application) -> String {
    let address = received.content.email.as_str();
    let key = bytes(&signing.sign(ADDRESS, &[&received.id])).unwrap_or_default();
    let nonce = bytes(&signing.sign(NONCE, &[&received.id, address])).unwrap_or_default();
    let nonce = nonce.first_chunk().copied().unwrap_or_default();
    secret::encrypt(&key, nonce, address)
}

/// The bytes of a signature, which is an HMAC and so can be a key.
fn bytes(signature: &str) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(signature).ok()?.try_into().ok()
}

/// What identifies a content, in the order in which it came: a sealed
/// application cannot be compared with what its posting asks for by now.
fn parts(id: &str, content: &Content) -> Vec<String> {
    let optional = |text: &Option<String>| match text {
        Some(text) => format!("+{}", normalized(text)),
        None => String::new(),
    };
    let mut parts = vec![
        id.to_owned(),
        normalized(&content.name),
        content.email.clone(),
        optional(&content.phone),
        optional(&content.message),
        content.answers.len().to_string(),
    ];
    for answer in &content.answers {
        parts.extend([answer.question.clone(), normalized(&answer.value)]);
    }
    for document in &content.documents {
        let file_name = normalized(&document.file_name);
        parts.extend([document.id.clone(), file_name, document.sha256.clone()]);
    }
    // What was sealed before there was a choice has the same hash as then.
    if content.mails != Mails::Full {
        parts.push(content.mails.as_str().to_owned());
    }
    parts
}

fn refs(parts: &[String]) -> Vec<&str> {
    parts.iter().map(String::as_str).collect()
}

const ADDRESS: &str = "sealed address";
const NONCE: &str = "nonce of a sealed address";
const PERSON: &str = "sealed person";
const CONTENT: &str = "sealed content";
