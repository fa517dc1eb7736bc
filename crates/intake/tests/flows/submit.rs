//! Tests what is stored, what is refused, and what happens when a port fails.

use documents::samples;
use domain::Posting;
use rules::{Code, Timestamp};

use crate::world::World;
use crate::{NOON, file, posting, submission, submit};
use intake::memory::Port;
use intake::ports::MailKind;
use intake::{Outcome, Verdict};

#[test]
fn an_accepted_application_is_kept_whole() {
    let (world, posting) = (World::default(), posting());
    let verdict = submit(&world, &posting, submission(&posting, 1)).unwrap();
    let Verdict::Accepted { received, outcome: Outcome::New, unqueued: None } = verdict else {
        panic!("{verdict:?}")
    };
    assert_eq!(received.content.name, "Amélie Ben Salah");
    assert_eq!(received.received_at, NOON);
    let mails = MailKind::OF_APPLICATION.map(|kind| kind.mail_id(&received.id, 1));
    assert_eq!(*world.queue.borrow(), mails);
    assert_eq!(world.count("mails"), 2);
    let stored = world.documents.borrow();
    for document in &received.content.documents {
        let key = format!("applications/{}/{}/{}", received.id, document.id, document.sha256);
        assert_eq!(stored[&key].len() as u64, document.bytes);
    }
    assert_eq!(stored.len(), 2);
}

#[test]
fn a_taken_reference_is_replaced() {
    let (world, posting) = (World::default(), posting());
    let first = submit(&world, &posting, submission(&posting, 1)).unwrap();
    let Verdict::Accepted { received, .. } = first else { panic!() };
    // Somebody else holds the reference that application 2 would get first.
    let probe = World::default();
    let Verdict::Accepted { received: second, .. } =
        submit(&probe, &posting, submission(&posting, 2)).unwrap()
    else {
        panic!()
    };
    world.run(&format!(
        "UPDATE applications SET reference = '{}' WHERE id = '{}'",
        second.reference, received.id
    ));
    let Verdict::Accepted { received: renamed, .. } =
        submit(&world, &posting, submission(&posting, 2)).unwrap()
    else {
        panic!()
    };
    assert_ne!(renamed.reference, second.reference);
}

#[test]
fn what_is_refused_leaves_nothing_behind() {
    type Spoil = fn(&mut intake::Submission<Vec<u8>>);
    let posting = posting();
    let cases: [(&str, &str, Code, Spoil); 9] = [
        ("no document", "cover_letter", Code::DocumentMissing, |s| s.documents.clear()),
        ("no CV", "cv", Code::DocumentMissing, |s| drop(s.documents.pop())),
        ("an empty file", "cv", Code::DocumentEmpty, |s| {
            s.documents[1] = file("cv", "cv.pdf", Vec::new());
        }),
        ("a program", "cv", Code::DocumentKindMismatch, |s| {
            s.documents[1] = file("cv", "cv.pdf", samples::hostile::program());
        }),
        ("the same file twice", "cv", Code::DocumentSameTwice, |s| {
            s.documents[1] = file("cv", "cv.pdf", s.documents[0].upload.clone());
        }),
        ("too many files", "cv", Code::NotAChoice, |s| {
            s.documents.push(file("cv", "b.pdf", samples::pdf("b")));
        }),
        ("two recipients", "email", Code::NotAnEmail, |s| s.form.email = "a@b.org,c@d.org".into()),
        ("another subject", "subject", Code::NotTheSubject, |s| s.form.subject = "Hello".into()),
        ("too late", "deadline", Code::DeadlinePassed, |s| {
            s.received_at = Timestamp(1_754_258_400_000);
        }),
    ];
    for (name, field, code, spoil) in cases {
        let world = World::default();
        let mut given = submission(&posting, 1);
        spoil(&mut given);
        let verdict = submit(&world, &posting, given).unwrap();
        let Verdict::Refused { issues, .. } = verdict else { panic!("{name}: {verdict:?}") };
        assert_eq!((issues[0].field.as_str(), issues[0].code), (field, code), "{name}");
        assert!(world.documents.borrow().is_empty(), "{name}");
        assert_eq!(world.count("applications"), 0, "{name}");
        assert_eq!(world.count("mails"), 0, "{name}");
        assert!(world.queue.borrow().is_empty(), "{name}");
    }
}

#[test]
fn our_own_addresses_are_nobodys() {
    let recipients = vec!["applications@omct.org".to_owned(), "team@omct.org".to_owned()];
    let (world, posting) = (World::default(), Posting { recipients, ..posting() });
    for own in [
        "applications@omct.org",
        "team@omct.org",
        "Applications+x@OMCT.org",
        &posting.contact,
        "guichet@example.org",
        "guichet+7KXM29QT@example.org",
    ] {
        let mut submission = submission(&posting, 1);
        submission.form.email = own.to_owned();
        submission.form.consent.clear();
        let verdict = submit(&world, &posting, submission).unwrap();
        let Verdict::Refused { issues, .. } = verdict else { panic!("{own}: {verdict:?}") };
        let found: Vec<_> = issues.iter().map(|issue| (issue.field.as_str(), issue.code)).collect();
        assert_eq!(found, [("email", Code::NotAnEmail), ("consent", Code::Missing)], "{own}");
    }
    assert_eq!(world.count("applications"), 0);
}

#[test]
fn the_last_millisecond_is_in_time() {
    let (world, posting) = (World::default(), posting());
    let mut given = submission(&posting, 1);
    given.received_at = Timestamp(1_754_258_399_999);
    assert!(matches!(submit(&world, &posting, given).unwrap(), Verdict::Accepted { .. }));
}

#[test]
fn a_failing_store_never_becomes_a_success() {
    for breaks_ledger in [false, true] {
        let (world, posting) = (World::default(), posting());
        world.break_ledger(breaks_ledger);
        world.broken.set((!breaks_ledger).then_some(Port::Documents));
        assert!(submit(&world, &posting, submission(&posting, 1)).is_err(), "{breaks_ledger}");
        assert_eq!(world.count("applications"), 0);
        // Once it works again, the same token gets through.
        world.break_ledger(false);
        world.broken.set(None);
        let verdict = submit(&world, &posting, submission(&posting, 1)).unwrap();
        assert!(matches!(verdict, Verdict::Accepted { .. }), "{breaks_ledger}");
    }
}

#[test]
fn a_failing_queue_does_not_undo_a_success() {
    let (world, posting) = (World::default(), posting());
    world.broken.set(Some(Port::Queue));
    let verdict = submit(&world, &posting, submission(&posting, 1)).unwrap();
    assert!(matches!(verdict, Verdict::Accepted { unqueued: Some(_), .. }), "{verdict:?}");
    assert_eq!(world.count("applications"), 1);
}
