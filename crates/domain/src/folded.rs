//! Text as a search compares it.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// `text` in lower case and without accents, its words separated by single
/// spaces: "  Zoé O’BRIEN" becomes "zoe o'brien".
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            c if c.is_whitespace() || c.is_control() => {
                if !folded.is_empty() && !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            '’' | '‘' | 'ʼ' => folded.push('\''),
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ß' => folded.push_str("ss"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' => folded.push('d'),
            'ı' => folded.push('i'),
            c => folded.push(c),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_spaces_make_no_difference() {
        for (text, expected) in [
            ("  Zoé \t O’BRIEN ", "zoe o'brien"),
            ("ÉLODIE Ångström", "elodie angstrom"),
            ("Łukasz Søren Œuvré", "lukasz soren oeuvre"),
            ("ﬁn", "fin"),
            ("Ελένη", "ελενη"),
            ("", ""),
        ] {
            assert_eq!(folded(text), expected, "{text:?}");
        }
    }
}
