//! Compares subject lines in a canonical form.

use addresses::is_invisible;
use unicode_normalization::UnicodeNormalization;

/// Makes two texts alike that differ in Unicode normal form or case only:
/// canonical decomposition, then lower case.
///
/// It is handed in, because its tables are half of what the page would load:
/// a browser has its own.
pub type Fold = fn(&str) -> String;

/// Returns the [`Fold`] for places without a browser.
pub fn fold(text: &str) -> String {
    text.nfd().collect::<String>().to_lowercase()
}

/// Returns whether `given` is the wording `required`.
///
/// Unicode normal form, case, spaces, apostrophes, dashes and the French
/// inclusive points make no difference: a candidate's keyboard, system or
/// mail client changes those. Any other difference is another wording.
pub fn is_same(required: &str, given: &str, fold: Fold) -> bool {
    let (required, given) = (fold(required), fold(given));
    wording(&required).eq(wording(&given))
}

/// Returns the characters that carry the wording.
fn wording(folded: &str) -> impl Iterator<Item = char> {
    folded.chars().filter(|c| !is_ignored(*c)).map(class)
}

/// Spaces of every kind, and invisible marks.
fn is_ignored(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

/// Returns one character for all that people or their software exchange.
fn class(c: char) -> char {
    match c {
        '\u{2019}' | '\u{2018}' | '\u{201B}' | '\u{2BC}' | '\u{2BB}' | '\u{B4}' | '`'
        | '\u{FF07}' | '\u{2032}' => '\'',
        // One class for dashes and points: "chargé-e" and "chargé·e" are the
        // same word, and a hyphen may have become a dash.
        '.'
        | '\u{B7}'
        | '\u{387}'
        | '\u{2022}'
        | '\u{2027}'
        | '\u{2219}'
        | '\u{22C5}'
        | '\u{30FB}'
        | '-'
        | '\u{2010}'..='\u{2015}'
        | '\u{2212}'
        | '\u{FE58}'
        | '\u{FE63}'
        | '\u{FF0D}' => '-',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUIRED: &str = "Chargé·e de mission, Protection de l’espace civique (Tunisie/UE)";

    #[test]
    fn ways_of_writing_the_same_wording() {
        for given in [
            REQUIRED,
            "chargé·e de mission, protection de l’espace civique (tunisie/ue)",
            "CHARGÉ·E DE MISSION, PROTECTION DE L’ESPACE CIVIQUE (TUNISIE/UE)",
            "Chargé.e de mission, Protection de l'espace civique (Tunisie/UE)",
            "Chargé-e de mission, Protection de l‘espace civique (Tunisie/UE) ",
            "Chargé•e  de\tmission, Protection de l`espace civique (Tunisie/UE)",
            "Charge\u{301}·e de mission, Protection de l’espace civique (Tunisie/UE)",
            "Chargé‐e de mission, Protection de l´espace civique (Tunisie / UE)",
            "\u{FEFF}Chargé·e de\u{A0}mission, Protection de l’espace\u{202F}civique (Tunisie/UE)",
        ] {
            assert!(is_same(REQUIRED, given, fold), "{given:?}");
        }
    }

    #[test]
    fn other_wordings() {
        for given in [
            "",
            "Candidature",
            "Charge·e de mission, Protection de l’espace civique (Tunisie/UE)",
            "Chargée de mission, Protection de l’espace civique (Tunisie/UE)",
            "Chargé·e de mission, Protection de l’espace civique (Tunisie)",
            "Re: Chargé·e de mission, Protection de l’espace civique (Tunisie/UE)",
            "Chargé·e de mission Protection de l’espace civique (Tunisie/UE)",
        ] {
            assert!(!is_same(REQUIRED, given, fold), "{given:?}");
        }
    }
}
