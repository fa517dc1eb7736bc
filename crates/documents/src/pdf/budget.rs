//! Limits the work that one file is worth.

use std::cell::Cell;

use crate::Limits;

/// How much work a file is worth: bytes that are read as syntax, and bytes that come out of what
/// is packed. What is dearer costs more.
///
/// Everything read spends from it, so that no arrangement of objects that share bytes, or refer
/// to each other, makes reading take longer than the budget lasts.
pub(super) struct Budget {
    reading: Cell<usize>,
    unpacking: Cell<usize>,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        Self::of(limits.pdf_read_bytes, limits.unpacked_bytes)
    }

    /// Returns a budget of so many bytes to read, and to unpack.
    pub(super) fn of(reading: usize, unpacking: usize) -> Self {
        Self { reading: Cell::new(reading), unpacking: Cell::new(unpacking) }
    }

    /// Takes this much; false when there was less, and nothing is left.
    pub(super) fn spend(&self, bytes: usize) -> bool {
        let left = self.reading.get().checked_sub(bytes);
        self.reading.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Returns how many bytes may still be unpacked.
    pub(super) fn room(&self) -> usize {
        self.unpacking.get()
    }

    /// Takes as much from the room, and ends all reading where there was less.
    pub(super) fn unpack(&self, bytes: usize) -> bool {
        let left = self.unpacking.get().checked_sub(bytes);
        self.unpacking.set(left.unwrap_or(0));
        self.spend(if left.is_some() { bytes } else { usize::MAX })
    }

    /// Returns how many bytes may still be read.
    pub(super) fn left(&self) -> usize {
        self.reading.get()
    }

    /// Ends all reading.
    pub(super) fn give_up(&self) {
        self.reading.set(0);
    }

    pub(super) fn is_spent(&self) -> bool {
        self.reading.get() == 0
    }
}
