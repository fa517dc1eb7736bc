//! The time.

use intake::ports::Clock;
use rules::Timestamp;
use worker::{Date, Env};

/// The platform's clock. In a Worker it stands still between two waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlatformClock {
    #[cfg(feature = "dev-clock")]
    shift: Shift,
}

impl PlatformClock {
    #[cfg(not(feature = "dev-clock"))]
    pub(crate) fn of(_env: &Env) -> Self {
        Self {}
    }

    /// Returns the clock that `DEV_CLOCK` sets.
    #[cfg(feature = "dev-clock")]
    pub(crate) fn of(env: &Env) -> Self {
        let setting = env.var("DEV_CLOCK").map(|value| value.to_string()).unwrap_or_default();
        Self { shift: Shift::parse(&setting) }
    }
}

impl Clock for PlatformClock {
    fn now(&self) -> Timestamp {
        let now = i64::try_from(Date::now().as_millis()).unwrap_or(i64::MAX);
        #[cfg(feature = "dev-clock")]
        let now = self.shift.apply(now);
        Timestamp(now)
    }
}

/// How the development clock differs from the real one.
#[cfg(feature = "dev-clock")]
#[derive(Clone, Copy, Debug)]
enum Shift {
    /// By so many milliseconds: `+5000`, `-5000`, or nothing.
    By(i64),
    /// It stands at that instant: `=1754258399999`.
    StandsAt(i64),
}

#[cfg(feature = "dev-clock")]
impl Shift {
    fn parse(setting: &str) -> Self {
        match setting.strip_prefix('=') {
            Some(instant) => Self::StandsAt(instant.parse().unwrap_or(0)),
            None => Self::By(setting.parse().unwrap_or(0)),
        }
    }

    fn apply(self, now: i64) -> i64 {
        match self {
            Self::By(milliseconds) => now.saturating_add(milliseconds),
            Self::StandsAt(instant) => instant,
        }
    }
}
