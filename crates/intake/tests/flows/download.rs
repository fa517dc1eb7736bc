//! Tests the links to documents: a link is all that its holder needs, and it
//! cannot be forged.

use crate::world::World;
use crate::{accepted, deliver, key, posting};
use domain::Reference;
use intake::ports::Sending;
use intake::{ApplicationId, Followed, Link, download};
use mail_parser::MessageParser;
use rules::Timestamp;

/// The application's reference, and what the address of its CV says in a
/// mail that was too large: hash, time and key.
fn linked(world: &World) -> (Reference, String, String, String) {
    let posting = posting();
    let id = accepted(world, &posting, 1);
    let reference = world.application(&id).reference.clone();
    *world.answers.borrow_mut() =
        vec![Sending::Sent(None), Sending::Sent(None), Sending::TooLarge("552".into())];
    deliver(world, &posting, &id).unwrap();
    let mail = world.mailbox.borrow_mut().remove(0).1;
    let mail = MessageParser::default().parse(&mail).unwrap();
    let text = mail.body_text(0).unwrap();
    let is_cv = |word: &&str| word.contains("/documents/cv?");
    let address = text.split_whitespace().find(is_cv).unwrap();
    let (_, query) = address.split_once("?sha256=").unwrap();
    let (sha256, query) = query.split_once("&until=").unwrap();
    let (until, key) = query.split_once("&key=").unwrap();
    (reference, sha256.to_owned(), until.to_owned(), key.to_owned())
}

fn follow(world: &World, link: Link<'_>) -> Option<Followed> {
    let postings = [posting()];
    let now = world.now.get();
    pollster::block_on(download(&world.ledger, crate::versions::read, &key(), &postings, link, now))
        .unwrap()
}

#[test]
fn an_address_leads_to_its_document() {
    let world = World::default();
    let (reference, sha256, until, key) = linked(&world);
    let sha256 = Some(sha256.as_str());
    let link =
        Link { reference: reference.as_str(), document: "cv", sha256, until: &until, key: &key };
    let Some(Followed::Document(found)) = follow(&world, link) else { panic!("not found") };
    assert_eq!(found.file_name, "BEN_SALAH_Amélie_CV.docx");
    assert!(found.media_type.ends_with("wordprocessingml.document"));
    assert_eq!(world.documents.borrow()[&found.key], documents::samples::docx("CV"));
}

#[test]
fn nothing_of_an_address_can_be_changed() {
    let world = World::default();
    let (reference, sha256, until, key) = linked(&world);
    let sha256 = Some(sha256.as_str());
    let reference = reference.as_str();
    let later = format!("{}", until.parse::<i64>().unwrap() + 1);
    let other = "ab".repeat(32);
    for (reference, document, sha256, until, key) in [
        ("7KXM29QT", "cv", sha256, until.as_str(), key.as_str()),
        (reference, "cover_letter", sha256, &until, &key),
        (reference, "cv", Some(other.as_str()), &until, &key),
        (reference, "cv", None, &until, &key),
        (reference, "cv", sha256, &later, &key),
        (reference, "cv", sha256, "", &key),
        (reference, "cv", sha256, &until, ""),
        (reference, "cv", sha256, &until, &key[1..]),
    ] {
        let link = Link { reference, document, sha256, until, key };
        assert_eq!(follow(&world, link), None, "{link:?}");
    }
}

/// The key of a receipt opens no document, and that of a document no receipt.
#[test]
fn an_address_has_one_purpose() {
    let world = World::default();
    let (reference, sha256, until, key) = linked(&world);
    let sha256 = Some(sha256.as_str());
    let signing = super::key();
    let received = world.application(ApplicationId::from_random(1).as_str());
    let opens = intake::receipt_key(&signing, &received);
    let link =
        Link { reference: reference.as_str(), document: "cv", sha256, until: &until, key: &opens };
    assert_eq!(follow(&world, link), None);
    let receipt = intake::receipt(&world.ledger, &signing, reference.as_str(), &key);
    assert_eq!(pollster::block_on(receipt).unwrap(), None);
}

#[test]
fn an_address_ends_with_its_time_and_with_the_application() {
    let world = World::default();
    let (reference, sha256, until, key) = linked(&world);
    let sha256 = Some(sha256.as_str());
    let link =
        Link { reference: reference.as_str(), document: "cv", sha256, until: &until, key: &key };
    world.now.set(Timestamp(posting().erased_at().0 - 1));
    assert!(matches!(follow(&world, link), Some(Followed::Document(_))));
    world.now.set(posting().erased_at());
    assert_eq!(follow(&world, link), Some(Followed::Gone));
    world.now.set(Timestamp(0));
    world.run("DELETE FROM mails; DELETE FROM applications");
    assert_eq!(follow(&world, link), Some(Followed::Gone));
}
