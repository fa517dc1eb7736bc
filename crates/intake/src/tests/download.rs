//! The addresses of documents: who holds one needs nothing else, and nobody
//! can make one.

use super::{accepted, key, posting};
use crate::download::download_address;
use crate::memory::Memory;
use crate::{Followed, Link, download};
use domain::Reference;
use rules::Timestamp;

/// The application's reference, and what the address of its CV says.
fn linked(memory: &Memory) -> (Reference, String, String) {
    let posting = posting();
    let id = accepted(memory, &posting, 1);
    let reference = memory.applications.borrow()[&id].reference.clone();
    let address = download_address(&key(), &reference, "cv", posting.erased_at());
    let (_, query) = address.split_once("?until=").unwrap();
    let (until, key) = query.split_once("&key=").unwrap();
    (reference, until.to_owned(), key.to_owned())
}

fn follow(memory: &Memory, link: Link<'_>) -> Option<Followed> {
    let postings = [posting()];
    let now = memory.now.get();
    pollster::block_on(download(memory, &key(), &postings, link, now)).unwrap()
}

#[test]
fn an_address_leads_to_its_document() {
    let memory = Memory::default();
    let (reference, until, key) = linked(&memory);
    let link = Link { reference: reference.as_str(), document: "cv", until: &until, key: &key };
    let Some(Followed::Document(found)) = follow(&memory, link) else { panic!("not found") };
    assert_eq!(found.file_name, "BEN_SALAH_Amélie_CV.docx");
    assert!(found.media_type.ends_with("wordprocessingml.document"));
    assert_eq!(memory.documents.borrow()[&found.key], documents::samples::docx("CV"));
}

#[test]
fn nothing_of_an_address_can_be_changed() {
    let memory = Memory::default();
    let (reference, until, key) = linked(&memory);
    let reference = reference.as_str();
    let later = format!("{}", until.parse::<i64>().unwrap() + 1);
    for (reference, document, until, key) in [
        ("7KXM29QT", "cv", until.as_str(), key.as_str()),
        (reference, "cover_letter", &until, &key),
        (reference, "cv", &later, &key),
        (reference, "cv", "", &key),
        (reference, "cv", &until, ""),
        (reference, "cv", &until, &key[1..]),
    ] {
        let link = Link { reference, document, until, key };
        assert_eq!(follow(&memory, link), None, "{link:?}");
    }
}

/// The key of a receipt opens no document, and that of a document no receipt.
#[test]
fn an_address_has_one_purpose() {
    let memory = Memory::default();
    let (reference, until, key) = linked(&memory);
    let signing = super::key();
    let received = memory.applications.borrow().values().next().cloned().unwrap();
    let opens = crate::receipt_key(&signing, &received);
    let link = Link { reference: reference.as_str(), document: "cv", until: &until, key: &opens };
    assert_eq!(follow(&memory, link), None);
    let receipt = crate::receipt(&memory, &signing, reference.as_str(), &key);
    assert_eq!(pollster::block_on(receipt).unwrap(), None);
}

#[test]
fn an_address_ends_with_its_time_and_with_the_application() {
    let memory = Memory::default();
    let (reference, until, key) = linked(&memory);
    let link = Link { reference: reference.as_str(), document: "cv", until: &until, key: &key };
    memory.now.set(Timestamp(posting().erased_at().0 - 1));
    assert!(matches!(follow(&memory, link), Some(Followed::Document(_))));
    memory.now.set(posting().erased_at());
    assert_eq!(follow(&memory, link), Some(Followed::Gone));
    memory.now.set(Timestamp(0));
    memory.applications.borrow_mut().clear();
    assert_eq!(follow(&memory, link), Some(Followed::Gone));
}
