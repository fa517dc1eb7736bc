//! Days as advertisements write them.

use rules::Date;

/// The beginnings of the names of months, folded, in French and in English.
const MONTHS: [&[&str]; 12] = [
    &["janv", "jan"],
    &["fevr", "feb", "fev"],
    &["mars", "mar"],
    &["avr", "apr"],
    &["mai", "may"],
    &["juin", "jun"],
    &["juil", "jul"],
    &["aou", "aug"],
    &["sept", "sep"],
    &["oct"],
    &["nov"],
    &["dec"],
];

/// A day, and whether it can be read in one way only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    pub(crate) date: Date,
    pub(crate) is_sure: bool,
}

/// Returns the days in a line, in order. A year of two digits is of this
/// century.
pub(crate) fn days(line: &str) -> Vec<Day> {
    let folded = domain::folded(line);
    let words: Vec<&str> = folded
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '(' | ')' | '!' | '?'))
        .filter(|word| !word.is_empty())
        .collect();
    let numeric = words.iter().filter_map(|word| in_numbers(word));
    let named = words.windows(3).filter_map(|words| match words {
        [day, month, year] => in_words(day, month, year),
        _ => None,
    });
    numeric.chain(named).collect()
}

/// `03.08.25`, `3/8/2025`, `2025-08-03`.
fn in_numbers(word: &str) -> Option<Day> {
    let word = word.trim_end_matches('.');
    let parts: Vec<&str> = word.split(['.', '/', '-']).collect();
    let [first, second, third] = parts.as_slice() else { return None };
    let number = |text: &str| {
        let is_short = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<i32>().ok().filter(|_| is_short)
    };
    let (first_number, second_number, third_number) =
        (number(first)?, number(second)?, number(third)?);
    if first.len() == 4 {
        return day(first_number, second_number, third_number, true);
    }
    let year = full_year(third, third_number)?;
    // With slashes, 4/5/2025 is May in Europe and April in America.
    let is_sure = !word.contains('/') || first_number > 12 || first_number == second_number;
    day(year, second_number, first_number, is_sure)
        .or_else(|| day(year, first_number, second_number, false))
}

/// `3 aout 2025`, `1er septembre 2025`, `august 3rd 2025`.
fn in_words(first: &str, second: &str, year: &str) -> Option<Day> {
    let year = year.trim_end_matches('.');
    let year = full_year(year, year.parse().ok()?)?;
    let numbered = |text: &str| {
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        let rest = text.get(digits.len()..).unwrap_or_default();
        let is_day = matches!(rest, "" | "er" | "st" | "nd" | "rd" | "th" | ".");
        digits.parse::<i32>().ok().filter(|_| is_day)
    };
    match (numbered(first), month(second), month(first), numbered(second)) {
        (Some(number), Some(month), ..) | (_, _, Some(month), Some(number)) => {
            day(year, month, number, true)
        }
        _ => None,
    }
}

fn month(word: &str) -> Option<i32> {
    let is_it = |names: &&[&str]| names.iter().any(|name| word.starts_with(name));
    let found = MONTHS.iter().position(is_it)?;
    i32::try_from(found).ok()?.checked_add(1)
}

fn full_year(text: &str, number: i32) -> Option<i32> {
    match text.len() {
        2 => number.checked_add(2000),
        4 if (2000..=2100).contains(&number) => Some(number),
        _ => None,
    }
}

fn day(year: i32, month: i32, day: i32, is_sure: bool) -> Option<Day> {
    let date = Date { year, month: u8::try_from(month).ok()?, day: u8::try_from(day).ok()? };
    // Back and forth: a day that no calendar has comes back as another.
    let is_real = (1..=12).contains(&date.month) && Date::from_days(date.to_days()) == date;
    is_real.then_some(Day { date, is_sure })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Vec<(String, bool)> {
        days(line).into_iter().map(|day| (day.date.to_string(), day.is_sure)).collect()
    }

    #[test]
    fn days_in_numbers_and_in_words() {
        for (line, expected) in [
            ("09.07.25", "2025-07-09"),
            ("au plus tard le 03 aout 2025.", "2025-08-03"),
            ("Date d'entrée en fonction : 1 septembre 2025", "2025-09-01"),
            ("le 1er février 2026", "2026-02-01"),
            ("by August 3rd, 2025", "2025-08-03"),
            ("Deadline: 3 August 2025", "2025-08-03"),
            ("2025-08-03", "2025-08-03"),
            ("31/12/2025", "2025-12-31"),
        ] {
            assert_eq!(read(line), [(expected.to_owned(), true)], "{line}");
        }
        assert_eq!(read("4/5/2025"), [("2025-05-04".to_owned(), false)]);
        for line in ["31 juin 2025", "12 mois", "38’400 et 41’400", "1.2.3", "30.02.2025", "200"]
        {
            assert_eq!(read(line), [], "{line}");
        }
    }
}
