//! Pay and duration.

use domain::posting::{Contract, Period, Salary};

use super::Found;
use super::text::Lines;

const CURRENCIES: [(&str, &str); 10] = [
    ("euro", "EUR"),
    ("eur", "EUR"),
    ("€", "EUR"),
    ("chf", "CHF"),
    ("francs suisses", "CHF"),
    ("usd", "USD"),
    ("$", "USD"),
    ("gbp", "GBP"),
    ("£", "GBP"),
    ("tnd", "TND"),
];

/// Returns the pay, from the sentence that speaks of it.
pub(crate) fn salary(lines: &Lines) -> Option<Found<Salary>> {
    let speaks = ["salaire", "remuneration", "salary", "traitement", "pay range", "gross annual"];
    lines.sentences().find_map(|(_, sentence)| {
        let folded = domain::folded(sentence);
        if !speaks.iter().any(|word| folded.contains(word)) {
            return None;
        }
        let (_, currency) = CURRENCIES.iter().find(|(word, _)| folded.contains(word))?;
        let sums: Vec<u32> = numbers(sentence).into_iter().filter(|sum| *sum >= 500).collect();
        let (minimum, maximum) = match sums.as_slice() {
            [one] => (*one, *one),
            [one, other, ..] => (*one.min(other), *one.max(other)),
            [] => return None,
        };
        let has = |words: &[&str]| words.iter().any(|word| folded.contains(word));
        let period = if has(&["annuel", "par an", "annual", "per year", "a year", "yearly"]) {
            Some(Period::Year)
        } else if has(&["mensuel", "par mois", "monthly", "per month", "a month"]) {
            Some(Period::Month)
        } else if has(&["horaire", "par heure", "hourly", "per hour"]) {
            Some(Period::Hour)
        } else {
            None
        };
        let is_sure = sums.len() <= 2 && period.is_some();
        let period = period.unwrap_or(Period::Year);
        let currency = (*currency).to_owned();
        let value = Salary { minimum, maximum, currency, period };
        Some(Found { value, is_sure })
    })
}

/// Returns how long the contract lasts.
pub(crate) fn contract(lines: &Lines) -> Option<Found<Contract>> {
    lines.sentences().find_map(|(_, sentence)| {
        let folded = domain::folded(sentence);
        let has = |words: &[&str]| words.iter().any(|word| folded.contains(word));
        if has(&["duree indeterminee", "permanent contract", "open-ended", "indefinite"]) {
            return Some(Found::sure(Contract::Permanent));
        }
        let limited =
            ["duree", "limite", "fixed-term", "fixed term", "contrat", "contract", "period"];
        if !has(&limited) || has(&["experience"]) {
            return None;
        }
        let (number, is_months) = duration(&folded)?;
        let months = if is_months { number } else { number.checked_mul(12)? };
        let is_renewable = has(&["renouvelable", "renewable", "prolongeable", "extendable"]);
        Some(Found::sure(Contract::FixedTerm { months, is_renewable }))
    })
}

/// Returns the share of a full-time post, in percent, from the beginning of the text.
pub(crate) fn workload(heading: &str, lines: &Lines) -> Option<Found<u8>> {
    let in_heading = percents(heading);
    if let [one] = in_heading.as_slice() {
        return Some(Found::sure(*one));
    }
    let words = [
        "taux d'activite",
        "charge de travail",
        "workload",
        "temps plein",
        "full-time",
        "full time",
    ];
    lines.sentences().find_map(|(_, sentence)| {
        let folded = domain::folded(sentence);
        let speaks = words.iter().any(|word| folded.contains(word));
        let percents = percents(sentence);
        match (speaks, percents.as_slice()) {
            (true, [one]) => Some(Found::unsure(*one)),
            (true, []) if folded.contains("temps plein") || folded.contains("full") => {
                Some(Found::unsure(100))
            }
            _ => None,
        }
    })
}

fn percents(text: &str) -> Vec<u8> {
    let parts = text.split('%');
    let count = parts.clone().count().saturating_sub(1);
    let ends = parts.take(count).filter_map(|before| {
        let digits: Vec<char> =
            before.trim_end().chars().rev().take_while(char::is_ascii_digit).collect();
        digits.into_iter().rev().collect::<String>().parse().ok()
    });
    ends.filter(|percent| (1..=100).contains(percent)).collect()
}

/// `12 mois`, `two years` as far as the number is in digits.
fn duration(folded: &str) -> Option<(u16, bool)> {
    let words: Vec<&str> =
        folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.windows(2).find_map(|pair| match pair {
        [number, unit] => {
            let number: u16 = number.parse().ok().filter(|number| (1..=120).contains(number))?;
            let is_months = matches!(*unit, "mois" | "month" | "months");
            let is_years = matches!(*unit, "an" | "ans" | "year" | "years");
            (is_months || is_years).then_some((number, is_months))
        }
        _ => None,
    })
}

/// The whole numbers in a text. Apostrophes, points, commas and spaces between
/// groups of three digits belong to the number.
fn numbers(text: &str) -> Vec<u32> {
    let characters: Vec<char> = text.chars().collect();
    let digit = |at: usize| characters.get(at).is_some_and(char::is_ascii_digit);
    let (mut found, mut at) = (Vec::new(), 0);
    while at < characters.len() {
        if !digit(at) {
            at = at.saturating_add(1);
            continue;
        }
        let mut digits = String::new();
        loop {
            while digit(at) {
                digits.extend(characters.get(at));
                at = at.saturating_add(1);
            }
            let separates = characters
                .get(at)
                .is_some_and(|c| matches!(c, '\'' | '’' | '.' | ',' | ' ' | '\u{A0}' | '\u{202F}'));
            let group = (1..=3).all(|ahead| digit(at.saturating_add(ahead)));
            if !(separates && group && !digit(at.saturating_add(4))) {
                break;
            }
            at = at.saturating_add(1);
        }
        found.extend(digits.parse::<u32>());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_groups() {
        assert_eq!(numbers("entre 38’400 et 41’400 EURO à 100%"), [38_400, 41_400, 100]);
        assert_eq!(numbers("EUR 3,200 to 3 600 a month, 12 times"), [3_200, 3_600, 12]);
        assert_eq!(numbers("99999999999 1.5"), [1, 5]);
    }

    #[test]
    fn pay_and_duration_of_english_texts() {
        let lines = Lines::of(
            "Monthly gross salary: CHF 6,200.\nThis is a fixed-term contract of 2 years, renewable.",
        );
        let salary = salary(&lines).map(|found| found.value);
        assert_eq!(salary.map(|one| (one.minimum, one.period)), Some((6_200, Period::Month)));
        let contract = contract(&lines).map(|found| found.value);
        assert_eq!(contract, Some(Contract::FixedTerm { months: 24, is_renewable: true }));
        assert_eq!(super::salary(&Lines::of("A good salary.")), None);
    }
}
