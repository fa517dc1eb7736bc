//! Tokens of PDF (ISO 32000-2, 7.2 and 7.3), without copying a byte.

use super::value::{Name, Text};

/// The smallest piece of a PDF's syntax.
#[derive(Clone, Copy)]
pub(super) enum Token<'a> {
    Integer(i64),
    Real,
    Name(Name<'a>),
    Text(Text<'a>),
    /// `[` or `<<`.
    Open(Bracket),
    /// `]` or `>>`.
    Close,
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
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// Where the next token is looked for.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes to where the next token is looked for.
    pub(super) fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    /// The bytes from `start` to `end`.
    pub(super) fn between(&self, start: usize, end: usize) -> &'a [u8] {
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// What has not been read.
    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The next token; nothing at the end, or where a string does not end.
    pub(super) fn token(&mut self) -> Option<Token<'a>> {
        self.skip_blank();
        let rest = self.rest();
        let (token, length) = match *rest.first()? {
            b'[' => (Token::Open(Bracket::Array), 1),
            b']' => (Token::Close, 1),
            b'<' if rest.get(1) == Some(&b'<') => (Token::Open(Bracket::Dict), 2),
            b'>' if rest.get(1) == Some(&b'>') => (Token::Close, 2),
            b'<' => {
                let length = rest.iter().position(|byte| *byte == b'>')?;
                (Token::Text(Text::Hexadecimal(rest.get(1..length)?)), length + 1)
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
                (number(word), word.len())
            }
            _ => (Token::Word(rest.get(..1)?), 1),
        };
        self.at += length;
        Some(token)
    }

    /// Whether this word comes next; if so, it has been read.
    pub(super) fn word(&mut self, expected: &[u8]) -> bool {
        let before = self.at;
        let found = matches!(self.token(), Some(Token::Word(word)) if word == expected);
        if !found {
            self.at = before;
        }
        found
    }

    /// The integer that comes next, if it is one and not negative.
    pub(super) fn integer(&mut self) -> Option<usize> {
        let before = self.at;
        if let Some(Token::Integer(number)) = self.token()
            && let Ok(number) = usize::try_from(number)
        {
            return Some(number);
        }
        self.at = before;
        None
    }

    fn skip_blank(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.iter().take_while(|byte| is_blank(**byte)).count();
            self.at += blank;
            if self.rest().first() != Some(&b'%') {
                return;
            }
            self.at += self.rest().iter().take_while(|byte| !matches!(byte, b'\r' | b'\n')).count();
        }
    }
}

/// White space, as 7.2.3 has it.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\0' | b'\t' | b'\n' | b'\x0C' | b'\r' | b' ')
}

fn is_regular(byte: u8) -> bool {
    !is_blank(byte) && !b"()<>[]{}/%".contains(&byte)
}

fn regular(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| !is_regular(*byte));
    bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default()
}

fn number(word: &[u8]) -> Token<'_> {
    let digits = word.strip_prefix(b"-").or_else(|| word.strip_prefix(b"+")).unwrap_or(word);
    if digits.is_empty() || !digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') {
        return Token::Word(word);
    }
    let value = digits.iter().try_fold(0_i64, |value, digit| {
        let digit = digit.checked_sub(b'0')?;
        value.checked_mul(10)?.checked_add(i64::from(digit))
    });
    match value {
        Some(value) if digits.len() == word.len() => Token::Integer(value),
        Some(value) => Token::Integer(if word.starts_with(b"-") { -value } else { value }),
        None => Token::Real,
    }
}

/// How long a string in parentheses is, with these; they nest.
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
