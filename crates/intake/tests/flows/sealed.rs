//! Postings with keys: what is kept of an application before and after it is
//! forwarded, and what still works with that.

use domain::posting::Privacy;
use domain::{Application, Posting};
use intake::memory::Port;
use intake::ports::{Corrections as _, Dossiers as _, MailKind, Sending};
use intake::{
    Followed, Link, Opened, Outcome, Submission, Verdict, download, opened, receipt, receipt_key,
};
use mail_parser::MessageParser;
use rules::Timestamp;

use crate::correct::decomposed;
use crate::retention::erase_orphaned_documents;
use crate::world::World;
use crate::{NOON, accepted, deliver, deliver_mail, key, later, posting, submission, submit};

/// A key of `GnuPG`'s that expires on 2026-06-01.
pub(crate) const KEY: &str = include_str!("../../../postings/src/tests/keys/until-2026-06-01.asc");
const EXPIRES: Timestamp = Timestamp(1_780_315_200_000);
const HOUR: i64 = 3_600_000;

fn sealed() -> Posting {
    Posting { privacy: Privacy { keys: vec![KEY.to_owned()], forget: false }, ..posting() }
}

/// All that is kept, as text: rows of applications, revisions and mails, keys
/// and bytes of documents.
pub(crate) fn all_kept(world: &World) -> String {
    let rows = |table: &str, columns: &str| {
        let sql =
            format!("SELECT coalesce(group_concat(coalesce({columns}, '')), '') FROM {table}");
        world.ask(&sql).as_str().unwrap_or_default().to_owned()
    };
    let mut kept =
        rows("applications", "application || coalesce(sealed, '') || coalesce(folded, '')");
    kept += &rows("revisions", "content");
    kept += &rows("mails", "payload");
    for (key, bytes) in world.documents.borrow().iter() {
        kept += key;
        kept += &String::from_utf8_lossy(bytes);
    }
    kept
}

pub(crate) fn taken(
    world: &World,
    posting: &Posting,
    form: Submission<Vec<u8>>,
) -> (Application, Outcome) {
    match submit(world, posting, form) {
        Ok(Verdict::Accepted { received, outcome, .. }) => (*received, outcome),
        other => panic!("{other:?}"),
    }
}

fn to_staff(world: &World) -> Vec<Vec<u8>> {
    let mailbox = world.mailbox.borrow();
    mailbox
        .iter()
        .filter(|(to, _)| to == "applications@omct.org")
        .map(|(_, mail)| mail.clone())
        .collect()
}

#[test]
fn once_it_is_sealed_nothing_else_is_kept() {
    let (world, posting) = (World::default(), sealed());
    let id = accepted(&world, &posting, 1);
    assert!(all_kept(&world).contains("Amélie"));
    deliver(&world, &posting, &id).unwrap();
    let kept = all_kept(&world);
    for said in ["Amélie", "amelie", "voici", "eu_work_permit", "Lettre", "CV été"] {
        assert!(!kept.contains(said), "{said} in {kept}");
    }
    let [mail] = to_staff(&world).try_into().unwrap();
    let documents: Vec<_> = world.documents.borrow().values().cloned().collect();
    assert_eq!(documents, [mail], "the mail as it was sent");
    let received = world.application(&id);
    assert_eq!(received.content.name, received.reference.as_str());
    assert_eq!(opened(&key(), received.clone()).content.email, "amelie@example.org");
    let other = intake::SigningKey::new([8; 32]).unwrap();
    assert_eq!(opened(&other, received).content.email, "", "not without the secret");
    let acknowledged = world.mailbox.borrow().iter().any(|(to, _)| to == "amelie@example.org");
    assert!(acknowledged, "its address is still known");
}

#[test]
fn another_attempt_sends_the_same_bytes() {
    let (world, posting) = (World::default(), sealed());
    let id = accepted(&world, &posting, 1);
    let mail = MailKind::Staff.mail_id(&id, 1);
    *world.answers.borrow_mut() = vec![Sending::Unknown("broke".into())];
    deliver_mail(&world, &posting, &mail).unwrap();
    later(&world, HOUR);
    deliver_mail(&world, &posting, &mail).unwrap();
    let [first, second] = to_staff(&world).try_into().unwrap();
    let mark = b"X-Guichet-Possible-Duplicate: yes\r\n";
    assert_eq!(second, [&mark[..], &first].concat());
}

#[test]
fn a_mail_waits_for_a_key_however_long_that_takes() {
    let world = World::default();
    let mut posting = sealed();
    posting.requirements.window.closes_at = Timestamp(EXPIRES.0 + 90 * 24 * HOUR);
    let id = accepted(&world, &posting, 1);
    world.now.set(EXPIRES);
    let mail = MailKind::Staff.mail_id(&id, 1);
    for _ in 0..5 {
        assert!(
            deliver_mail(&world, &posting, &mail).unwrap_err().to_string().starts_with("key: ")
        );
        later(&world, 24 * HOUR);
    }
    assert_eq!(to_staff(&world), Vec::<Vec<u8>>::new(), "never in clear");
    assert!(world.ask(&format!("SELECT refused_because FROM mails WHERE id = '{mail}'")).is_null());
    assert!(
        world
            .ask("SELECT last_problem FROM mails WHERE kind = 'staff'")
            .as_str()
            .unwrap()
            .contains("expired")
    );
}

#[test]
fn the_same_form_is_recognised_and_another_one_corrects() {
    let (world, posting) = (World::default(), sealed());
    let id = accepted(&world, &posting, 1);
    deliver(&world, &posting, &id).unwrap();
    let (received, outcome) = taken(&world, &posting, submission(&posting, 1));
    assert_eq!((received.revision, outcome), (1, Outcome::Unchanged));
    let (received, outcome) = taken(&world, &posting, decomposed(submission(&posting, 1)));
    assert_eq!((received.revision, outcome), (1, Outcome::Unchanged));
    let changed = || {
        let mut changed = submission(&posting, 1);
        changed.form.message = "Une autre lettre".into();
        changed.received_at = Timestamp(NOON.0 + HOUR);
        changed
    };
    let (received, outcome) = taken(&world, &posting, changed());
    assert_eq!((received.revision, outcome), (2, Outcome::Corrected));
    later(&world, 2 * HOUR);
    deliver_mail(&world, &posting, &MailKind::Staff.mail_id(&id, 2)).unwrap();
    let kept = all_kept(&world);
    assert!(!kept.contains("Une autre") && !kept.contains("amelie"), "{kept}");
    assert_eq!(to_staff(&world).len(), 2);
    pollster::block_on(intake::erase_replaced_documents(&world.ports, &world.ledger)).unwrap();
    let documents = world.documents.borrow();
    let keys: Vec<_> = documents.keys().collect();
    assert!(keys.len() == 1 && keys[0].contains("/+sealed/2/"), "{keys:?}");
    drop(documents);
    for form in [submission(&posting, 1), changed()] {
        assert_eq!(taken(&world, &posting, form).1, Outcome::Unchanged, "said before");
    }
}

#[test]
fn the_receipt_opens_and_a_withdrawal_is_confirmed() {
    let (world, posting) = (World::default(), sealed());
    let id = accepted(&world, &posting, 1);
    deliver(&world, &posting, &id).unwrap();
    let received = world.application(&id);
    let (signing, reference) = (key(), received.reference.to_string());
    let own = receipt_key(&signing, &received);
    let found = pollster::block_on(receipt(&world.ledger, &signing, &reference, &own)).unwrap();
    let Some(Opened::Application(found)) = found else { panic!("{found:?}") };
    assert_eq!(found.received.content.email, "amelie@example.org");
    let now = Timestamp(NOON.0 + HOUR);
    let done = intake::withdraw(&world.ports, &world.ledger, &signing, &reference, &own, now);
    assert!(pollster::block_on(done).unwrap().unwrap().unfinished.is_none());
    assert_eq!(world.documents.borrow().len(), 0);
    world.mailbox.borrow_mut().clear();
    world.now.set(Timestamp(NOON.0 + 2 * HOUR));
    crate::notify(&world, &posting, None).unwrap();
    let mut to: Vec<_> = world.mailbox.borrow().iter().map(|(to, _)| to.clone()).collect();
    to.sort();
    assert_eq!(to, ["amelie@example.org", "applications@omct.org"]);
    assert!(String::from_utf8(to_staff(&world).remove(0)).unwrap().contains("multipart/encrypted"));
}

#[test]
fn the_desk_still_knows_that_somebody_has_also_applied() {
    let (world, posting) = (World::default(), sealed());
    for n in [1, 2] {
        let id = accepted(&world, &posting, n);
        deliver(&world, &posting, &id).unwrap();
    }
    let first = world.application(&accepted(&world, &posting, 1));
    let found = pollster::block_on(world.ledger.find_dossier(&first.reference)).unwrap().unwrap();
    assert_eq!(found.also_applied.len(), 1);
    assert_eq!(found.application.shown_address(), "");
}

#[test]
fn a_mail_that_is_too_large_leads_to_the_sealed_one() {
    let (world, posting) = (World::default(), sealed());
    let id = accepted(&world, &posting, 1);
    *world.answers.borrow_mut() = vec![Sending::Sent(None), Sending::TooLarge("552".into())];
    deliver_mail(&world, &posting, &MailKind::Staff.mail_id(&id, 1)).unwrap();
    assert_eq!(to_staff(&world).len(), 1);
    let received = world.application(&id);
    let sealed = received.as_sealed().unwrap();
    let (until, sha256) =
        (received.erase_at.unwrap().0.to_string(), sealed.message().unwrap().sha256.clone());
    let reference = received.reference.as_str();
    let signed = key().sign("download", &[reference, intake::SEALED, &sha256, &until]);
    let follow = |key: &str| {
        let document = intake::SEALED;
        let link = Link { reference, document, sha256: Some(&sha256), until: &until, key };
        let (postings, signing) = ([posting.clone()], crate::key());
        let read = crate::versions::read;
        pollster::block_on(download(&world.ledger, read, &signing, &postings, link, NOON)).unwrap()
    };
    let Some(Followed::Document(found)) = follow(&signed) else { panic!("not found") };
    assert_eq!(found.file_name, format!("{reference}.eml"));
    let mail = world.documents.borrow()[&found.key].clone();
    assert!(MessageParser::default().parse(&mail).unwrap().subject().unwrap().contains(reference));
    assert_eq!(follow("forged"), None);
}

/// The same form was sent twice, and one of them was sealed before the other
/// one had its documents.
#[test]
fn a_form_that_comes_twice_leaves_no_documents_beside_the_sealed_mail() {
    let (mut world, posting) = (World::default(), sealed());
    let before = world.copy();
    let id = accepted(&world, &posting, 1);
    deliver(&world, &posting, &id).unwrap();
    let sealed_one = world.inserts("applications");
    world.restore(before);
    world.meanwhile(sealed_one);
    let (received, outcome) = taken(&world, &posting, submission(&posting, 1));
    assert_eq!((received.id.as_str(), outcome), (id.as_str(), Outcome::Unchanged));
    let is_sealed_mail = |key: &String| key.contains("/+sealed/");
    let keys = || world.documents.borrow().keys().cloned().collect::<Vec<_>>();
    assert!(keys().iter().all(is_sealed_mail) && keys().len() == 1, "{:?}", keys());
}

/// The other one ended between its documents and its commit.
#[test]
fn documents_of_a_form_that_was_cut_off_go_after_a_day() {
    let (world, posting) = (World::default(), sealed());
    let id = accepted(&world, &posting, 1);
    let in_clear = (world.documents.borrow().clone(), world.stored_at.borrow().clone());
    deliver(&world, &posting, &id).unwrap();
    world.documents.borrow_mut().extend(in_clear.0);
    world.stored_at.borrow_mut().extend(in_clear.1);
    erase_orphaned_documents(&world).unwrap();
    assert_eq!(world.documents.borrow().len(), 3, "not before a day");
    later(&world, 24 * HOUR);
    assert_eq!(erase_orphaned_documents(&world), Ok(0), "no application is gone");
    let keys: Vec<_> = world.documents.borrow().keys().cloned().collect();
    assert!(keys.len() == 1 && keys[0].contains("/+sealed/"), "{keys:?}");
}

#[test]
fn where_documents_cannot_be_stored_nothing_is_deleted() {
    let (world, posting) = (World::default(), sealed());
    let id = accepted(&world, &posting, 1);
    world.broken.set(Some(Port::Documents));
    deliver(&world, &posting, &id).unwrap_err();
    world.broken.set(None);
    assert!(world.application(&id).as_sealed().is_none());
    assert_eq!(world.documents.borrow().len(), 2);
    let earlier = pollster::block_on(world.ledger.revisions(&id)).unwrap();
    assert_eq!(earlier.len(), 0);
}
