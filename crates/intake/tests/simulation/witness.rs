//! Checks what must hold at the moment when something happens: here what the
//! ledger has written, in `answers` what the server answers, in `mails` what
//! arrives in a mailbox.

mod answers;
mod mails;

use rules::Timestamp;

use crate::events::Event;
use crate::invariants::Invariant;
use crate::letters;
use crate::ports::Ports;

pub(crate) use answers::{amended, answered, corrected, opened, withdrawal_answered};
pub(crate) use mails::{arrived, enclosed};

/// The ledger has carried out a commit or a correction; perhaps another
/// application had the reference, somebody else was faster, or the id is
/// retired.
pub(crate) fn committed(ports: &Ports, id: &str) {
    let held = ports.application(id).filter(|held| held.as_sealed().is_none());
    let Some(held) = held else { return };
    letters::applied(ports, &held);
    ports.history.borrow_mut().took_in(held);
}

/// The ledger has marked an application as withdrawn.
pub(crate) fn withdrawn(ports: &Ports, id: &str) {
    let now = ports.scheduler.now();
    let mut history = ports.history.borrow_mut();
    let is_first = !history.withdrawn.contains_key(id);
    // A second mark has no effect.
    history.withdrawn.entry(id.to_owned()).or_insert(now);
    drop(history);
    if is_first {
        ports.count(Event::Withdrawn);
    }
}

/// The ledger is about to erase an application, which is in it.
pub(crate) fn erased(ports: &Ports, id: &str) {
    let mut history = ports.history.borrow_mut();
    history.erased.insert(id.to_owned());
    let Some(received) = history.committed.get(id) else { return };
    let is_due = received.erase_at.is_none_or(|day| day <= ports.clock());
    let is_withdrawn = history.withdrawn.contains_key(id);
    drop(history);
    if !is_due && !is_withdrawn {
        ports.breach(Invariant::ErasedOnTheDayTold, format!("{id} is gone before its day"));
    }
}

/// The ledger has retired these ids, since no application has them.
pub(crate) fn retired(ports: &Ports, ids: &[String], fresh: &[String]) {
    for id in ids.iter().filter(|id| fresh.contains(id)) {
        ports.breach(Invariant::JudgedRightly, format!("{id} is given no time"));
    }
}

/// Returns which of these ids are in use, with documents of which none is
/// nearly a day old.
pub(crate) fn fresh(ports: &Ports, ids: &[String], now: Timestamp) -> Vec<String> {
    const NEARLY_A_DAY: i64 = 23 * 3_600_000;
    let stored_at = ports.memory.stored_at.borrow();
    let retired = ports.ids("SELECT id FROM retired");
    let is_fresh = |id: &&String| {
        let folder = format!("applications/{id}/");
        let documents = stored_at.iter().filter(|(key, _)| key.starts_with(&folder));
        let oldest = documents.map(|(_, at)| *at).min();
        oldest.is_some_and(|at| now.0 - at.0 < NEARLY_A_DAY) && !retired.contains(*id)
    };
    ids.iter().filter(is_fresh).cloned().collect()
}
