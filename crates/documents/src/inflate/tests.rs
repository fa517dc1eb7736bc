//! Held against `miniz_oxide`.

use miniz_oxide::deflate::{compress_to_vec, compress_to_vec_zlib};

use super::{End, Inflated, raw, zlib};

const LIMIT: usize = 1 << 20;

fn whole(bytes: &[u8]) -> Inflated {
    Inflated { bytes: bytes.to_vec(), end: End::Whole }
}

/// Nothing, little, noise, repetition near and far, and every length and distance between.
fn samples() -> Vec<Vec<u8>> {
    let noise = noise(200_000);
    let words = noise.iter().flat_map(|byte| format!("mot {byte} ").into_bytes()).collect();
    let far = [&noise[..32_768], &noise[..32_768], &noise[5..300]].concat();
    let growing = (0..700).flat_map(|n| noise[n..n + n % 300].to_vec()).collect();
    vec![vec![], b"a".to_vec(), vec![0; 100_000], noise, words, far, growing]
}

/// Bytes without a pattern.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..count).map(next).collect()
}

#[test]
fn everything_comes_out_as_it_went_in() {
    for sample in samples() {
        for level in [0, 1, 6, 9] {
            let limit = sample.len();
            assert_eq!(raw(&compress_to_vec(&sample, level), limit), whole(&sample));
            assert_eq!(zlib(&compress_to_vec_zlib(&sample, level), limit), whole(&sample));
        }
    }
}

#[test]
fn never_more_comes_out_than_asked_for() {
    let bomb = compress_to_vec(&vec![0; 10 * LIMIT], 9);
    let Inflated { bytes, end } = raw(&bomb, LIMIT);
    assert_eq!((bytes.len(), end), (LIMIT, End::OverLimit));
}

#[test]
fn what_came_before_the_cut_is_kept() {
    let text = noise(5_000).iter().flat_map(|n| format!("{n} ").into_bytes()).collect::<Vec<_>>();
    let packed = compress_to_vec(&text, 6);
    for cut in 0..packed.len() {
        let Inflated { bytes, end } = raw(&packed[..cut], LIMIT);
        assert_eq!(end, End::Broken);
        assert!(text.starts_with(&bytes));
    }
}

#[test]
fn what_is_no_deflated_data_is_broken() {
    let cases: [(&str, &[u8]); 5] = [
        ("nothing", &[]),
        ("a block type that does not exist", &[0b111]),
        ("a stored block whose lengths disagree", &[1, 5, 0, 5, 0]),
        ("a distance before the beginning", &[0b0000_0011, 0b0000_0010, 0]),
        ("no code for anything", &[5, 0, 0, 0, 0, 0, 0, 0]),
    ];
    for (name, input) in cases {
        assert_eq!(raw(input, LIMIT).end, End::Broken, "{name}");
    }
}

/// As many inputs as the time allows: whatever `miniz_oxide` makes of damaged data, this does.
#[test]
fn damage_is_found_where_others_find_it() {
    let packed = compress_to_vec(b"Bonjour, bonjour, bonsoir, bonne nuit", 6);
    let noise = noise(2 * 20_000);
    for [at, byte] in noise.as_chunks().0 {
        let mut damaged = packed.clone();
        let length = damaged.len();
        damaged[usize::from(*at) % length] = *byte;
        let ours = raw(&damaged, LIMIT);
        let theirs = miniz_oxide::inflate::decompress_to_vec_with_limit(&damaged, LIMIT);
        if let Ok(bytes) = theirs {
            assert_eq!(ours, whole(&bytes), "{damaged:?}");
        }
    }
}

#[test]
fn what_is_only_counted_is_as_long_as_what_is_kept() {
    let text: Vec<u8> =
        (0..200_000_u32).flat_map(|n| (n % 977 * n % 977).to_string().into_bytes()).collect();
    for level in [0, 1, 9] {
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(&text, level);
        assert_eq!(super::zlib_length(&packed, usize::MAX), text.len(), "level {level}");
        assert_eq!(super::zlib_length(&packed, 1_000), 1_000, "level {level}");
        let cut = &packed[..packed.len() / 2];
        assert!((1..text.len()).contains(&super::zlib_length(cut, usize::MAX)), "level {level}");
    }
    assert_eq!(super::zlib_length(b"x", 9), 0);
}
