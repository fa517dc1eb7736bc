//! Converts days and zones with jiff's bundled tz database, so that the
//! building machine does not influence when a posting closes.

use jiff::civil;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use rules::deadline::{Window, Zone};
use rules::{Date, Timestamp};

use crate::suggest::nearest;

/// How long after the erasure of the applications the zone's offsets are
/// still known, so that a late look at a posting shows the right hour.
const AFTERWARDS_DAYS: i64 = 2 * 365;

/// Returns the zone with this IANA name, or the name that was probably meant.
pub(crate) fn zone(name: &str) -> Result<TimeZone, Option<String>> {
    let database = TimeZoneDatabase::bundled();
    database.get(name).ok().filter(|zone| zone.iana_name() == Some(name)).ok_or_else(|| {
        let names: Vec<String> = database.available().map(|name| name.to_string()).collect();
        nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
    })
}

/// Returns the zones from which somebody may choose: the places of the IANA
/// list, and UTC.
pub fn zones() -> Vec<String> {
    const REGIONS: [&str; 9] = [
        "Africa/",
        "America/",
        "Antarctica/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    ];
    let database = TimeZoneDatabase::bundled();
    let names = database.available().map(|name| name.to_string());
    let is_place = |name: &String| REGIONS.iter().any(|region| name.starts_with(region));
    names.filter(|name| is_place(name) || name == "UTC").collect()
}

/// From the start of `published` to the end of `last` in `zone`.
///
/// `None` beyond the years that jiff can represent.
pub(crate) fn window(published: Date, last: Date, zone: &TimeZone) -> Option<Window> {
    Some(Window {
        opens_at: start_of_day(civil_date(published)?, zone)?,
        closes_at: start_of_day(civil_date(last)?.tomorrow().ok()?, zone)?,
    })
}

/// Returns what a posting needs to know of `zone` from the day before
/// `published` until two years after `erased`.
pub(crate) fn offsets(published: Date, erased: Date, zone: &TimeZone) -> Option<Zone> {
    let first = start_of_day(civil_date(published)?.yesterday().ok()?, zone)?;
    let last =
        start_of_day(civil_date(Date::from_days(erased.to_days() + AFTERWARDS_DAYS))?, zone)?;
    let start = jiff::Timestamp::from_millisecond(first.0).ok()?;
    let mut offsets = vec![(first, zone.to_offset(start).seconds() / 60)];
    for transition in zone.following(start) {
        let at = Timestamp(transition.timestamp().as_millisecond());
        if at > last {
            break;
        }
        let minutes = transition.offset().seconds() / 60;
        // A transition may change no more than the zone's abbreviation.
        if offsets.last().is_some_and(|(_, before)| *before != minutes) {
            offsets.push((at, minutes));
        }
    }
    Some(Zone { name: zone.iana_name()?.to_owned(), offsets })
}

/// Returns the first instant of `date` in `zone`: midnight, or later where
/// clocks jump over midnight, or that of the next day where the whole day is
/// skipped.
fn start_of_day(date: civil::Date, zone: &TimeZone) -> Option<Timestamp> {
    let start = date.to_zoned_datetime(zone.clone()).ok()?.start_of_day().ok()?;
    Some(Timestamp(start.timestamp().as_millisecond()))
}

fn civil_date(date: Date) -> Option<civil::Date> {
    let year = i16::try_from(date.year).ok()?;
    let (month, day) = (i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?);
    civil::Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        let mut parts = text.split('-').map(|part| part.parse::<u16>().unwrap());
        let (year, month, day) =
            (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        Date { year: year.into(), month: month.try_into().unwrap(), day: day.try_into().unwrap() }
    }

    #[test]
    fn a_posting_closes_when_its_last_day_ends_there() {
        for (last, name, closes) in [
            ("2025-08-03", "Europe/Brussels", "2025-08-03T22:00:00.000Z"),
            // The clocks change during the last day: it has 23 or 25 hours.
            ("2025-03-30", "Europe/Brussels", "2025-03-30T22:00:00.000Z"),
            ("2025-10-26", "Europe/Brussels", "2025-10-26T23:00:00.000Z"),
            // Apia kept the last Friday of 2011 out of its calendar.
            ("2011-12-29", "Pacific/Apia", "2011-12-30T10:00:00.000Z"),
            ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00.000Z"),
            ("2025-08-03", "Pacific/Apia", "2025-08-03T11:00:00.000Z"),
            // Midnight of 4 November 2018 did not exist in São Paulo.
            ("2018-11-03", "America/Sao_Paulo", "2018-11-04T03:00:00.000Z"),
            ("2025-08-03", "America/Sao_Paulo", "2025-08-04T03:00:00.000Z"),
            // Midnight of 4 November 2018 came twice in Havana.
            ("2018-11-03", "America/Havana", "2018-11-04T04:00:00.000Z"),
            ("2025-08-03", "Asia/Kathmandu", "2025-08-03T18:15:00.000Z"),
            ("2025-08-03", "Africa/Tunis", "2025-08-03T23:00:00.000Z"),
            ("2024-02-29", "UTC", "2024-03-01T00:00:00.000Z"),
        ] {
            let window = window(date("2011-01-01"), date(last), &zone(name).unwrap()).unwrap();
            assert_eq!(window.closes_at.to_rfc3339(), closes, "{last} {name}");
        }
    }

    #[test]
    fn a_posting_opens_when_its_first_day_begins_there() {
        for (published, name, opens) in [
            ("2025-07-09", "Europe/Brussels", "2025-07-08T22:00:00.000Z"),
            ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00.000Z"),
            ("2025-07-09", "Asia/Kathmandu", "2025-07-08T18:15:00.000Z"),
        ] {
            let window = window(date(published), date("2030-01-01"), &zone(name).unwrap()).unwrap();
            assert_eq!(window.opens_at.to_rfc3339(), opens, "{published} {name}");
        }
    }

    #[test]
    fn offsets_cover_the_life_of_a_posting_and_two_years_more() {
        for (name, offsets_of) in [
            ("Europe/Brussels", vec![120, 60, 120, 60, 120, 60]),
            ("Africa/Tunis", vec![60]),
            ("Asia/Kathmandu", vec![345]),
            ("America/Sao_Paulo", vec![-180]),
            ("Pacific/Apia", vec![780]),
            ("UTC", vec![0]),
        ] {
            let known = offsets(date("2025-07-09"), date("2026-01-30"), &zone(name).unwrap());
            let known = known.unwrap();
            let minutes: Vec<i32> = known.offsets.iter().map(|(_, minutes)| *minutes).collect();
            assert_eq!((known.name.as_str(), minutes), (name, offsets_of));
        }
    }

    #[test]
    fn a_zone_far_ahead_still_changes_its_clocks() {
        let zurich = zone("Europe/Zurich").unwrap();
        let known = offsets(date("2025-06-02"), date("2035-07-30"), &zurich).unwrap();
        assert_eq!(known.offsets.len(), 1 + 2 * 12);
        // 25 March 2035, 01:00 UTC: the last Sunday of March.
        let change = Timestamp(2_058_397_200_000);
        assert_eq!(known.local(Timestamp(change.0 - 1)).hour, 1);
        assert_eq!(known.local(change).hour, 3);
    }

    #[test]
    fn unknown_zones_are_named_after_what_was_meant() {
        for (name, meant) in [
            ("Europe/Brusels", Some("Europe/Brussels")),
            ("Brussels", Some("Europe/Brussels")),
            ("Europe/Tunis", Some("Africa/Tunis")),
            ("Europe/Zürich", Some("Europe/Zurich")),
            ("europe/brussels", Some("Europe/Brussels")),
            ("Europe/Geneva", None),
            ("", None),
            ("../etc/passwd", None),
            ("Middle Earth/Bree", None),
        ] {
            assert_eq!(zone(name).unwrap_err().as_deref(), meant, "{name}");
        }
    }
}
