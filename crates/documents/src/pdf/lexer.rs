//! Splits a PDF into tokens (ISO 32000-2, 7.2 and 7.3) without copying a byte.

use super::strings::{Name, Text};

/// The smallest piece of a PDF's syntax.
#[derive(Clone, Copy)]
pub(super) enum Token<'a> {
    Integer(i64),
    /// A real number, without what stands behind its point.
    Real(i64),
    Name(Name<'a>),
    Text(Text<'a>),
    /// `[` or `<<`.
    Open(Bracket),
    /// `]` or `>>`.
    Close(Bracket),
    /// A keyword, or anything else between delimiters.
    Word(&'a [u8]),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bracket {
    Array,
    Dict,
}

/// Reads tokens one after the other.
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    reach: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, reach: at }
    }

    /// Returns up to where the bytes have been looked at: what reading has cost.
    pub(super) fn reach(&self) -> usize {
        self.reach.max(self.at)
    }

    /// Where the next token is looked for.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes to where the next token is looked for.
    pub(super) fn go_to(&mut self, at: usize) {
        self.reach = self.reach();
        self.at = at;
    }

    /// Returns the bytes from `start` to `end`.
    pub(super) fn between(&self, start: usize, end: usize) -> &'a [u8] {
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// Returns what has not been read.
    #[expect(
        clippy::inline_always,
        reason = "it is asked for each token, and the page's build inlines little"
    )]
    #[inline(always)]
    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Returns the next token; nothing at the end. A string that does not end is the end.
    pub(super) fn token(&mut self) -> Option<Token<'a>> {
        self.skip_blank();
        let Some((token, length)) = self.next() else {
            self.at += self.rest().len();
            return None;
        };
        self.at += length;
        Some(token)
    }

    /// Returns the token that begins here, and its length.
    fn next(&self) -> Option<(Token<'a>, usize)> {
        let rest = self.rest();
        Some(match *rest.first()? {
            b'[' => (Token::Open(Bracket::Array), 1),
            b']' => (Token::Close(Bracket::Array), 1),
            b'<' if rest.get(1) == Some(&b'<') => (Token::Open(Bracket::Dict), 2),
            b'>' if rest.get(1) == Some(&b'>') => (Token::Close(Bracket::Dict), 2),
            b'<' => {
                let digits = rest.get(1..)?;
                let is_other = |byte: &u8| !byte.is_ascii_hexdigit() && !is_blank(*byte);
                let length = digits.iter().position(is_other)?;
                match digits.get(length) {
                    Some(b'>') => {
                        let digits = digits.get(..length)?;
                        (Token::Text(Text::Hexadecimal(digits)), length + 2)
                    }
                    // Readers differ in where a string with other characters ends.
                    _ => (Token::Word(rest.get(..1)?), 1),
                }
            }
            b'(' => {
                let length = literal_length(rest)?;
                (Token::Text(Text::Literal(rest.get(1..length - 1)?)), length)
            }
            b'/' => {
                let name = regular(rest.get(1..)?);
                (Token::Name(Name(name)), name.len() + 1)
            }
            byte if is_regular(byte) => {
                let word = regular(rest);
                (
                    if byte.is_ascii_alphabetic() { Token::Word(word) } else { number(word) },
                    word.len(),
                )
            }
            _ => (Token::Word(rest.get(..1)?), 1),
        })
    }

    /// Returns whether this word comes next; if so, it has been read.
    pub(super) fn word(&mut self, expected: &[u8]) -> bool {
        let before = self.at;
        self.skip_blank();
        let found = regular(self.rest()) == expected;
        if found {
            self.at += expected.len();
        } else {
            self.go_to(before);
        }
        found
    }

    /// The integer that comes next, if it is one and not negative.
    pub(super) fn integer(&mut self) -> Option<usize> {
        let before = self.at;
        self.skip_blank();
        let word = regular(self.rest());
        if word.first().is_some_and(|first| matches!(first, b'0'..=b'9' | b'+' | b'-'))
            && let Token::Integer(number) = number(word)
            && let Ok(number) = usize::try_from(number)
        {
            self.at += word.len();
            return Some(number);
        }
        self.go_to(before);
        None
    }

    fn skip_blank(&mut self) {
        let mut in_comment = false;
        let mut at = self.at;
        for byte in self.rest() {
            if in_comment {
                in_comment = !matches!(byte, b'\r' | b'\n');
            } else if *byte == b'%' {
                in_comment = true;
            } else if !is_blank(*byte) {
                break;
            }
            at += 1;
        }
        self.at = at;
    }
}

/// White space, as 7.2.3 has it.
pub(super) fn is_blank(byte: u8) -> bool {
    class(byte) == BLANK
}

fn is_regular(byte: u8) -> bool {
    class(byte) == REGULAR
}

/// Returns what a byte is for: every byte read is asked, so a table answers.
fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(REGULAR)
}

const REGULAR: u8 = 0;
const BLANK: u8 = 1;
const DELIMITER: u8 = 2;
static CLASSES: [u8; 256] = classes();

#[expect(clippy::indexing_slicing, reason = "a table of 256, indexed by bytes")]
const fn classes() -> [u8; 256] {
    let mut classes = [REGULAR; 256];
    let mut blank = b"\0\t\n\x0C\r ".as_slice();
    while let [byte, rest @ ..] = blank {
        classes[*byte as usize] = BLANK;
        blank = rest;
    }
    let mut delimiters = b"()<>[]{}/%".as_slice();
    while let [byte, rest @ ..] = delimiters {
        classes[*byte as usize] = DELIMITER;
        delimiters = rest;
    }
    classes
}

fn regular(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| !is_regular(*byte));
    bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default()
}

fn number(word: &[u8]) -> Token<'_> {
    const MOST: i64 = i64::MAX / 10;
    let digits = match word {
        [b'-' | b'+', digits @ ..] => digits,
        _ => word,
    };
    let (mut value, mut has_point) = (0_i64, false);
    for byte in digits {
        match byte {
            b'0'..=b'9' if has_point => {}
            b'0'..=b'9' if value < MOST => value = 10 * value + i64::from(byte - b'0'),
            b'0'..=b'9' => value = i64::MAX,
            b'.' => has_point = true,
            _ => return Token::Word(word),
        }
    }
    let signed = if word.starts_with(b"-") { -value } else { value };
    match () {
        () if digits.is_empty() => Token::Word(word),
        // Readers take a number that is too large for a real one.
        () if has_point || value == i64::MAX => Token::Real(signed),
        () => Token::Integer(signed),
    }
}

/// Returns how long a string in parentheses is, with these; they nest.
fn literal_length(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' => depth += 1,
            b')' if depth == 1 => return Some(at + 1),
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}
