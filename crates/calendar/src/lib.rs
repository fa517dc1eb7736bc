//! Days and minutes of the proleptic Gregorian calendar, without a clock and
//! without a table of time zones.

use serde::{Deserialize, Serialize};

/// Milliseconds in a day.
const DAY: i64 = 86_400_000;

/// An instant: milliseconds since 1970-01-01T00:00:00Z, leap seconds ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Returns what a clock shows at this instant, `offset_minutes` east of UTC.
    pub fn at_offset(self, offset_minutes: i32) -> LocalTime {
        let shifted = self.0.saturating_add(i64::from(offset_minutes) * 60_000);
        let in_day = shifted.rem_euclid(DAY);
        let part = |unit: i64, modulus: i64| u8::try_from(in_day / unit % modulus).unwrap_or(0);
        LocalTime {
            date: Date::from_days(shifted.div_euclid(DAY)),
            hour: part(3_600_000, 24),
            minute: part(60_000, 60),
            second: part(1_000, 60),
            offset_minutes,
        }
    }

    /// This instant, `days` times 24 hours later.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Self {
        Self(self.0.saturating_add(i64::from(days) * DAY))
    }

    /// Writes the instant as HTTP does: `Sun, 03 Aug 2025 21:59:59 GMT` (RFC 9110,
    /// 5.6.7).
    pub fn to_http_date(self) -> String {
        format!("{} GMT", self.to_english())
    }

    /// Writes the instant as the date of a message, in UTC:
    /// `Sun, 03 Aug 2025 21:59:59 +0000` (RFC 5322, 3.3).
    pub fn to_rfc5322(self) -> String {
        format!("{} +0000", self.to_english())
    }

    fn to_english(self) -> String {
        const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let LocalTime { date, hour, minute, second, .. } = self.at_offset(0);
        let weekday = DAYS.get(usize::from(date.weekday())).unwrap_or(&"");
        let month = MONTHS.get(usize::from(date.month.saturating_sub(1))).unwrap_or(&"");
        let (day, year) = (date.day, date.year);
        format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02}")
    }

    /// As RFC 3339 writes it in UTC, to the millisecond:
    /// `2025-08-03T21:59:59.999Z`.
    pub fn to_rfc3339(self) -> String {
        let LocalTime { date, hour, minute, second, .. } = self.at_offset(0);
        let millisecond = self.0.rem_euclid(1_000);
        format!("{date}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z")
    }
}

/// A local date and time, as a wall clock shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    /// The day there.
    pub date: Date,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// Minutes east of UTC.
    pub offset_minutes: i32,
}

/// A day, written `2025-08-03` (ISO 8601).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Date {
    /// The year, 2025.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl Date {
    /// Returns the day that begins `days` after 1970-01-01.
    ///
    /// Howard Hinnant's `civil_from_days`
    /// (<https://howardhinnant.github.io/date_algorithms.html>): years begin
    /// in March, so that the leap day comes last.
    pub fn from_days(days: i64) -> Self {
        let shifted = days.saturating_add(719_468);
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era.saturating_add(era.saturating_mul(400)) + i64::from(month <= 2);
        Self {
            year: i32::try_from(year).unwrap_or(i32::MAX),
            month: u8::try_from(month).unwrap_or(1),
            day: u8::try_from(day).unwrap_or(1),
        }
    }

    /// Days since 1970-01-01: the inverse of [`Date::from_days`].
    pub fn to_days(self) -> i64 {
        let (year, month, day) = (i64::from(self.year), i64::from(self.month), i64::from(self.day));
        let year = year - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month_from_march = if month > 2 { month - 3 } else { month + 9 };
        let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// Returns the first instant of the day in UTC.
    pub fn midnight(self) -> Timestamp {
        Timestamp(self.to_days().saturating_mul(DAY))
    }

    /// Returns the day of the week, 0 for Monday to 6 for Sunday.
    pub fn weekday(self) -> u8 {
        // 1970-01-01 was a Thursday.
        u8::try_from((self.to_days() + 3).rem_euclid(7)).unwrap_or(0)
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        for (days, text, weekday) in [
            (0, "1970-01-01", 3),
            (-1, "1969-12-31", 2),
            (11_016, "2000-02-29", 1),
            (20_303, "2025-08-03", 6),
            (47_541, "2100-03-01", 0),
        ] {
            let date = Date::from_days(days);
            assert_eq!((date.to_string().as_str(), date.weekday()), (text, weekday), "{days}");
            assert_eq!(date.midnight().to_rfc3339(), format!("{text}T00:00:00.000Z"));
        }
    }

    #[test]
    fn days_survive_the_way_there_and_back() {
        for days in (-800_000..800_000).step_by(37) {
            assert_eq!(Date::from_days(days).to_days(), days);
        }
    }

    #[test]
    fn instants_are_written_to_the_millisecond() {
        let last = Timestamp(1_754_258_399_999);
        assert_eq!(last.to_rfc3339(), "2025-08-03T21:59:59.999Z");
        assert_eq!(last.to_http_date(), "Sun, 03 Aug 2025 21:59:59 GMT");
        let there = last.at_offset(120);
        assert_eq!((there.hour, there.minute, there.second), (23, 59, 59));
        assert_eq!(there.date.to_string(), "2025-08-03");
    }

    #[test]
    fn no_instant_panics() {
        for ms in [i64::MIN, i64::MAX, -1, 1] {
            let _ = Timestamp(ms).to_rfc3339();
            let _ = Timestamp(ms).to_http_date();
            let _ = Timestamp(ms).plus_days(u32::MAX);
        }
    }

    /// Each day from 1900 to 2200 follows the one before it.
    #[test]
    fn days_follow_each_other() {
        let mut expected = (1900, 1, 1);
        for days in -25_567..84_006 {
            let Date { year, month, day } = Date::from_days(days);
            assert_eq!((year, month, day), expected);
            let (year, month, day) = expected;
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let last: u8 = match month {
                2 => 28 + u8::from(leap),
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
