//! The flows, over the ledger on `SQLite` and the other ports in memory.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod amend;
mod announced;
mod announced_completions;
mod announced_corrections;
mod answers;
mod correct;
mod deliver;
mod digest;
mod download;
mod forget;
mod handed_on;
mod held;
mod incoming;
mod letters;
mod loops;
mod neutral;
mod notices;
mod programs;
mod receipt;
mod recipients;
mod restore;
mod retention;
mod same_page;
mod sealed;
mod shared;
mod submit;
mod sweep;
mod unanswered;
mod unfinished;
mod versions;
mod which_posting;
mod withdraw;
mod world;

use std::path::Path;

use documents::samples;
use domain::Posting;
use mail::{Address, Mailbox};
use rules::subject::fold;
use rules::{Form, Timestamp, Unicode};

use crate::world::World;
use intake::ports::{Fault, MailKind};
use intake::{
    ApplicationId, Channel, MailComposer, SigningKey, Submission, SubmittedDocument, Verdict,
};

/// 2025-07-15T12:00:00Z: the seed's posting is open.
const NOON: Timestamp = Timestamp(1_752_580_800_000);

const UNICODE: Unicode = Unicode { fold, to_ascii: addresses::to_ascii };

/// Returns the seed's posting.
pub(crate) fn posting() -> Posting {
    let postings = postings::compile_folder(Path::new("../../postings")).unwrap();
    postings.into_iter().find(|p| p.slug == "protection-espace-civique-tunisie-ue").unwrap()
}

fn own_addresses() -> Vec<Address> {
    vec![Address::parse("guichet@example.org").unwrap()]
}

/// Returns an application with which nothing is wrong, under the id `id`.
fn submission(posting: &Posting, id: u128) -> Submission<Vec<u8>> {
    Submission {
        id: ApplicationId::from_random(id),
        received_at: NOON,
        language: "fr".into(),
        origin: "https://guichet.example".into(),
        own_addresses: own_addresses(),
        unicode: UNICODE,
        form: Form {
            name: "Amélie Ben Salah".into(),
            email: "amelie@example.org".into(),
            subject: posting.requirements.subject.clone(),
            message: "Bonjour,\nvoici ma candidature.".into(),
            answers: [("eu_work_permit", "yes")].into_iter().collect(),
            consent: "yes".into(),
            ..Form::default()
        },
        documents: vec![
            file("cover_letter", "Lettre d’Amélie.pdf", samples::pdf("Lettre")),
            file("cv", "CV été 2025.docx", samples::docx("CV")),
        ],
        holds: false,
        channel: Channel::Form,
        signing: key(),
        taken_until: None,
        erase_at: None,
    }
}

fn file(id: &str, name: &str, bytes: Vec<u8>) -> SubmittedDocument<Vec<u8>> {
    SubmittedDocument {
        id: id.into(),
        file_name: name.into(),
        bytes: bytes.len() as u64,
        upload: bytes,
    }
}

fn submit(world: &World, posting: &Posting, given: Submission<Vec<u8>>) -> Result<Verdict, Fault> {
    pollster::block_on(intake::submit(&world.ports, &world.ledger, &world.ports, posting, given))
}

/// Submits and returns the id; the clock stands at noon.
fn accepted(world: &World, posting: &Posting, id: u128) -> String {
    world.now.set(NOON);
    match submit(world, posting, submission(posting, id)) {
        Ok(Verdict::Accepted { received, .. }) => received.id,
        other => panic!("{other:?}"),
    }
}

/// Sends the mails of an application; the fault is the first one.
fn deliver(world: &World, posting: &Posting, id: &str) -> Result<(), Fault> {
    let mut result = Ok(());
    for kind in MailKind::OF_APPLICATION {
        result = result.and(deliver_mail(world, posting, &kind.mail_id(id, 1)));
    }
    result
}

fn deliver_mail(world: &World, posting: &Posting, mail: &str) -> Result<(), Fault> {
    let (signing, ports) = (key(), &world.ports);
    let composer = composer(posting, &signing, None);
    let sent = intake::deliver(ports, &world.ledger, ports, ports, ports, &composer, mail);
    pollster::block_on(sent).map(|_| ())
}

fn notify(world: &World, posting: &Posting, operator: Option<&Address>) -> Result<(), Fault> {
    let (signing, ports) = (key(), &world.ports);
    let composer = composer(posting, &signing, operator);
    pollster::block_on(intake::notify(ports, &world.ledger, ports, ports, ports, &composer))
}

fn composer<'a>(
    posting: &'a Posting,
    signing: &'a SigningKey,
    operator: Option<&Address>,
) -> MailComposer<'a> {
    let sender = Mailbox::new("Guichet", Address::parse("guichet@example.org").unwrap());
    let postings = std::slice::from_ref(posting);
    MailComposer {
        postings,
        read: versions::read,
        origin: None,
        sender: sender.into(),
        mails_per_recipient: 5,
        operator: operator.cloned(),
        marks_staff_mails: true,
        has_desk: true,
        signing,
        entropy: || Ok([7; 32]),
    }
}

fn key() -> SigningKey {
    SigningKey::new([7; 32]).unwrap()
}

fn later(world: &World, milliseconds: i64) {
    world.now.set(Timestamp(world.now.get().0 + milliseconds));
}
