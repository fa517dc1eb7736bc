//! Formats numbers, sizes, lists, plurals, dates and times by the rules of each
//! language.

use rules::{Date, LocalTime};

use crate::Words;

/// `template` with each `{name}` replaced by its value. Values are put in as
/// they are: what looks like a placeholder inside a value stays.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            text.push('{');
            rest = after;
            continue;
        };
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
            text.push_str(value);
        } else {
            text.push('{');
            text.push_str(name);
            text.push('}');
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

/// Returns `text` so that it keeps its own reading direction inside a sentence:
/// between the marks that isolate it (UAX 9) where it is written from right to
/// left, as it is otherwise.
pub fn isolated(text: &str) -> String {
    if text.chars().any(is_right_to_left) {
        format!("\u{2068}{text}\u{2069}")
    } else {
        text.to_owned()
    }
}

/// Whether a letter belongs to a script that is written from right to left:
/// Hebrew, Arabic, Syriac, Thaana, N’Ko and their neighbours in Unicode.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
}

/// A whole number with the language's thousands separator: `38 400`.
pub fn number(words: &impl Words, value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::new();
    if value < 0 {
        text.push('\u{2212}');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push_str(words.word("unit_thousands"));
        }
        text.push(digit);
    }
    text
}

/// Returns a size as people say it: `12,4 Mo`. Units are the decimal ones of
/// SI; from a hundred of a unit on, no fraction is shown. It is rounded up, so
/// that a size over a limit never reads like the limit itself.
pub fn bytes(words: &impl Words, count: u64) -> String {
    let (key, unit) = match count {
        0..1_000 => return plural(words, "unit_byte", i64::try_from(count).unwrap_or(0)),
        // 999.9 KB and more read as megabytes.
        1_000..=999_000 => ("unit_kilobyte", 1_000),
        _ => ("unit_megabyte", 1_000_000),
    };
    let step = if count > unit * 99 + unit / 10 * 9 { unit } else { unit / 10 };
    let rounded = count.div_ceil(step).saturating_mul(step);
    let (whole, tenth) = (rounded / unit, rounded % unit * 10 / unit);
    let amount = if tenth == 0 || whole >= 100 {
        number(words, i64::try_from(whole).unwrap_or(i64::MAX))
    } else {
        format!("{whole}{}{tenth}", words.word("unit_decimal"))
    };
    fill(words.word(key), &[("n", &amount)])
}

/// `PDF, DOCX ou ODT`, or `et`: by `last`, the key of how the last one is
/// joined.
pub fn list(words: &impl Words, last: &str, items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [start @ .., end] => {
            let start = start.join(words.word("list_comma"));
            fill(words.word(last), &[("start", &start), ("last", end)])
        }
    }
}

/// Returns the form of `key` that the language uses with `count`, filled in:
/// the texts `{key}_one` and `{key}_other` (CLDR's names for plural forms).
pub fn plural(words: &impl Words, key: &str, count: i64) -> String {
    let category = category(words.word("language_tag"), count);
    let form = words.find(&format!("{key}_{category}"));
    let other = format!("{key}_other");
    let form = form.unwrap_or_else(|| words.word(&other));
    fill(form, &[("n", &number(words, count))])
}

/// CLDR's plural category of a whole number, for the languages there are.
fn category(tag: &str, count: i64) -> &'static str {
    match (tag, count) {
        ("fr", 0 | 1) | (_, 1) => "one",
        _ => "other",
    }
}

/// Returns a day in words: `dimanche 3 août 2025`.
pub fn date(words: &impl Words, date: Date) -> String {
    let day = date.day.to_string();
    let day = if date.day == 1 { words.word("date_first_of_month") } else { &day };
    let weekday = format!("date_weekday_{}", date.weekday());
    let month = format!("date_month_{}", date.month);
    fill(
        words.word("date_long"),
        &[
            ("weekday", words.word(&weekday)),
            ("day", day),
            ("month", words.word(&month)),
            ("year", &date.year.to_string()),
        ],
    )
}

/// Returns a time of day in words: `23 h 59`.
pub fn local_time(words: &impl Words, time: LocalTime) -> String {
    fill(
        words.word("date_time"),
        &[("hour", &time.hour.to_string()), ("minute", &format!("{:02}", time.minute))],
    )
}

/// Returns a moment in words, with its zone: `dimanche 3 août 2025 à 23 h 59,
/// heure de Bruxelles (UTC+2)`.
pub fn moment(words: &impl Words, time: LocalTime, zone: &str) -> String {
    fill(
        words.word("date_moment"),
        &[
            ("date", &date(words, time.date)),
            ("time", &local_time(words, time)),
            ("zone", &zone_name(words, zone)),
            ("offset", &offset(time.offset_minutes)),
        ],
    )
}

/// Returns what people call a zone: by the locale where it knows the zone, else
/// by its IANA name.
fn zone_name(words: &impl Words, zone: &str) -> String {
    let key = format!("zone_{}", zone.to_ascii_lowercase().replace(['/', '-'], "_"));
    match words.find(&key) {
        Some(name) => name.to_owned(),
        None => fill(words.word("zone_other"), &[("name", &zone.replace('_', " "))]),
    }
}

/// `UTC+2`, `UTC+5:45`, `UTC−3`, `UTC`.
fn offset(minutes: i32) -> String {
    let (hours, rest) = (minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60);
    let sign = if minutes < 0 { "\u{2212}" } else { "+" };
    match rest {
        0 if minutes == 0 => "UTC".to_owned(),
        0 => format!("UTC{sign}{hours}"),
        _ => format!("UTC{sign}{hours}:{rest:02}"),
    }
}

#[cfg(all(test, feature = "catalogue"))]
mod tests {
    use super::*;
    use crate::catalogue::{EN, FR};

    #[test]
    fn values_are_not_read_as_templates() {
        assert_eq!(fill("{a} {b} {c", &[("a", "{b}"), ("b", "x")]), "{b} x {c");
        assert_eq!(fill("{unknown}", &[]), "{unknown}");
    }

    #[test]
    fn sizes() {
        for (count, french, english) in [
            (0, "0\u{A0}octet", "0\u{A0}bytes"),
            (1, "1\u{A0}octet", "1\u{A0}byte"),
            (999, "999\u{A0}octets", "999\u{A0}bytes"),
            (1_500, "1,5\u{A0}ko", "1.5\u{A0}KB"),
            (10_000_000, "10\u{A0}Mo", "10\u{A0}MB"),
            (12_440_000, "12,5\u{A0}Mo", "12.5\u{A0}MB"),
            (10_000_001, "10,1\u{A0}Mo", "10.1\u{A0}MB"),
            (99_900_001, "100\u{A0}Mo", "100\u{A0}MB"),
            (812_345, "813\u{A0}ko", "813\u{A0}KB"),
            (999_001, "1\u{A0}Mo", "1\u{A0}MB"),
            (1_234_567_890, "1\u{202F}235\u{A0}Mo", "1,235\u{A0}MB"),
        ] {
            assert_eq!(bytes(&FR, count), french, "{count}");
            assert_eq!(bytes(&EN, count), english, "{count}");
        }
    }

    #[test]
    fn what_reads_from_right_to_left_is_isolated() {
        assert_eq!(isolated("سيرة.pdf"), "\u{2068}سيرة.pdf\u{2069}");
        assert_eq!(isolated("CV d’été.pdf"), "CV d’été.pdf");
    }

    #[test]
    fn moments() {
        let closes = rules::Timestamp(1_754_258_399_999).at_offset(120);
        assert_eq!(
            moment(&FR, closes, "Europe/Brussels"),
            "dimanche 3 août 2025 à 23\u{A0}h\u{A0}59, heure de Bruxelles (UTC+2)"
        );
        assert_eq!(
            moment(&EN, closes, "Europe/Brussels"),
            "Sunday 3 August 2025 at 23:59, Brussels time (UTC+2)"
        );
        let first = Date { year: 2025, month: 9, day: 1 };
        assert_eq!(date(&FR, first), "lundi 1er septembre 2025");
        assert_eq!(offset(345), "UTC+5:45");
        assert_eq!(offset(-180), "UTC\u{2212}3");
    }

    #[test]
    fn lists() {
        let items = ["PDF", "DOCX", "ODT"].map(str::to_owned);
        assert_eq!(list(&FR, "list_or", &items), "PDF, DOCX ou ODT");
        assert_eq!(list(&EN, "list_and", &items), "PDF, DOCX and ODT");
        assert_eq!(list(&FR, "list_or", &items[..1]), "PDF");
    }
}
