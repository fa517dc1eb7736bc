//! A semaphore over bytes in memory. A Worker has 128 MB for everything that it
//! does at once; above that it is ended with every request in flight.
//!
//! A form waits before its body is read, which costs no memory: the upload
//! pauses. A mail waits before its documents are fetched. Who came first is
//! served first, except that one client has a third of the capacity at most:
//! others do not wait behind it.
//!
//! The runtime drops a request whose client is gone without running its
//! destructors. So a permit expires unless it is renewed, and a request that has
//! stopped asking leaves the queue.

use std::cell::RefCell;
use std::time::Duration;

use worker::{Date, Delay};

/// The most bytes that are held at the same time. A form is in memory once,
/// and one of its documents twice more: as the platform hands it over, and in
/// wasm memory. As much again may wait to be collected.
const CAPACITY: u64 = 32_000_000;

/// The most bytes of one client. A single form may have more.
const PER_CLIENT: u64 = CAPACITY / 3;

/// The size below which a request never waits.
const SMALL: u64 = 500_000;

/// Milliseconds between two tries.
const PAUSE: u64 = 50;

/// How long a request waits before it is turned away. Milliseconds.
const PATIENCE: u64 = 25_000;

/// How long after its last try a request counts as waiting, in milliseconds.
const ABSENT: u64 = 2_000;

/// Milliseconds for which a permit counts after it was issued or renewed.
pub(crate) const HELD: u64 = 30_000;

thread_local! {
    static SEMAPHORE: RefCell<Semaphore> = const { RefCell::new(Semaphore::new()) };
}

/// The right to hold some bytes. Given back when dropped.
pub(crate) struct Permit(u64);

impl Permit {
    /// Makes the permit count for `ms` milliseconds from now.
    pub(crate) fn renew(&self, ms: u64) {
        let until = now().saturating_add(ms);
        SEMAPHORE.with_borrow_mut(|semaphore| semaphore.renew(self.0, until));
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        SEMAPHORE.with_borrow_mut(|semaphore| semaphore.release(self.0));
    }
}

/// Waits for a permit for `bytes` bytes that counts for `ms` milliseconds.
/// `client` is the sender's network, where it is known.
/// Nothing where it takes too long.
pub(crate) async fn acquire(bytes: u64, client: Option<&str>, ms: u64) -> Option<Permit> {
    let began = now();
    let mut ticket = SEMAPHORE.with_borrow_mut(|semaphore| semaphore.queue(bytes, client, began));
    loop {
        let now = now();
        // An isolate that was busy for long has taken everybody for gone.
        if SEMAPHORE.with_borrow(|semaphore| !semaphore.knows(ticket)) {
            ticket = SEMAPHORE.with_borrow_mut(|semaphore| semaphore.queue(bytes, client, now));
        }
        let until = now.saturating_add(ms);
        if SEMAPHORE.with_borrow_mut(|semaphore| semaphore.try_acquire(ticket, now, until)) {
            return Some(Permit(ticket));
        }
        if now.saturating_sub(began) >= PATIENCE {
            SEMAPHORE.with_borrow_mut(|semaphore| semaphore.release(ticket));
            return None;
        }
        Delay::from(Duration::from_millis(PAUSE)).await;
    }
}

fn now() -> u64 {
    Date::now().as_millis()
}

/// Who holds bytes, and who waits for them, in the order in which they came.
/// Times are Unix times in milliseconds.
struct Semaphore {
    next: u64,
    entries: Vec<Entry>,
}

struct Entry {
    ticket: u64,
    bytes: u64,
    client: Option<String>,
    holds: bool,
    /// When the permit expires, or the waiting request is taken for gone.
    until: u64,
}

impl Semaphore {
    const fn new() -> Self {
        Self { next: 0, entries: Vec::new() }
    }

    /// Puts a request at the end of the queue.
    fn queue(&mut self, bytes: u64, client: Option<&str>, now: u64) -> u64 {
        let (ticket, until) = (self.next, now.saturating_add(ABSENT));
        self.next = self.next.wrapping_add(1);
        let client = client.map(str::to_owned);
        self.entries.push(Entry { ticket, bytes, client, holds: false, until });
        ticket
    }

    /// Returns whether `ticket` waits or holds a permit.
    fn knows(&self, ticket: u64) -> bool {
        self.entries.iter().any(|entry| entry.ticket == ticket)
    }

    /// Issues the permit of `ticket`, until `until`, if it is its turn.
    fn try_acquire(&mut self, ticket: u64, now: u64, until: u64) -> bool {
        self.entries.retain(|entry| entry.until > now || entry.ticket == ticket);
        let is_next = self.next_in_turn(ticket);
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.ticket == ticket) else {
            return false;
        };
        entry.holds = is_next;
        entry.until = if is_next { until } else { now.saturating_add(ABSENT) };
        is_next
    }

    fn next_in_turn(&self, ticket: u64) -> bool {
        for entry in self.entries.iter().filter(|entry| !entry.holds) {
            if entry.ticket == ticket {
                return entry.bytes < SMALL
                    || (self.client_has_room(entry) && self.has_room(entry.bytes));
            }
            // A request that waits only for a permit of the same client holds up no other.
            let small = self.entries.iter().any(|one| one.ticket == ticket && one.bytes < SMALL);
            if entry.bytes >= SMALL && self.client_has_room(entry) && !small {
                return false;
            }
        }
        false
    }

    /// What is larger than the whole capacity is held alone.
    fn has_room(&self, bytes: u64) -> bool {
        let taken = self.taken(|_| true);
        taken == 0 || taken.saturating_add(bytes) <= CAPACITY
    }

    fn client_has_room(&self, entry: &Entry) -> bool {
        let Some(client) = &entry.client else { return true };
        let taken = self.taken(|other| other.client.as_ref() == Some(client));
        taken == 0 || taken.saturating_add(entry.bytes) <= PER_CLIENT
    }

    fn taken(&self, of: impl Fn(&Entry) -> bool) -> u64 {
        let held = self.entries.iter().filter(|entry| entry.holds && of(entry));
        held.map(|entry| entry.bytes).fold(0, u64::saturating_add)
    }

    fn renew(&mut self, ticket: u64, until: u64) {
        for entry in self.entries.iter_mut().filter(|entry| entry.ticket == ticket) {
            entry.until = until;
        }
    }

    fn release(&mut self, ticket: u64) {
        self.entries.retain(|entry| entry.ticket != ticket);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARGE: u64 = 15_000_000;

    /// Who gets a permit at `now`, of those in line, tried in the order given.
    fn issued(semaphore: &mut Semaphore, tickets: &[u64], now: u64) -> Vec<bool> {
        tickets.iter().map(|ticket| semaphore.try_acquire(*ticket, now, now + HELD)).collect()
    }

    #[test]
    fn the_capacity_is_a_bound_and_who_came_first_is_first() {
        let mut semaphore = Semaphore::new();
        let tickets: Vec<u64> = (0..4).map(|_| semaphore.queue(LARGE, None, 0)).collect();
        let small = semaphore.queue(SMALL - 1, None, 0);
        assert_eq!(issued(&mut semaphore, &tickets, 1), [true, true, false, false]);
        assert!(semaphore.try_acquire(small, 1, HELD), "a small one does not wait");
        semaphore.release(tickets[0]);
        assert_eq!(issued(&mut semaphore, &tickets[3..], 2), [false], "another is before it");
        assert_eq!(issued(&mut semaphore, &tickets[2..], 2), [true, false]);
    }

    #[test]
    fn what_exceeds_the_capacity_is_held_alone_in_its_turn() {
        let mut semaphore = Semaphore::new();
        let first = semaphore.queue(LARGE, None, 0);
        assert!(semaphore.try_acquire(first, 0, HELD));
        let huge = semaphore.queue(CAPACITY + 1, None, 0);
        let later = semaphore.queue(LARGE, None, 0);
        assert_eq!(issued(&mut semaphore, &[huge, later], 1), [false, false]);
        semaphore.release(first);
        assert_eq!(issued(&mut semaphore, &[later, huge], 2), [false, true]);
    }

    #[test]
    fn one_client_has_a_third_or_one_form() {
        let mut semaphore = Semaphore::new();
        let large: Vec<u64> = (0..3).map(|_| semaphore.queue(LARGE, Some("a"), 0)).collect();
        assert_eq!(issued(&mut semaphore, &large, 1), [true, false, false]);
        let other = semaphore.queue(LARGE, Some("b"), 1);
        assert!(semaphore.try_acquire(other, 1, HELD), "another client does not wait for it");
        let mut semaphore = Semaphore::new();
        let small: Vec<u64> = (0..4).map(|_| semaphore.queue(3_500_000, Some("a"), 0)).collect();
        assert_eq!(issued(&mut semaphore, &small, 1), [true, true, true, false]);
    }

    #[test]
    fn who_is_gone_holds_and_holds_up_nothing() {
        let mut semaphore = Semaphore::new();
        let gone = semaphore.queue(CAPACITY, None, 0);
        assert!(semaphore.try_acquire(gone, 0, HELD));
        let waiting = semaphore.queue(CAPACITY, None, HELD - 1);
        let last = semaphore.queue(CAPACITY, None, HELD - 1);
        assert_eq!(issued(&mut semaphore, &[waiting, last], HELD - 1), [false, false]);
        semaphore.renew(gone, HELD + 10);
        assert_eq!(issued(&mut semaphore, &[last], HELD + 9), [false], "it was renewed");
        assert_eq!(issued(&mut semaphore, &[last], HELD + ABSENT), [true], "it was not renewed");
        assert!(!semaphore.knows(waiting) && semaphore.knows(last));
    }
}
