//! Writes the date of a message (RFC 5322, 3.3).

/// 1900-01-01T00:00:00Z and 9999-12-31T23:59:59Z in seconds since 1970: the years that RFC 5322 can express.
const WRITABLE: (i64, i64) = (-2_208_988_800, 253_402_300_799);
const SECONDS_PER_DAY: i64 = 86_400;
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Writes the date as a header has it, in UTC: `Sun, 03 Aug 2025 22:00:00 +0000`.
pub(crate) fn rfc5322(epoch_ms: i64) -> String {
    let seconds = epoch_ms.div_euclid(1000).clamp(WRITABLE.0, WRITABLE.1);
    let days = seconds.div_euclid(SECONDS_PER_DAY);
    let (hour, minute, second) = (
        seconds.rem_euclid(SECONDS_PER_DAY) / 3600,
        seconds.rem_euclid(3600) / 60,
        seconds.rem_euclid(60),
    );
    let (year, month, day) = civil_from_days(days);
    // 1970-01-01 was a Thursday, three days into the week.
    let weekday = name(&WEEKDAYS, (days + 3).rem_euclid(7));
    let month = name(&MONTHS, month - 1);
    format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} +0000")
}

/// Converts days since 1970-01-01 to year, month (1 to 12) and day (1 to 31) of the proleptic Gregorian calendar.
///
/// This is Howard Hinnant's `civil_from_days`. Its years begin in March, so that the leap day is the last one, and 400 of them always
/// have 146 097 days.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    // From 0000-03-01.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

fn name(names: &[&'static str], index: i64) -> &'static str {
    usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or_default()
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

    /// Each day from 1900 to 2200 follows the one before it.
    #[test]
    fn days_follow_each_other() {
        let mut expected = (1900, 1, 1);
        for days in -25_567..84_006 {
            assert_eq!(civil_from_days(days), expected);
            let (year, month, day) = expected;
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let last = match month {
                2 => 28 + i64::from(leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            expected = match (month, day) {
                (12, 31) => (year + 1, 1, 1),
                (_, day) if day == last => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
        }
        assert_eq!(expected, (2200, 1, 1));
    }
}
