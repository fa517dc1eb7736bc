//! Postings that forget: what is deleted when staff confirm, what is not, and
//! what still works afterwards.

use domain::posting::Privacy;
use domain::{Application, Posting};
use intake::ports::{Correction, Corrections as _, Dossiers as _, MailKind};
use intake::{
    ConfirmLink, Confirmed, Opened, Outcome, Pause, SigningKey, Verdict, opened, receipt,
    receipt_key, to_confirm,
};
use rules::{Code, Timestamp};

use crate::amend::{Change, amend};
use crate::sealed::{KEY, all_kept, taken};
use crate::world::World;
use crate::{NOON, accepted, deliver, deliver_mail, key, later, posting, submission};

const HOUR: i64 = 3_600_000;

/// What the application says, and its documents' names.
const SAID: [&str; 6] = ["Amélie", "amelie", "voici", "eu_work_permit", "Lettre", "CV été"];

fn forgetful() -> Posting {
    Posting { privacy: Privacy { keys: Vec::new(), forget: true }, ..posting() }
}

fn confirm(world: &World, id: &str, revision: u32) -> Confirmed {
    let (now, signing) = (world.now.get(), key());
    let by = Some("anne@example.org");
    let done = intake::confirm(&world.ports, &world.ledger, &signing, id, revision, by, now);
    pollster::block_on(done).unwrap()
}

fn forget(world: &World) -> usize {
    let now = world.now.get();
    pollster::block_on(intake::forget(&world.ports, &world.ledger, &key(), now)).unwrap()
}

/// Sends a form whose letter is another one, an hour later.
fn correct(world: &World, posting: &Posting) -> (Application, Outcome) {
    let mut changed = submission(posting, 1);
    changed.form.message = "Une autre lettre".into();
    changed.received_at = Timestamp(NOON.0 + HOUR);
    world.now.set(Timestamp(NOON.0 + 2 * HOUR));
    taken(world, posting, changed)
}

fn is_kept(world: &World) -> bool {
    let kept = all_kept(world);
    let said = SAID.iter().filter(|said| kept.contains(*said)).count();
    assert!(said == 0 || said == SAID.len(), "{said} of {} are kept", SAID.len());
    said > 0
}

#[test]
fn what_is_confirmed_is_gone_and_the_number_stays() {
    let (world, posting) = (World::default(), forgetful());
    let id = accepted(&world, &posting, 1);
    deliver(&world, &posting, &id).unwrap();
    later(&world, HOUR);
    assert_eq!(forget(&world), 0);
    assert!(is_kept(&world), "that a server took it is not enough");
    assert_eq!(confirm(&world, &id, 1), Confirmed::Forgotten);
    assert!(!is_kept(&world));
    assert_eq!(world.documents.borrow().len(), 0);
    let received = world.application(&id);
    assert_eq!(received.forgotten_at(), Some(world.now.get()));
    assert_eq!((received.number, received.shown_address()), (1, ""));
    assert_eq!(opened(&key(), received).content.email, "amelie@example.org");
    assert_eq!(confirm(&world, &id, 1), Confirmed::Forgotten, "twice is once");
    let who = world.ask("SELECT group_concat(who) FROM events WHERE what = 'confirmed'");
    assert_eq!(who, "anne@example.org");
}

#[test]
fn a_sealed_mail_is_forgotten_too() {
    let world = World::default();
    let privacy = Privacy { keys: vec![KEY.to_owned()], forget: true };
    let posting = Posting { privacy, ..posting() };
    let id = accepted(&world, &posting, 1);
    deliver(&world, &posting, &id).unwrap();
    assert_eq!(world.documents.borrow().len(), 1);
    assert_eq!(confirm(&world, &id, 1), Confirmed::Forgotten);
    assert_eq!(world.documents.borrow().len(), 0);
    let received = world.application(&id);
    assert!(received.as_sealed().unwrap().message().is_none());
    assert_eq!(opened(&key(), received).content.email, "amelie@example.org");
}

#[test]
fn nothing_goes_while_a_mail_has_to_leave() {
    let (world, posting) = (World::default(), forgetful());
    let id = accepted(&world, &posting, 1);
    deliver_mail(&world, &posting, &MailKind::Staff.mail_id(&id, 1)).unwrap();
    assert_eq!(confirm(&world, &id, 1), Confirmed::Waiting(None));
    assert_eq!(forget(&world), 0);
    assert!(is_kept(&world), "the acknowledgement has to leave");
    deliver_mail(&world, &posting, &MailKind::Acknowledgement.mail_id(&id, 1)).unwrap();
    assert_eq!(forget(&world), 1, "and has left");
    assert!(!is_kept(&world));
}

#[test]
fn a_newer_revision_has_to_be_confirmed_itself() {
    let (world, posting) = (World::default(), forgetful());
    let id = accepted(&world, &posting, 1);
    deliver(&world, &posting, &id).unwrap();
    assert_eq!(correct(&world, &posting).1, Outcome::Corrected);
    assert_eq!(confirm(&world, &id, 1), Confirmed::Newer);
    later(&world, HOUR);
    for mail in MailKind::OF_APPLICATION {
        deliver_mail(&world, &posting, &mail.mail_id(&id, 2)).unwrap();
    }
    assert_eq!(forget(&world), 0);
    assert!(is_kept(&world));
    assert_eq!(confirm(&world, &id, 2), Confirmed::Forgotten);
    assert!(!is_kept(&world), "the earlier revision neither");
}

#[test]
fn after_that_a_correction_is_one_and_the_same_form_is_known() {
    let (world, posting) = (World::default(), forgetful());
    let id = accepted(&world, &posting, 1);
    deliver(&world, &posting, &id).unwrap();
    confirm(&world, &id, 1);
    assert_eq!(taken(&world, &posting, submission(&posting, 1)).1, Outcome::Unchanged);
    let (received, outcome) = correct(&world, &posting);
    assert_eq!((received.revision, outcome), (2, Outcome::Corrected));
    assert_eq!(received.forgotten_at(), None);
    later(&world, HOUR);
    for mail in MailKind::OF_APPLICATION {
        deliver_mail(&world, &posting, &mail.mail_id(&id, 2)).unwrap();
    }
    confirm(&world, &id, 2);
    assert!(!is_kept(&world));
    assert_eq!(taken(&world, &posting, submission(&posting, 1)).1, Outcome::Unchanged);
    assert_eq!(correct(&world, &posting).1, Outcome::Unchanged, "said before");
}

/// It would refer to documents that nobody has any more.
#[test]
fn a_correction_that_is_on_its_way_does_not_keep_what_is_forgotten() {
    let (world, posting) = (World::default(), forgetful());
    let id = accepted(&world, &posting, 1);
    deliver(&world, &posting, &id).unwrap();
    let before = world.application(&id);
    confirm(&world, &id, 1);
    let mut next = Application { revision: 2, ..before };
    next.content.name = "Amélie B.".into();
    let mails = MailKind::of_revision(&id, 2, next.content.mails);
    let corrected = world.ledger.correct(&next, &mails, NOON, None);
    let corrected = pollster::block_on(corrected).unwrap();
    assert!(matches!(corrected, Correction::Superseded(_)), "{corrected:?}");
    assert_eq!((world.application(&id).revision, world.count("revisions")), (1, 0));
}

/// Nobody has corrected it, so it is not answered as outdated.
#[test]
fn a_correction_that_meets_the_forgetting_is_judged_by_what_is_left() {
    let (mut world, posting) = (World::default(), forgetful());
    let id = accepted(&world, &posting, 1);
    deliver(&world, &posting, &id).unwrap();
    let (opened, before) = (world.application(&id), world.copy());
    confirm(&world, &id, 1);
    let column = |name| world.ask(&format!("SELECT {name} FROM applications"));
    let (left, sealed) = (column("application"), column("sealed"));
    world.restore(before);
    let forgetting = format!(
        "UPDATE applications SET application = '{}', sealed = '{}'",
        left.as_str().unwrap(),
        sealed.as_str().unwrap()
    );
    world.meanwhile(forgetting);
    let verdict = amend(&world, &posting, &id, Change::of(&opened, &posting));
    let Some(Verdict::Refused { issues, .. }) = verdict else { panic!("{verdict:?}") };
    let missing: Vec<_> = issues.iter().map(|one| (one.code, one.field.as_str())).collect();
    let lacks = |field| (Code::DocumentMissing, field);
    assert_eq!(missing, [lacks("cover_letter"), lacks("cv")]);
    // With its documents it arrives.
    let mut change = Change::of(&opened, &posting);
    change.documents = submission(&posting, 1).documents;
    let verdict = amend(&world, &posting, &id, change);
    let Some(Verdict::Accepted { received, .. }) = verdict else { panic!("{verdict:?}") };
    assert_eq!((received.revision, received.content.documents.len()), (2, 2));
}

#[test]
fn receipt_and_withdrawal_go_on() {
    let (world, posting) = (World::default(), forgetful());
    let id = accepted(&world, &posting, 1);
    deliver(&world, &posting, &id).unwrap();
    confirm(&world, &id, 1);
    let received = world.application(&id);
    let (signing, reference) = (key(), received.reference.to_string());
    let own = receipt_key(&signing, &received);
    let found = pollster::block_on(receipt(&world.ledger, &signing, &reference, &own)).unwrap();
    let Some(Opened::Application(found)) = found else { panic!("{found:?}") };
    assert!(found.received.forgotten_at().is_some());
    let now = Timestamp(NOON.0 + HOUR);
    let done = intake::withdraw(&world.ports, &world.ledger, &signing, &reference, &own, now);
    assert!(pollster::block_on(done).unwrap().unwrap().unfinished.is_none());
    world.mailbox.borrow_mut().clear();
    world.now.set(Timestamp(NOON.0 + 2 * HOUR));
    crate::notify(&world, &posting, None).unwrap();
    assert!(world.mailbox.borrow().iter().any(|(to, _)| to == "amelie@example.org"));
}

#[test]
fn the_desk_still_knows_who_has_also_applied() {
    let (world, posting) = (World::default(), forgetful());
    for n in [1, 2] {
        let id = accepted(&world, &posting, n);
        deliver(&world, &posting, &id).unwrap();
        confirm(&world, &id, 1);
    }
    let first = world.application(&accepted(&world, &posting, 1));
    let found = pollster::block_on(world.ledger.find_dossier(&first.reference)).unwrap().unwrap();
    assert_eq!((found.also_applied.len(), found.is_confirmed), (1, true));
}

#[test]
fn who_does_not_come_to_the_end_leaves_it_to_the_cron() {
    let (world, posting) = (World::default(), forgetful());
    let id = accepted(&world, &posting, 1);
    deliver(&world, &posting, &id).unwrap();
    // It bounced, and staff have it from the desk.
    world.run("UPDATE mails SET sent_at = NULL, refused_because = '550' WHERE kind = 'staff'");
    let documents = world.documents.borrow().clone();
    let stored_at = world.stored_at.borrow().clone();
    confirm(&world, &id, 1);
    // As if whoever forgot it had ended before the documents went.
    *world.documents.borrow_mut() = documents;
    *world.stored_at.borrow_mut() = stored_at;
    world.run("UPDATE applications SET cleaned_revision = 0");
    pollster::block_on(intake::erase_replaced_documents(&world.ports, &world.ledger)).unwrap();
    assert_eq!(world.documents.borrow().len(), 0);
}

#[test]
fn a_fault_leaves_it_to_the_cron() {
    let (world, posting) = (World::default(), forgetful());
    let id = accepted(&world, &posting, 1);
    deliver(&world, &posting, &id).unwrap();
    world.broken.set(Some(intake::memory::Port::Documents));
    assert!(matches!(confirm(&world, &id, 1), Confirmed::Waiting(Some(_))));
    world.broken.set(None);
    forget(&world);
    assert!(!is_kept(&world));
}

#[test]
fn a_restored_database_forgets_again() {
    let (mut world, posting) = (World::default(), forgetful());
    let id = accepted(&world, &posting, 1);
    deliver(&world, &posting, &id).unwrap();
    let before = world.copy();
    confirm(&world, &id, 1);
    world.restore(before);
    assert!(all_kept(&world).contains("Amélie"));
    world.records.borrow_mut().insert(Pause::KEY.into(), "replay".into());
    let replay = || pollster::block_on(intake::replay(&world.ports, &world.ledger, NOON)).unwrap();
    while !replay() {}
    assert_eq!(forget(&world), 1);
    assert!(!is_kept(&world));
}

#[test]
fn only_the_address_in_the_mail_leads_to_the_confirmation() {
    let (world, posting) = (World::default(), forgetful());
    let id = accepted(&world, &posting, 1);
    deliver(&world, &posting, &id).unwrap();
    let mail = world.mailbox.borrow().iter().find(|(to, _)| to != "amelie@example.org").cloned();
    let mail = mail_parser::MessageParser::default().parse(&mail.unwrap().1).unwrap().into_owned();
    let text = mail.body_text(0).unwrap().into_owned();
    let link = text.lines().find(|line| line.contains("/confirm?")).unwrap();
    let key_of = link.split("key=").nth(1).unwrap();
    let received = world.application(&id);
    let reference = received.reference.as_str();
    let path = format!("/applications/{reference}/confirm?revision=1&key=");
    assert!(link.starts_with(&format!("https://guichet.example{path}")), "{link}");
    let open = |signing: &SigningKey, revision, key| {
        let link = ConfirmLink { reference, revision, key };
        pollster::block_on(to_confirm(&world.ledger, signing, link)).unwrap().is_some()
    };
    assert!(open(&key(), 1, key_of));
    assert!(!open(&key(), 2, key_of) && !open(&key(), 1, ""));
    assert!(!open(&SigningKey::new([8; 32]).unwrap(), 1, key_of));
}

#[test]
fn other_postings_have_no_such_address() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    deliver(&world, &posting, &id).unwrap();
    let mails = world.mailbox.borrow();
    assert!(!mails.iter().any(|(_, mail)| String::from_utf8_lossy(mail).contains("/confirm?")));
}

#[test]
fn a_mail_to_staff_that_is_queued_again_has_nothing_to_send() {
    let (world, posting) = (World::default(), forgetful());
    let id = accepted(&world, &posting, 1);
    deliver(&world, &posting, &id).unwrap();
    confirm(&world, &id, 1);
    // Somebody queues the mail to staff again: there is nothing left to send.
    world.run("UPDATE mails SET sent_at = NULL, due_at = 0 WHERE kind = 'staff'");
    world.mailbox.borrow_mut().clear();
    deliver_mail(&world, &posting, &MailKind::Staff.mail_id(&id, 1)).unwrap();
    assert_eq!(world.mailbox.borrow().len(), 0);
}
