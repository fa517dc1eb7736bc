//! Corrections that are made from a receipt.

use documents::samples;
use domain::{Application, Posting};
use mail_parser::MessageParser;
use rules::{Code, Form, Timestamp};

use crate::world::World;
use crate::{NOON, UNICODE, accepted, deliver_mail, file, key, notify, posting, submission};
use intake::ports::{MailKind, Sending};
use intake::{
    Amendment, CORRECTIONS_A_MINUTE, MAX_REVISIONS, Opened, Outcome, SubmittedDocument, Verdict,
    receipt_key,
};

/// What corrects an application: fields as they were, but for the phone.
pub(crate) struct Change {
    key: String,
    revision: u32,
    minutes: i64,
    form: Form,
    pub(crate) documents: Vec<SubmittedDocument<Vec<u8>>>,
    /// Whether the page said that documents are held.
    uses_held: bool,
}

impl Change {
    pub(crate) fn of(received: &Application, posting: &Posting) -> Self {
        let form = Form { phone: "+32 2 123".into(), ..submission(posting, 1).form };
        let key = receipt_key(&key(), received);
        let (documents, uses_held) = (Vec::new(), false);
        Self { key, revision: received.revision, minutes: 1, form, documents, uses_held }
    }
}

pub(crate) fn amend(world: &World, posting: &Posting, id: &str, change: Change) -> Option<Verdict> {
    let reference = world.application(id).reference;
    let amendment = Amendment {
        reference: reference.as_str(),
        key: &change.key,
        revision: change.revision,
        received_at: Timestamp(NOON.0 + change.minutes * 60_000),
        language: "fr",
        own_addresses: &crate::own_addresses(),
        unicode: UNICODE,
        form: change.form,
        documents: change.documents,
        holds: true,
        uses_held: change.uses_held,
    };
    let (ports, ledger, signing) = (&world.ports, &world.ledger, key());
    pollster::block_on(intake::correct(ports, ledger, ports, &signing, posting, amendment)).unwrap()
}

fn taken(verdict: Option<Verdict>) -> (Application, Outcome) {
    match verdict {
        Some(Verdict::Accepted { received, outcome, .. }) => (*received, outcome),
        other => panic!("{other:?}"),
    }
}

fn opens(world: &World, received: &Application, with: &str) -> bool {
    let reference = received.reference.as_str();
    let opened = pollster::block_on(intake::receipt(&world.ledger, &key(), reference, with));
    matches!(opened.unwrap(), Some(Opened::Application(_)))
}

#[test]
fn a_document_that_is_not_replaced_stays() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let first = world.application(&id);
    let (second, outcome) = taken(amend(&world, &posting, &id, Change::of(&first, &posting)));
    assert_eq!((outcome, second.revision), (Outcome::Corrected, 2));
    assert_eq!(second.content.phone.as_deref(), Some("+32 2 123"));
    assert_eq!(second.content.documents, first.content.documents);
    let documents = vec![file("cv", "CV.pdf", samples::pdf("new"))];
    let change = Change { documents, minutes: 2, ..Change::of(&second, &posting) };
    let (third, _) = taken(amend(&world, &posting, &id, change));
    let [letter, cv] = third.content.documents.as_slice() else { panic!() };
    assert_eq!(letter, &first.content.documents[0]);
    assert_eq!((cv.file_name.as_str(), cv.revision), ("CV.pdf", 3));
    // Staff get both, the kept one and the new one.
    world.now.set(Timestamp(NOON.0 + 10 * 60_000));
    deliver_mail(&world, &posting, &MailKind::Staff.mail_id(&id, 3)).unwrap();
    let mailbox = world.mailbox.borrow();
    let mail = MessageParser::default().parse(&mailbox[0].1).unwrap();
    let attached: Vec<_> = mail.attachments().map(|part| part.contents().to_vec()).collect();
    assert_eq!(attached, [samples::pdf("Lettre"), samples::pdf("new")]);
}

/// From the latest revision one may take a wrong correction back. The earlier
/// form sent again changes nothing.
#[test]
fn a_correction_can_be_taken_back() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let first = world.application(&id);
    let mut wrong = Change::of(&first, &posting);
    wrong.form.name = "Wrong Name".into();
    let (second, _) = taken(amend(&world, &posting, &id, wrong));
    let mut back = Change { minutes: 2, ..Change::of(&second, &posting) };
    back.form = Change::of(&first, &posting).form;
    back.form.phone.clear();
    let late = Change { revision: 1, form: back.form.clone(), ..Change::of(&second, &posting) };
    let (same, outcome) = taken(amend(&world, &posting, &id, late));
    assert_eq!((outcome, same.revision), (Outcome::Unchanged, 2));
    let (third, outcome) = taken(amend(&world, &posting, &id, back));
    assert_eq!((outcome, third.revision), (Outcome::Corrected, 3));
    assert_eq!(third.content.name, first.content.name);
}

#[test]
fn what_a_refused_correction_brought_is_held_for_the_page_that_says_so() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let first = world.application(&id);
    let mut change = Change::of(&first, &posting);
    change.documents = vec![file("cv", "CV.pdf", samples::pdf("new"))];
    change.form.name.clear();
    let verdict = amend(&world, &posting, &id, change);
    let Some(Verdict::Refused { holding, .. }) = verdict else { panic!("{verdict:?}") };
    assert_eq!(holding.documents.len(), 1);
    // The receipt opened anew says that the earlier documents stay.
    let (second, _) = taken(amend(&world, &posting, &id, Change::of(&first, &posting)));
    assert_eq!(second.content.documents, first.content.documents);
    // The page that came back says that the new one is held.
    let mut change = Change { uses_held: true, minutes: 2, ..Change::of(&second, &posting) };
    change.form.phone.clear();
    let (third, _) = taken(amend(&world, &posting, &id, change));
    let [letter, cv] = third.content.documents.as_slice() else { panic!() };
    assert_eq!(letter, &first.content.documents[0]);
    assert_eq!((cv.file_name.as_str(), cv.revision), ("CV.pdf", 3));
}

#[test]
fn without_its_key_and_after_a_withdrawal_there_is_nothing_to_correct() {
    let (world, posting) = (World::default(), posting());
    let (id, other) = (accepted(&world, &posting, 1), accepted(&world, &posting, 2));
    let (first, other) = (world.application(&id), world.application(&other));
    for wrong in ["", "AAAA", &receipt_key(&key(), &other)] {
        let change = Change { key: wrong.to_owned(), ..Change::of(&first, &posting) };
        assert_eq!(amend(&world, &posting, &id, change), None, "{wrong}");
    }
    let change = Change::of(&first, &posting);
    let (ports, ledger, signing) = (&world.ports, &world.ledger, key());
    let reference = first.reference.as_str();
    let withdrawal =
        intake::withdraw(ports, ledger, &signing, reference, &change.key, Timestamp(NOON.0 + 1));
    pollster::block_on(withdrawal).unwrap().unwrap();
    let amendment = Amendment {
        reference,
        key: &change.key,
        revision: 1,
        received_at: NOON,
        language: "fr",
        own_addresses: &crate::own_addresses(),
        unicode: UNICODE,
        form: change.form,
        documents: Vec::new(),
        holds: false,
        uses_held: false,
    };
    let verdict = intake::correct(ports, ledger, ports, &signing, &posting, amendment);
    assert_eq!(pollster::block_on(verdict), Ok(None));
}

#[test]
fn one_that_was_made_from_an_earlier_revision_is_shown_the_latest() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let first = world.application(&id);
    let (second, _) = taken(amend(&world, &posting, &id, Change::of(&first, &posting)));
    // Clicked twice: it says what there is.
    let twice = amend(&world, &posting, &id, Change::of(&first, &posting));
    assert_eq!(taken(twice), (second.clone(), Outcome::Unchanged));
    let mut stale = Change::of(&first, &posting);
    stale.form.name = "Somebody".into();
    let verdict = amend(&world, &posting, &id, stale);
    let Some(Verdict::Outdated { kept, .. }) = verdict else { panic!("{verdict:?}") };
    assert_eq!(*kept, second);
}

#[test]
fn what_cannot_be_taken_leaves_the_application_as_it_was() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let first = world.application(&id);
    let mut late = Change::of(&first, &posting);
    late.minutes = 30 * 24 * 60;
    let mut flawed = Change::of(&first, &posting);
    flawed.documents = vec![file("cv", "cv.pdf", samples::hostile::program())];
    for (change, code) in [(late, Code::DeadlinePassed), (flawed, Code::DocumentKindMismatch)] {
        let verdict = amend(&world, &posting, &id, change);
        let Some(Verdict::Refused { issues, kept: Some(kept), .. }) = verdict else {
            panic!("{verdict:?}")
        };
        assert_eq!((issues[0].code, *kept), (code, first.clone()));
    }
    world.run(&format!("UPDATE applications SET revision = {MAX_REVISIONS}"));
    let often = Change { revision: MAX_REVISIONS, ..Change::of(&first, &posting) };
    let verdict = amend(&world, &posting, &id, often);
    assert!(matches!(verdict, Some(Verdict::TooManyRevisions { .. })), "{verdict:?}");
    assert_eq!(world.application(&id).content, first.content);
}

#[test]
fn too_many_corrections_in_a_minute_wait() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let correct = |n: usize, minutes: i64| {
        let latest = world.application(&id);
        let mut change = Change::of(&latest, &posting);
        change.form.name = format!("Amélie {n}");
        amend(&world, &posting, &id, Change { revision: latest.revision, minutes, ..change })
    };
    for n in 0..CORRECTIONS_A_MINUTE {
        taken(correct(n, 1));
    }
    let verdict = correct(99, 1);
    let Some(Verdict::TooFast { kept, .. }) = verdict else { panic!("{verdict:?}") };
    assert_eq!(*kept, world.application(&id));
    assert_eq!(taken(correct(CORRECTIONS_A_MINUTE - 1, 1)).1, Outcome::Unchanged, "what it says");
    assert_eq!(taken(correct(99, 2)).1, Outcome::Corrected, "a minute later");
}

#[test]
fn another_address_changes_the_key_and_the_previous_one_is_told() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let first = world.application(&id);
    let mut change = Change::of(&first, &posting);
    change.form.email = "amelie.bensalah@example.net".into();
    let old_key = change.key.clone();
    let (second, _) = taken(amend(&world, &posting, &id, change));
    let new_key = receipt_key(&key(), &second);
    assert_eq!(second.id, first.id);
    assert!(opens(&world, &second, &new_key) && !opens(&world, &second, &old_key));
    world.now.set(Timestamp(NOON.0 + 2 * 60_000));
    notify(&world, &posting, None).unwrap();
    let mailbox = world.mailbox.borrow();
    let [(to, mail)] = mailbox.as_slice() else { panic!("{} mails", mailbox.len()) };
    assert_eq!(to, "amelie@example.org");
    let mail = MessageParser::default().parse(mail).unwrap();
    let said = format!("{} {}", mail.subject().unwrap(), mail.body_text(0).unwrap());
    assert!(said.contains(first.reference.as_str()), "{said}");
    for word in ["Amélie", "Salah", "example.net", "+32", "applications/"] {
        assert!(!said.contains(word), "{word} in {said}");
    }
    let payload = "SELECT payload FROM mails WHERE kind = 'address_changed'";
    assert!(world.ask(payload).is_null(), "the address is kept no longer");
}

/// The previous address was a slip of the keyboard.
#[test]
fn an_address_that_refuses_the_news_is_forgotten_as_well() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let mut change = Change::of(&world.application(&id), &posting);
    change.form.email = "amelie.bensalah@example.net".into();
    taken(amend(&world, &posting, &id, change));
    world.now.set(Timestamp(NOON.0 + 2 * 60_000));
    *world.answers.borrow_mut() = vec![Sending::Refused("550 5.1.1".into())];
    notify(&world, &posting, None).unwrap();
    let row = "SELECT refused_because || coalesce(payload, '') FROM mails \
        WHERE kind = 'address_changed'";
    assert_eq!(world.ask(row), "550 5.1.1");
}

/// Staff would never see again what the candidate cannot send any more.
#[test]
fn what_the_posting_no_longer_asks_for_stays() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    let first = world.application(&id);
    let mut less = posting.clone();
    less.requirements.documents.retain(|document| document.id == "cv");
    less.requirements.questions.clear();
    let (second, outcome) = taken(amend(&world, &less, &id, Change::of(&first, &less)));
    assert_eq!(outcome, Outcome::Corrected);
    assert_eq!(second.content.answers, first.content.answers);
    let sorted = |received: &Application| {
        let mut documents = received.content.documents.clone();
        documents.sort_by(|one, other| one.id.cmp(&other.id));
        documents
    };
    assert_eq!(sorted(&second), sorted(&first));
    // The same form once more is the same.
    let change = Change { minutes: 2, ..Change::of(&second, &less) };
    assert_eq!(taken(amend(&world, &less, &id, change)).1, Outcome::Unchanged);
    // Asked for again, it is there.
    let mut form = Change::of(&second, &posting);
    form.form.phone.clear();
    let (third, _) = taken(amend(&world, &posting, &id, Change { minutes: 3, ..form }));
    assert_eq!(third.content.documents, first.content.documents);
    world.now.set(Timestamp(NOON.0 + 10 * 60_000));
    deliver_mail(&world, &less, &MailKind::Staff.mail_id(&id, 3)).unwrap();
    let mailbox = world.mailbox.borrow();
    let mail = MessageParser::default().parse(&mailbox[0].1).unwrap();
    let mut attached: Vec<_> = mail.attachments().map(|part| part.contents().to_vec()).collect();
    attached.sort_unstable();
    let mut expected = [samples::pdf("Lettre"), samples::docx("CV")];
    expected.sort_unstable();
    assert_eq!(attached, expected);
}
