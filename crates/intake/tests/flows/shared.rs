//! Applications from a computer that others use: what opens the receipt, how
//! often, and what becomes of the form that is left behind.

use domain::{Application, Posting};
use intake::ports::MailKind;
use intake::{
    Credential, ONCE_MS, Outcome, Submission, Verdict, address_key, admitted, receipt_code,
    receipt_key, visit_key,
};
use rules::Timestamp;

use crate::sealed::taken;
use crate::world::World;
use crate::{NOON, deliver_mail, key, posting, submission, submit};

const MINUTE: i64 = 60_000;

fn form(posting: &Posting, minutes: i64) -> Submission<Vec<u8>> {
    let mut form = submission(posting, 1);
    form.form.shared = "yes".into();
    form.received_at = after(minutes);
    form
}

fn after(minutes: i64) -> Timestamp {
    Timestamp(NOON.0 + minutes * MINUTE)
}

fn received(world: &World, posting: &Posting) -> Application {
    world.now.set(NOON);
    taken(world, posting, form(posting, 0)).0
}

fn open(world: &World, reference: &str, shown: Credential<'_>, minutes: i64) -> Option<String> {
    let signing = key();
    let opened = admitted(&world.ledger, &signing, reference, shown, after(minutes));
    pollster::block_on(opened).unwrap()
}

#[test]
fn the_address_works_once_and_for_ten_minutes() {
    let (world, posting) = (World::default(), posting());
    let one = received(&world, &posting);
    let (reference, signing) = (one.reference.as_str(), key());
    let address = address_key(&signing, &one, NOON);
    let show = |key: &str, minutes| open(&world, reference, Credential::Address(key), minutes);
    assert_eq!(ONCE_MS, 10 * MINUTE);
    assert_eq!(show(&address, 10), None, "too late");
    assert_eq!(show(&address.replacen('.', "0.", 1), 1), None, "forged");
    assert_eq!(open(&world, reference, Credential::Prefetch(&address), 9), None, "a program");
    assert_eq!(show(&address, 9), Some(receipt_key(&signing, &one)));
    assert_eq!(show(&address, 9), None, "a second time");
    let later = address_key(&signing, &one, after(1));
    assert!(show(&later, 2).is_some(), "another address works once as well");
    assert_eq!(show(&address_key(&signing, &one, NOON), 3), None, "but none from before");
    assert_eq!(open(&world, "9RXM29QT", Credential::Address(&later), 2), None, "nor of another");
    let visit = visit_key(&signing, &one, NOON);
    assert_eq!(show(&visit, 1), None, "what the page posts is no address");
    let posted = |minutes| open(&world, reference, Credential::Visit(&visit), minutes);
    assert!(posted(1).is_some() && posted(59).is_some() && posted(60).is_none());
}

#[test]
fn the_code_opens_it_however_it_is_typed() {
    let (world, posting) = (World::default(), posting());
    let one = received(&world, &posting);
    let (reference, code) = (one.reference.as_str(), receipt_code(&key(), &one));
    // Twelve of thirty letters have 58 bits.
    assert_eq!(code.len(), 12);
    assert!(!code.contains(['0', 'O', '1', 'I', 'L', 'U']), "{code}");
    let show =
        |reference: &str, code: &str| open(&world, reference, Credential::Code(code), 100_000);
    let key = Some(receipt_key(&key(), &one));
    assert_eq!(show(reference, &code), key);
    let (first, rest) = code.split_at(4);
    let typed = format!(" {} - {rest}", first.to_lowercase());
    assert_eq!(show(&reference.to_lowercase(), &typed), key);
    let last = if code.ends_with('2') { "3" } else { "2" };
    let wrong = format!("{}{last}", &code[..11]);
    for (reference, code) in [(reference, wrong.as_str()), (reference, ""), ("9RXM29QT", &code)] {
        assert_eq!(show(reference, code), None, "{reference} {code}");
    }
}

#[test]
fn no_code_opens_the_receipt_of_others() {
    let (world, posting) = (World::default(), posting());
    let one = taken(&world, &posting, submission(&posting, 1)).0;
    let (reference, signing) = (one.reference.as_str(), key());
    assert_eq!(open(&world, reference, Credential::Code(&receipt_code(&signing, &one)), 1), None);
    let key = receipt_key(&signing, &one);
    assert_eq!(address_key(&signing, &one, NOON), key);
    assert_eq!(open(&world, reference, Credential::Address(&key), 1), Some(key.clone()));
}

/// Who gets no answer sends again. Who sits there afterwards sends another form.
#[test]
fn the_token_is_used_up_once_the_receipt_was_opened() {
    let (world, posting) = (World::default(), posting());
    let one = received(&world, &posting);
    let (again, outcome) = taken(&world, &posting, form(&posting, 1));
    assert_eq!((again.id.as_str(), outcome), (one.id.as_str(), Outcome::Unchanged));
    let address = address_key(&key(), &one, NOON);
    open(&world, one.reference.as_str(), Credential::Address(&address), 2).unwrap();
    let is_retired = |form| matches!(submit(&world, &posting, form), Ok(Verdict::Retired { .. }));
    assert!(is_retired(form(&posting, 3)), "the same form, by Back and Send");
    let mut next = submission(&posting, 1);
    next.form.message = "Je suis quelqu’un d’autre".into();
    next.received_at = after(4);
    assert!(is_retired(next));
    let mut asking = form(&posting, 4);
    (asking.form, asking.documents) = (rules::Form::default(), Vec::new());
    assert!(is_retired(asking), "nor is it told what was sent");
    let held = world.application(&one.id);
    assert_eq!((held.revision, held.content), (1, one.content));
}

/// Whoever sits there before that may have another form, or none.
#[test]
fn before_that_nothing_but_the_same_form_gets_an_answer() {
    let (world, posting) = (World::default(), posting());
    let one = received(&world, &posting);
    let is_retired = |form| matches!(submit(&world, &posting, form), Ok(Verdict::Retired { .. }));
    let mut changed = form(&posting, 1);
    changed.form.message = "Autre chose".into();
    assert!(is_retired(changed), "it corrects nothing");
    let mut asking = form(&posting, 1);
    (asking.form, asking.documents) = (rules::Form::default(), Vec::new());
    assert!(is_retired(asking), "and is told nothing");
    assert_eq!(world.application(&one.id).revision, 1);
    assert_eq!(taken(&world, &posting, form(&posting, 2)).1, Outcome::Unchanged);
}

#[test]
fn the_application_of_the_next_person_from_the_same_page_is_kept_from_the_third() {
    let (world, posting) = (World::default(), posting());
    taken(&world, &posting, submission(&posting, 1));
    let second = |minutes| {
        let mut form = form(&posting, minutes);
        form.form.email = "second@example.org".into();
        form
    };
    let (two, outcome) = taken(&world, &posting, second(1));
    assert_eq!(outcome, Outcome::New);
    let address = address_key(&key(), &two, after(1));
    open(&world, two.reference.as_str(), Credential::Address(&address), 2).unwrap();
    assert!(matches!(submit(&world, &posting, second(3)), Ok(Verdict::Retired { .. })));
}

#[test]
fn where_it_was_never_opened_the_token_ends_after_ten_minutes() {
    let (world, posting) = (World::default(), posting());
    received(&world, &posting);
    assert_eq!(taken(&world, &posting, form(&posting, 10)).1, Outcome::Unchanged);
    assert!(matches!(submit(&world, &posting, form(&posting, 11)), Ok(Verdict::Retired { .. })));
}

#[test]
fn no_mail_opens_the_receipt() {
    let (world, posting) = (World::default(), posting());
    let one = received(&world, &posting);
    deliver_mail(&world, &posting, &MailKind::Acknowledgement.mail_id(&one.id, 1)).unwrap();
    let mails = world.mailbox.borrow();
    let mail = mail_parser::MessageParser::default().parse(&mails[0].1).unwrap();
    let text = mail.body_text(0).unwrap();
    let address = format!("https://guichet.example/receipt?reference={}&lang=fr", one.reference);
    assert!(text.contains(&address) && !text.contains("key="), "{text}");
    assert!(!text.contains(&receipt_code(&key(), &one)));
}
