//! Unpacking of deflated data (RFC 1951), as ZIP entries and PDF streams hold it.
//!
//! `miniz_oxide` would do the same in 6.6 KB of compressed wasm; this takes a quarter of that,
//! and what was unpacked before an error is kept, as readers of PDF keep it.

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
    let mut inflater = Inflater { input: Bits::of(input), output: Vec::new(), limit };
    let end = match inflater.blocks() {
        Ok(()) => End::Whole,
        Err(end) => end,
    };
    Inflated { bytes: inflater.output, end }
}

/// Unpacks a stream with the two-byte header of zlib (RFC 1950). Its checksum is not looked at:
/// writers get it wrong, and readers do not mind.
pub(crate) fn zlib(input: &[u8], limit: usize) -> Inflated {
    raw(input.get(2..).unwrap_or_default(), limit)
}

struct Inflater<'a> {
    input: Bits<'a>,
    output: Vec<u8>,
    limit: usize,
}

impl Inflater<'_> {
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
        for _ in 0..length {
            let byte = self.input.take(8)?;
            self.push(byte.to_le_bytes()[0])?;
        }
        Ok(())
    }

    /// The code lengths that a block of type 2 begins with (section 3.2.7).
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

    /// The lengths of section 3.2.5: eight by themselves, then four for each number of extra bits.
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

    /// The distances of the same section: four by themselves, then two for each.
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

    fn repeat(&mut self, length: usize, distance: usize) -> Result<(), End> {
        let from = self.output.len().checked_sub(distance).ok_or(End::Broken)?;
        if length <= distance && self.output.len() + length <= self.limit {
            self.output.extend_from_within(from..from + length);
            return Ok(());
        }
        for at in from..from + length {
            let byte = *self.output.get(at).ok_or(End::Broken)?;
            self.push(byte)?;
        }
        Ok(())
    }

    fn push(&mut self, byte: u8) -> Result<(), End> {
        if self.output.len() >= self.limit {
            return Err(End::OverLimit);
        }
        self.output.push(byte);
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

/// Bits of the input, the lowest of each byte first.
struct Bits<'a> {
    input: std::slice::Iter<'a, u8>,
    held: u32,
    count: u32,
}

impl<'a> Bits<'a> {
    fn of(input: &'a [u8]) -> Self {
        Self { input: input.iter(), held: 0, count: 0 }
    }

    /// Holds at least `count` bits, at most 16, unless the input ends.
    fn fill(&mut self, count: u32) {
        while self.count < count {
            let Some(byte) = self.input.next() else { return };
            self.held |= u32::from(*byte) << self.count;
            self.count += 8;
        }
    }

    fn take(&mut self, count: u32) -> Result<u32, End> {
        self.fill(count);
        let bits = self.held & ((1 << count) - 1);
        self.discard(count)?;
        Ok(bits)
    }

    fn discard(&mut self, count: u32) -> Result<(), End> {
        self.count = self.count.checked_sub(count).ok_or(End::Broken)?;
        self.held >>= count;
        Ok(())
    }

    fn align(&mut self) {
        self.held >>= self.count % 8;
        self.count -= self.count % 8;
    }
}

/// The longest code, in bits.
const LONGEST: u32 = 15;
/// Codes up to this length are looked up in one step; nearly all symbols have one.
const SHORT: usize = 9;

/// A Huffman code, as its lengths define it (section 3.2.2).
struct Code {
    /// By the next `SHORT` bits of input: symbol × 16 + length, or 0 where the code is longer.
    short: [u16; 1 << SHORT],
    /// How many codes there are of each length.
    counts: [u16; LONGEST as usize + 1],
    /// The symbols in the order of their codes.
    symbols: Vec<u16>,
}

impl Code {
    fn of(lengths: &[u8]) -> Self {
        let mut code =
            Self { short: [0; 1 << SHORT], counts: [0; LONGEST as usize + 1], symbols: Vec::new() };
        let mut next = 0_u32;
        for (length, count) in (0_u8..).zip(code.counts.iter_mut()).skip(1) {
            next <<= 1;
            for (symbol, _) in (0_u16..).zip(lengths).filter(|(_, own)| **own == length) {
                *count += 1;
                code.symbols.push(symbol);
                if usize::from(length) <= SHORT {
                    shorten(&mut code.short, next, length, symbol);
                }
                next += 1;
            }
        }
        code
    }

    fn next(&self, input: &mut Bits) -> Result<u16, End> {
        input.fill(LONGEST);
        let ahead = input.held as usize % self.short.len();
        match self.short.get(ahead) {
            Some(entry) if *entry != 0 => {
                input.discard(u32::from(entry % 16))?;
                Ok(entry / 16)
            }
            _ => self.long(input),
        }
    }

    /// Goes through the lengths bit by bit: the codes of one length are consecutive numbers.
    fn long(&self, input: &mut Bits) -> Result<u16, End> {
        let (mut code, mut first, mut index) = (0_usize, 0_usize, 0_usize);
        for count in self.counts.iter().skip(1) {
            code |= input.take(1)? as usize;
            let count = usize::from(*count);
            if code < first + count {
                let symbol = self.symbols.get(index + code - first.min(code));
                return symbol.copied().ok_or(End::Broken);
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        Err(End::Broken)
    }
}

/// Enters a code under each value of the bits that may follow it.
fn shorten(short: &mut [u16], code: u32, length: u8, symbol: u16) {
    // Codes are packed from their highest bit on, everything else from the lowest.
    let reversed = code.reverse_bits() >> (32 - u32::from(length));
    let entries = short.iter_mut().skip(reversed as usize).step_by(1 << length);
    entries.for_each(|entry| *entry = symbol * 16 + u16::from(length));
}

#[cfg(test)]
mod tests;
