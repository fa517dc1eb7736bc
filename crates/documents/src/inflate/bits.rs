use super::End;

/// Bits of the input, the lowest of each byte first.
pub(super) struct Bits<'a> {
    pub(super) input: &'a [u8],
    pub(super) held: u64,
    pub(super) count: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn of(input: &'a [u8]) -> Self {
        Self { input, held: 0, count: 0 }
    }

    /// Holds at least 16 bits, unless the input ends.
    pub(super) fn fill(&mut self) {
        while self.count < 16 {
            if let Some((word, rest)) = self.input.split_first_chunk() {
                self.held |= u64::from(u32::from_le_bytes(*word)) << self.count;
                self.count += 32;
                self.input = rest;
            } else if let Some((byte, rest)) = self.input.split_first() {
                self.held |= u64::from(*byte) << self.count;
                self.count += 8;
                self.input = rest;
            } else {
                return;
            }
        }
    }

    /// Returns the next bits, at most 16.
    pub(super) fn take(&mut self, count: u32) -> Result<u32, End> {
        self.fill();
        let [a, b, ..] = (self.held & ((1 << count) - 1)).to_le_bytes();
        self.discard(count)?;
        Ok(u32::from(u16::from_le_bytes([a, b])))
    }

    pub(super) fn discard(&mut self, count: u32) -> Result<(), End> {
        self.count = self.count.checked_sub(count).ok_or(End::Broken)?;
        self.held >>= count;
        Ok(())
    }

    /// Skips whole bytes.
    pub(super) fn skip(&mut self, bytes: usize) -> Result<(), End> {
        let held = bytes.min(self.count as usize / 8);
        for _ in 0..held {
            self.discard(8)?;
        }
        self.input = self.input.get(bytes - held..).ok_or(End::Broken)?;
        Ok(())
    }

    pub(super) fn align(&mut self) {
        self.held >>= self.count % 8;
        self.count -= self.count % 8;
    }
}
