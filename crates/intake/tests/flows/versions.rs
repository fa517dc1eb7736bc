//! Tests saving versions of a posting, and by which of them a page is judged.

use domain::Posting;
use intake::ports::{EarlyErasures, Fault, NewVersion, PostingVersion};
use intake::{
    ApplicationId, Draft, PAGE_GRACE_MS, Saving, Submission, Token, Verdict, is_a_subject,
    page_terms, posting_for_page, posting_for_receipt, receipt_key, save_posting,
};
use mail_parser::MessageParser;
use rules::Timestamp;

use crate::world::World;
use crate::{NOON, accepted, deliver, key, notify, posting, submission, submit};

const DAY: i64 = 24 * 3_600_000;

/// What is stored is JSON here, compiled or as a source.
#[expect(clippy::unnecessary_wraps, reason = "as the flows want it")]
pub(crate) fn read(stored: PostingVersion) -> Result<Posting, Fault> {
    let json = stored.compiled.unwrap_or(stored.source);
    let posting: Posting = serde_json::from_str(&json).unwrap();
    Ok(Posting { version: stored.version, ..posting })
}

pub(crate) fn save(
    world: &World,
    base: u32,
    posting: &Posting,
    now: Timestamp,
    confirmed: bool,
) -> Saving {
    let json = serde_json::to_string(posting).unwrap();
    let version = NewVersion {
        slug: &posting.slug,
        base,
        state: None,
        source: &json,
        compiled: Some(&json),
        format: 1,
        closes_at: Some(posting.requirements.window.closes_at),
        ended_at: None,
        saved_at: now,
        saved_by: "staff",
    };
    let draft = Draft { version, confirmed };
    pollster::block_on(save_posting(&world.ledger, read, draft)).unwrap()
}

fn closing_after(days: i64) -> Posting {
    let mut posting = posting();
    posting.requirements.window.closes_at.0 += days * DAY;
    posting
}

#[test]
fn a_version_is_saved_where_it_says_something_new_on_top_of_the_current_one() {
    let (world, other) = (World::default(), closing_after(1));
    assert_eq!(save(&world, 0, &posting(), NOON, false), Saving::Version(1));
    for base in [0, 1] {
        assert_eq!(save(&world, base, &posting(), NOON, false), Saving::Unchanged(1));
    }
    assert_eq!(save(&world, 0, &other, NOON, false), Saving::Conflict { current: 1 });
    assert_eq!(save(&world, 1, &other, NOON, false), Saving::Version(2));
    assert_eq!(save(&world, 1, &posting(), NOON, false), Saving::Conflict { current: 2 });
}

#[test]
fn an_extension_beyond_a_promised_day_of_deletion_wants_to_be_confirmed() {
    let world = World::default();
    save(&world, 0, &posting(), NOON, false);
    let (first, second) = (accepted(&world, &posting(), 1), accepted(&world, &posting(), 2));
    let early = EarlyErasures { count: 2, first: Some(posting().erased_at()) };
    let far = closing_after(i64::from(posting().retention_days) + 1);
    assert_eq!(save(&world, 1, &closing_after(9), NOON, false), Saving::Version(2));
    assert_eq!(save(&world, 2, &far, NOON, false), Saving::Unconfirmed { early });
    let told = [&first, &second].map(|id| world.application(id).erase_at);
    assert_eq!(save(&world, 2, &far, NOON, true), Saving::Version(3));
    assert_eq!([&first, &second].map(|id| world.application(id).erase_at), told);
}

#[test]
fn the_name_of_a_posting_that_is_over_is_used_up() {
    let world = World::default();
    save(&world, 0, &posting(), NOON, false);
    let over = posting().erased_at();
    assert_eq!(save(&world, 1, &closing_after(900), over, false), Saving::Over);
    accepted(&world, &posting(), 1);
    let shorter = Posting { retention_days: 1, ..posting() };
    let kept = Timestamp(over.0 - 2 * DAY);
    assert_eq!(save(&world, 1, &shorter, kept, false), Saving::Version(2));
    assert_eq!(save(&world, 2, &posting(), kept, false), Saving::Version(3), "it is not erased");
    let before = Timestamp(over.0 - 1);
    assert_eq!(save(&world, 3, &closing_after(900), before, true), Saving::Version(4));
}

#[test]
fn a_page_that_was_open_when_the_deadline_was_moved_is_judged_by_its_own_version() {
    let world = World::default();
    save(&world, 0, &posting(), NOON, false);
    let sooner = closing_after(-9);
    let moved_at = Timestamp(sooner.requirements.window.closes_at.0);
    save(&world, 1, &sooner, moved_at, false);
    let current = Posting { version: 2, ..sooner };
    let judged = |page: Option<u32>, after: i64| {
        let at = Timestamp(moved_at.0 + after);
        let judged = posting_for_page(&world.ledger, read, current.clone(), page, at);
        let judged = pollster::block_on(judged).unwrap();
        (judged.version, judged.requirements.window.review(at).is_none())
    };
    assert_eq!(judged(Some(1), -1), (2, true), "in time for everybody");
    for (page, after, expected) in [
        (Some(1), 0, (1, true)),
        (Some(1), PAGE_GRACE_MS - 1, (1, true)),
        (Some(1), PAGE_GRACE_MS, (2, false)),
        (Some(2), 0, (2, false)),
        (None, 0, (2, false)),
    ] {
        assert_eq!(judged(page, after), expected, "{page:?} {after}");
    }
}

#[test]
fn the_day_of_deletion_is_that_of_the_page() {
    let (page, ended) = (posting(), posting().ended(NOON));
    assert_eq!(ended.erased_at(), page.erased_at());
    let until = page.clone().open_until(Timestamp(page.requirements.window.closes_at.0 + DAY));
    assert_eq!(until.erased_at(), page.erased_at());
}

#[test]
fn the_subject_of_any_version_counts() {
    let world = World::default();
    let (mut second, mut third) = (posting(), posting());
    second.requirements.subject = "Second".into();
    third.requirements.subject = "Third".into();
    for (base, version) in [(0, &posting()), (1, &second), (2, &third)] {
        save(&world, base, version, NOON, false);
    }
    let current = Posting { version: 3, ..third };
    let counts = |subject: &str| {
        pollster::block_on(is_a_subject(&world.ledger, read, &current, None, subject)).unwrap()
    };
    for subject in ["Third", "second", posting().requirements.subject.as_str()] {
        assert!(counts(subject), "{subject}");
    }
    assert!(!counts("Fourth") && !counts(""));
}

#[test]
fn the_subject_of_the_page_counts_however_many_versions_ago() {
    let world = World::default();
    save(&world, 0, &posting(), NOON, false);
    let mut current = posting();
    for base in 1..60 {
        current.requirements.subject = format!("Subject {base}");
        save(&world, base, &current, NOON, false);
    }
    current.version = 60;
    let counts = |page: Option<u32>| {
        let subject = &posting().requirements.subject;
        pollster::block_on(is_a_subject(&world.ledger, read, &current, page, subject)).unwrap()
    };
    assert!(counts(Some(1)));
    assert!(!counts(None) && !counts(Some(2)));
}

/// The posting of the seed as version 1, and a version 2 that says everything
/// in other words.
fn reworded(world: &World) -> (Posting, Posting) {
    let (first, mut second) = (posting(), posting());
    second.title = "Autre titre".into();
    second.requirements.subject = "Another subject".into();
    second.recipients = vec!["new@example.org".into()];
    second.contact = "contact@example.org".into();
    second.deadline.zone.name = "Asia/Kathmandu".into();
    save(world, 0, &first, NOON, false);
    save(world, 1, &second, NOON, false);
    (Posting { version: 1, ..first }, Posting { version: 2, ..second })
}

/// To whom the latest mail went, its subject, its text and whom it answers to.
fn latest_mails(world: &World) -> Vec<(String, String, String)> {
    let mailbox = std::mem::take(&mut *world.mailbox.borrow_mut());
    let read = |(to, mail): (String, Vec<u8>)| {
        let mail = MessageParser::default().parse(&mail).unwrap();
        let text = mail.body_text(0).unwrap().into_owned();
        (to, mail.subject().unwrap().to_owned(), text)
    };
    mailbox.into_iter().map(read).collect()
}

#[test]
fn mails_have_the_text_that_the_candidate_read_and_go_to_the_recipient_of_today() {
    let world = World::default();
    let (first, current) = reworded(&world);
    let id = accepted(&world, &first, 1);
    deliver(&world, &current, &id).unwrap();
    let mails = latest_mails(&world);
    let [staff, candidate] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(staff.0, "new@example.org");
    assert!(staff.1.starts_with(&first.requirements.subject), "{}", staff.1);
    assert!(candidate.1.contains(&first.title), "{}", candidate.1);
    assert!(candidate.2.contains("Bruxelles"), "{}", candidate.2);
    assert!(candidate.2.contains("contact@example.org"), "whom to ask: {}", candidate.2);

    let received = world.application(&id);
    let signing = key();
    let (key, reference) = (receipt_key(&signing, &received), received.reference.as_str());
    let (ports, ledger) = (&world.ports, &world.ledger);
    let withdrawal = intake::withdraw(ports, ledger, &signing, reference, &key, NOON);
    pollster::block_on(withdrawal).unwrap().unwrap();
    notify(&world, &current, None).unwrap();
    let mails = latest_mails(&world);
    assert_eq!(mails.len(), 2);
    for (to, subject, text) in mails {
        assert!(text.contains(&first.title), "{to}: {subject}\n{text}");
    }
}

#[test]
fn what_is_taken_in_by_a_newer_version_has_its_text() {
    let world = World::default();
    let (_, current) = reworded(&world);
    let id = accepted(&world, &current, 1);
    deliver(&world, &current, &id).unwrap();
    let mails = latest_mails(&world);
    assert!(mails[0].1.starts_with("Another subject"), "{}", mails[0].1);
}

#[test]
fn a_receipt_says_what_the_candidate_read_and_can_be_corrected_for_a_day() {
    let world = World::default();
    let first = Posting { version: 1, ..posting() };
    save(&world, 0, &first, NOON, false);
    let id = accepted(&world, &first, 1);
    let mut second = closing_after(-9);
    second.title = "Autre titre".into();
    let moved_at = second.requirements.window.closes_at;
    save(&world, 1, &second, moved_at, false);
    let current = Posting { version: 2, ..second };
    let received = world.application(&id);
    for (after, is_open) in [(-1, true), (0, true), (DAY - 1, true), (DAY, false)] {
        let now = Timestamp(moved_at.0 + after);
        let shown = posting_for_receipt(&world.ledger, read, &current, &received, now);
        let shown = pollster::block_on(shown).unwrap();
        assert_eq!(shown.title, first.title);
        assert_eq!(shown.requirements.window.review(now).is_none(), is_open, "{after}");
    }
}

#[test]
fn an_application_is_erased_on_the_day_that_its_page_said() {
    let (world, first) = (World::default(), Posting { version: 1, ..posting() });
    let second = Posting { retention_days: 18, version: 2, ..posting() };
    save(&world, 0, &first, NOON, false);
    save(&world, 1, &second, NOON, false);
    for (version, expected) in [(Some(1), &first), (Some(2), &second), (None, &second)] {
        let id = ApplicationId::from_random(7);
        let token = Token { id: id.clone(), issued_at: NOON, version };
        let terms = page_terms(&world.ledger, read, second.clone(), NOON, &token, NOON);
        let terms = pollster::block_on(terms).unwrap();
        assert_eq!((terms.erase_at, terms.posting.version), (expected.erased_at(), 2));
        let id = 10 + u128::from(version.unwrap_or_default());
        let form = Submission { erase_at: Some(terms.erase_at), ..submission(&second, id) };
        let Ok(Verdict::Accepted { received, .. }) = submit(&world, &second, form) else {
            panic!("it is in time");
        };
        assert_eq!(received.erase_at, Some(expected.erased_at()));
    }
}

/// The day that the page said is over before the posting closes.
#[test]
fn an_application_from_a_page_older_than_an_extension_is_not_erased_before_the_closing() {
    let world = World::default();
    let first = Posting { retention_days: 30, version: 1, ..posting() };
    let second = Posting { retention_days: 30, version: 2, ..closing_after(90) };
    save(&world, 0, &first, NOON, false);
    save(&world, 1, &second, NOON, true);
    let token = Token { id: ApplicationId::from_random(7), issued_at: NOON, version: Some(1) };
    let at = Timestamp(NOON.0 + 60 * DAY);
    let terms = page_terms(&world.ledger, read, second.clone(), NOON, &token, at);
    assert_eq!(pollster::block_on(terms).unwrap().erase_at, second.erased_at());
}

#[test]
fn a_posting_that_was_taken_down_takes_corrections_and_nothing_new() {
    let (world, posting) = (World::default(), posting());
    accepted(&world, &posting, 1);
    let later = Timestamp(NOON.0 + 2 * 3_600_000);
    let form = |id: u128, email: &str, name: &str| {
        let mut form = Submission {
            received_at: later,
            taken_until: Some(Timestamp(NOON.0 + 3_600_000)),
            ..submission(&posting, id)
        };
        form.form.email = email.into();
        form.form.name = name.into();
        form
    };
    let taken = |form| matches!(submit(&world, &posting, form), Ok(Verdict::Accepted { .. }));
    assert!(taken(form(1, "amelie@example.org", "Amélie Martin")), "a correction");
    assert!(!taken(form(1, "jean@example.org", "Jean")), "the next person on that page");
    assert!(!taken(form(2, "jean@example.org", "Jean")), "another page");
}
