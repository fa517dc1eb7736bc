//! Simulates staff who change postings while people apply.

use domain::Posting;
use domain::posting::State;
use intake::ports::{Fault, NewVersion, PostingStore as _};
use intake::{Draft, Saving, save_posting};
use rules::Timestamp;
use rules::requirements::{Question, QuestionKind, Translated};

use crate::events::Event;
use crate::ports::Ports;
use crate::scheduler::Worker;
use crate::sealed::TeamKey;
use crate::world::{read, setting};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// A change of a posting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Other words for everything that mails say.
    Reword,
    /// It closes so many milliseconds later; earlier where it is negative.
    MoveClosing(i64),
    /// It closes now.
    End,
    /// Nobody sees it any more.
    TakeDown,
    PutBack,
    /// Applications are kept for so many days after the closing.
    Keep(u32),
    /// It asks for a driving licence, or no longer does.
    AskForLicence,
    /// Mails to its staff are encrypted to this key alone.
    SealTo(TeamKey),
    /// They are not encrypted any more.
    Unseal,
}

/// A few changes, one after the other.
pub(crate) async fn change_postings(ports: Ports, until: i64) {
    for _ in 0..ports.chance.between(1, 5) {
        let rest = until - ports.scheduler.now();
        ports.pause(ports.chance.between(0, rest.max(0))).await;
        let slug = setting().postings[ports.chance.pick(&[0, 0, 1])].slug.as_str();
        let change = drawn(&ports);
        if ports.chance.happens(3_000) {
            // Somebody else has the same posting open.
            let (theirs, other) = (ports.clone(), drawn(&ports));
            ports.spawn(ports.chance.between(0, 500), Worker::Outside, async move {
                let _ = change_posting(&theirs, slug, other).await;
            });
        }
        // After a fault they look, and try again.
        for _ in 0..3 {
            if change_posting(&ports, slug, change).await.is_ok() {
                break;
            }
            ports.pause(ports.chance.between(1_000, HOUR)).await;
        }
    }
}

fn drawn(ports: &Ports) -> Change {
    let chance = &ports.chance;
    match chance.between(0, 10) {
        0..3 => Change::Reword,
        3 => Change::MoveClosing(chance.between(HOUR, 12 * HOUR)),
        4 => Change::MoveClosing(-chance.between(HOUR / 4, 6 * HOUR)),
        5 => Change::End,
        6 => Change::TakeDown,
        7 => Change::PutBack,
        8 => Change::Keep(18),
        9 => Change::AskForLicence,
        _ => Change::Keep(200),
    }
}

/// Staff make a change while nothing fails, and it takes.
pub(crate) fn change_in_calm(ports: &Ports, slug: &str, change: Change) {
    let (theirs, slug) = (ports.clone(), slug.to_owned());
    ports.spawn(0, Worker::Outside, async move {
        while change_posting(&theirs, &slug, change).await.is_err() {}
    });
    ports.run_until(ports.scheduler.now() + MINUTE);
}

/// Makes one change, on top of the version that is current now.
pub(crate) async fn change_posting(ports: &Ports, slug: &str, change: Change) -> Result<(), Fault> {
    let (ledger, now) = (ports.ledger(), ports.clock());
    let state = match change {
        Change::TakeDown => Some(State::Withdrawn),
        Change::PutBack => Some(State::Published),
        _ => None,
    };
    if let Some(state) = state {
        ledger.set_state(slug, state, now).await?;
        ports.count(if state == State::Withdrawn { Event::TakenDown } else { Event::PutBack });
        return Ok(());
    }
    let Some(stored) = ledger.current(slug).await? else { return Ok(()) };
    let (base, before) = (stored.version, stored.ended_at);
    let (posting, ended_at) = changed(read(stored)?, before, change, now);
    let json = serde_json::to_string(&posting).unwrap();
    let closes_at = posting.requirements.window.closes_at;
    let closes_at = ended_at.map_or(closes_at, |at| at.min(closes_at));
    let version = NewVersion {
        slug,
        base,
        state: None,
        source: &json,
        compiled: Some(&json),
        format: 1,
        closes_at: Some(closes_at),
        ended_at,
        saved_at: now,
        saved_by: "staff",
    };
    let draft = Draft { version, confirmed: ports.chance.happens(5_000) };
    match save_posting(&ledger, read, draft).await? {
        Saving::Version(_) => ports.count(change.event()),
        Saving::Conflict { .. } => ports.count(Event::ChangeConflict),
        Saving::Unchanged(_) | Saving::Unconfirmed { .. } | Saving::Over => {}
    }
    Ok(())
}

impl Change {
    fn event(self) -> Event {
        match self {
            Self::Reword => Event::Reworded,
            Self::MoveClosing(by) if by < 0 => Event::Shortened,
            Self::MoveClosing(_) => Event::Extended,
            Self::End => Event::Ended,
            Self::Keep(_) => Event::RetentionChanged,
            Self::AskForLicence => Event::QuestionsChanged,
            Self::SealTo(_) | Self::Unseal => Event::KeysChanged,
            Self::TakeDown => Event::TakenDown,
            Self::PutBack => Event::PutBack,
        }
    }
}

/// Returns the posting as its source says it after the change, and when it is
/// ended by hand.
fn changed(
    current: Posting,
    ended_at: Option<Timestamp>,
    change: Change,
    now: Timestamp,
) -> (Posting, Option<Timestamp>) {
    let mut posting = as_planned(current);
    match change {
        Change::Reword => {
            posting.title = format!("{REWORDED} {}.", posting.version + 1);
            posting.requirements.subject.clone_from(&posting.title);
            (posting, ended_at)
        }
        Change::MoveClosing(by) => {
            posting.requirements.window.closes_at.0 += by;
            (posting, None)
        }
        Change::End => (posting, Some(now)),
        Change::Keep(days) => {
            posting.retention_days = days;
            (posting, ended_at)
        }
        Change::AskForLicence => {
            let questions = &mut posting.requirements.questions;
            let asked = questions.len();
            questions.retain(|question| question.id != LICENCE);
            if questions.len() == asked {
                let (id, text) = (LICENCE.into(), Translated::default());
                questions.push(Question { id, text, kind: QuestionKind::YesNo, required: true });
            }
            (posting, ended_at)
        }
        Change::SealTo(key) => {
            posting.privacy = key.privacy(posting.privacy.forget);
            (posting, ended_at)
        }
        Change::Unseal => {
            posting.privacy.keys.clear();
            (posting, ended_at)
        }
        Change::TakeDown | Change::PutBack => (posting, ended_at),
    }
}

/// The id of the question after a driving licence.
pub(crate) const LICENCE: &str = "driving_licence";

/// Returns the posting with the closing that its source has.
fn as_planned(mut posting: Posting) -> Posting {
    if let Some(planned) = posting.planned_closing.take() {
        posting.requirements.window.closes_at = planned;
    }
    posting
}

/// The first word of a posting's title and subject after they were changed; the
/// number of the version follows.
pub(crate) const REWORDED: &str = "Reworded";
