//! A semaphore over bytes in memory. A Worker has 128 MB for everything that it
//! does at once; above that it is ended with every request in flight.
//!
//! A form waits for its permit before its body is read. The wait costs no
//! memory, because the upload pauses, and `received_at` is already stamped. A
//! mail waits before its documents are fetched. A wait ends after [`PATIENCE`].
//! A permit expires after [`HELD`], because the runtime drops a request whose
//! client is gone without running its destructors.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use worker::{Date, Delay};

/// The most bytes that are held at the same time. A form is in memory once,
/// and one of its documents twice more: as the platform hands it over, and in
/// wasm memory. As much again may wait to be collected.
const CAPACITY: u64 = 32_000_000;

/// What is below this always finds semaphore.
const SMALL: u64 = 500_000;

/// Milliseconds between two looks whether there is semaphore.
const PAUSE: u64 = 50;

/// Milliseconds after which a wait for a permit ends.
const PATIENCE: u64 = 10_000;

/// Milliseconds for which a permit counts.
const HELD: u64 = 30_000;

thread_local! {
    /// Each permit: its number, its bytes, and when it expires (Unix time in milliseconds).
    static PERMITS: RefCell<Vec<(u64, u64, u64)>> = const { RefCell::new(Vec::new()) };
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

/// The right to hold some bytes. Given back when dropped.
pub(crate) struct Permit(u64);

impl Drop for Permit {
    fn drop(&mut self) {
        PERMITS.with_borrow_mut(|permits| permits.retain(|(number, ..)| *number != self.0));
    }
}

/// Waits for a permit for `bytes` bytes.
pub(crate) async fn acquire(bytes: u64) -> Permit {
    let began = Date::now().as_millis();
    loop {
        let now = Date::now().as_millis();
        let waited = now.saturating_sub(began) >= PATIENCE;
        if waited
            || bytes < SMALL
            || taken(now).saturating_add(bytes) <= CAPACITY
            || taken(now) == 0
        {
            return issue(bytes, now);
        }
        Delay::from(Duration::from_millis(PAUSE)).await;
    }
}

fn taken(now: u64) -> u64 {
    PERMITS.with_borrow_mut(|permits| {
        permits.retain(|(_, _, until)| *until > now);
        permits.iter().map(|(_, bytes, _)| *bytes).sum()
    })
}

fn issue(bytes: u64, now: u64) -> Permit {
    let number = NEXT.replace(NEXT.get().wrapping_add(1));
    PERMITS.with_borrow_mut(|permits| permits.push((number, bytes, now.saturating_add(HELD))));
    Permit(number)
}
