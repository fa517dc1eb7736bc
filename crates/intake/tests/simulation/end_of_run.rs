//! Checks what must hold at the end of a run.

mod mails;

use std::collections::BTreeSet;

use domain::{Application, Posting};
use intake::ports::MailKind;

use crate::desk;
use crate::events::Event;
use crate::forgetting;
use crate::history::{Attempt, mail_name};
use crate::invariants::Invariant;
use crate::letters;
use crate::parts;
use crate::reports;
use crate::sealed;
use crate::world::{World, setting};

const HOUR: i64 = 3_600_000;

/// Checks, an hour after the last fault, that withdrawn applications are deleted,
/// and what was held.
pub(crate) fn after_an_hour(world: &World) {
    withdrawn_is_gone(world, HOUR);
    held_for_an_hour(world);
}

/// Checks the end of a run, when nothing is pending. Faults ended at `calm_since`.
pub(crate) fn at_rest(world: &World, calm_since: i64) {
    letters::at_rest(world);
    parts::at_rest(world);
    mails::arrived(world);
    mails::latest_comes_last(world);
    replaced_is_gone(world);
    comes_to_rest(world);
    withdrawn_is_gone(world, 0);
    withdrawals_are_told(world);
    refused_is_not_kept(world);
    numbers(world);
    mails::copies(world);
    desk::at_rest(world);
    forgetting::at_rest(world);
    sealed::at_rest(world);
    reports::at_rest(world, calm_since);
}

/// Before the day of deletion, with postings that keep applications for a
/// shorter time than candidates were told.
pub(crate) fn not_a_day_earlier(world: &World) {
    let history = world.history.borrow();
    let known = world.ids("SELECT id FROM applications");
    for id in history.committed.keys().filter(|id| !history.withdrawn.contains_key(*id)) {
        if !known.contains(id) {
            world.breach(Invariant::ErasedOnTheDayTold, format!("{id} is gone already"));
        }
    }
}

/// Checks that only counts are left after the day of deletion.
pub(crate) fn at_the_end(world: &World) {
    letters::at_the_end(world);
    let memory = &world.memory;
    let left = [
        ("documents", memory.documents.borrow().len() as u64),
        ("applications", world.count_of("applications")),
        ("mails", world.count_of("mails WHERE application IS NOT NULL")),
        ("notices", world.count_of("mails WHERE application IS NULL AND posting IS NOT NULL")),
        ("revisions", world.count_of("revisions")),
        ("held documents", world.count_of("held_documents")),
        ("ids", world.count_of("retired WHERE posting IS NOT NULL")),
    ];
    for (what, count) in left.into_iter().filter(|(_, count)| *count > 0) {
        world.breach(Invariant::ErasedInTheEnd, format!("{count} {what} are left"));
    }
    for posting in &setting().postings {
        let of_posting = format!("SELECT * FROM tallies WHERE posting = '{}'", posting.slug);
        let counts = world.rows(&of_posting).pop().unwrap_or_default();
        let count = |name: &str| counts[name].as_u64().unwrap_or_default() as usize;
        (0..count("erased")).for_each(|_| world.count(Event::Erased));
        let told = count("erased") + count("withdrawn");
        let there_were = received(world, posting).len();
        if told != there_were {
            world.breach(Invariant::ErasedInTheEnd, format!("{told} counted of {there_were}"));
        }
    }
}

/// Counts events that only the end of a run shows.
pub(crate) fn count_events(world: &World) {
    let history = world.history.borrow();
    let lapsed = history.attempts.keys().filter(|(name, attempt)| history.lapsed(name, *attempt));
    let mut events = vec![Event::LeaseLapsed; lapsed.count()];
    for name in given_up(world) {
        events.push(Event::MailGivenUp);
        if !history.attempts_at(&name).any(Attempt::was_refused) {
            events.push(Event::MailTriedInVain);
        }
    }
    drop(history);
    for event in events {
        world.count(event);
    }
}

/// The cron runs every five minutes, and now and then one run is late.
fn held_for_an_hour(world: &World) {
    let overdue = world.clock().0 - HOUR / 4;
    let keys = format!("SELECT key AS id FROM held_documents WHERE until < {overdue}");
    for key in world.ids(&keys) {
        world.breach(Invariant::HeldForAnHour, key);
    }
}

fn comes_to_rest(world: &World) {
    let pending = |what: String| world.breach(Invariant::ComesToRest, format!("{what} waits"));
    // One day's report gives way to the next one's.
    for id in world.ids(
        "SELECT id FROM mails \
         WHERE kind != 'report' AND sent_at IS NULL AND refused_because IS NULL",
    ) {
        pending(id);
    }
    if world.count_of("incidents WHERE closed_at IS NULL") > 0 {
        pending("the end of an incident".into());
    }
    let (history, now) = (world.history.borrow(), world.scheduler.now());
    let orphans = documents(world).into_iter().filter(|id| !history.committed.contains_key(id));
    for id in orphans.filter(|id| history.put.get(id).is_none_or(|at| now - at > 26 * HOUR)) {
        world.breach(Invariant::ComesToRest, format!("orphaned documents of {id}"));
    }
}

/// A document that came after the mark is an orphan, and has its day.
fn withdrawn_is_gone(world: &World, grace: i64) {
    let (history, now) = (world.history.borrow(), world.scheduler.now());
    let documents = documents(world);
    for (id, at) in history.withdrawn.iter().filter(|(_, at)| now - **at >= grace) {
        let may_be_there = history.has_its_day(id, *at, now);
        let left = [
            ("documents", documents.contains(id) && !may_be_there),
            ("its row", world.count_of(&format!("applications WHERE id = '{id}'")) > 0),
            ("a mail", world.count_of(&format!("mails WHERE application = '{id}'")) > 0),
        ];
        for (what, _) in left.into_iter().filter(|(_, is_left)| *is_left) {
            world.breach(Invariant::WithdrawnIsGone, format!("{what} of {id} is left"));
        }
    }
}

fn withdrawals_are_told(world: &World) {
    let history = world.history.borrow();
    for (id, at) in &history.withdrawn {
        let name = format!("withdrawal/{id}");
        let refused = history.attempts_at(&name).any(Attempt::was_refused);
        if history.copies(&name).is_empty() && !refused {
            world.breach(Invariant::WithdrawalIsTold, format!("{id} is not told"));
        }
        let name = format!("withdrawal_confirmation/{id}");
        let latest = history.committed.get(id);
        let is_digested = latest.is_some_and(|latest| history.is_digested_since(latest, *at));
        if history.copies(&name).is_empty() && !is_digested && !history.is_hopeless(&name) {
            world.breach(Invariant::WithdrawalIsConfirmed, format!("{id} is not confirmed"));
        }
    }
    let left =
        "mails WHERE payload IS NOT NULL AND (sent_at IS NOT NULL OR refused_because IS NOT NULL)";
    if world.count_of(left) > 0 {
        world.breach(Invariant::WithdrawnIsGone, "an address is left in a notice".into());
    }
}

fn refused_is_not_kept(world: &World) {
    let history = world.history.borrow();
    for (id, forms) in &history.forms {
        let never_sound = forms.iter().all(|form| !form.is_sound);
        let traces = history.put.contains_key(id) || history.committed.contains_key(id);
        if never_sound && traces {
            world.breach(Invariant::RefusedIsNotKept, format!("{id} was kept"));
        }
    }
}

fn numbers(world: &World) {
    for posting in &setting().postings {
        let mut numbers: Vec<_> = received(world, posting).iter().map(|one| one.number).collect();
        numbers.sort_unstable();
        if numbers.iter().zip(1..).any(|(number, wanted)| *number != wanted) {
            world.breach(Invariant::NumbersWithoutHoles, format!("{numbers:?}"));
        }
    }
}

/// Unless something has arrived since, be it in vain.
fn replaced_is_gone(world: &World) {
    let (history, documents) = (world.history.borrow(), world.memory.documents.borrow());
    let sent = world.ids(
        "SELECT applications.id FROM applications JOIN mails ON mails.application = applications.id \
         AND mails.revision = applications.revision WHERE kind = 'staff' AND sent_at IS NOT NULL",
    );
    for received in history.committed.values().filter(|one| sent.contains(&one.id)) {
        let latest = history.copies(&mail_name(received, MailKind::Staff));
        let Some(last) = latest.iter().map(|mail| mail.at).max() else { continue };
        let put = history.put.get(&received.id).copied().unwrap_or_default();
        if put >= last || history.withdrawn.contains_key(&received.id) {
            continue;
        }
        let used: BTreeSet<_> = received.content.documents.iter().map(|one| &one.sha256).collect();
        let is_left = |key: &&String| {
            key.contains(&received.id) && !used.iter().any(|sha256| key.ends_with(*sha256))
        };
        let earlier = history
            .revisions
            .range((received.id.clone(), 0)..(received.id.clone(), received.revision));
        let replaced: BTreeSet<_> = earlier
            .flat_map(|(_, one)| one.content.documents.iter().map(|document| &document.sha256))
            .collect();
        let left = documents.keys().filter(is_left);
        let left = left.filter(|key| replaced.iter().any(|sha256| key.ends_with(*sha256)));
        for key in left {
            world.breach(Invariant::ReplacedIsGone, key.clone());
        }
    }
}

/// Returns the applications to the posting that were ever kept.
fn received(world: &World, posting: &Posting) -> Vec<Application> {
    let history = world.history.borrow();
    let of_posting = history.committed.values().filter(|one| one.posting == posting.slug);
    of_posting.cloned().collect()
}

/// Returns the ids of those whose documents are there.
fn documents(world: &World) -> BTreeSet<String> {
    let documents = world.memory.documents.borrow();
    let of_applications = documents.keys().filter_map(|key| key.strip_prefix("applications/"));
    of_applications.filter_map(|rest| rest.split('/').next()).map(str::to_owned).collect()
}

/// Returns the mails of applications that will not be tried again.
fn given_up(world: &World) -> Vec<String> {
    world.ids("SELECT id FROM mails WHERE application IS NOT NULL AND refused_because IS NOT NULL")
}
