//! SHA-2 (FIPS 180-4). Its constants are roots of the first primes, and computed: written down they
//! are most of a kilobyte that nothing compresses.

/// What the digests begin with and add. Those of SHA-256 are the upper halves of SHA-512's.
pub(crate) struct Sha2 {
    /// Of the square roots of the first eight primes.
    start_512: [u64; 8],
    /// Of those of the next eight.
    start_384: [u64; 8],
    /// Of the cube roots of the first eighty.
    constants: [u64; 80],
}

impl Sha2 {
    pub(crate) fn new() -> Self {
        let is_prime = |number: &u32| (2..*number).all(|other| !number.is_multiple_of(other));
        let mut all = (2..).filter(is_prime);
        let primes: [u32; 80] = std::array::from_fn(|_| all.next().unwrap_or_default());
        Self {
            start_512: std::array::from_fn(|at| root(primes[at], 2)),
            start_384: std::array::from_fn(|at| root(primes[8 + at], 2)),
            constants: primes.map(|prime| root(prime, 3)),
        }
    }

    /// Returns the SHA-256 digest.
    pub(crate) fn sha256(&self, message: &[u8]) -> [u8; 32] {
        let mut state = self.start_512.map(upper_half);
        for block in pad::<64>(message).as_chunks::<64>().0 {
            compress_256(&mut state, block, &self.constants);
        }
        let mut digest = [0; 32];
        for (bytes, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(state) {
            *bytes = word.to_be_bytes();
        }
        digest
    }

    /// Returns the SHA-384 digest.
    pub(crate) fn sha384(&self, message: &[u8]) -> [u8; 48] {
        let long = self.long(self.start_384, message);
        std::array::from_fn(|at| long[at])
    }

    /// Returns the SHA-512 digest.
    pub(crate) fn sha512(&self, message: &[u8]) -> [u8; 64] {
        self.long(self.start_512, message)
    }

    fn long(&self, mut state: [u64; 8], message: &[u8]) -> [u8; 64] {
        for block in pad::<128>(message).as_chunks::<128>().0 {
            compress_512(&mut state, block, &self.constants);
        }
        let mut digest = [0; 64];
        for (bytes, word) in digest.as_chunks_mut::<8>().0.iter_mut().zip(state) {
            *bytes = word.to_be_bytes();
        }
        digest
    }
}

/// Returns the message, a one bit, zeros, and its length in bits at the end of the last block.
fn pad<const BLOCK: usize>(message: &[u8]) -> Vec<u8> {
    let mut padded = message.to_vec();
    padded.push(0x80);
    padded.resize((message.len() + 1 + BLOCK / 8).next_multiple_of(BLOCK) - 8, 0);
    padded.extend((message.len() as u64 * 8).to_be_bytes());
    padded
}

fn upper_half(word: u64) -> u32 {
    (word >> 32) as u32
}

/// Defines the compression of one block for one width of word.
macro_rules! compress {
    ($name:ident, $word:ty, $bytes:literal, $rounds:literal, $constant:expr,
     $s0:expr, $s1:expr, $e0:expr, $e1:expr) => {
        fn $name(state: &mut [$word; 8], block: &[u8; 16 * $bytes], constants: &[u64; 80]) {
            let rotated = |x: $word, [a, b, c]: [u32; 3]| {
                x.rotate_right(a) ^ x.rotate_right(b) ^ x.rotate_right(c)
            };
            let shifted =
                |x: $word, [a, b, c]: [u32; 3]| x.rotate_right(a) ^ x.rotate_right(b) ^ (x >> c);
            let mut words = [0; $rounds];
            for (word, bytes) in words.iter_mut().zip(block.as_chunks::<$bytes>().0) {
                *word = <$word>::from_be_bytes(*bytes);
            }
            for t in 16..$rounds {
                words[t] = shifted(words[t - 2], $s1)
                    .wrapping_add(words[t - 7])
                    .wrapping_add(shifted(words[t - 15], $s0))
                    .wrapping_add(words[t - 16]);
            }
            let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
            for (word, constant) in words.into_iter().zip(constants) {
                let one = h
                    .wrapping_add(rotated(e, $e1))
                    .wrapping_add((e & f) ^ (!e & g))
                    .wrapping_add($constant(*constant))
                    .wrapping_add(word);
                let two = rotated(a, $e0).wrapping_add((a & b) ^ (a & c) ^ (b & c));
                (h, g, f, e) = (g, f, e, d.wrapping_add(one));
                (d, c, b, a) = (c, b, a, one.wrapping_add(two));
            }
            for (word, more) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
                *word = word.wrapping_add(more);
            }
        }
    };
}

compress!(compress_256, u32, 4, 64, upper_half, [7, 18, 3], [17, 19, 10], [2, 13, 22], [6, 11, 25]);
compress!(
    compress_512,
    u64,
    8,
    80,
    std::convert::identity,
    [1, 8, 7],
    [19, 61, 6],
    [28, 34, 39],
    [14, 18, 41]
);

/// Returns the first 64 bits behind the point of a root of `number`, which is less than 512 and has
/// none that is whole: bit by bit, the largest whose power is not too large.
fn root(number: u32, degree: usize) -> u64 {
    let mut root: Long = [0; 8];
    for bit in (0..67).rev() {
        let mut tried = root;
        tried[bit / 32] |= 1 << (bit % 32);
        let power = (1..degree).fold(tried, |power, _| product(power, tried));
        // Of the power, 64 bits for each factor stand behind the point.
        if power[2 * degree] < number {
            root = tried;
        }
    }
    u64::from(root[1]) << 32 | u64::from(root[0])
}

/// The lowest 32 bits first.
type Long = [u32; 8];

#[expect(clippy::cast_possible_truncation, reason = "the rest is carried over")]
fn product(one: Long, other: Long) -> Long {
    let mut product = [0; 8];
    for (at, factor) in one.into_iter().enumerate() {
        let mut carry = 0;
        for (sum, other) in product.iter_mut().skip(at).zip(other) {
            carry += u64::from(factor) * u64::from(other) + u64::from(*sum);
            (carry, *sum) = (carry >> 32, carry as u32);
        }
    }
    product
}
