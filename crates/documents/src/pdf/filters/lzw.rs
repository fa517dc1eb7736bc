/// Undoes LZW (ISO 32000-2, 7.4.4) to at most `limit` bytes and what the last code has more.
/// Nearly every writer lengthens its codes one code `early`.
pub(super) fn decoded(data: &[u8], is_early: bool, limit: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = Vec::new();
    // Each code stands for a piece of what came out before: where it begins, and how long it is.
    let mut pieces: Vec<(usize, usize)> = Vec::with_capacity(MOST_CODES);
    let mut previous: Option<(usize, usize)> = None;
    let mut bits = Bits { input: data.iter(), held: 0, count: 0 };
    let mut width = FIRST_WIDTH;
    while let Some(code) = bits.take(width)
        && bytes.len() <= limit
    {
        match code {
            CLEAR => {
                pieces.clear();
                (previous, width) = (None, FIRST_WIDTH);
                continue;
            }
            END => break,
            _ => {}
        }
        let start = bytes.len();
        if let Ok(byte) = u8::try_from(code) {
            bytes.push(byte);
        } else if let Some((at, length)) = pieces.get(code - END - 1).copied() {
            bytes.extend_from_within(at..at + length);
        } else if let Some((at, length)) = previous
            && code - END - 1 == pieces.len()
        {
            // The one code that is used while it is made: the previous piece and its first byte.
            bytes.extend_from_within(at..at + length);
            bytes.extend_from_within(at..=at);
        } else {
            break;
        }
        if let Some((at, length)) = previous
            && pieces.len() < MOST_CODES
        {
            pieces.push((at, length + 1));
        }
        previous = Some((start, bytes.len() - start));
        let next = END + 1 + pieces.len() + usize::from(is_early);
        // With the next code one more will be known.
        width = (usize::BITS - next.leading_zeros()).clamp(FIRST_WIDTH, LAST_WIDTH);
    }
    bytes
}

const CLEAR: usize = 256;
const END: usize = 257;
const FIRST_WIDTH: u32 = 9;
const LAST_WIDTH: u32 = 12;
const MOST_CODES: usize = (1 << LAST_WIDTH) - END - 1;

/// Bits of the input, the highest of each byte first.
struct Bits<'a> {
    input: std::slice::Iter<'a, u8>,
    held: usize,
    count: u32,
}

impl Bits<'_> {
    fn take(&mut self, width: u32) -> Option<usize> {
        while self.count < width {
            self.held = (self.held << 8 | usize::from(*self.input.next()?)) & 0xFF_FFFF;
            self.count += 8;
        }
        self.count -= width;
        Some(self.held >> self.count & ((1 << width) - 1))
    }
}
