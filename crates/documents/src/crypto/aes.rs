/// AES (FIPS 197) in CBC mode without padding, under a key of 16 or 32 bytes.
pub(crate) struct Aes {
    /// One for each round and one before the first.
    keys: Vec<Block>,
    substitutes: [u8; 256],
    originals: [u8; 256],
    /// For a byte in the first row, the column that undoing substitution and mixing makes of it.
    unmixed: [u32; 256],
}

type Block = [u8; 16];

impl Aes {
    /// Nothing for a key of another length.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        if !matches!(key.len(), 16 | 32) {
            return None;
        }
        let substitutes = substitutes();
        let mut originals = [0; 256];
        for (original, substitute) in (0..=255).zip(substitutes) {
            originals[usize::from(substitute)] = original;
        }
        let unmixed = originals.map(|byte| {
            let mut column = [0; 16];
            column[0] = byte;
            unmix_columns(&mut column);
            u32::from_le_bytes([column[0], column[1], column[2], column[3]])
        });
        Some(Self { keys: expand(key, &substitutes), substitutes, originals, unmixed })
    }

    /// Enciphers the whole blocks of `data`; what is left over is left out.
    pub(crate) fn encrypt(&self, start: Block, data: &[u8]) -> Vec<u8> {
        let mut previous = start;
        let mut cipher = Vec::with_capacity(data.len());
        for block in data.as_chunks::<16>().0 {
            previous = self.encrypt_block(xor(*block, previous));
            cipher.extend(previous);
        }
        cipher
    }

    /// Deciphers the whole blocks of `data`; what is left over is left out.
    pub(crate) fn decrypt(&self, start: Block, data: &[u8]) -> Vec<u8> {
        let keys = self.unmixed_keys();
        let mut previous = start;
        let mut plain = Vec::with_capacity(data.len());
        for block in data.as_chunks::<16>().0 {
            plain.extend(xor(self.decrypt_block(&keys, *block), previous));
            previous = *block;
        }
        plain
    }

    /// Returns the keys for deciphering, which mixes before it adds them: the last first.
    fn unmixed_keys(&self) -> Vec<Block> {
        let mut keys: Vec<Block> = self.keys.iter().rev().copied().collect();
        if let [_, inner @ .., _] = keys.as_mut_slice() {
            inner.iter_mut().for_each(unmix_columns);
        }
        keys
    }

    fn encrypt_block(&self, mut block: Block) -> Block {
        let mut keys = self.keys.iter();
        if let Some(key) = keys.next() {
            block = xor(block, *key);
        }
        while let Some(key) = keys.next() {
            block = shift_rows(block, 5).map(|byte| self.substitutes[usize::from(byte)]);
            if !keys.as_slice().is_empty() {
                mix_columns(&mut block);
            }
            block = xor(block, *key);
        }
        block
    }

    fn decrypt_block(&self, keys: &[Block], mut block: Block) -> Block {
        let [first, inner @ .., last] = keys else { return block };
        block = xor(block, *first);
        for key in inner {
            let mut mixed = [[0; 4]; 4];
            for (column, mixed) in mixed.iter_mut().enumerate() {
                // Row n of the column comes from n columns before.
                let from = |row: usize| {
                    let byte = block[(column * 4 + row * 13) % 16];
                    self.unmixed[usize::from(byte)]
                };
                let rows = from(0)
                    ^ from(1).rotate_left(8)
                    ^ from(2).rotate_left(16)
                    ^ from(3).rotate_left(24);
                *mixed = rows.to_le_bytes();
            }
            block = xor(*mixed.as_flattened().first_chunk().unwrap_or(&block), *key);
        }
        let last_round = shift_rows(block, 13).map(|byte| self.originals[usize::from(byte)]);
        xor(last_round, *last)
    }
}

fn xor(a: Block, b: Block) -> Block {
    std::array::from_fn(|at| a[at] ^ b[at])
}

/// Row n is turned by n places: to the left with a stride of 5, to the right with one of 13.
fn shift_rows(block: Block, stride: usize) -> Block {
    std::array::from_fn(|at| block[(at % 4 * (stride - 1) + at) % 16])
}

fn mix_columns(block: &mut Block) {
    for column in block.as_chunks_mut::<4>().0 {
        let [a, b, c, d] = *column;
        let all = a ^ b ^ c ^ d;
        *column = [
            a ^ all ^ double(a ^ b),
            b ^ all ^ double(b ^ c),
            c ^ all ^ double(c ^ d),
            d ^ all ^ double(d ^ a),
        ];
    }
}

/// The inverse matrix is the matrix times one that only adds within pairs.
fn unmix_columns(block: &mut Block) {
    for [a, b, c, d] in block.as_chunks_mut::<4>().0 {
        let even = double(double(*a ^ *c));
        let odd = double(double(*b ^ *d));
        (*a, *c) = (*a ^ even, *c ^ even);
        (*b, *d) = (*b ^ odd, *d ^ odd);
    }
    mix_columns(block);
}

/// Twice the polynomial, modulo x^8 + x^4 + x^3 + x + 1.
fn double(byte: u8) -> u8 {
    (byte << 1) ^ ((byte >> 7) * 0x1B)
}

/// Goes through the powers of 3 and, at the same time, their inverses.
fn substitutes() -> [u8; 256] {
    let mut table = [0x63; 256];
    let (mut power, mut inverse) = (1_u8, 1_u8);
    for _ in 0..255 {
        let turned = (1..5).map(|by| inverse.rotate_left(by)).fold(inverse, |sum, x| sum ^ x);
        table[usize::from(power)] = turned ^ 0x63;
        power ^= double(power);
        inverse ^= inverse << 1;
        inverse ^= inverse << 2;
        inverse ^= inverse << 4;
        inverse ^= (inverse >> 7) * 0x09;
    }
    table
}

fn expand(key: &[u8], substitutes: &[u8; 256]) -> Vec<Block> {
    let mut words: Vec<[u8; 4]> = key.as_chunks::<4>().0.to_vec();
    let length = words.len();
    let mut constant = 1;
    for at in length..4 * (length + 7) {
        let Some(mut word) = words.last().copied() else { break };
        if at % length == 0 {
            word.rotate_left(1);
            word = word.map(|byte| substitutes[usize::from(byte)]);
            word[0] ^= constant;
            constant = double(constant);
        } else if length == 8 && at % length == 4 {
            word = word.map(|byte| substitutes[usize::from(byte)]);
        }
        if let Some(before) = words.get(at - length) {
            words.push(std::array::from_fn(|n| word[n] ^ before[n]));
        }
    }
    words.as_flattened().as_chunks::<16>().0.to_vec()
}
