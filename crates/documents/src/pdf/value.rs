//! The objects that a PDF is made of (ISO 32000-2, 7.3), read where they stand.

use alloc::vec::Vec;

use super::lexer::{Bracket, Lexer, Token};

/// An object. Arrays and dictionaries are read when they are asked.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    Integer(i64),
    Name(Name<'a>),
    Text(Text<'a>),
    Array(Array<'a>),
    Dict(Dict<'a>),
    /// An object that stands elsewhere, by its number.
    Reference(u32),
    /// `false`.
    False,
    /// Null, `true`, a real number, or what no object is.
    Other,
}

impl<'a> Lexer<'a> {
    /// The next object; nothing at the end of the bytes or of a container.
    pub(super) fn value(&mut self) -> Option<Value<'a>> {
        Some(match self.token()? {
            Token::Integer(number) => self.reference(number).unwrap_or(Value::Integer(number)),
            Token::Name(name) => Value::Name(name),
            Token::Text(text) => Value::Text(text),
            Token::Open(bracket) => self.container(bracket),
            Token::Close => return None,
            Token::Word(b"false") => Value::False,
            Token::Real | Token::Word(_) => Value::Other,
        })
    }

    /// The rest of `12 0 R` behind its number.
    fn reference(&mut self, number: i64) -> Option<Value<'a>> {
        let before = self.at();
        let number = u32::try_from(number).ok();
        if let (Some(number), Some(_)) = (number, self.integer())
            && self.word(b"R")
        {
            return Some(Value::Reference(number));
        }
        self.go_to(before);
        None
    }

    /// Skips to the matching bracket, or to where an object ends whose bracket is missing.
    fn container(&mut self, bracket: Bracket) -> Value<'a> {
        let start = self.at();
        let mut depth = 1_usize;
        let mut end = start;
        while depth > 0 {
            end = self.at();
            match self.token() {
                Some(Token::Open(_)) => depth += 1,
                Some(Token::Close) => depth -= 1,
                None => break,
                Some(Token::Word(b"endobj" | b"stream" | b"obj")) => {
                    self.go_to(end);
                    break;
                }
                Some(_) => {}
            }
        }
        let body = self.between(start, end);
        match bracket {
            Bracket::Array => Value::Array(Array(body)),
            Bracket::Dict => Value::Dict(Dict(body)),
        }
    }
}

/// A name, as it is written.
#[derive(Clone, Copy)]
pub(super) struct Name<'a>(pub(super) &'a [u8]);

impl Name<'_> {
    /// Whether it is this one. `/J#61vaScript` is `JavaScript` too (7.3.5).
    pub(super) fn is(self, name: &[u8]) -> bool {
        let mut rest = self.0;
        let decoded = core::iter::from_fn(|| {
            let (byte, after) = match rest {
                [b'#', high, low, after @ ..] => match (digit(*high), digit(*low)) {
                    (Some(high), Some(low)) => (high << 4 | low, after),
                    _ => (b'#', rest.get(1..)?),
                },
                [byte, after @ ..] => (*byte, after),
                [] => return None,
            };
            rest = after;
            Some(byte)
        });
        decoded.eq(name.iter().copied())
    }
}

/// A string, as it is written.
#[derive(Clone, Copy)]
pub(super) enum Text<'a> {
    Literal(&'a [u8]),
    Hexadecimal(&'a [u8]),
}

impl Text<'_> {
    /// The bytes it stands for.
    pub(super) fn bytes(self) -> Vec<u8> {
        match self {
            Text::Literal(text) => unescaped(text),
            Text::Hexadecimal(text) => hexadecimal(text),
        }
    }
}

/// What `text` stands for in hexadecimal digits; a missing last one is 0.
pub(super) fn hexadecimal(text: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = text.iter().filter_map(|byte| digit(*byte)).collect();
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => high << 4 | low,
        [high, ..] => high << 4,
        [] => 0,
    });
    pairs.collect()
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        rest = after;
        if *byte != b'\\' {
            bytes.push(*byte);
            continue;
        }
        let [escape, after @ ..] = rest else { break };
        rest = after;
        match escape {
            b'n' => bytes.push(b'\n'),
            b'r' => bytes.push(b'\r'),
            b't' => bytes.push(b'\t'),
            b'b' => bytes.push(8),
            b'f' => bytes.push(12),
            b'\n' => {}
            b'\r' => rest = rest.strip_prefix(b"\n").unwrap_or(rest),
            b'0'..=b'7' => {
                let mut code = escape - b'0';
                for _ in 0..2 {
                    let [next @ b'0'..=b'7', after @ ..] = rest else { break };
                    code = code << 3 | (next - b'0');
                    rest = after;
                }
                bytes.push(code);
            }
            other => bytes.push(*other),
        }
    }
    bytes
}

/// What stands between brackets.
#[derive(Clone, Copy)]
pub(super) struct Array<'a>(&'a [u8]);

impl<'a> Array<'a> {
    pub(super) fn values(self) -> impl Iterator<Item = Value<'a>> {
        let mut lexer = Lexer::new(self.0, 0);
        core::iter::from_fn(move || lexer.value())
    }
}

/// Names and what they stand for.
#[derive(Clone, Copy)]
pub(super) struct Dict<'a>(pub(super) &'a [u8]);

impl<'a> Dict<'a> {
    /// What stands under `key`; of two, the last, as other readers have it.
    pub(super) fn get(self, key: &[u8]) -> Value<'a> {
        let mut lexer = Lexer::new(self.0, 0);
        let mut found = Value::Other;
        while let Some(token) = lexer.token() {
            let Token::Name(name) = token else { continue };
            let before = lexer.at();
            match lexer.value() {
                Some(value) if name.is(key) => found = value,
                Some(_) => {}
                None => lexer.go_to(before),
            }
            if lexer.at() == before {
                break;
            }
        }
        found
    }

    /// The number under `key`, if it stands there itself and is not negative.
    pub(super) fn integer(self, key: &[u8]) -> Option<usize> {
        match self.get(key) {
            Value::Integer(number) => usize::try_from(number).ok(),
            _ => None,
        }
    }

    /// Whether under `key` stands this name.
    pub(super) fn is(self, key: &[u8], name: &[u8]) -> bool {
        matches!(self.get(key), Value::Name(found) if found.is(name))
    }
}
