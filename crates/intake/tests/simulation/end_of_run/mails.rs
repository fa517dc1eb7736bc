//! Checks the mailboxes at the end of a run: each mail is there, in order, and
//! no oftener than it has to be.

use std::collections::BTreeSet;

use domain::Application;
use intake::ports::MailKind;

use super::given_up;
use crate::history::{Mail, hex, mail_name};
use crate::invariants::Invariant;
use crate::witness::enclosed;
use crate::world::{TIME_LIMIT, World};

/// Each mail has arrived, or is given up for a reason.
pub(super) fn arrived(world: &World) {
    let history = world.history.borrow();
    let given_up = given_up(world);
    let mut known = history.acknowledged.clone();
    // The latest revision counts, acknowledged or not.
    for (id, latest) in &history.committed {
        if known.get(id).is_none_or(|told| told.revision <= latest.revision) {
            known.insert(id.clone(), latest.clone());
        }
    }
    for received in known.values().filter(|one| !history.withdrawn.contains_key(&one.id)) {
        for kind in MailKind::OF_APPLICATION {
            let name = mail_name(received, kind);
            let given_up = given_up.contains(&name);
            if given_up && !history.is_hopeless(&name) {
                world.breach(Invariant::GivenUpForAReason, name.clone());
            }
            let copies = history.copies(&name);
            let is_digested = kind == MailKind::Acknowledgement && history.is_digested(received);
            if copies.is_empty() && !given_up && !is_digested {
                let lost = format!("{name}, {}, is not there", received.reference);
                world.breach(Invariant::AcknowledgedArrives, lost);
            }
            let is_gone =
                |mail: &Mail| mail.is_by_links() && history.forgotten.contains_key(&received.id);
            let differ = |mail: &&Mail| !is_gone(mail) && !is_of(received, &enclosed(world, mail));
            if kind == MailKind::Staff && copies.iter().any(differ) {
                world.breach(Invariant::AcknowledgedArrives, format!("{name} has other bytes"));
            }
        }
    }
}

/// Checks that the last mail that staff have of an application is of its latest
/// revision, if they have any. A mail is excused if the platform, by the
/// clock, had already ended the task that sent it.
pub(super) fn latest_comes_last(world: &World) {
    let history = world.history.borrow();
    for received in history.committed.values().filter(|one| one.revision > 1) {
        let latest = history.copies(&mail_name(received, MailKind::Staff));
        let Some(first) = latest.iter().min_by_key(|mail| mail.at) else { continue };
        let clock_of = |mail: &Mail| {
            let right = mail.right.clone()?;
            history.attempts.get(&right).map(|attempt| attempt.clock.0)
        };
        for revision in 1..received.revision {
            let earlier = history.copies(&MailKind::Staff.mail_id(&received.id, revision));
            for mail in earlier.iter().filter(|mail| mail.at > first.at) {
                let ended = clock_of(mail).zip(clock_of(first));
                if ended.is_none_or(|(mail, first)| first < mail + TIME_LIMIT) {
                    let what = format!("{}: revision {revision}", received.reference);
                    world.breach(Invariant::LatestComesLast, what);
                }
            }
        }
    }
}

pub(super) fn copies(world: &World) {
    let history = world.history.borrow();
    let names: BTreeSet<_> = history.attempts.keys().map(|(name, _)| name).collect();
    for name in names {
        let copies = history.copies(name);
        let attempt = |index: usize| copies.get(index)?.right.as_ref().map(|(_, attempt)| *attempt);
        for attempt in (1..copies.len()).filter_map(|index| attempt(index - 1)) {
            if !history.was_in_doubt(name, attempt) {
                world.breach(Invariant::Once, format!("{name}, after attempt {attempt}"));
            }
        }
        let unmarked = copies.iter().filter(|mail| !mail.is_marked).count();
        let first_is_marked = attempt(0) == Some(1) && copies[0].is_marked;
        let ids: BTreeSet<_> = copies.iter().map(|mail| &mail.message_id).collect();
        if unmarked > 1 || first_is_marked || ids.len() > 1 {
            let what = format!("{name}: {unmarked} of {} unmarked, {ids:?}", copies.len());
            world.breach(Invariant::Recognisable, what);
        }
    }
}

/// Whether these are the bytes that the candidate was told of.
fn is_of(received: &Application, documents: &[Vec<u8>]) -> bool {
    let told = received.content.documents.iter().map(|document| document.sha256.clone());
    documents.iter().map(|bytes| hex(bytes)).eq(told)
}
