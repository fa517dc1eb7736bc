//! Runs many seeds, on every core.

use std::env;
use std::num::NonZero;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::bugs::Bug;
use crate::events::Counts;
use crate::invariants::Invariant;
use crate::simulation::{Story, run};

/// What many seeds have brought.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) counts: Counts,
    /// The first seed, of those that were tried, with what is wrong there.
    pub(crate) wrong: Option<(u64, String)>,
}

/// Lives through these seeds until something is wrong, on every core.
pub(crate) fn run_all(seeds: Range<u64>) -> Found {
    let (next, found) = (AtomicU64::new(seeds.start), Mutex::new(Found::default()));
    let work = || {
        let mut counts = Counts::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                break;
            }
            match tell(seed) {
                Ok(story) => counts.merge(&story),
                Err(what) => {
                    // The others end after the seed that they are at.
                    next.store(seeds.end, Ordering::Relaxed);
                    let mut found = found.lock().unwrap();
                    if found.wrong.as_ref().is_none_or(|(other, _)| seed < *other) {
                        found.wrong = Some((seed, what));
                    }
                }
            }
        }
        found.lock().unwrap().counts.merge(&counts);
    };
    on_every_core(work);
    found.into_inner().unwrap()
}

fn on_every_core(work: impl Fn() + Sync) {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(&work);
        }
    });
}

/// Returns what a seed brings; or what is wrong with it, a panic included.
fn tell(seed: u64) -> Result<Counts, String> {
    match catch_unwind(AssertUnwindSafe(|| run(seed, None, false))) {
        Ok(Story { breach: Some(breach), .. }) => {
            Err(format!("{:?}: {}", breach.invariant, breach.what))
        }
        Ok(story) => Ok(story.counts),
        Err(_) => Err("a panic".into()),
    }
}

/// Returns the first of these seeds in which the bug breaks the invariant.
pub(crate) fn hunt(bug: Bug, invariant: Invariant, seeds: Range<u64>) -> Option<u64> {
    let (next, first) = (AtomicU64::new(seeds.start), AtomicU64::new(u64::MAX));
    on_every_core(|| {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end || seed > first.load(Ordering::Relaxed) {
                break;
            }
            let breach = run(seed, Some(bug), false).breach;
            if breach.is_some_and(|breach| breach.invariant == invariant) {
                first.fetch_min(seed, Ordering::Relaxed);
            }
        }
    });
    Some(first.into_inner()).filter(|seed| *seed < u64::MAX)
}

/// Returns a number that `cargo xtask` has set.
pub(crate) fn setting(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap())
}
