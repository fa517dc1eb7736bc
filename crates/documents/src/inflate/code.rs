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
        // For each length, where its next symbol goes.
        let mut places = [0_usize; LONGEST as usize + 1];
        let mut before = 0;
        for (place, count) in places.iter_mut().zip(counts) {
            *place = before;
            before += usize::from(count);
        }
        let mut symbols = vec![0; lengths.len()];
        for (symbol, length) in (0_u16..).zip(lengths).filter(|(_, length)| **length > 0) {
            let Some(place) = places.get_mut(usize::from(*length)) else { continue };
            if let Some(slot) = symbols.get_mut(*place) {
                *slot = symbol;
            }
            *place += 1;
        }
        let short = shortened(&counts, &symbols);
        Self { short, counts, symbols }
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

/// Returns each short code under each value of the bits that may follow it. Codes are packed from their
/// highest bit on, everything else from the lowest.
fn shortened(counts: &[u16], symbols: &[u16]) -> [u16; 1 << SHORT] {
    let mut short = [0; 1 << SHORT];
    let mut symbols = symbols.iter();
    let mut number = 0_u32;
    for (length, count) in (1..=SHORT).zip(counts.iter().skip(1)) {
        // One bit more: what is there so far follows both of its values.
        let half = 1 << (length - 1);
        short.copy_within(..half, half);
        for symbol in symbols.by_ref().take(usize::from(*count)) {
            let reversed = number.reverse_bits() >> (u32::BITS as usize - length);
            if let Some(entry) = short.get_mut(reversed as usize) {
                *entry = symbol * 16 + u16::try_from(length).unwrap_or(0);
            }
            number += 1;
        }
        number <<= 1;
    }
    short
}
