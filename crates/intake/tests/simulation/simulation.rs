//! Runs one seed from its first event to its last.

use std::rc::Rc;

use domain::Posting;

use crate::bugs::Bug;
use crate::desk;
use crate::end_of_run;
use crate::events::{Counts, Event};
use crate::forgetting;
use crate::invariants::Breach;
use crate::letters;
use crate::people::Person;
use crate::platform::{cron, meddle};
use crate::ports::Ports;
use crate::reports;
use crate::scheduler::Worker;
use crate::sealed;
use crate::staff::{Change, change_in_calm, change_postings};
use crate::world::{World, setting};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What a seed has brought.
#[derive(Debug)]
pub(crate) struct Story {
    pub(crate) counts: Counts,
    /// The first thing that must not happen and has.
    pub(crate) breach: Option<Breach>,
    /// How many turns there were.
    pub(crate) turns: u64,
}

/// Lives through a seed: faults around the closing of both postings, calm,
/// perhaps a later closing, faults again on the day of deletion, calm.
pub(crate) fn run(seed: u64, bug: Option<Bug>, trace: bool) -> Story {
    let ports = Ports(Rc::new(World::new(seed, bug, trace)));
    let calm_since = storm(&ports);
    calm(&ports, calm_since);
    for act in [extension, deletion] {
        if ports.breach.borrow().is_none() {
            act(&ports);
        }
    }
    // Tasks know the world, and the world knows them.
    ports.scheduler.end_all();
    let mut counts = ports.history.borrow().counts.clone();
    counts.seeds = 1;
    let breach = ports.breach.borrow().clone();
    Story { counts, breach, turns: ports.scheduler.turns() }
}

/// Until when faults happen.
fn storm(ports: &Ports) -> i64 {
    let chance = &ports.chance;
    let length = chance.between(1, 8) * HOUR;
    // The postings close towards the end of the storm, or a little after.
    let begin = setting().closes_at() - chance.between(length * 3 / 4, length + HOUR);
    if ports.is_sealed() {
        sealed::spawn_staff(ports, begin, length);
    }
    ports.run_until(begin);
    chance.stir_up();
    for index in 0..chance.between(6, 20) {
        let person = Person::new(ports, usize::try_from(index).unwrap_or_default());
        let (theirs, delay) = (ports.clone(), chance.between(0, length));
        ports.spawn(delay, Worker::Outside, person.live(theirs));
    }
    if ports.takes_letters() {
        letters::spawn_all(ports, length);
    }
    for who in ["anne@example.org", "bob@example.org"] {
        if chance.happens(4_000) {
            let until = begin + length + HOUR;
            ports.spawn(0, Worker::Outside, desk::work(ports.clone(), who, until));
        }
    }
    if chance.happens(7_000) {
        let until = begin + length + HOUR;
        ports.spawn(0, Worker::Outside, forgetting::confirm_arrivals(ports.clone(), until));
    }
    if chance.happens(4_000) {
        let delay = chance.between(0, length);
        ports.spawn(delay, Worker::Outside, change_postings(ports.clone(), begin + length));
    }
    let away_from = begin + chance.between(0, length);
    let away = match chance.between(0, 99) {
        0 => 4 * DAY,
        1..6 => 2 * DAY,
        _ => chance.pick(&[0, 0, 20 * MINUTE, 3 * HOUR]),
    };
    ports.away.set((away_from, away_from + away));
    // Long enough for the queue to give a message up.
    if chance.happens(500) {
        let from = begin + chance.between(0, length / 2);
        ports.database_away.set((from, from + 20 * MINUTE));
    }
    let end = (begin + length).max(away_from + away);
    ports.spawn(0, Worker::Outside, meddle(ports.clone(), end));
    run_with_cron(ports, 5, begin + length);
    run_with_cron(ports, 20, end);
    chance.calm_down();
    end
}

/// Until nothing moves any more.
fn calm(ports: &Ports, since: i64) {
    run_with_cron(ports, 5, since + HOUR);
    end_of_run::after_an_hour(ports);
    // The longest wait for another attempt is six hours, and a person may
    // think for half a day; a report comes once a day.
    let rest = (since + 12 * HOUR).max(last_closing(ports) + 2 * HOUR);
    run_with_cron(ports, 60, rest + 26 * HOUR);
    end_of_run::count_events(ports);
    end_of_run::at_rest(ports, since);
}

/// When every page of every posting has closed.
fn last_closing(ports: &Ports) -> i64 {
    let known = ports.current_postings();
    let closes_at = known.iter().map(|posting| posting.requirements.window.closes_at.0);
    let planned = ports.rows("SELECT max(closes_at) AS at FROM posting_versions");
    let longest = planned[0]["at"].as_f64().unwrap_or_default() as i64;
    // An earlier version's pages have a day after the last change at most.
    let changed = ports.rows("SELECT max(saved_at) AS at FROM posting_versions");
    let changed = changed[0]["at"].as_f64().unwrap_or_default() as i64;
    closes_at.max().unwrap_or_default().max(longest.min(changed + DAY))
}

/// Perhaps both postings are extended, after they have closed: another person
/// applies, and staff are told of that closing as well.
fn extension(ports: &Ports) {
    if !ports.chance.happens(3_000) {
        return;
    }
    ports.count(Event::Reopened);
    let closes_at = ports.clock().0 + 3 * DAY;
    for posting in ports.current_postings() {
        let by = closes_at - planned_closing(&posting);
        change_in_calm(ports, &posting.slug, Change::PutBack);
        change_in_calm(ports, &posting.slug, Change::MoveClosing(by));
    }
    let late = Person::of(ports, 99, &setting().postings[0].slug);
    ports.spawn(MINUTE, Worker::Outside, late.live(ports.clone()));
    run_with_cron(ports, 60, ports.scheduler.now() + DAY);
    let rest = closes_at - ports.clock().0;
    run_with_cron(ports, 60, ports.scheduler.now() + rest.max(0) + 12 * HOUR);
    reports::on_closing(ports, closes_at);
}

fn planned_closing(posting: &Posting) -> i64 {
    posting.planned_closing.unwrap_or(posting.requirements.window.closes_at).0
}

/// The days of deletion. Retention may be shortened before the first of them.
fn deletion(ports: &Ports) {
    let (first, last) = days_of_deletion(ports);
    if ports.chance.happens(2_500) {
        ports.run_until(first - 5 * DAY);
        for posting in &setting().postings {
            change_in_calm(ports, &posting.slug, Change::Keep(18));
        }
        run_with_cron(ports, 20, first - 5 * DAY + 2 * HOUR);
    }
    ports.run_until(first - MINUTE);
    end_of_run::not_a_day_earlier(ports);
    ports.chance.stir_up();
    run_with_cron(ports, 5, first + HOUR);
    ports.chance.calm_down();
    run_with_cron(ports, 20, first + 3 * HOUR);
    ports.run_until(last.max(first + 4 * HOUR) - HOUR);
    run_with_cron(ports, 20, last.max(first + 4 * HOUR) + 3 * HOUR);
    end_of_run::at_the_end(ports);
}

/// Returns when the first application is to be erased, and when everything is.
fn days_of_deletion(ports: &Ports) -> (i64, i64) {
    let days = ports.rows(
        "SELECT erase_at AS at FROM applications UNION SELECT erased_at FROM tallies \
         WHERE erased_at IS NOT NULL UNION SELECT erase_at FROM incoming WHERE draft IS NOT NULL",
    );
    let days = days.iter().filter_map(|row| row["at"].as_f64()).map(|at| at as i64);
    let planned = ports.current_postings().into_iter().map(|posting| posting.erased_at().0);
    let days: Vec<i64> = days.chain(planned).collect();
    let at = |day: Option<&i64>| day.copied().unwrap_or_default();
    (at(days.iter().min()), at(days.iter().max()))
}

fn run_with_cron(ports: &Ports, minutes: i64, until: i64) {
    ports.spawn(0, Worker::Outside, cron(ports.clone(), minutes, until));
    ports.run_until(until);
}
