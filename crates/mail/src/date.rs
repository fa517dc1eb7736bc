//! Writes the date of a message (RFC 5322, 3.3).

use calendar::Timestamp;

/// 1900-01-01T00:00:00Z and 9999-12-31T23:59:59Z in milliseconds since 1970: the years that RFC 5322 can express.
const WRITABLE: (i64, i64) = (-2_208_988_800_000, 253_402_300_799_000);

/// Writes the date as a header has it, in UTC: `Sun, 03 Aug 2025 22:00:00 +0000`.
pub(crate) fn rfc5322(epoch_ms: i64) -> String {
    Timestamp(epoch_ms.clamp(WRITABLE.0, WRITABLE.1)).to_rfc5322()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_in_utc() {
        for (epoch_ms, expected) in [
            (0, "Thu, 01 Jan 1970 00:00:00 +0000"),
            (-1, "Wed, 31 Dec 1969 23:59:59 +0000"),
            (1_754_258_399_999, "Sun, 03 Aug 2025 21:59:59 +0000"),
            (1_754_258_400_000, "Sun, 03 Aug 2025 22:00:00 +0000"),
            (951_782_400_000, "Tue, 29 Feb 2000 00:00:00 +0000"),
            (1_709_164_800_000, "Thu, 29 Feb 2024 00:00:00 +0000"),
            (1_735_689_599_000, "Tue, 31 Dec 2024 23:59:59 +0000"),
            (4_107_542_400_000, "Mon, 01 Mar 2100 00:00:00 +0000"),
            (-2_208_988_800_000, "Mon, 01 Jan 1900 00:00:00 +0000"),
            (i64::MIN, "Mon, 01 Jan 1900 00:00:00 +0000"),
            (i64::MAX, "Fri, 31 Dec 9999 23:59:59 +0000"),
        ] {
            assert_eq!(rfc5322(epoch_ms), expected);
        }
    }
}
