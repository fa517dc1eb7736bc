//! Converts JavaScript's numbers to whole ones.

/// Returns the whole part of `value`: 0 for NaN, the nearest `i64` for what is
/// out of range.
#[expect(clippy::cast_possible_truncation, reason = "the whole part is what is asked for")]
pub(crate) fn whole(value: f64) -> i64 {
    value as i64
}

/// Returns a number of bytes: 0 for what is none.
pub(crate) fn byte_count(value: f64) -> u64 {
    u64::try_from(whole(value)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_becomes_a_whole_one() {
        for (value, number) in [
            (0.0, 0),
            (-1.5, -1),
            (1_754_258_400_000.7, 1_754_258_400_000),
            (f64::NAN, 0),
            (f64::INFINITY, i64::MAX),
            (1e300, i64::MAX),
        ] {
            assert_eq!(whole(value), number, "{value}");
        }
        assert_eq!((byte_count(-3.0), byte_count(18e6)), (0, 18_000_000));
    }
}
