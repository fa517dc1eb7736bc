//! Which mails candidates get: what they have chosen binds every one of them.

use std::collections::BTreeMap;

use domain::dossier::MessageState;
use domain::posting::Privacy;
use domain::{Posting, Reference};
use intake::ports::{Actor, MailKind, Progress as _};
use intake::{BulkChange, Letter, LetterText, Outcome, Submission, Verdict, receipt_key};
use mail_parser::MessageParser;
use serde_json::Value;

use crate::letters::{self, come};
use crate::world::World;
use crate::{NOON, deliver, deliver_mail, key, later, notify, posting, submission, submit};

const CANDIDATE: &str = "amelie@example.org";
const HOUR: i64 = 3_600_000;
/// A key of `GnuPG`'s that expires on 2026-06-01.
const KEY: &str = include_str!("../../../postings/src/tests/keys/until-2026-06-01.asc");

/// The form of a candidate who has chosen `mails`.
fn wanting(posting: &Posting, mails: &str) -> Submission<Vec<u8>> {
    let mut form = submission(posting, 1);
    form.form.mails = mails.into();
    form
}

fn taken(world: &World, posting: &Posting, form: Submission<Vec<u8>>) -> (String, Outcome) {
    match submit(world, posting, form) {
        Ok(Verdict::Accepted { received, outcome, .. }) => (received.id, outcome),
        other => panic!("{other:?}"),
    }
}

fn apply(world: &World, posting: &Posting, mails: &str) -> String {
    world.now.set(NOON);
    taken(world, posting, wanting(posting, mails)).0
}

/// Writes to the candidate from the desk, lets the mail leave, and returns the
/// message's id.
pub(crate) fn write(world: &World, posting: &Posting, id: &str) -> String {
    let reference = world.application(id).reference;
    let seen: BTreeMap<Reference, _> = BTreeMap::new();
    let letter = Letter {
        texts: vec![LetterText {
            language: None,
            subject: "Entretien à l’OMCT",
            body: "Bonjour, l’OMCT vous invite : {title}.",
        }],
        appointment: Some("BEGIN:VCALENDAR".into()),
        attachment: None,
    };
    let references = [reference.as_str()];
    let change = BulkChange {
        id: "change",
        references: &references,
        seen: &seen,
        stage: None,
        letter: Some(letter),
        by: Actor { email: "staff@example.org", at: world.now.get() },
    };
    let postings = std::slice::from_ref(posting);
    let done = intake::progress(&world.ledger, &world.ports, postings, &change);
    let done = pollster::block_on(done).unwrap().unwrap();
    let message = done.scheduled.first().unwrap().id.clone();
    later(world, HOUR);
    deliver_mail(world, posting, &format!("message/{message}")).unwrap();
    message
}

pub(crate) fn withdraw(world: &World, id: &str) {
    let received = world.application(id);
    let with = receipt_key(&key(), &received);
    let (reference, now) = (received.reference.to_string(), world.now.get());
    let signing = key();
    let done = intake::withdraw(&world.ports, &world.ledger, &signing, &reference, &with, now);
    pollster::block_on(done).unwrap().unwrap();
}

/// The mails to an address so far.
fn mails_to(world: &World, address: &str) -> Vec<Vec<u8>> {
    let mailbox = world.mailbox.borrow();
    let to = mailbox.iter().filter(|(to, _)| to == address);
    to.map(|(_, mail)| mail.clone()).collect()
}

/// Fails where a mail names anything but the reference.
fn assert_neutral(posting: &Posting, reference: &str, mail: &[u8]) {
    let message = MessageParser::default().parse(mail).unwrap();
    let subject = message.subject().unwrap();
    let (text, html) = (message.body_text(0).unwrap(), message.body_html(0).unwrap());
    assert!(subject.contains(reference) && text.contains(reference), "{subject}\n{text}");
    let from = message.from().unwrap().first().unwrap();
    assert_eq!((from.name(), message.reply_to()), (None, None));
    assert_eq!(message.attachment_count(), 0);
    let head: Vec<&str> = message.headers_raw().map(|(name, _)| name).collect();
    assert!(!head.iter().any(|name| name.starts_with("X-Guichet")), "{head:?}");
    let organisation = posting.organisation.name.to_lowercase();
    for part in [subject, &text, &html] {
        let part = part.to_lowercase();
        for telling in
            ["omct", "mission", "tunisie", "candidature", "http", "guichet", &*organisation]
        {
            assert!(!part.contains(telling), "{telling} in {part}");
        }
    }
}

#[test]
fn neutral_mails_have_the_reference_and_nothing_else() {
    let (world, posting) = (World::default(), posting());
    let id = apply(&world, &posting, "neutral");
    let reference = world.application(&id).reference.to_string();
    deliver(&world, &posting, &id).unwrap();
    later(&world, HOUR);
    let mut corrected = wanting(&posting, "");
    corrected.form.name = "Amélie Salah".into();
    corrected.received_at = world.now.get();
    assert_eq!(taken(&world, &posting, corrected), (id.clone(), Outcome::Corrected));
    later(&world, HOUR);
    deliver_mail(&world, &posting, &MailKind::Acknowledgement.mail_id(&id, 2)).unwrap();
    write(&world, &posting, &id);
    withdraw(&world, &id);
    later(&world, HOUR);
    notify(&world, &posting, None).unwrap();
    let mails = mails_to(&world, CANDIDATE);
    assert_eq!(mails.len(), 4, "received, corrected, a message, withdrawn");
    for mail in &mails {
        assert_neutral(&posting, &reference, mail);
    }
}

#[test]
fn staff_are_told_what_to_mind() {
    let (world, posting) = (World::default(), posting());
    let id = apply(&world, &posting, "neutral");
    deliver(&world, &posting, &id).unwrap();
    let [mail] = mails_to(&world, &posting.recipients[0]).try_into().unwrap();
    let message = MessageParser::default().parse(&mail).unwrap();
    let text = message.body_text(0).unwrap();
    assert!(text.contains("messages neutres"), "{text}");
    assert!(!text.contains(locales::for_staff("fr").mail_staff_reply), "{text}");
}

#[test]
fn whoever_wants_no_mails_gets_none() {
    let (world, posting) = (World::default(), posting());
    let id = apply(&world, &posting, "none");
    deliver(&world, &posting, &id).unwrap();
    let message = write(&world, &posting, &id);
    let messages = pollster::block_on(world.ledger.messages(&[&id])).unwrap();
    let [(_, written)] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!(written.id, message);
    assert!(matches!(written.state, MessageState::Sent(_)), "for the receipt: {written:?}");
    withdraw(&world, &id);
    later(&world, HOUR);
    notify(&world, &posting, None).unwrap();
    assert_eq!(mails_to(&world, CANDIDATE), Vec::<Vec<u8>>::new());
    assert_eq!(mails_to(&world, &posting.recipients[0]).len(), 2, "staff hear of both");
}

#[test]
fn the_choice_alone_is_a_correction_and_holds_for_its_own_address() {
    let (world, posting) = (World::default(), posting());
    let id = apply(&world, &posting, "neutral");
    let (same, outcome) = taken(&world, &posting, wanting(&posting, ""));
    assert_eq!((same, outcome), (id.clone(), Outcome::Unchanged), "it says nothing of it");
    let mut none = wanting(&posting, "none");
    none.received_at.0 += HOUR;
    assert_eq!(taken(&world, &posting, none), (id.clone(), Outcome::Corrected));
    let kinds = world.ask("SELECT group_concat(kind) FROM mails WHERE revision = 2");
    assert_eq!(kinds, "staff");
}

#[test]
fn the_previous_address_is_told_as_it_had_chosen() {
    let (world, posting) = (World::default(), posting());
    let id = apply(&world, &posting, "neutral");
    let received = world.application(&id);
    let reference = received.reference.to_string();
    let with = receipt_key(&key(), &received);
    let mut form = wanting(&posting, "full").form;
    form.email = "elsewhere@example.org".into();
    later(&world, HOUR);
    let amendment = intake::Amendment {
        reference: &reference,
        key: &with,
        revision: 1,
        received_at: world.now.get(),
        language: "fr",
        own_addresses: &crate::own_addresses(),
        unicode: crate::UNICODE,
        form,
        documents: Vec::new(),
        holds: false,
        uses_held: false,
    };
    let (ports, signing) = (&world.ports, key());
    let corrected = intake::correct(ports, &world.ledger, ports, &signing, &posting, amendment);
    pollster::block_on(corrected).unwrap().unwrap();
    later(&world, HOUR);
    notify(&world, &posting, None).unwrap();
    let [mail] = mails_to(&world, CANDIDATE).try_into().unwrap();
    assert_neutral(&posting, &reference, &mail);
}

#[test]
fn the_choice_outlives_sealing() {
    let world = World::default();
    let posting =
        Posting { privacy: Privacy { keys: vec![KEY.to_owned()], forget: false }, ..posting() };
    let id = apply(&world, &posting, "neutral");
    let reference = world.application(&id).reference.to_string();
    deliver(&world, &posting, &id).unwrap();
    assert!(world.application(&id).as_sealed().is_some());
    let (_, outcome) = taken(&world, &posting, wanting(&posting, "neutral"));
    assert_eq!(outcome, Outcome::Unchanged);
    write(&world, &posting, &id);
    let [acknowledged, message] = mails_to(&world, CANDIDATE).try_into().unwrap();
    assert_neutral(&posting, &reference, &acknowledged);
    assert_neutral(&posting, &reference, &message);
    let mut full = wanting(&posting, "full");
    full.received_at = world.now.get();
    assert_eq!(taken(&world, &posting, full).1, Outcome::Corrected, "another choice");
}

#[test]
fn a_digest_is_neutral_where_one_of_its_mails_would_be() {
    let (world, posting) = (World::default(), posting());
    world.now.set(NOON);
    for id in 1..=8 {
        let form = Submission { id: submission(&posting, id).id, ..wanting(&posting, "neutral") };
        let (id, _) = taken(&world, &posting, form);
        deliver(&world, &posting, &id).unwrap();
    }
    later(&world, HOUR);
    notify(&world, &posting, None).unwrap();
    let mails = mails_to(&world, CANDIDATE);
    assert_eq!(mails.len(), 6, "five and a digest");
    let digest = MessageParser::default().parse(&mails[5]).unwrap();
    for part in [digest.subject().unwrap(), &digest.body_text(0).unwrap()] {
        assert!(!part.to_lowercase().contains("tunisie") && !part.contains("http"), "{part}");
    }
    assert_eq!(digest.from().unwrap().first().unwrap().name(), None);
}

#[test]
fn a_mail_that_is_an_application_is_answered_in_full() {
    let (world, mut posting) = letters::begin();
    posting.requirements.is_neutral = true;
    come(&world, &posting, 1, &letters::Letter::right(&posting)).unwrap();
    assert_eq!(
        world.ask("SELECT json_extract(application, '$.mails') FROM applications"),
        Value::Null
    );
}

#[test]
fn a_posting_may_make_neutral_the_first_choice() {
    let (world, mut posting) = (World::default(), posting());
    posting.requirements.is_neutral = true;
    let id = apply(&world, &posting, "");
    deliver(&world, &posting, &id).unwrap();
    let [mail] = mails_to(&world, CANDIDATE).try_into().unwrap();
    assert_neutral(&posting, world.application(&id).reference.as_str(), &mail);
}
