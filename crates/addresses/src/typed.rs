//! Tidies up what a person has typed or pasted.

use crate::Address;

/// Returns a domain with characters beyond ASCII in its ASCII form (`xn--…`), or nothing where it has none.
///
/// It is handed in, because its tables are as large as the form: browser and Worker have them in their `URL`.
pub type ToAscii = fn(&str) -> Option<String>;

/// Returns `text` without the spaces and invisible characters around it, and with its domain in ASCII.
///
/// What cannot be tidied stays as it is, for [`crate::Address::parse`] to refuse. A line break is no slip of the keyboard: it stays.
pub fn tidied(text: &str, to_ascii: ToAscii) -> String {
    let text = text.trim_matches(|c| is_invisible(c) || (c.is_whitespace() && !is_line_break(c)));
    in_ascii(text, to_ascii).unwrap_or_else(|| text.to_owned())
}

fn in_ascii(text: &str, to_ascii: ToAscii) -> Option<String> {
    let (local, domain) = text.split_once('@')?;
    // A URL reads more than a domain: no other mark reaches it, and it drops invisible characters without a word.
    let is_of_domain =
        |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    if domain.is_ascii() || !domain.chars().all(is_of_domain) || stray(domain).is_some() {
        return None;
    }
    // Digits alone at the end make an address of the network, not the domain that was typed.
    let is_number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    let domain =
        to_ascii(domain).filter(|domain| !domain.rsplit('.').next().is_some_and(is_number))?;
    Some(format!("{local}@{domain}")).filter(|address| Address::parse(address).is_ok())
}

/// A character within an address that its writer did not mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stray<'a> {
    /// The character.
    pub character: char,
    /// What comes before it.
    pub before: &'a str,
}

/// Finds the first space or invisible character in `text`. A line break is neither.
pub fn stray(text: &str) -> Option<Stray<'_>> {
    let is_stray = |c: char| is_invisible(c) || (c.is_whitespace() && !is_line_break(c));
    let (before, rest) = text.split_at(text.find(is_stray)?);
    rest.chars().next().map(|character| Stray { character, before })
}

/// Returns whether a character leaves no mark of its own: joiners, marks of the writing direction, soft hyphens, variation selectors,
/// the byte order mark.
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\u{B}' | '\u{C}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The [`ToAscii`] of places without a `URL`.
#[cfg(feature = "idna")]
pub fn to_ascii(domain: &str) -> Option<String> {
    idna::domain_to_ascii(domain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_surrounds_an_address_is_taken_off() {
        for around in [
            " ",
            "\t",
            "\u{A0}",
            "\u{202F}",
            "\u{3000}",
            "\u{200B}",
            "\u{FEFF}",
            "\u{200F}",
            "\u{2068}",
            "\u{AD}",
            " \u{200E} ",
        ] {
            let text = format!("{around}marie@example.org{around}");
            assert_eq!(tidied(&text, to_ascii), "marie@example.org", "{around:?}");
        }
    }

    #[test]
    fn a_line_break_is_refused() {
        for text in ["a@b.org\n", "\ra@b.org", "a@b.org\u{2028}", "a@b.org\r\nBcc: c@d.org"] {
            assert!(Address::parse(&tidied(text, to_ascii)).is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_is_inside_is_named() {
        for (text, character, before) in [
            ("marie\u{200B}@example.org", '\u{200B}', "marie"),
            ("marie@exam\u{AD}ple.org", '\u{AD}', "marie@exam"),
            ("marie @example.org", ' ', "marie"),
            ("marie\u{A0}dupont@example.org", '\u{A0}', "marie"),
        ] {
            let tidy = tidied(text, to_ascii);
            assert_eq!(stray(&tidy), Some(Stray { character, before }), "{text:?}");
            assert!(Address::parse(&tidy).is_err(), "{text:?}");
        }
        assert_eq!(stray("marie@example.org"), None);
    }

    #[test]
    fn a_domain_in_unicode_is_taken_in_ascii() {
        for (text, tidy) in [
            ("marie@bücher.example", "marie@xn--bcher-kva.example"),
            ("marie@Bücher.Example", "marie@xn--bcher-kva.example"),
            ("marie@bücher。example", "marie@xn--bcher-kva.example"),
            ("marie@MiXed.example", "marie@MiXed.example"),
        ] {
            assert_eq!(tidied(text, to_ascii), tidy);
            assert!(Address::parse(tidy).is_ok());
        }
    }

    #[test]
    fn what_is_no_domain_is_not_converted() {
        for text in [
            "é@b.org",
            "a@é/b.org",
            "a@é:25",
            "a@%C3%A9.org",
            "a@é b.org",
            "a@é@b.org",
            "a@１２７.1",
            "a@é..org",
            "a@",
        ] {
            assert_eq!(tidied(text, to_ascii), text);
        }
    }
}
