//! Answers to our mails to candidates.

use domain::Posting;
use mail::incoming::Incoming;

use crate::letters::{Letter, STAFF, begin, come, sent, text, to};
use crate::neutral::{withdraw, write};
use crate::world::World;
use crate::{later, submission, submit};

const CANDIDATE: &str = "amelie@example.org";
const NEARLY: &str = "Re: Chargée de mission, protection espace civique";

/// What staff get of an answer to the mail with this Message-ID. Fails where
/// anybody else gets something.
fn answered(
    world: &World,
    posting: &Posting,
    number: u8,
    from: &str,
    id: &str,
    subject: &str,
) -> String {
    let mut letter = Letter::right(posting)
        .with("Authentication-Results", "mx.example.org; dmarc=pass header.from=example.org")
        .with("From", from)
        .with("Message-ID", &format!("<answer.{number}@example.org>"))
        .with("In-Reply-To", id)
        .with("References", &format!("<before@example.org> {id}"))
        .with("Subject", subject);
    letter.envelope.0 = from.into();
    letter.files.clear();
    come(world, posting, number, &letter).unwrap();
    let mails = sent(world, posting);
    let [staff] = to(&mails, STAFF)[..] else { panic!("{mails:?}") };
    assert_eq!(mails.len(), 1, "{mails:?}");
    text(staff)
}

/// The Message-IDs of the mails to the candidate.
fn ids(mails: &[(String, String)]) -> Vec<String> {
    let id = |raw: &&str| Incoming::read(raw.as_bytes()).message_id.unwrap();
    to(mails, CANDIDATE).iter().map(id).collect()
}

/// Applies, corrects it, and gets a mail from the desk: the Message-IDs of all
/// three mails, and the reference.
fn corresponded(world: &World, posting: &Posting, wanted: &str) -> (Vec<String>, String) {
    let mut form = submission(posting, 1);
    form.form.mails = wanted.into();
    submit(world, posting, form).unwrap();
    let mut all = ids(&sent(world, posting));
    let mut corrected = submission(posting, 1);
    corrected.form.mails = wanted.into();
    corrected.form.phone = "+32 470 12 34 56".into();
    corrected.received_at = world.now.get();
    submit(world, posting, corrected).unwrap();
    all.extend(ids(&sent(world, posting)));
    let id = world.ask("SELECT id FROM applications").as_str().unwrap().to_owned();
    world.mailbox.borrow_mut().clear();
    write(world, posting, &id);
    let mails = world.mailbox.take().into_iter();
    let mails: Vec<_> = mails.map(|(to, raw)| (to, String::from_utf8(raw).unwrap())).collect();
    all.extend(ids(&mails));
    (all, world.application(&id).reference.to_string())
}

#[test]
fn an_answer_to_any_mail_about_an_application_goes_to_staff_with_its_reference() {
    for wanted in ["full", "neutral"] {
        let (world, posting) = begin();
        let (ids, reference) = corresponded(&world, &posting, wanted);
        assert_eq!(ids.len(), 3);
        let mut number = 0;
        let mut staff_get = |from: &str, id: &str, subject: &str| {
            number += 1;
            answered(&world, &posting, number, from, id, subject)
        };
        for id in &ids {
            let told = staff_get(CANDIDATE, id, NEARLY);
            assert!(told.contains(&format!("la candidature {reference}")), "{id}: {told}");
            let elsewhere = id.replace("@example.org>", "@evil.example>");
            for (from, id) in [("eve@example.org", id), (CANDIDATE, &elsewhere)] {
                let told = staff_get(from, id, "Re: Question");
                assert!(!told.contains(&reference), "{from} {id}: {told}");
            }
        }
        assert_eq!(world.count("applications"), 1);
    }
}

#[test]
fn an_answer_to_a_notice_is_no_attempt_to_apply() {
    let (world, posting) = begin();
    submit(&world, &posting, submission(&posting, 1)).unwrap();
    sent(&world, &posting);
    let id = world.ask("SELECT id FROM applications").as_str().unwrap().to_owned();
    withdraw(&world, &id);
    later(&world, 3_600_000);
    let ids = ids(&sent(&world, &posting));
    let [confirmation] = &ids[..] else { panic!("{ids:?}") };
    let told = answered(&world, &posting, 1, CANDIDATE, confirmation, NEARLY);
    assert!(told.contains("n’est pas une candidature"), "{told}");
}

#[test]
fn a_bounce_of_what_staff_wrote_is_noted() {
    let (world, posting) = begin();
    let (ids, _) = corresponded(&world, &posting, "full");
    let mut bounce = Letter::right(&posting).with("From", "Mail <mailer-daemon@example.org>");
    bounce.envelope.0.clear();
    let headers = format!("Message-ID: {}\r\n", ids.last().unwrap()).into_bytes();
    bounce.files = vec![("text/rfc822-headers".into(), String::new(), headers)];
    come(&world, &posting, 1, &bounce).unwrap();
    let refused = "SELECT group_concat(kind) FROM mails WHERE refused_because = 'bounced'";
    assert_eq!(world.ask(refused), "message");
}
