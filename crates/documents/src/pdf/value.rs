//! Reads the objects that a PDF is made of (ISO 32000-2, 7.3) where they stand.

use std::mem;

use super::{
    lexer::{Bracket, Lexer, Token},
    strings::{Name, Text},
};

/// An object. Arrays and dictionaries are read when they are asked.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    Integer(i64),
    /// A real number, without what stands behind its point.
    Real(i64),
    Name(Name<'a>),
    Text(Text<'a>),
    Array(Array<'a>),
    Dict(Dict<'a>),
    /// An object that stands elsewhere, by its number.
    Reference(u32),
    /// `false`.
    False,
    /// Null, `true`, or what no object is.
    Other,
}

impl<'a> Lexer<'a> {
    /// Returns the next object; nothing at the end of the bytes or of a container.
    pub(super) fn value(&mut self) -> Option<Value<'a>> {
        Some(match self.token()? {
            Token::Integer(number) => self.reference(number).unwrap_or(Value::Integer(number)),
            Token::Name(name) => Value::Name(name),
            Token::Text(text) => Value::Text(text),
            Token::Open(bracket) => self.container(bracket),
            Token::Close(_) => return None,
            Token::Word(b"false") => Value::False,
            Token::Real(number) => Value::Real(number),
            Token::Word(_) => Value::Other,
        })
    }

    /// Returns the next name with its value.
    #[inline(never)]
    fn entry(&mut self) -> Option<(Name<'a>, Value<'a>)> {
        loop {
            let Token::Name(name) = self.token()? else { continue };
            if let Some(value) = self.value() {
                return Some((name, value));
            }
        }
    }

    /// Returns the rest of `12 0 R` behind its number.
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

    /// Skips to the matching bracket, or to where an object ends whose bracket is missing. A closing
    /// bracket of the other kind closes nothing, as most readers have it.
    fn container(&mut self, bracket: Bracket) -> Value<'a> {
        let start = self.at();
        let (mut inner, mut outer) = (bracket, Vec::new());
        let mut end;
        loop {
            end = self.at();
            match self.token() {
                Some(Token::Open(bracket)) => outer.push(mem::replace(&mut inner, bracket)),
                Some(Token::Close(bracket)) if bracket == inner => match outer.pop() {
                    Some(bracket) => inner = bracket,
                    None => break,
                },
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

/// What stands between brackets.
#[derive(Clone, Copy)]
pub(super) struct Array<'a>(&'a [u8]);

impl<'a> Array<'a> {
    pub(super) fn values(self) -> impl Iterator<Item = Value<'a>> {
        let mut lexer = Lexer::new(self.0, 0);
        std::iter::from_fn(move || lexer.value())
    }

    pub(super) fn begins_with_reference(self) -> bool {
        matches!(self.values().next(), Some(Value::Reference(_)))
    }
}

/// Names and what they stand for.
#[derive(Clone, Copy)]
pub(super) struct Dict<'a>(pub(super) &'a [u8]);

impl<'a> Dict<'a> {
    /// Returns all entries in the order of the file. What is neither a name nor the value of one is
    /// skipped.
    pub(super) fn entries(self) -> impl Iterator<Item = (Name<'a>, Value<'a>)> {
        let mut lexer = Lexer::new(self.0, 0);
        std::iter::from_fn(move || lexer.entry())
    }

    /// Returns every value under `key`.
    pub(super) fn each(self, key: &[u8]) -> impl Iterator<Item = Value<'a>> {
        self.entries().filter(move |(name, _)| name.is(key)).map(|(_, value)| value)
    }

    /// Returns what stands under `key`; of two, the last, as other readers have it.
    pub(super) fn get(self, key: &[u8]) -> Value<'a> {
        self.each(key).last().unwrap_or(Value::Other)
    }

    /// Returns the number under `key`, if it stands there itself and is not negative.
    pub(super) fn integer(self, key: &[u8]) -> Option<usize> {
        match self.get(key) {
            Value::Integer(number) => usize::try_from(number).ok(),
            _ => None,
        }
    }

    /// Returns whether under `key` stands this name.
    pub(super) fn is(self, key: &[u8], name: &[u8]) -> bool {
        matches!(self.get(key), Value::Name(found) if found.is(name))
    }
}
