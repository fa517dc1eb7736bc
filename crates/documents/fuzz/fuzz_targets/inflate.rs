//! Whatever `miniz_oxide` unpacks, this unpacks to the same, and never to more than the limit.
#![no_main]

use libfuzzer_sys::fuzz_target;

const LIMIT: usize = 1 << 16;

fuzz_target!(|data: &[u8]| {
    let ours = documents::fuzz::inflate(data, LIMIT);
    assert!(ours.len() <= LIMIT);
    if let Ok(theirs) = miniz_oxide::inflate::decompress_to_vec_with_limit(data, LIMIT) {
        assert_eq!(ours, theirs);
    }
});
