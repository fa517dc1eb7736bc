//! Estimates the server's time on a device whose own clock may be wrong.

use rules::Timestamp;

/// The smallest difference that rounding and the network do not explain, in
/// milliseconds.
const NOTABLE: i64 = 2_000;

/// How long a page may be in the background before it asks for the time again,
/// in milliseconds.
const STALE: i64 = 60_000;

/// What the device's clocks show, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Device {
    /// Since the page was loaded. It never jumps, but stands still on some
    /// devices while they sleep.
    pub(crate) steady: i64,
    /// Wall-clock time: keeps running but can jump.
    pub(crate) wall: i64,
}

/// The server's clock, followed from the last time it was heard.
///
/// It is never ahead of the server's: what is heard is already a moment old,
/// and a sleeping device only loses time. So a candidate in time is never
/// turned away by the page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    server: Timestamp,
    heard: Device,
}

impl Clock {
    /// A clock that was heard to show `server`.
    pub(crate) fn heard(server: Timestamp, device: Device) -> Self {
        Self { server, heard: device }
    }

    /// Returns what it shows now.
    pub(crate) fn now(&self, device: Device) -> Timestamp {
        let elapsed = device.steady.saturating_sub(self.heard.steady).max(0);
        Timestamp(self.server.0.saturating_add(elapsed))
    }

    /// Sets it by the server's word. An answer to the second that agrees is
    /// not taken over: the countdown would jump back.
    pub(crate) fn set(&mut self, server: Timestamp, device: Device) {
        let disagrees = server.0.abs_diff(self.now(device).0) >= NOTABLE.unsigned_abs();
        let server = if disagrees { server } else { self.now(device) };
        *self = Self::heard(server, device);
    }

    /// Returns whether the server should be asked again: some time has passed
    /// on either clock since it was heard.
    pub(crate) fn is_stale(&self, device: Device) -> bool {
        device.steady.abs_diff(self.heard.steady) >= STALE.unsigned_abs()
            || device.wall.abs_diff(self.heard.wall) >= STALE.unsigned_abs()
    }

    /// Returns whether a page just loaded may be an old copy: the server's
    /// clock in it is not the device's. Mostly the device is wrong, and asking
    /// settles it.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.server.0.abs_diff(self.heard.wall) >= STALE.unsigned_abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(steady: i64, wall: i64) -> Device {
        Device { steady, wall }
    }

    #[test]
    fn runs_with_the_steady_clock() {
        let clock = Clock::heard(Timestamp(1_000_000), device(500, 77));
        for (steady, now) in [(500, 1_000_000), (1_500, 1_001_000), (400, 1_000_000)] {
            assert_eq!(clock.now(device(steady, -9)), Timestamp(now), "{steady}");
        }
        assert_eq!(clock.now(device(i64::MAX, 0)).0, i64::MAX);
    }

    #[test]
    fn a_sleep_shows_on_the_wall_and_the_server_settles_it() {
        let mut clock = Clock::heard(Timestamp(1_000_000), device(0, 1_000_000));
        assert!(!clock.is_stale(device(10_000, 1_010_000)));
        let woken = device(10_000, 4_600_000);
        assert!(clock.is_stale(woken));
        clock.set(Timestamp(4_600_000), woken);
        assert_eq!(clock.now(device(11_000, 4_601_000)), Timestamp(4_601_000));
        assert!(!clock.is_stale(woken));
    }

    #[test]
    fn an_answer_that_agrees_does_not_turn_the_clock_back() {
        let mut clock = Clock::heard(Timestamp(1_000_900), device(0, 0));
        clock.set(Timestamp(1_000_000), device(0, 0));
        assert_eq!(clock.now(device(0, 0)), Timestamp(1_000_900));
    }

    #[test]
    fn a_page_from_the_cache_is_doubted() {
        assert!(!Clock::heard(Timestamp(1_000_000), device(0, 1_059_999)).is_doubtful());
        assert!(Clock::heard(Timestamp(1_000_000), device(0, 1_060_000)).is_doubtful());
    }
}
