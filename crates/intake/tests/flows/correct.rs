//! The same token again, with the same content and with another.

use documents::samples;
use domain::{Application, Posting};
use mail_parser::MessageParser;
use rules::{Code, Timestamp};

use crate::world::World;
use crate::{NOON, accepted, deliver, deliver_mail, file, key, later, posting, submission, submit};
use intake::memory::Port;
use intake::ports::{MailKind, Outbox as _, Sending};
use intake::{ApplicationId, LEASE_MS, MAX_REVISIONS, Outcome, Submission, Verdict};

/// The form of [`submission`] with another CV, `minutes` after noon.
pub(crate) fn corrected(posting: &Posting, cv: &str, minutes: i64) -> Submission<Vec<u8>> {
    let mut changed = submission(posting, 1);
    changed.received_at = Timestamp(NOON.0 + minutes * 60_000);
    changed.documents[1] = file("cv", "CV.pdf", samples::pdf(cv));
    changed
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

/// Sends what is due `minutes` after noon.
pub(crate) fn deliver_all(world: &World, posting: &Posting, minutes: i64) {
    world.now.set(Timestamp(NOON.0 + minutes * 60_000));
    let due = pollster::block_on(world.ledger.due(Timestamp(i64::MAX), 100)).unwrap();
    for mail in due {
        deliver_mail(world, posting, &mail.id).unwrap();
    }
}

/// Texts and subjects of the mails that staff have, in order.
pub(crate) fn to_staff(world: &World) -> Vec<(String, String)> {
    let mailbox = world.mailbox.borrow();
    let mails = mailbox.iter().filter(|(to, _)| to == "applications@omct.org");
    let read = |(_, mail): &(String, Vec<u8>)| {
        let mail = MessageParser::default().parse(mail).unwrap();
        (mail.subject().unwrap().to_owned(), mail.body_text(0).unwrap().into_owned())
    };
    mails.map(read).collect()
}

#[test]
fn the_same_content_changes_nothing_whenever_it_comes() {
    let (world, posting) = (World::default(), posting());
    let (first, outcome) = taken(&world, &posting, submission(&posting, 1));
    assert_eq!(outcome, Outcome::New);
    let mut again = submission(&posting, 1);
    // Tidied, it is the same. After the deadline too, and without consent.
    again.form.name = "  Amélie   Ben Salah".into();
    again.form.consent.clear();
    again.received_at = Timestamp(i64::MAX);
    assert_eq!(taken(&world, &posting, again), (first.clone(), Outcome::Unchanged));
    // A token alone asks whether something has arrived.
    let mut blank = submission(&posting, 1);
    blank.form = rules::Form::default();
    blank.documents.clear();
    assert_eq!(taken(&world, &posting, blank), (first, Outcome::Unchanged));
    assert_eq!(world.count("mails"), 2);
    assert_eq!(world.count("revisions"), 0);
    assert_eq!(world.documents.borrow().len(), 2);
}

/// A form in another Unicode normal form: as a Mac names its files.
pub(crate) fn decomposed(mut form: Submission<Vec<u8>>) -> Submission<Vec<u8>> {
    let written = |text: &str| text.replace('é', "e\u{301}");
    form.form.name = written(&form.form.name);
    form.form.message = written(&form.form.message);
    let answers = form.form.answers.iter();
    form.form.answers =
        answers.map(|(question, said)| (question.to_owned(), written(said))).collect();
    for document in &mut form.documents {
        document.file_name = written(&document.file_name);
    }
    form
}

#[test]
fn another_unicode_normal_form_is_the_same_content() {
    let (world, posting) = (World::default(), posting());
    let said = || {
        let mut form = submission(&posting, 1);
        form.form.message = "Voilà ma candidature, Amélie".into();
        form.form.answers =
            [("eu_work_permit", "yes"), ("secure_contact", "amélie")].into_iter().collect();
        form
    };
    let (first, _) = taken(&world, &posting, said());
    let again = taken(&world, &posting, decomposed(said()));
    assert_eq!(again, (first, Outcome::Unchanged));
    assert_eq!(world.count("revisions"), 0);
    // Where something else has changed, staff are told of that alone.
    let mut changed = decomposed(said());
    changed.form.phone = "+32 2 123".into();
    taken(&world, &posting, changed);
    deliver_all(&world, &posting, 10);
    let mails = to_staff(&world);
    let (_, text) = mails.last().unwrap();
    assert!(text.contains("Ce qui a changé\u{a0}: le téléphone."), "{text}");
}

/// The old CV was kept, with 201 and not a word.
#[test]
fn other_content_from_the_same_address_corrects() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    deliver(&world, &posting, &id).unwrap();
    let mut changed = corrected(&posting, "new", 5);
    changed.form.email = "Amelie@Example.org".into();
    changed.form.phone = "+32 2 123".into();
    let (received, outcome) = taken(&world, &posting, changed);
    assert_eq!((outcome, received.revision, received.number), (Outcome::Corrected, 2, 1));
    assert_eq!((received.received_at, received.revised_at.0), (NOON, NOON.0 + 5 * 60_000));
    assert_eq!(world.count("applications"), 1);
    deliver_all(&world, &posting, 6);
    assert_eq!(to_staff(&world).len(), 1, "it waits for two minutes");
    deliver_all(&world, &posting, 7);
    let mails = to_staff(&world);
    let [_, (subject, text)] = mails.as_slice() else { panic!("{mails:?}") };
    assert!(subject.contains("corrigée") && subject.contains(received.reference.as_str()));
    let told =
        "Ce qui a changé\u{a0}: l’adresse e-mail, le téléphone et le document «\u{a0}CV\u{a0}».";
    assert!(text.contains(told), "{text}");
    let mailbox = world.mailbox.borrow();
    let read = |index: usize| MessageParser::default().parse(&mailbox[index].1).unwrap();
    let (first, second) = (read(0), read(2));
    assert_eq!(second.references().as_text(), first.message_id());
    assert!(second.message_id().unwrap().contains(".staff.2."));
    let attached: Vec<_> = second.attachments().map(|part| part.contents().to_vec()).collect();
    assert_eq!(attached, [samples::pdf("Lettre"), samples::pdf("new")]);
    assert_eq!(mailbox[3].0, "Amelie@Example.org", "acknowledged again");
}

#[test]
fn a_correction_replaces_what_has_not_left() {
    let (world, posting) = (World::default(), posting());
    accepted(&world, &posting, 1);
    taken(&world, &posting, corrected(&posting, "b", 1));
    taken(&world, &posting, corrected(&posting, "c", 2));
    assert_eq!(world.count("mails"), 2);
    deliver_all(&world, &posting, 4);
    let mails = to_staff(&world);
    let [(subject, text)] = mails.as_slice() else { panic!("{mails:?}") };
    assert!(
        subject.contains("corrigée") && text.contains("le document «\u{a0}CV\u{a0}»"),
        "{text}"
    );
    let mailbox = world.mailbox.borrow();
    let mail = MessageParser::default().parse(&mailbox[0].1).unwrap();
    assert_eq!(mail.attachment(1).unwrap().contents(), samples::pdf("c"));
}

#[test]
fn a_mail_that_somebody_is_sending_goes_first_and_never_again() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let (first, second) = (MailKind::Staff.mail_id(&id, 1), MailKind::Staff.mail_id(&id, 2));
    let until = Timestamp(NOON.0 + LEASE_MS);
    let claim = pollster::block_on(world.ledger.claim(&first, NOON, until)).unwrap().unwrap().1;
    taken(&world, &posting, corrected(&posting, "b", 1));
    later(&world, 5 * 60_000);
    deliver_mail(&world, &posting, &second).unwrap();
    assert!(to_staff(&world).is_empty(), "the first one may be on its way");
    let later_again =
        intake::ports::Settlement::Later { at: NOON, reason: "421".into(), possibly_sent: false };
    pollster::block_on(world.ledger.settle(&first, claim, &later_again)).unwrap();
    deliver_mail(&world, &posting, &first).unwrap();
    assert!(to_staff(&world).is_empty(), "the correction has replaced it");
    deliver_mail(&world, &posting, &second).unwrap();
    assert_eq!(to_staff(&world).len(), 1);
}

#[test]
fn an_earlier_mail_whose_sender_never_came_back_is_not_sent_after_the_correction() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let first = MailKind::Staff.mail_id(&id, 1);
    let until = Timestamp(NOON.0 + LEASE_MS);
    pollster::block_on(world.ledger.claim(&first, NOON, until)).unwrap().unwrap();
    taken(&world, &posting, corrected(&posting, "b", 1));
    deliver_all(&world, &posting, 60);
    deliver_all(&world, &posting, 120);
    let subjects: Vec<_> = to_staff(&world).into_iter().map(|(subject, _)| subject).collect();
    assert_eq!(subjects.len(), 1, "{subjects:?}");
    assert!(subjects[0].contains("corrigée"), "{subjects:?}");
    assert_eq!(world.count("mails"), 2);
}

#[test]
fn content_of_any_earlier_revision_changes_nothing() {
    let (world, posting) = (World::default(), posting());
    accepted(&world, &posting, 1);
    let (second, _) = taken(&world, &posting, corrected(&posting, "b", 1));
    let mut first_again = submission(&posting, 1);
    first_again.received_at = Timestamp(NOON.0 + 2 * 60_000);
    assert_eq!(taken(&world, &posting, first_again), (second, Outcome::Unchanged));
}

/// The posting asks for less by now, or in another order: what comes again is
/// the same all the same.
#[test]
fn the_same_content_is_known_though_the_posting_asks_for_less() {
    let (world, posting) = (World::default(), posting());
    let (first, _) = taken(&world, &posting, submission(&posting, 1));
    let mut less = posting.clone();
    less.requirements.questions.clear();
    less.requirements.documents.reverse();
    let mut again = submission(&posting, 1);
    again.received_at = Timestamp(i64::MAX);
    assert_eq!(taken(&world, &less, again), (first, Outcome::Unchanged));
}

#[test]
fn an_arrival_older_than_the_latest_revision_never_supersedes_it() {
    let (world, posting) = (World::default(), posting());
    accepted(&world, &posting, 1);
    let (second, _) = taken(&world, &posting, corrected(&posting, "b", 10));
    let verdict = submit(&world, &posting, corrected(&posting, "c", 9)).unwrap();
    let Verdict::Outdated { kept, .. } = verdict else { panic!("{verdict:?}") };
    assert_eq!(*kept, second);
}

#[test]
fn the_twenty_first_revision_is_one_too_many() {
    let (world, posting) = (World::default(), posting());
    accepted(&world, &posting, 1);
    for revision in 2..=MAX_REVISIONS {
        let form = corrected(&posting, &revision.to_string(), revision.into());
        assert_eq!(taken(&world, &posting, form).0.revision, revision);
    }
    let verdict = submit(&world, &posting, corrected(&posting, "x", 60)).unwrap();
    assert!(matches!(verdict, Verdict::TooManyRevisions { .. }), "{verdict:?}");
}

#[test]
fn a_correction_that_fails_leaves_the_application_as_it_was() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let before = world.application(&id);
    let mut flawed = corrected(&posting, "b", 1);
    flawed.form.consent.clear();
    let mut late = corrected(&posting, "b", 1);
    late.received_at = posting.requirements.window.closes_at;
    for (form, code) in [(flawed, Code::Missing), (late, Code::DeadlinePassed)] {
        let verdict = submit(&world, &posting, form).unwrap();
        let Verdict::Refused { issues, kept: Some(kept), .. } = verdict else {
            panic!("{verdict:?}")
        };
        assert_eq!((issues[0].code, *kept), (code, before.clone()));
    }
    world.broken.set(Some(Port::Documents));
    assert!(submit(&world, &posting, corrected(&posting, "b", 1)).is_err());
    world.broken.set(None);
    assert_eq!(world.application(&id), before);
    assert_eq!(world.documents.borrow().len(), 2);
}

#[test]
fn replaced_documents_go_once_the_latest_mail_has_left() {
    let (world, posting) = (World::default(), posting());
    accepted(&world, &posting, 1);
    taken(&world, &posting, corrected(&posting, "b", 1));
    let clean = || {
        pollster::block_on(intake::erase_replaced_documents(&world.ports, &world.ledger)).unwrap()
    };
    assert_eq!((clean(), world.documents.borrow().len()), (0, 3), "the mail is still to be sent");
    *world.answers.borrow_mut() = vec![Sending::Later("421".into()); 2];
    deliver_all(&world, &posting, 10);
    assert_eq!(clean(), 0);
    deliver_all(&world, &posting, 30);
    // What a correction has brought that is not written down yet.
    let id = ApplicationId::from_random(1);
    let arriving = format!("applications/{}/cv/3/{}", id.as_str(), "ab".repeat(32));
    world.documents.borrow_mut().insert(arriving.clone(), vec![1]);
    world.stored_at.borrow_mut().insert(arriving, NOON);
    assert_eq!((clean(), clean()), (1, 0));
    let received = world.application(id.as_str());
    let documents = world.documents.borrow();
    let kept: Vec<_> = documents.keys().map(|key| key.rsplit('/').next().unwrap()).collect();
    let [letter, cv] = received.content.documents.as_slice() else { panic!() };
    assert_eq!(kept, [&letter.sha256, &cv.sha256, &"ab".repeat(32)]);
}

#[test]
fn after_a_withdrawal_a_correction_finds_an_id_that_is_used_up() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    world.run(&format!(
        "INSERT INTO retired (id, posting, retired_at) SELECT id, posting, 1 FROM applications \
         WHERE id = '{id}'"
    ));
    let verdict = submit(&world, &posting, corrected(&posting, "b", 1)).unwrap();
    assert!(matches!(verdict, Verdict::Retired { .. }), "{verdict:?}");
}

/// Nothing of it stays until the collector of orphaned documents comes.
#[test]
fn what_comes_after_a_withdrawal_leaves_no_documents() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let (signing, received) = (key(), world.application(&id));
    let (ports, reference) = (&world.ports, received.reference.as_str());
    let own = intake::receipt_key(&signing, &received);
    let now = Timestamp(NOON.0 + 1);
    let gone = intake::withdraw(ports, &world.ledger, &signing, reference, &own, now);
    pollster::block_on(gone).unwrap().unwrap();
    let verdict = submit(&world, &posting, submission(&posting, 1)).unwrap();
    assert!(matches!(verdict, Verdict::Retired { .. }), "{verdict:?}");
    assert!(world.documents.borrow().is_empty());
}

/// It is no longer asked for, but it came from a page that asked for it.
#[test]
fn a_form_of_an_older_page_is_known_with_what_is_no_longer_asked_for() {
    let (world, posting) = (World::default(), posting());
    let (first, _) = taken(&world, &posting, submission(&posting, 1));
    let mut less = posting.clone();
    less.requirements.documents.retain(|document| document.id == "cv");
    assert_eq!(taken(&world, &less, submission(&posting, 1)), (first, Outcome::Unchanged));
    let mut other = submission(&posting, 1);
    other.documents[0] = file("cover_letter", "Lettre.pdf", samples::pdf("another letter"));
    let verdict = submit(&world, &less, other).unwrap();
    let Verdict::Refused { issues, .. } = verdict else { panic!("{verdict:?}") };
    assert_eq!((issues[0].field.as_str(), issues[0].code), ("cover_letter", Code::NotAChoice));
}

/// The first of each is what the application has: which one was meant is unclear.
#[test]
fn what_comes_twice_is_not_taken_for_what_is_there() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let first = world.application(&id);
    let mut two_files = submission(&posting, 1);
    two_files.documents.push(file("cv", "CV.pdf", samples::pdf("new")));
    let mut two_names = submission(&posting, 1);
    two_names.form.repeated = vec!["name".into()];
    for (form, field) in [(two_files, "cv"), (two_names, "name")] {
        let verdict = submit(&world, &posting, form).unwrap();
        let Verdict::Refused { issues, kept: Some(kept), .. } = verdict else {
            panic!("{verdict:?}")
        };
        assert_eq!((issues[0].field.as_str(), issues[0].code), (field, Code::NotAChoice));
        assert_eq!(*kept, first);
    }
}
