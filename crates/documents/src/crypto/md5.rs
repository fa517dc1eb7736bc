/// Returns the MD5 digest (RFC 1321).
pub(crate) fn md5(message: &[u8]) -> [u8; 16] {
    let mut padded = message.to_vec();
    padded.push(0x80);
    padded.resize((message.len() + 9).next_multiple_of(64) - 8, 0);
    padded.extend((message.len() as u64 * 8).to_le_bytes());

    let mut state = [0x6745_2301_u32, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476];
    let sines = sines();
    for block in padded.as_chunks::<64>().0 {
        compress(&mut state, block, &sines);
    }
    let mut digest = [0; 16];
    for (bytes, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *bytes = word.to_le_bytes();
    }
    digest
}

fn compress(state: &mut [u32; 4], block: &[u8; 64], sines: &[u32; 64]) {
    const ROTATIONS: [[u32; 4]; 4] =
        [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let words = block.as_chunks::<4>().0;
    let [mut a, mut b, mut c, mut d] = *state;
    for (step, sine) in sines.iter().enumerate() {
        let (mixed, word) = match step / 16 {
            0 => ((b & c) | (!b & d), step),
            1 => ((d & b) | (!d & c), 5 * step + 1),
            2 => (b ^ c ^ d, 3 * step + 5),
            _ => (c ^ (b | !d), 7 * step),
        };
        let word = words.get(word % 16).map_or(0, |bytes| u32::from_le_bytes(*bytes));
        let sum = a.wrapping_add(mixed).wrapping_add(*sine).wrapping_add(word);
        (a, d, c) = (d, c, b);
        b = b.wrapping_add(sum.rotate_left(ROTATIONS[step / 16][step % 4]));
    }
    for (word, more) in state.iter_mut().zip([a, b, c, d]) {
        *word = word.wrapping_add(more);
    }
}

/// 2^32 × |sin(i)| for i from 1 on, each turned from the one before: floats err by far less than
/// any of them is off a whole number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "cut off, as it is told"
)]
fn sines() -> [u32; 64] {
    const SINE: f64 = 0.841_470_984_807_896_5;
    const COSINE: f64 = 0.540_302_305_868_139_8;
    let (mut sine, mut cosine) = (0.0, 1.0);
    std::array::from_fn(|_| {
        (sine, cosine) = (sine * COSINE + cosine * SINE, cosine * COSINE - sine * SINE);
        (f64::abs(sine) * 4_294_967_296.0) as u32
    })
}
