//! Applies French typography, such as narrow no-break spaces. Idempotent.

/// No-break space: before `:`, inside guillemets, before `%` and `€`.
const WIDE: char = '\u{A0}';
/// Narrow no-break space: before `;`, `!` and `?`, between thousands.
const NARROW: char = '\u{202F}';

/// `text` as its language sets it.
pub(crate) fn set(language: &str, text: &str) -> String {
    set_after(language, None, text)
}

/// [`set`], where `text` follows the character `before` without a gap, as it
/// does behind the end of an emphasis.
pub(crate) fn set_after(language: &str, before: Option<char>, text: &str) -> String {
    if language != "fr" {
        return text.to_owned();
    }
    let mut setter = Setter { out: String::with_capacity(text.len() + 16), before };
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = setter.step(c, rest);
        rest = rest.get(taken..).unwrap_or_default();
    }
    setter.out
}

struct Setter {
    out: String,
    before: Option<char>,
}

impl Setter {
    /// Sets the beginning of `rest`, whose first character is `c`, and says
    /// how many bytes of it are done.
    fn step(&mut self, c: char, rest: &str) -> usize {
        let behind = rest.get(c.len_utf8()..).unwrap_or_default();
        let next = behind.chars().next();
        match c {
            '\'' if self.last().is_some_and(char::is_alphabetic) => self.out.push('’'),
            ';' | '!' | '?' if self.takes_space(next) => self.after_space(NARROW, c),
            ':' if self.takes_space(next) => self.after_space(WIDE, c),
            '»' => self.after_space(WIDE, c),
            '%' | '€' if self.ends_in_space() && self.last_visible().is_some_and(is_digit) => {
                self.after_space(WIDE, c);
            }
            '«' => {
                self.out.extend([c, WIDE]);
                return rest.len() - behind.trim_start_matches(is_space).len();
            }
            _ if is_digit(c) => return self.number(rest),
            _ if self.begins_word() && is_address(rest) => return self.word(rest),
            _ => self.out.push(c),
        }
        c.len_utf8()
    }

    /// Returns whether a mark here is a sentence's, not one inside an address
    /// or a time of day.
    fn takes_space(&self, next: Option<char>) -> bool {
        let ends = next
            .is_none_or(|c| c.is_whitespace() || matches!(c, ')' | '»' | '”' | '!' | '?' | '…'));
        // What opens is followed at once: "(?)". A second mark joins the first: "?!".
        let opens = |c: char| matches!(c, '(' | '[' | '“' | '!' | '?' | ':' | ';');
        let follows = self.last_visible().is_some_and(|c| !opens(c) || self.ends_in_space());
        ends && follows
    }

    fn after_space(&mut self, space: char, c: char) {
        self.out.truncate(self.out.trim_end_matches(is_space).len());
        if self.last().is_some_and(|c| !c.is_whitespace()) {
            self.out.push(space);
        }
        self.out.push(c);
    }

    /// Joins the groups of three of a number such as `38 400`. Anything else
    /// in digits, such as a telephone number, stays as it is.
    fn number(&mut self, rest: &str) -> usize {
        let mut groups = Vec::new();
        let mut end = 0;
        loop {
            let behind = rest.get(end..).unwrap_or_default();
            let gap = behind.chars().next().filter(|c| is_space(*c) && !groups.is_empty());
            let start = end + gap.map_or(0, char::len_utf8);
            let digits = rest.get(start..).unwrap_or_default();
            let length = digits.find(|c| !is_digit(c)).unwrap_or(digits.len());
            if length == 0 {
                break;
            }
            groups.push(digits.get(..length).unwrap_or_default());
            end = start + length;
        }
        let standing = self.last().is_none_or(|c| !c.is_alphanumeric() && c != '+');
        let grouped = groups.split_first().is_some_and(|(first, others)| {
            first.len() <= 3 && !first.starts_with('0') && others.iter().all(|g| g.len() == 3)
        });
        if standing && grouped {
            self.out.push_str(&groups.join(&NARROW.to_string()));
        } else {
            self.out.push_str(rest.get(..end).unwrap_or_default());
        }
        end
    }

    fn word(&mut self, rest: &str) -> usize {
        let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
        self.out.push_str(rest.get(..length).unwrap_or_default());
        length
    }

    fn last(&self) -> Option<char> {
        self.out.chars().next_back().or(self.before)
    }

    fn last_visible(&self) -> Option<char> {
        let before = self.before.filter(|c| !is_space(*c));
        self.out.trim_end_matches(is_space).chars().next_back().or(before)
    }

    fn ends_in_space(&self) -> bool {
        self.last().is_some_and(is_space)
    }

    fn begins_word(&self) -> bool {
        self.last().is_none_or(|c| !c.is_alphanumeric())
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// Returns the spaces that people and programs put before a mark.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | WIDE | NARROW | '\u{2009}')
}

fn is_address(rest: &str) -> bool {
    ["https://", "http://", "mailto:", "www."].iter().any(|start| rest.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `~` is a no-break space and `_` a narrow one.
    const CASES: &[(&str, &str)] = &[
        ("Pourquoi ? Parce que !", "Pourquoi_? Parce que_!"),
        ("Pourquoi? Parce que!", "Pourquoi_? Parce que_!"),
        ("un ; deux; trois", "un_; deux_; trois"),
        ("Date : le 3 août", "Date~: le 3 août"),
        ("Date: le 3 août", "Date~: le 3 août"),
        ("Quoi ?! Non !!!", "Quoi_?! Non_!!!"),
        ("(vraiment ?) (?)", "(vraiment_?) (?)"),
        ("« société civile »", "«~société civile~»"),
        ("«société civile»", "«~société civile~»"),
        ("dit-il « oui ! » : fin", "dit-il «~oui_!~»~: fin"),
        ("l'espace, d'1 an, aujourd'hui, jusqu'«", "l’espace, d’1 an, aujourd’hui, jusqu’«~"),
        ("5'30, 'mot", "5'30, 'mot"),
        ("38 400 à 41 400 EUR", "38_400 à 41_400 EUR"),
        ("1 234 567,50 €", "1_234_567,50~€"),
        ("80 % et 25%", "80~% et 25%"),
        (
            "+41 22 809 49 39, 0800 123 456, 022 800 100",
            "+41 22 809 49 39, 0800 123 456, 022 800 100",
        ),
        ("+41 228 094 939", "+41 228 094 939"),
        ("le 1 septembre 2025, 12 mois", "le 1 septembre 2025, 12 mois"),
        ("en 2025 180 jours", "en 2025 180 jours"),
        ("A4 250", "A4 250"),
        ("à 12:30, ratio 3:1", "à 12:30, ratio 3:1"),
        (
            "https://x.org/?a=1;b:2!c l'un : https://x.org/l'a?",
            "https://x.org/?a=1;b:2!c l’un~: https://x.org/l'a?",
        ),
        ("voir www.omct.org ; merci", "voir www.omct.org_; merci"),
        ("; début", "; début"),
        ("été ◌́ 😀 !", "été ◌́ 😀_!"),
        ("", ""),
    ];

    #[test]
    fn french_is_set_as_french_printers_do() {
        for (typed, expected) in CASES {
            let set = set("fr", typed).replace(WIDE, "~").replace(NARROW, "_");
            assert_eq!(set, *expected, "{typed:?}");
        }
    }

    #[test]
    fn setting_twice_changes_nothing_more() {
        for (typed, _) in CASES {
            let once = set("fr", typed);
            assert_eq!(set("fr", &once), once, "{typed:?}");
        }
    }

    #[test]
    fn what_stands_before_counts() {
        for (before, typed, expected) in [
            (Some('n'), " : suite", "~: suite"),
            (Some('n'), ": suite", "~: suite"),
            (Some('l'), "'espace", "’espace"),
            (Some('»'), "!", "_!"),
            (None, "'espace", "'espace"),
            (None, ": suite", ": suite"),
            (Some('+'), "41 400", "41 400"),
        ] {
            let set = set_after("fr", before, typed).replace(WIDE, "~").replace(NARROW, "_");
            assert_eq!(set, expected, "{before:?} {typed:?}");
        }
    }

    #[test]
    fn english_stays_as_it_was_typed() {
        let typed = "Who's \"in\"? 38 400: yes!";
        assert_eq!(set("en", typed), typed);
    }
}
