//! Mails that come in: each row of the table in docs/incoming.md.

use std::io::{Cursor, Read as _};

use documents::samples;
use domain::Posting;
use intake::SigningKey;
use intake::ports::Retention as _;
use mail::incoming::Incoming;

use crate::letters::{Letter, ORIGIN, STAFF, begin, come, process, sent, text, to};
use crate::{NOON, UNICODE, key};

#[test]
fn a_right_mail_is_an_application() {
    let (world, posting) = begin();
    come(&world, &posting, 1, &Letter::right(&posting)).unwrap();
    let mails = sent(&world, &posting);
    let [staff] = to(&mails, STAFF)[..] else { panic!("{mails:?}") };
    let [marie] = to(&mails, "marie@example.net")[..] else { panic!("{mails:?}") };
    assert_eq!(mails.len(), 2);
    assert!(text(staff).contains("par e-mail"), "{}", text(staff));
    assert!(text(staff).contains("pas encore répondu aux questions"), "{}", text(staff));
    assert_eq!(Incoming::read(staff.as_bytes()).files.len(), 2);
    // Addresses, the reference and the hint at the questions.
    assert!(text(marie).contains("/correct?key="), "{}", text(marie));
    assert!(marie.contains("\r\nIn-Reply-To: <one@example.net>\r\n"), "{marie}");
    assert!(marie.contains("\r\nAuto-Submitted: auto-replied\r\n"));
    assert_eq!(world.ask("SELECT number FROM applications"), 1);
    assert_eq!(world.ask("SELECT mail FROM applications"), "<one@example.net>");
}

#[test]
fn the_same_mail_twice_is_once() {
    let (world, posting) = begin();
    for id in [1, 2] {
        come(&world, &posting, id, &Letter::right(&posting)).unwrap();
    }
    assert_eq!(world.count("applications"), 1);
    assert_eq!(sent(&world, &posting).len(), 2);
    assert_eq!(world.ask("SELECT outcome FROM incoming WHERE id LIKE '%2'"), "duplicate");
}

#[test]
fn a_mail_that_could_not_be_processed_for_days_is_an_application_all_the_same() {
    let mut ids = Vec::new();
    for days in 0..3 {
        let (world, posting) = begin();
        // Each attempt stored the documents, failed, and they were deleted as orphaned.
        let retired = pollster::block_on(world.ledger.retire_orphans(&ids, NOON)).unwrap();
        assert_eq!(retired.orphans.len(), days);
        come(&world, &posting, 1, &Letter::right(&posting)).unwrap();
        assert_eq!(world.ask("SELECT number FROM applications"), 1);
        ids.push(world.ask("SELECT id FROM applications").as_str().unwrap().to_owned());
    }
}

#[test]
fn the_text_of_a_mail_is_the_letter_where_the_posting_says_so() {
    let text = "J’ai travaillé <six ans> à Tunis & Sfax.\nمرحبا\u{1}\n".repeat(12);
    let written = |text: &str, posting: &Posting| {
        let mut letter = Letter::right(posting);
        letter.files.remove(0);
        letter.text = text.to_owned();
        letter
    };
    for (says_so, text, documents) in [(true, &*text, 2), (false, &*text, 0), (true, "Bonjour", 0)]
    {
        let (world, mut posting) = begin();
        posting.letter_in_mail = says_so.then(|| "cover_letter".to_owned());
        come(&world, &posting, 1, &written(text, &posting)).unwrap();
        let kept = world.documents.borrow();
        let kept = kept.keys().filter(|key| key.starts_with("applications/")).count();
        assert_eq!(kept, documents, "{text}");
        if documents == 0 {
            continue;
        }
        let mails = sent(&world, &posting);
        let files = Incoming::read(to(&mails, STAFF)[0].as_bytes()).files;
        let letter = files.iter().find(|file| file.name.contains("Lettre")).unwrap();
        let report = documents::inspect(&letter.bytes, &documents::Limits::default());
        assert_eq!((report.kind, report.damage), (documents::Kind::Docx, None));
        let mut archive = zip::ZipArchive::new(Cursor::new(&letter.bytes)).unwrap();
        let mut xml = String::new();
        archive.by_name("word/document.xml").unwrap().read_to_string(&mut xml).unwrap();
        assert!(xml.contains(">J’ai travaillé &lt;six ans&gt; à Tunis &amp; Sfax.</w:t>"), "{xml}");
        assert!(xml.contains(">مرحبا</w:t>"), "{xml}");
    }
}

#[test]
fn a_mail_without_a_cv_is_answered_and_forwarded() {
    let (world, posting) = begin();
    come(&world, &posting, 1, &Letter::right(&posting).without_cv()).unwrap();
    assert_eq!(world.count("applications"), 0);
    let mails = sent(&world, &posting);
    let [staff] = to(&mails, STAFF)[..] else { panic!("{mails:?}") };
    let [marie] = to(&mails, "marie@example.net")[..] else { panic!("{mails:?}") };
    assert!(text(marie).contains("CV"), "{}", text(marie));
    assert!(text(marie).contains(&format!("{ORIGIN}/incoming/{:032x}?key=", 1)), "{}", text(marie));
    assert!(marie.contains("\r\nReply-To: <applications@in.example.org>\r\n"), "{marie}");
    assert!(text(staff).contains("pas encore une candidature"), "{}", text(staff));
    let attached = Incoming::read(staff.as_bytes()).files;
    assert_eq!(attached.len(), 1);
    assert_eq!(attached[0].bytes, Letter::right(&posting).without_cv().bytes());
}

#[test]
fn an_answer_with_what_was_missing_completes_it() {
    let (world, posting) = begin();
    come(&world, &posting, 1, &Letter::right(&posting).without_cv()).unwrap();
    let mails = sent(&world, &posting);
    let answered = Incoming::read(to(&mails, "marie@example.net")[0].as_bytes());
    let mut answer = Letter::right(&posting)
        .with("Message-ID", "<two@example.net>")
        .with("Subject", &format!("Re: {}", answered.subject))
        .with("In-Reply-To", answered.message_id.as_deref().unwrap());
    answer.files = vec![("application/pdf".into(), "Marie.pdf".into(), samples::pdf("CV"))];
    // Somebody else who knows the Message-ID completes nothing.
    let other = answer
        .clone()
        .with("From", "Eve <eve@example.net>")
        .with("Message-ID", "<eve@example.net>");
    come(&world, &posting, 2, &other).unwrap();
    assert_eq!(world.count("applications"), 0);
    come(&world, &posting, 3, &answer).unwrap();
    assert_eq!(world.count("applications"), 1);
    let mails = sent(&world, &posting);
    let staff =
        to(&mails, STAFF).into_iter().find(|raw| raw.contains("X-Guichet-Number: 1")).unwrap();
    let files = Incoming::read(staff.as_bytes()).files;
    assert_eq!(
        files.iter().map(|file| file.bytes.clone()).collect::<Vec<_>>(),
        [samples::pdf("Lettre"), samples::pdf("CV")]
    );
}

#[test]
fn a_subject_that_is_nearly_right_gets_both() {
    let (world, posting) = begin();
    let near = "Chargée de mission, protection espace civique";
    come(&world, &posting, 1, &Letter::right(&posting).with("Subject", near)).unwrap();
    assert_eq!(world.count("applications"), 0);
    let mails = sent(&world, &posting);
    let answer = text(to(&mails, "marie@example.net")[0]);
    assert!(answer.contains(near) && answer.contains(&posting.requirements.subject), "{answer}");
}

#[test]
fn a_late_mail_is_told_so_and_gets_no_form() {
    let (world, posting) = begin();
    let closes = posting.requirements.window.closes_at;
    world.now.set(rules::Timestamp(closes.0 - 1));
    come(&world, &posting, 1, &Letter::right(&posting)).unwrap();
    assert_eq!(world.count("applications"), 1, "the last millisecond is in time");
    world.now.set(closes);
    come(&world, &posting, 2, &Letter::right(&posting).with("Message-ID", "<late@example.net>"))
        .unwrap();
    assert_eq!(world.count("applications"), 1);
    let mails = sent(&world, &posting);
    let told: Vec<String> = to(&mails, "marie@example.net").into_iter().map(text).collect();
    assert!(
        told.iter().any(|told| told.contains("ne peut plus en devenir une")
            && !told.contains("pas encore une candidature")
            && !told.contains("/incoming/")),
        "{told:?}"
    );
    let staff: Vec<_> =
        to(&mails, STAFF).into_iter().map(|raw| Incoming::read(raw.as_bytes())).collect();
    let late = staff.iter().find(|mail| mail.subject.starts_with("[hors délai] ")).unwrap();
    assert!(
        !late.text.contains("incomplet") && !late.text.contains("reste à régler"),
        "{}",
        late.text
    );
}

#[test]
fn a_second_complete_mail_is_another_application() {
    let (world, posting) = begin();
    come(&world, &posting, 1, &Letter::right(&posting)).unwrap();
    come(&world, &posting, 2, &Letter::right(&posting).with("Message-ID", "<two@example.net>"))
        .unwrap();
    assert_eq!(world.count("applications"), 2);
    let mails = sent(&world, &posting);
    assert!(to(&mails, STAFF).iter().any(|raw| text(raw).contains("a aussi postulé")));
    assert_eq!(to(&mails, "marie@example.net").len(), 2);
}

#[test]
fn an_answer_to_the_acknowledgement_goes_to_staff() {
    let (world, posting) = begin();
    come(&world, &posting, 1, &Letter::right(&posting)).unwrap();
    let mails = sent(&world, &posting);
    let id = Incoming::read(to(&mails, "marie@example.net")[0].as_bytes()).message_id.unwrap();
    let reference = world.ask("SELECT reference FROM applications");
    let answer =
        Letter::right(&posting).with("Message-ID", "<q@example.net>").with("References", &id);
    come(&world, &posting, 2, &answer).unwrap();
    let mails = sent(&world, &posting);
    assert_eq!(world.count("applications"), 1);
    assert_eq!(to(&mails, "marie@example.net").len(), 0);
    assert!(text(to(&mails, STAFF)[0]).contains(reference.as_str().unwrap()));
}

#[test]
fn a_fault_at_each_step_loses_nothing_and_answers_once() {
    let (world, posting) = begin();
    world.break_ledger(true);
    assert!(come(&world, &posting, 1, &Letter::right(&posting).without_cv()).is_err());
    world.break_ledger(false);
    // The sending server tries again.
    come(&world, &posting, 2, &Letter::right(&posting).without_cv()).unwrap();
    process(&world, &posting, 2).unwrap();
    // Whoever had it before died before writing down what became of it.
    world.run("UPDATE incoming SET outcome = NULL, leased_until = 0, identity = NULL");
    process(&world, &posting, 2).unwrap();
    assert_eq!(sent(&world, &posting).len(), 2);
}

#[test]
fn what_is_applied_goes_once_staff_have_it() {
    let (world, posting) = begin();
    come(&world, &posting, 1, &Letter::right(&posting)).unwrap();
    let erase = || {
        pollster::block_on(intake::erase_incoming(&world.ports, &world.ledger, world.now.get()))
            .unwrap();
    };
    let raw = || world.documents.borrow().keys().filter(|key| key.starts_with("incoming/")).count();
    erase();
    assert_eq!(raw(), 1);
    sent(&world, &posting);
    erase();
    assert_eq!(raw(), 0);
    assert_eq!(world.ask("SELECT sender FROM incoming"), serde_json::Value::Null);
}

#[test]
fn nothing_of_the_sender_is_in_an_answer_but_the_subject() {
    let (world, posting) = begin();
    let mut letter = Letter::right(&posting).without_cv();
    letter.text = "Texte-Tournesol".into();
    letter.files =
        vec![("application/pdf".into(), "CV-Rhododendron.pdf".into(), b"not a PDF".to_vec())];
    let letter = letter.with("From", "Nom-Bergamote <marie@example.net>");
    come(&world, &posting, 1, &letter).unwrap();
    let mails = sent(&world, &posting);
    let [answer] = to(&mails, "marie@example.net")[..] else { panic!("{mails:?}") };
    let raw = text(answer);
    for word in ["Tournesol", "Rhododendron", "Bergamote"] {
        assert!(!raw.contains(word) && !answer.contains(word), "{word}: {raw}");
    }
}

#[test]
fn the_form_of_a_mail_completes_it() {
    let (world, posting) = begin();
    come(&world, &posting, 1, &Letter::right(&posting).without_cv()).unwrap();
    let (signing, ports, id) = (key(), &world.ports, format!("{:032x}", 1));
    let key_of = |signing: &SigningKey| signing.sign("incoming form", &[&id]);
    let open = |key: &str| {
        pollster::block_on(intake::open_draft(
            ports,
            &world.ledger,
            &signing,
            UNICODE,
            &posting,
            &id,
            key,
        ))
        .unwrap()
    };
    assert_eq!(open("x"), None);
    let genuine = key_of(&signing);
    let opened = open(&genuine).unwrap();
    assert_eq!(
        (opened.form.name.as_str(), opened.form.email.as_str()),
        ("Marie Dupont", "marie@example.net")
    );
    assert_eq!(opened.documents.len(), 1);
    let own_addresses = crate::own_addresses();
    let completion = |files| intake::Completion {
        id: &id,
        key: &genuine,
        received_at: NOON,
        language: "fr",
        origin: ORIGIN,
        own_addresses: &own_addresses,
        unicode: UNICODE,
        form: rules::Form {
            subject: posting.requirements.subject.clone(),
            answers: [("eu_work_permit", "yes")].into_iter().collect(),
            consent: "yes".into(),
            ..opened.form.clone()
        },
        documents: files,
        holds: false,
    };
    let cv = crate::file("cv", "CV.docx", samples::docx("CV"));
    let verdict = pollster::block_on(intake::complete_draft(
        ports,
        &world.ledger,
        ports,
        &signing,
        &posting,
        completion(vec![cv]),
    ))
    .unwrap();
    assert!(matches!(verdict, Some(intake::Verdict::Accepted { .. })), "{verdict:?}");
    assert_eq!(world.count("applications"), 1);
    assert_eq!(open(&genuine), None);
}
