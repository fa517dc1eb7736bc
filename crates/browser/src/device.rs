//! The clocks of the device that shows the page.

use web_sys::Window;

use crate::clock::Device;
use crate::number::whole;

/// Returns what the device's clocks show.
pub(crate) fn clocks(window: &Window) -> Device {
    let steady = window.performance().map_or(0, |performance| whole(performance.now()));
    Device { steady, wall: wall() }
}

/// The device's wall-clock time, in milliseconds.
pub(crate) fn wall() -> i64 {
    whole(js_sys::Date::now())
}

/// Returns what the clocks showed when the page began to arrive: the script came later.
pub(crate) fn at_arrival(window: &Window) -> Device {
    let now = clocks(window);
    let arrived = window.performance().and_then(|performance| {
        let timing = performance.timing();
        let arrived = whole(timing.response_start() - timing.navigation_start());
        (arrived > 0 && arrived <= now.steady).then_some(arrived)
    });
    let steady = arrived.unwrap_or(now.steady);
    Device { steady, wall: now.wall.saturating_sub(now.steady.saturating_sub(steady)) }
}
