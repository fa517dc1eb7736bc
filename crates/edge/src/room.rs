//! Room for what is large: a Worker has 128 MB for all that it does at once,
//! and one that takes more is ended with all that is in flight.
//!
//! Whoever finds no room waits. A form waits before its body is read, which
//! costs no memory: the upload pauses, and `received_at` is settled already.
//! Letters wait before their documents are fetched. The wait is short and
//! ends in any case, and a seat counts for a while only: a request whose
//! client is gone is never heard of again.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use worker::{Date, Delay};

/// The most bytes that are held at the same time. A form is in memory once,
/// and one of its documents twice more: as the platform hands it over, and in
/// wasm memory. As much again may wait to be collected.
const ROOM: u64 = 32_000_000;

/// What is below this always finds room.
const SMALL: u64 = 500_000;

/// Milliseconds between two looks whether there is room.
const PAUSE: u64 = 50;

/// Milliseconds after which nobody waits any longer.
const PATIENCE: u64 = 10_000;

/// Milliseconds for which a seat counts.
const HELD: u64 = 30_000;

thread_local! {
    /// Who has a seat: number, bytes, and until when that counts.
    static SEATS: RefCell<Vec<(u64, u64, u64)>> = const { RefCell::new(Vec::new()) };
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

/// Given back when dropped.
pub(crate) struct Seat(u64);

impl Drop for Seat {
    fn drop(&mut self) {
        SEATS.with_borrow_mut(|seats| seats.retain(|(number, ..)| *number != self.0));
    }
}

/// A seat for so many bytes, once there is one.
pub(crate) async fn seat(bytes: u64) -> Seat {
    let began = Date::now().as_millis();
    loop {
        let now = Date::now().as_millis();
        let waited = now.saturating_sub(began) >= PATIENCE;
        if waited || bytes < SMALL || taken(now).saturating_add(bytes) <= ROOM || taken(now) == 0 {
            return sit(bytes, now);
        }
        Delay::from(Duration::from_millis(PAUSE)).await;
    }
}

fn taken(now: u64) -> u64 {
    SEATS.with_borrow_mut(|seats| {
        seats.retain(|(_, _, until)| *until > now);
        seats.iter().map(|(_, bytes, _)| *bytes).sum()
    })
}

fn sit(bytes: u64, now: u64) -> Seat {
    let number = NEXT.replace(NEXT.get().wrapping_add(1));
    SEATS.with_borrow_mut(|seats| seats.push((number, bytes, now.saturating_add(HELD))));
    Seat(number)
}
