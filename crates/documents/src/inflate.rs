//! Unpacking of deflated data (RFC 1951), as ZIP entries and PDF streams hold it.
//!
//! What was unpacked before an error is kept, as readers of PDF keep it. ARCHITECTURE.md compares
//! this with `miniz_oxide` and `zune-inflate`, which are larger and do not bound the number of
//! small blocks with codes of their own.

mod bits;
mod code;

use crate::bytes::position;
use bits::Bits;
use code::Code;

/// What came out of a deflated stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Inflated {
    /// The bytes unpacked, up to the limit or the error.
    pub bytes: Vec<u8>,
    /// How it ended.
    pub end: End,
}

/// How unpacking ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With the stream's last block.
    Whole,
    /// Before more bytes came out than asked for.
    OverLimit,
    /// With input that is cut off or no deflated data.
    Broken,
}

/// Unpacks a bare deflated stream to at most `limit` bytes.
pub(crate) fn raw(input: &[u8], limit: usize) -> Inflated {
    let mut inflater = Inflater::of(input, limit);
    let end = match inflater.blocks() {
        Ok(()) => End::Whole,
        Err(end) => end,
    };
    Inflated { bytes: inflater.output, end }
}

/// Returns how many bytes a zlib stream unpacks to, up to the first error; `most` where it is more.
/// None of them is kept.
pub(crate) fn zlib_length(input: &[u8], most: usize) -> usize {
    let mut inflater = Inflater::of(input.get(2..).unwrap_or_default(), most);
    inflater.counts = true;
    match inflater.blocks() {
        Err(End::OverLimit) => most,
        _ => most - inflater.limit,
    }
}

/// Unpacks a stream with the two-byte header of zlib (RFC 1950). Its checksum is not looked at:
/// writers get it wrong, and readers do not mind.
pub(crate) fn zlib(input: &[u8], limit: usize) -> Inflated {
    raw(input.get(2..).unwrap_or_default(), limit)
}

/// Returns the deflated data behind the header of gzip (RFC 1952).
pub(crate) fn gzip_data(bytes: &[u8]) -> Option<&[u8]> {
    let [0x1F, 0x8B, 8, flags, _, _, _, _, _, _, rest @ ..] = bytes else { return None };
    let mut rest = rest;
    if flags & 4 != 0 {
        let length = usize::from(u16::from_le_bytes(*rest.first_chunk()?));
        rest = rest.get(2 + length..)?;
    }
    // A name and a comment, each up to a zero.
    for flag in [8, 16] {
        if flags & flag != 0 {
            rest = rest.get(position(rest, 0)? + 1..)?;
        }
    }
    if flags & 2 != 0 { rest.get(2..) } else { Some(rest) }
}

struct Inflater<'a> {
    input: Bits<'a>,
    output: Vec<u8>,
    /// Bytes that may come out; where they are only counted, how many are left.
    limit: usize,
    /// Whether what comes out is counted, not kept.
    counts: bool,
    /// Blocks with codes of their own so far.
    codes: usize,
}

/// To make the codes of a block takes about as long as to unpack this many bytes. Writers begin a
/// block every 10,000 bytes or more.
const CODES: usize = 1_024;
/// Blocks that may be small all the same.
const SMALL_BLOCKS: usize = 4_096;

impl<'a> Inflater<'a> {
    fn of(input: &'a [u8], limit: usize) -> Self {
        Self { input: Bits::of(input), output: Vec::new(), limit, counts: false, codes: 0 }
    }

    fn blocks(&mut self) -> Result<(), End> {
        loop {
            let last = self.input.take(1)? == 1;
            match self.input.take(2)? {
                0 => self.stored()?,
                1 => self.compressed(&fixed_lengths(), &[5; 30])?,
                2 => {
                    let lengths = self.code_lengths()?;
                    let (literals, distances) = lengths.values().ok_or(End::Broken)?;
                    self.compressed(literals, distances)?;
                }
                _ => return Err(End::Broken),
            }
            if last {
                return Ok(());
            }
        }
    }

    fn stored(&mut self) -> Result<(), End> {
        self.input.align();
        let length = self.input.take(16)?;
        let complement = self.input.take(16)?;
        if length ^ complement != 0xFFFF {
            return Err(End::Broken);
        }
        let wanted = length as usize;
        if self.counts {
            self.input.skip(wanted)?;
            return self.count(wanted);
        }
        let room = self.limit.saturating_sub(self.output.len());
        let mut left = wanted.min(room);
        while left > 0 && self.input.count > 0 {
            let [byte, ..] = self.input.take(8)?.to_le_bytes();
            self.output.push(byte);
            left -= 1;
        }
        let (bytes, rest) = self.input.input.split_at_checked(left).ok_or(End::Broken)?;
        self.output.extend_from_slice(bytes);
        self.input.input = rest;
        if wanted > room { Err(End::OverLimit) } else { Ok(()) }
    }

    /// Returns the code lengths that a block of type 2 begins with (section 3.2.7).
    fn code_lengths(&mut self) -> Result<Lengths, End> {
        const ORDER: [u8; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
        let literals = self.input.take(5)? as usize + 257;
        let distances = self.input.take(5)? as usize + 1;
        let mut lengths = [0; ORDER.len()];
        let count = self.input.take(4)? as usize + 4;
        for symbol in ORDER.iter().take(count) {
            if let Some(length) = lengths.get_mut(usize::from(*symbol)) {
                *length = self.input.take(3)?.to_le_bytes()[0];
            }
        }
        let code = Code::of(&lengths);
        let mut all: Vec<u8> = Vec::with_capacity(literals + distances);
        while all.len() < literals + distances {
            let (length, times) = match code.next(&mut self.input)? {
                16 => (*all.last().ok_or(End::Broken)?, self.input.take(2)? + 3),
                17 => (0, self.input.take(3)? + 3),
                18 => (0, self.input.take(7)? + 11),
                length => (length.to_le_bytes()[0], 1),
            };
            all.extend((0..times).map(|_| length));
        }
        Ok(Lengths { all, literals, distances })
    }

    fn compressed(&mut self, literals: &[u8], distances: &[u8]) -> Result<(), End> {
        self.codes += 1;
        if self.codes.saturating_sub(SMALL_BLOCKS) > self.limit / CODES {
            return Err(End::OverLimit);
        }
        let (literals, distances) = (Code::of(literals), Code::of(distances));
        loop {
            match literals.next(&mut self.input)? {
                256 => return Ok(()),
                symbol @ 0..256 => self.push(symbol.to_le_bytes()[0])?,
                symbol => {
                    let length = self.length(symbol - 257)?;
                    let symbol = distances.next(&mut self.input)?;
                    let distance = self.distance(symbol)?;
                    self.repeat(length, distance)?;
                }
            }
        }
    }

    /// Returns the lengths of section 3.2.5: eight by themselves, then four for each number of
    /// extra bits.
    fn length(&mut self, symbol: u16) -> Result<usize, End> {
        let symbol = u32::from(symbol);
        let length = match symbol {
            0..8 => symbol,
            28 => 255,
            8..28 => {
                let extra = symbol / 4 - 1;
                ((4 + symbol % 4) << extra) + self.input.take(extra)?
            }
            _ => return Err(End::Broken),
        };
        Ok(length as usize + 3)
    }

    /// Returns the distances of the same section: four by themselves, then two for each.
    fn distance(&mut self, symbol: u16) -> Result<usize, End> {
        let symbol = u32::from(symbol);
        let distance = match symbol {
            0..4 => symbol,
            4..30 => {
                let extra = symbol / 2 - 1;
                ((2 + symbol % 2) << extra) + self.input.take(extra)?
            }
            _ => return Err(End::Broken),
        };
        Ok(distance as usize + 1)
    }

    /// The piece may reach into what it makes itself: then it goes on from its own beginning.
    fn repeat(&mut self, length: usize, distance: usize) -> Result<(), End> {
        if self.counts {
            return self.count(length);
        }
        let from = self.output.len().checked_sub(distance).ok_or(End::Broken)?;
        let mut left = length.min(self.limit.saturating_sub(self.output.len()));
        let end = if left < length { Err(End::OverLimit) } else { Ok(()) };
        while left > 0 {
            let part = left.min(self.output.len() - from);
            self.output.extend_from_within(from..from + part);
            left -= part;
        }
        end
    }

    fn push(&mut self, byte: u8) -> Result<(), End> {
        if self.counts {
            return self.count(1);
        }
        if self.output.len() >= self.limit {
            return Err(End::OverLimit);
        }
        self.output.push(byte);
        Ok(())
    }
}

impl Inflater<'_> {
    fn count(&mut self, length: usize) -> Result<(), End> {
        self.limit = self.limit.checked_sub(length).ok_or(End::OverLimit)?;
        Ok(())
    }
}

/// The code lengths of literals and lengths, and behind them those of distances.
struct Lengths {
    all: Vec<u8>,
    literals: usize,
    distances: usize,
}

impl Lengths {
    fn values(&self) -> Option<(&[u8], &[u8])> {
        let (literals, rest) = self.all.split_at_checked(self.literals)?;
        Some((literals, rest.get(..self.distances)?))
    }
}

fn fixed_lengths() -> [u8; 288] {
    std::array::from_fn(|symbol| match symbol {
        144..256 => 9,
        256..280 => 7,
        _ => 8,
    })
}

#[cfg(test)]
mod tests;
