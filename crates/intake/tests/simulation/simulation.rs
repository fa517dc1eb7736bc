//! Runs one seed from its first event to its last.

use std::rc::Rc;

use domain::Posting;

use crate::bugs::Bug;
use crate::events::{Counts, Event};
use crate::invariants::{self, Breach};
use crate::people::Person;
use crate::platform::{cron, edit, meddle};
use crate::ports::Ports;
use crate::reports;
use crate::scheduler::Worker;
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
    ports.run_until(begin);
    chance.stir_up();
    for index in 0..chance.between(6, 20) {
        let person = Person::new(chance, usize::try_from(index).unwrap_or_default());
        let (theirs, delay) = (ports.clone(), chance.between(0, length));
        ports.spawn(delay, Worker::Outside, person.live(theirs));
    }
    if chance.happens(4_000) {
        let delay = chance.between(0, length);
        ports.spawn(0, Worker::Outside, edit(ports.clone(), delay));
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
    run_with_cron(ports, &setting().postings, 5, begin + length);
    run_with_cron(ports, &setting().postings, 20, end);
    chance.calm_down();
    end
}

/// Until nothing moves any more.
fn calm(ports: &Ports, since: i64) {
    let postings = &setting().postings;
    run_with_cron(ports, postings, 5, since + HOUR);
    invariants::after_an_hour(ports);
    // The longest wait for another attempt is six hours, and a person may
    // think for half a day; a report comes once a day.
    let rest = (since + 12 * HOUR).max(setting().closes_at() + HOUR);
    run_with_cron(ports, postings, 60, rest + 26 * HOUR);
    invariants::tally(ports);
    invariants::at_rest(ports, since);
}

/// Perhaps both postings are extended, after they have closed: another person
/// applies, and staff are told of that closing as well.
fn extension(ports: &Ports) {
    let postings = &setting().extended;
    let closes_at = postings[0].requirements.window.closes_at.0;
    let in_time = ports.clock().0 + 2 * HOUR < closes_at;
    if !in_time || !ports.chance.happens(3_000) {
        return;
    }
    ports.count(Event::Extended);
    ports.extended.set(true);
    let late = Person::of(&ports.chance, 99, &postings[0]);
    ports.spawn(MINUTE, Worker::Outside, late.live(ports.clone()));
    run_with_cron(ports, postings, 60, ports.scheduler.now() + DAY);
    let rest = closes_at - ports.clock().0;
    run_with_cron(ports, postings, 60, ports.scheduler.now() + rest.max(0) + 12 * HOUR);
    reports::on_closing(ports, closes_at);
    ports.extended.set(false);
}

/// The day of deletion; one posting's file may have been taken away by then.
fn deletion(ports: &Ports) {
    let day = setting().postings[0].erased_at().0;
    let kept = if ports.chance.happens(2_500) { 1 } else { 2 };
    let postings = &setting().postings[..kept];
    if ports.chance.happens(2_500) {
        ports.run_until(day - 5 * DAY);
        run_with_cron(ports, &setting().shortened, 20, day - 5 * DAY + HOUR);
        invariants::not_a_day_earlier(ports);
    }
    ports.run_until(day - MINUTE);
    ports.chance.stir_up();
    run_with_cron(ports, postings, 5, day + HOUR);
    ports.chance.calm_down();
    run_with_cron(ports, postings, 20, day + 3 * HOUR);
    invariants::at_the_end(ports);
}

fn run_with_cron(ports: &Ports, postings: &'static [Posting], minutes: i64, until: i64) {
    ports.spawn(0, Worker::Outside, cron(ports.clone(), postings, minutes, until));
    ports.run_until(until);
}
