//! Draws every random choice from one seed.
//!
//! Each seed has its own fault profile: which kinds of fault occur and how
//! often, many not at all. So faults that hide each other when all occur are
//! also met alone.

use std::cell::Cell;

/// Numbers that look random and are the same for the same seed: `SplitMix64`
/// (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// 2014).
#[derive(Debug)]
pub(crate) struct Chance {
    state: Cell<u64>,
    weather: Cell<Weather>,
}

/// How often each kind of fault happens, in 10,000 opportunities.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Weather {
    /// A call of a port fails without effect.
    pub(crate) fails: u32,
    /// It takes effect and then reports a failure.
    pub(crate) fails_after: u32,
    /// It hangs, then takes effect or fails.
    pub(crate) hangs: u32,
    /// It takes long.
    pub(crate) dawdles: u32,
    /// A task dies at a step.
    pub(crate) dies: u32,
    /// The whole server dies at a step, and the queue is lost.
    pub(crate) crashes: u32,
    /// A queue message gets lost.
    pub(crate) loses: u32,
    /// It comes more than once.
    pub(crate) repeats: u32,
    /// It comes late, after those that were sent later.
    pub(crate) reorders: u32,
    /// The clock jumps, every minute.
    pub(crate) jumps: u32,
    /// The cron does not run.
    pub(crate) skips: u32,
    /// An answer does not reach the person who waits for it.
    pub(crate) unanswered: u32,
    /// The mail server refuses a message for good.
    pub(crate) refuses: u32,
    /// It wants a message again later, from each recipient's first on.
    pub(crate) greylists: u32,
    /// The connection breaks after the end of DATA.
    pub(crate) breaks: u32,
    /// The mail server takes minutes over a message.
    pub(crate) crawls: u32,
    /// It takes no message with documents in it.
    pub(crate) narrows: u32,
    /// It has too many sessions or mails at the same time.
    pub(crate) overloads: u32,
}

/// What becomes of a call of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Done,
    Late,
    Failed,
    DoneThenFailed,
    HungThenDone,
    HungThenFailed,
}

impl Fate {
    pub(crate) fn takes_effect(self) -> bool {
        !matches!(self, Self::Failed | Self::HungThenFailed)
    }

    pub(crate) fn seems_done(self) -> bool {
        matches!(self, Self::Done | Self::Late | Self::HungThenDone)
    }
}

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: Cell::new(seed), weather: Cell::default() }
    }

    pub(crate) fn bits(&self) -> u64 {
        let state = self.state.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.state.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number from `least` to `most`, both included.
    pub(crate) fn between(&self, least: i64, most: i64) -> i64 {
        let span = u64::try_from(most - least).unwrap() + 1;
        least + i64::try_from(self.bits() % span).unwrap()
    }

    pub(crate) fn happens(&self, in_ten_thousand: u32) -> bool {
        in_ten_thousand > 0 && self.bits() % 10_000 < u64::from(in_ten_thousand)
    }

    pub(crate) fn pick<T: Copy>(&self, among: &[T]) -> T {
        among[usize::try_from(self.bits()).unwrap() % among.len()]
    }

    pub(crate) fn weather(&self) -> Weather {
        self.weather.get()
    }

    /// Returns a profile without faults.
    pub(crate) fn calm_down(&self) {
        self.weather.set(Weather::default());
    }

    /// Draws the fault profile of a seed.
    pub(crate) fn stir_up(&self) {
        let often = |rates: &[u32]| if self.happens(4_500) { 0 } else { self.pick(rates) };
        self.weather.set(Weather {
            fails: often(&[20, 100, 300, 1_500]),
            fails_after: often(&[20, 100, 300, 1_000]),
            hangs: often(&[10, 50, 200]),
            dawdles: often(&[100, 500, 2_000]),
            dies: often(&[5, 20, 100]),
            crashes: often(&[1, 5, 20]),
            loses: often(&[100, 1_000, 5_000]),
            repeats: often(&[500, 2_000, 5_000]),
            reorders: often(&[500, 2_000, 5_000]),
            jumps: often(&[5, 20, 100]),
            skips: often(&[500, 3_000]),
            unanswered: often(&[100, 1_000, 3_000]),
            refuses: often(&[50, 300]),
            overloads: often(&[200, 1_000, 4_000]),
            greylists: often(&[2_000, 10_000]),
            breaks: often(&[100, 1_000, 3_000]),
            crawls: often(&[100, 1_000]),
            narrows: often(&[100, 1_000, 10_000]),
        });
    }

    /// Returns what becomes of a call of a port.
    pub(crate) fn fate(&self) -> Fate {
        let weather = self.weather();
        if self.happens(weather.fails) {
            Fate::Failed
        } else if self.happens(weather.fails_after) {
            Fate::DoneThenFailed
        } else if self.happens(weather.hangs) {
            self.pick(&[Fate::HungThenDone, Fate::HungThenFailed])
        } else if self.happens(weather.dawdles) {
            Fate::Late
        } else {
            Fate::Done
        }
    }

    /// Returns how long a call takes, in milliseconds.
    pub(crate) fn way(&self, fate: Fate) -> i64 {
        match fate {
            Fate::HungThenDone | Fate::HungThenFailed => self.between(MINUTE, 12 * MINUTE),
            Fate::Late => self.between(SECOND, 30 * SECOND),
            Fate::Done | Fate::Failed | Fate::DoneThenFailed => self.between(1, 80),
        }
    }
}
