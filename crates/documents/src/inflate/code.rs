use super::{End, bits::Bits};

/// The longest code, in bits.
const LONGEST: u32 = 15;
/// Codes up to this length are looked up in one step; nearly all symbols have one.
const SHORT: usize = 9;

/// A Huffman code, as its lengths define it (section 3.2.2).
pub(super) struct Code {
    /// By the next `SHORT` bits of input: symbol × 16 + length, or 0 where the code is longer.
    short: [u16; 1 << SHORT],
    /// How many codes there are of each length.
    counts: [u16; LONGEST as usize + 1],
    /// The symbols in the order of their codes.
    symbols: Vec<u16>,
}

impl Code {
    pub(super) fn of(lengths: &[u8]) -> Self {
        let mut counts = [0_u16; LONGEST as usize + 1];
        for length in lengths {
            if let Some(count) = counts.get_mut(usize::from(*length)) {
                *count += 1;
            }
        }
        let [unused, ..] = &mut counts;
        *unused = 0;
        let mut code = Self { short: [0; 1 << SHORT], counts, symbols: vec![0; lengths.len()] };
        // For each length, its next code, and where that code's symbol goes.
        let mut next = [(0_u32, 0_usize); LONGEST as usize + 1];
        let (mut first, mut place) = (0, 0);
        for (next, count) in next.iter_mut().zip(counts) {
            first <<= 1;
            *next = (first, place);
            first += u32::from(count);
            place += usize::from(count);
        }
        for (symbol, length) in (0_u16..).zip(lengths).filter(|(_, length)| **length > 0) {
            let Some((number, place)) = next.get_mut(usize::from(*length)) else { continue };
            if let Some(slot) = code.symbols.get_mut(*place) {
                *slot = symbol;
            }
            if usize::from(*length) <= SHORT {
                shorten(&mut code.short, *number, *length, symbol);
            }
            *number += 1;
            *place += 1;
        }
        code
    }

    pub(super) fn next(&self, input: &mut Bits) -> Result<u16, End> {
        input.fill();
        let [a, b, ..] = input.held.to_le_bytes();
        match self.short.get(usize::from(u16::from_le_bytes([a, b])) % (1 << SHORT)) {
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
