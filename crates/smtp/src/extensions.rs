//! Reads which extensions the server offers in its answer to EHLO.

use crate::reply::Answer;

/// The offered extensions that this client uses.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Extensions {
    pub(crate) start_tls: bool,
    pub(crate) plain: bool,
    pub(crate) login: bool,
    pub(crate) size: Size,
}

/// The SIZE extension (RFC 1870).
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum Size {
    #[default]
    NotOffered,
    /// Offered without a fixed limit: without a number, with zero, or with an unreadable number.
    Unlimited,
    /// Bytes.
    AtMost(u64),
}

impl Extensions {
    pub(crate) fn read(answer: &Answer) -> Self {
        let mut found = Self::default();
        // The first line is the server's name and greeting.
        for line in answer.lines().iter().skip(1) {
            let line = line.to_ascii_uppercase();
            // Some old servers also write "AUTH=PLAIN".
            let mut words = line.split([' ', '=']).filter(|word| !word.is_empty());
            match words.next() {
                Some("STARTTLS") => found.start_tls = true,
                Some("SIZE") => found.size = size(words.next()),
                Some("AUTH") => {
                    for mechanism in words {
                        found.plain |= mechanism == "PLAIN";
                        found.login |= mechanism == "LOGIN";
                    }
                }
                _ => {}
            }
        }
        found
    }
}

fn size(word: Option<&str>) -> Size {
    match word.and_then(|digits| digits.parse().ok()) {
        None | Some(0) => Size::Unlimited,
        Some(limit) => Size::AtMost(limit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[&str], expected: &Extensions) {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        assert_eq!(Extensions::read(&Answer::new(250, lines)), *expected);
    }

    #[test]
    fn keywords_are_read_whatever_their_case() {
        let all = Extensions {
            start_tls: true,
            plain: true,
            login: true,
            size: Size::AtMost(35_882_577),
        };
        check(&["mx", "SIZE 35882577", "STARTTLS", "AUTH LOGIN PLAIN XOAUTH2"], &all);
        check(&["mx", "8BITMIME", "Size 35882577", "starttls", "AUTH=login plain"], &all);
    }

    #[test]
    fn the_greeting_line_offers_nothing() {
        check(&["STARTTLS", "AUTHENTIC PLAIN", "STARTTLS2", ""], &Extensions::default());
    }

    #[test]
    fn a_size_without_limit_is_still_offered() {
        for line in ["SIZE", "SIZE 0", "SIZE 99999999999999999999999", "SIZE many"] {
            let unlimited = Extensions { size: Size::Unlimited, ..Extensions::default() };
            check(&["mx", line], &unlimited);
        }
    }
}
