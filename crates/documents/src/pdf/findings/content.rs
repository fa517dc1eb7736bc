//! Looks into content: for pictures that stand in it, and for what it draws.

use std::borrow::Cow;

use super::{
    Search,
    inside::{is_deflated, is_packing},
};
use crate::{
    Damage,
    bytes::{find, head},
    inflate::{self, End},
    pdf::{
        budget::Budget,
        document::{Document, ordered},
        filters,
        indirect::Indirect,
        lexer::{Lexer, Token, is_blank},
        strings::Name,
        value::{Dict, Value},
    },
};

/// What one stream of content draws.
pub(super) struct Drawing {
    /// Bytes of the content, where all of it was read.
    pub(super) length: Option<usize>,
    /// The names of what it draws, as hashes and in order, with how often it draws each.
    pub(super) draws: Vec<(u32, u32)>,
    /// All that is read to draw it, once that is known.
    pub(super) weight: Option<u64>,
}

impl<'s> Search<'s> {
    /// Looks into a stream of content, as far as there is room for what comes out of it.
    pub(super) fn look_at_content(
        &mut self,
        object: &Indirect<'s>,
        dict: Dict<'s>,
        filters: &[Value<'s>],
    ) {
        let Some(start) = object.stream.and_then(|start| u32::try_from(start).ok()) else { return };
        let Some((content, is_whole)) = read(self.document, object, dict, filters, self.content)
        else {
            return;
        };
        self.content = self.content.saturating_sub(content.len());
        let drawing = Drawing {
            length: is_whole.then_some(content.len()),
            draws: self.scan(&content),
            weight: None,
        };
        self.places.extend(u32::try_from(self.drawings.len()).map(|place| (start, place)));
        self.drawings.push(drawing);
    }

    /// Measures the pictures that stand in the content, and returns what is drawn by its name.
    fn scan(&mut self, content: &[u8]) -> Vec<(u32, u32)> {
        let mut next = 0;
        while let Some(at) = word(content, b"BI", next) {
            next = self.measure(content, at + 2).max(at + 2);
        }
        let mut draws = Vec::new();
        next = 0;
        while let Some(at) = word(content, b"Do", next) {
            next = at + 2;
            draws.extend(name_before(content, at).map(|name| (hash(name), 1)));
        }
        let mut draws = ordered(draws, (0, 0));
        draws.dedup_by(|(next, times), (name, all)| {
            let is_same = next == name;
            *all += if is_same { *times } else { 0 };
            is_same
        });
        draws
    }

    /// Measures a picture that stands in the content, whose entries begin at this byte. Returns where
    /// its data end.
    fn measure(&mut self, content: &[u8], at: usize) -> usize {
        let mut lexer = Lexer::new(content, at);
        let (mut width, mut height, mut layers) = (0, 0, 0);
        for _ in 0..MOST_ENTRIES {
            let Some(Token::Name(key)) = lexer.token() else { break };
            let Some(value) = lexer.value() else { return at };
            match (key.among(&[b"W", b"Width", b"H", b"Height", b"F", b"Filter"]), value) {
                (Some(0 | 1), Value::Integer(side) | Value::Real(side)) => width = width.max(side),
                (Some(2 | 3), Value::Integer(side) | Value::Real(side)) => {
                    height = height.max(side);
                }
                (Some(4..), Value::Array(names)) => {
                    layers = names.values().filter(is_packing).count();
                }
                (Some(4..), name) => layers = usize::from(is_packing(&name)),
                _ => {}
            }
        }
        let pixels = width.unsigned_abs().saturating_mul(height.unsigned_abs());
        // No writer packs such a picture twice.
        if pixels > self.limits.picture_pixels || layers > 1 {
            self.found.damage.get_or_insert(Damage::TooComplex);
        }
        // One byte stands between `ID` and the data.
        let start = lexer.at() + 1;
        let data = content.get(start..).unwrap_or_default();
        let length = find(data, b"EI ").or_else(|| find(data, b"EI\n")).unwrap_or(data.len());
        if layers == 1 {
            self.count(head(data, length));
        }
        start + length
    }
}

/// Entries of a picture in content: no more have a meaning.
const MOST_ENTRIES: usize = 32;

/// Returns the content of a stream up to `room`, and whether that is all of it.
fn read<'s>(
    document: &Document<'s>,
    object: &Indirect<'s>,
    dict: Dict<'s>,
    filters: &[Value<'s>],
    room: usize,
) -> Option<(Cow<'s, [u8]>, bool)> {
    if room == 0 {
        return None;
    }
    let packed = document.packed(object)?;
    match filters {
        [] => Some((packed, true)),
        [_] if is_deflated(filters) => {
            let content = inflate::zlib(&packed, room);
            Some((Cow::Owned(content.bytes), content.end != End::OverLimit))
        }
        _ => {
            let budget = Budget::of(packed.len().saturating_add(4 * room), room);
            let resolve = |value| document.resolve(value);
            Some((filters::decoded(dict, packed, &budget, &resolve)?, true))
        }
    }
}

/// Returns where an operator next stands from a byte on.
fn word(content: &[u8], word: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let at = from + find(content.get(from..)?, word)?;
        from = at + word.len();
        if content.get(from).is_none_or(|byte| is_blank(*byte) || *byte == b'/') {
            return Some(at);
        }
    }
}

/// Returns the name that stands before a word.
fn name_before(content: &[u8], word: usize) -> Option<Name<'_>> {
    const LONGEST: usize = 256;
    let before = content.get(word.saturating_sub(LONGEST)..word)?;
    let slash = before.iter().rposition(|byte| *byte == b'/')?;
    match Lexer::new(before, slash).token()? {
        Token::Name(name) => Some(name),
        _ => None,
    }
}

/// Returns a number for a name, by which names of one document can be told apart.
pub(super) fn hash(name: Name) -> u32 {
    name.decoded()
        .fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
