//! Reads objects with a number (ISO 32000-2, 7.3.10) and the data of streams (7.3.8).

use super::{
    budget::Budget,
    lexer::{Lexer, Token},
    value::Value,
};
use crate::bytes::{find, head};

/// An object as it stands in the file.
#[derive(Clone, Copy)]
pub(super) struct Indirect<'a> {
    pub(super) number: u32,
    pub(super) generation: u32,
    pub(super) value: Value<'a>,
    /// The value as it is written.
    pub(super) body: &'a [u8],
    /// What is written from the value on, the value included.
    pub(super) rest: &'a [u8],
    /// Whether it stands in the file itself, where strings are encrypted one by one.
    pub(super) is_in_file: bool,
    /// Where its data begin, if it is a stream.
    pub(super) stream: Option<usize>,
}

/// Returns the object that stands at a byte: `12 0 obj`, its value, and perhaps `stream`. What is
/// looked at is paid for, whether it is an object or not.
pub(super) fn read<'a>(bytes: &'a [u8], at: usize, budget: &Budget) -> Option<Indirect<'a>> {
    if budget.is_spent() {
        return None;
    }
    let mut lexer = Lexer::new(bytes, at);
    let object = object(bytes, &mut lexer);
    budget.spend(lexer.reach().saturating_sub(at) + LOOKING_UP).then_some(object)?
}

/// Returns the same for an object that stands in the unpacked data of an object stream: only its
/// value.
pub(super) fn read_unpacked<'a>(
    data: &'a [u8],
    at: usize,
    number: u32,
    budget: &Budget,
) -> Option<Indirect<'a>> {
    if budget.is_spent() {
        return None;
    }
    let mut lexer = Lexer::new(data, at);
    let value = lexer.value();
    let body = lexer.between(at, lexer.at());
    let rest = data.get(at..).unwrap_or_default();
    let can_be_paid = budget.spend(lexer.reach().saturating_sub(at) + LOOKING_UP);
    let object = Indirect {
        number,
        generation: 0,
        value: value?,
        body,
        rest,
        is_in_file: false,
        stream: None,
    };
    can_be_paid.then_some(object)
}

/// Finding an object takes about as long as reading this many bytes.
const LOOKING_UP: usize = 16;

/// The number of an object whose `obj` has none before it.
pub(super) const NO_NUMBER: u32 = u32::MAX;

fn object<'a>(bytes: &'a [u8], lexer: &mut Lexer<'a>) -> Option<Indirect<'a>> {
    let (number, generation) = match lexer.integer() {
        Some(number) => (u32::try_from(number).ok()?, u32::try_from(lexer.integer()?).ok()?),
        None => (NO_NUMBER, 0),
    };
    match lexer.token()? {
        Token::Word(b"obj" | b"trailer") => {}
        // Some writers leave out the blank behind it.
        Token::Word(word) if word.starts_with(b"obj") => lexer.go_to(lexer.at() - word.len() + 3),
        _ => return None,
    }
    let start = lexer.at();
    let value = lexer.value().unwrap_or(Value::Other);
    let end = lexer.at();
    let body = lexer.between(start, end);
    let stream = lexer.word(b"stream").then(|| after_line_end(bytes, lexer.at()));
    let rest = bytes.get(start..).unwrap_or_default();
    Some(Indirect { number, generation, value, body, rest, is_in_file: true, stream })
}

/// Returns the data that begin at a byte: as long as the dictionary says if they end there, or up
/// to the mark of their end.
pub(super) fn stream(bytes: &[u8], start: usize, length: Option<usize>) -> &[u8] {
    let rest = bytes.get(start..).unwrap_or_default();
    let end = length.and_then(|length| stream_end(bytes, start, length));
    let length = match end {
        Some(end) => end - start,
        None => find(rest, END).unwrap_or(rest.len()),
    };
    rest.get(..length).unwrap_or_default()
}

/// Where data of this length end, if the mark of their end stands there, behind a little blank.
pub(super) fn stream_end(bytes: &[u8], start: usize, length: usize) -> Option<usize> {
    const MOST_BLANK: usize = 16;
    let end = start.checked_add(length)?;
    let mark = head(bytes.get(end..)?, MOST_BLANK + END.len());
    Lexer::new(mark, 0).word(END).then_some(end)
}

const END: &[u8] = b"endstream";

fn after_line_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    // Readers skip blanks at the end of the line.
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\x0C' | 0)).count();
    at + match rest.get(blanks..).unwrap_or_default() {
        [b'\r', b'\n', ..] => blanks + 2,
        [b'\r' | b'\n', ..] => blanks + 1,
        _ => 0,
    }
}
