//! Tests saving versions of a posting, and by which of them a page is judged.

use domain::Posting;
use intake::ports::{Fault, NewVersion, PostingVersion};
use intake::{Draft, PAGE_GRACE_MS, Saving, is_a_subject, posting_for_page, save_posting};
use rules::Timestamp;

use crate::world::World;
use crate::{NOON, accepted, posting};

const DAY: i64 = 24 * 3_600_000;

/// What is stored is JSON here, compiled or as a source.
#[expect(clippy::unnecessary_wraps, reason = "as the flows want it")]
fn read(stored: PostingVersion) -> Result<Posting, Fault> {
    let json = stored.compiled.unwrap_or(stored.source);
    let posting: Posting = serde_json::from_str(&json).unwrap();
    Ok(Posting { version: stored.version, ..posting })
}

fn save(world: &World, base: u32, posting: &Posting, now: Timestamp, confirmed: bool) -> Saving {
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
    let far = closing_after(i64::from(posting().retention_days) + 1);
    assert_eq!(save(&world, 1, &closing_after(9), NOON, false), Saving::Version(2));
    assert_eq!(save(&world, 2, &far, NOON, false), Saving::Unconfirmed { early: 2 });
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
    let before = Timestamp(over.0 - 1);
    assert_eq!(save(&world, 1, &closing_after(900), before, false), Saving::Version(2));
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
        pollster::block_on(is_a_subject(&world.ledger, read, &current, subject)).unwrap()
    };
    for subject in ["Third", "second", posting().requirements.subject.as_str()] {
        assert!(counts(subject), "{subject}");
    }
    assert!(!counts("Fourth") && !counts(""));
}
