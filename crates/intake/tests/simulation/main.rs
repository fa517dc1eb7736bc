//! Proof by simulation: nothing acknowledged is ever lost, whatever fails.
//!
//! ```sh
//! cargo xtask simulate                      # 10,000 seeds; `cargo xtask test` runs 3,000
//! cargo xtask simulate --seed 123 --trace   # one of them again, event by event
//! ```
//!
//! A seed is a story. People apply to two postings that are about to close:
//! they click twice, lose patience, correct themselves, come back with the
//! same token, look at their receipt, withdraw. Staff reword, extend and
//! shorten the postings meanwhile, take them down and put them back. The flows of `intake`, the
//! real ones, store the applications, inspect real documents, compose real
//! mails. Their ports are simulated and fail. All of it follows from the seed:
//!
//! - the database is away for twenty minutes;
//! - any call of a port fails, hangs (then takes effect or not), takes effect
//!   and fails all the same, or takes long;
//! - any step may be a task's last, or the last of everything that the server
//!   is at, and then what is in the queue is gone too; what is in the ledger
//!   and in the store of documents stays;
//! - queue messages are lost, repeated, overtaken; the cron is skipped; the
//!   clock jumps; answers do not arrive;
//! - the mail server refuses, greylists, crawls, finds mails too large,
//!   breaks after the end of DATA with or without the message, is away for
//!   hours, for two days, for four.
//!
//! Two colleagues at the desk change stages, write to candidates and stop what
//! they wrote, each by what they saw a while before. One of the postings forgets:
//! its team confirms what has arrived, now and then by a mail that a correction
//! has overtaken.
//!
//! In every fourth seed one posting has a key: it expires, is replaced, or is
//! taken away while mails wait.
//!
//! Then the faults end, the clock runs on, and what was promised must hold:
//! [`invariants::Invariant`] says each promise, [`witness`] checks what must
//! hold at once, [`end_of_run`] what must hold in the end. Months later the day of deletion comes, with faults of its
//! own. Postings, words, templates and composer are those of the product;
//! the ledger runs the statements of production, on `SQLite` in memory.
//!
//! A test checks that the simulation notices mistakes: [`bugs::Bug`] has some
//! that were made on purpose, each by a port that does not do what its trait
//! says, and each has to break the promise that it is about.
//!
//! | file | |
//! |---|---|
//! | `simulation` | a seed from its first event to its last |
//! | `chance` | what is drawn: the weather of a seed, the fate of a call |
//! | `scheduler` | one thread, virtual time, tasks that take turns and die |
//! | `world`, `ports` | the ports, around `Memory` |
//! | `database` | the tables, and who does what to them |
//! | `post_office` | the mail server |
//! | `parts` | candidates whose documents come in parts, be it to correct |
//! | `letters` | mails that come in, their writers, and what must become of them |
//! | `people`, `staff`, `desk`, `platform` | what calls the flows |
//! | `forgetting` | who confirms that applications have arrived, and what must be forgotten |
//! | `sealed` | the team whose mails are encrypted, and what of them may be kept |
//! | `history`, `events` | what was seen, and how often |
//! | `invariants` | the promises |
//! | `witness`, `in_time` | what must hold at once |
//! | `end_of_run`, `reports` | what must hold in the end |
//! | `bugs` | mistakes made on purpose |
//! | `runner` | many seeds, on every core |

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod bugs;
mod chance;
mod database;
mod desk;
mod end_of_run;
mod events;
mod forgetting;
mod history;
mod hooks;
mod in_time;
mod invariants;
mod letters;
mod parts;
mod people;
mod platform;
mod ports;
mod post_office;
mod reports;
mod runner;
mod scheduler;
mod sealed;
mod simulation;
mod spoiled;
mod staff;
mod witness;
mod world;

use bugs::Bug;
use events::Event;

/// How many seeds a plain `cargo test` runs; `cargo xtask test` runs 3,000.
const SEEDS: u64 = 300;

/// With this many seeds even the rarest event happens.
const MANY: u64 = 5_000;

#[test]
fn every_promise_is_kept_in_every_seed() {
    let seeds = match runner::setting("GUICHET_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..runner::setting("GUICHET_SEEDS").unwrap_or(SEEDS),
    };
    let found = runner::run_all(seeds.clone());
    println!("{}", found.counts);
    if let Some((seed, what)) = found.wrong {
        panic!("{what}\nto see how: cargo xtask simulate --seed {seed} --trace");
    }
    if seeds.end - seeds.start >= MANY {
        let missing = Event::ALL.iter().filter(|(event, _)| found.counts.of(*event) == 0);
        let missing: Vec<_> = missing.map(|(_, name)| name).collect();
        assert!(missing.is_empty(), "it never happens: {missing:?}");
    }
}

#[test]
fn every_mistake_made_on_purpose_is_noticed() {
    for (bug, invariant, known) in Bug::ALL {
        let known = known..known.saturating_add(1);
        let found = runner::hunt(bug, invariant, known)
            .or_else(|| runner::hunt(bug, invariant, 0..bugs::SEEDS));
        match found {
            Some(seed) => println!("{bug:?}: breaks {invariant:?} in seed {seed}"),
            None => panic!("{bug:?} goes unnoticed for {} seeds", bugs::SEEDS),
        }
    }
}

#[test]
fn the_same_seed_is_the_same_story() {
    let tell = |seed| {
        let story = simulation::run(seed, None, false);
        (story.turns, story.counts.to_string())
    };
    assert_eq!(tell(7), tell(7));
    assert_ne!(tell(7), tell(8));
}

/// What `cargo xtask simulate --seed N --trace` runs.
#[test]
#[ignore = "tells one seed's story, for people to read"]
fn trace() {
    let seed = runner::setting("GUICHET_SEED").unwrap_or_default();
    let story = simulation::run(seed, None, true);
    println!("{}", story.counts);
    assert!(story.breach.is_none(), "{:?}", story.breach);
}
