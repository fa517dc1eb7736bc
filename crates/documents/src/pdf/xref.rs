//! Reads cross-reference tables and streams, which say where the objects stand (ISO 32000-2, 7.5.4 to 7.5.8).

use std::borrow::Cow;

use super::{
    budget::Budget,
    filters,
    indirect::{self, Indirect},
    lexer::{Lexer, Token},
    value::{Dict, Value},
};
use crate::{
    Limits,
    bytes::{find, find_last, tail, without_blank_end},
};

/// Where an object stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Nowhere: its number is free.
    Free,
    /// At this byte of the file.
    At(usize),
    /// At this byte of the file, which is listed under another number too.
    Again(usize),
    /// In the object stream of this number.
    Packed(u32),
    /// In one of the unpacked object streams, at this byte.
    Unpacked(usize, usize),
}

/// All that a file says of where its objects stand.
pub(super) struct Table<'a> {
    /// The place of each number. Of two for one number, the first holds.
    pub(super) places: Vec<(u32, Place)>,
    /// The dictionary that leads to everything.
    pub(super) trailer: Dict<'a>,
    /// Object streams of which no table tells what is in them, the last of the file first.
    pub(super) object_streams: Vec<u32>,
}

impl Table<'_> {
    pub(super) fn empty() -> Self {
        Self { places: Vec::new(), trailer: Dict(&[]), object_streams: Vec::new() }
    }
}

/// Reads the newest table and all that it follows; nothing where one of them is not as it must be.
pub(super) fn read<'a>(bytes: &'a [u8], limits: &Limits, budget: &Budget) -> Option<Table<'a>> {
    let bytes = without_blank_end(bytes);
    let end = tail(bytes, limits.pdf_tail_bytes);
    let mark = find_last(end, MARK)? + bytes.len() - end.len();
    let newest = Lexer::new(bytes, mark + MARK.len()).integer()?;
    chain(bytes, newest, limits, budget)
}

/// Adds the places that the tables behind every `startxref` tell, counted from the file's start and
/// from the header. A table that cannot be read adds nothing.
pub(super) fn every(
    bytes: &[u8],
    header: usize,
    limits: &Limits,
    budget: &Budget,
    places: &mut Vec<(u32, Place)>,
) {
    let mut seen = Vec::new();
    let mut at = 0;
    while let Some(found) = find(bytes.get(at..).unwrap_or_default(), MARK) {
        at += found + MARK.len();
        let Some(start) = Lexer::new(bytes, at).integer() else { continue };
        if seen.len() > limits.pdf_revisions {
            budget.give_up();
            return;
        }
        for start in [start, start.saturating_add(header)] {
            if !seen.contains(&start) {
                seen.push(start);
                let table = chain(bytes, start, limits, budget);
                places.extend(table.into_iter().flat_map(|table| table.places));
            }
        }
    }
    if header > 0 {
        let moved = places.iter().filter_map(|(number, place)| match place {
            Place::At(at) => Some((*number, Place::At(at.checked_add(header)?))),
            _ => None,
        });
        let moved: Vec<_> = moved.collect();
        places.extend(moved);
    }
}

/// Reads the table at `newest` and all that it follows; nothing where one is not as it must be.
fn chain<'a>(
    bytes: &'a [u8],
    newest: usize,
    limits: &Limits,
    budget: &Budget,
) -> Option<Table<'a>> {
    let mut table = Table::empty();
    let mut sections = vec![newest];
    let mut next = 0;
    while let Some(at) = sections.get(next).copied() {
        let trailer = section(bytes, at, &mut table.places, limits, budget)?;
        if next == 0 {
            table.trailer = trailer;
        }
        if let Some(previous) = trailer.integer(b"Prev")
            && !sections.contains(&previous)
        {
            sections.push(previous);
        }
        next += 1;
        if next > limits.pdf_revisions {
            return None;
        }
    }
    Some(table)
}

const MARK: &[u8] = b"startxref";

fn section<'a>(
    bytes: &'a [u8],
    at: usize,
    places: &mut Vec<(u32, Place)>,
    limits: &Limits,
    budget: &Budget,
) -> Option<Dict<'a>> {
    let mut lexer = Lexer::new(bytes, at);
    if !lexer.word(b"xref") {
        return stream(bytes, at, places, limits, budget);
    }
    let mut own = Vec::new();
    let room = limits.pdf_objects.checked_sub(places.len())?;
    while let Some(first) = lexer.integer() {
        let count = lexer.integer()?;
        if count > room.saturating_sub(own.len()) {
            return None;
        }
        for number in first..first.checked_add(count)? {
            let (offset, _) = (lexer.integer()?, lexer.integer()?);
            let place = match lexer.token()? {
                Token::Word(b"n") => Place::At(offset),
                Token::Word(b"f") => Place::Free,
                _ => return None,
            };
            own.push((u32::try_from(number).ok()?, place));
        }
    }
    let (true, Value::Dict(trailer)) = (lexer.word(b"trailer"), lexer.value()?) else {
        return None;
    };
    if !budget.spend(lexer.reach().saturating_sub(at)) {
        return None;
    }
    // A file of both kinds hides its newer objects from old readers as free (7.5.8.4).
    if let Some(hidden) = trailer.integer(b"XRefStm") {
        stream(bytes, hidden, places, limits, budget)?;
    }
    places.append(&mut own);
    Some(trailer)
}

fn stream<'a>(
    bytes: &'a [u8],
    at: usize,
    places: &mut Vec<(u32, Place)>,
    limits: &Limits,
    budget: &Budget,
) -> Option<Dict<'a>> {
    let Indirect { value: Value::Dict(dict), stream: Some(start), .. } =
        indirect::read(bytes, at, budget)?
    else {
        return None;
    };
    let Value::Array(widths) = dict.get(b"W") else { return None };
    let widths: Vec<usize> = widths.values().filter_map(small).collect();
    let [kind, second, third] = *widths.as_slice() else { return None };
    let data = indirect::stream(bytes, start, dict.integer(b"Length"));
    let paid = budget.spend(data.len()).then_some(Cow::Borrowed(data));
    let data = filters::decoded(dict, paid?, budget, &|value| value)?;
    let mut entries = data.chunks_exact((kind + second + third).max(1));

    let ranges = match dict.get(b"Index") {
        Value::Array(ranges) => ranges.values().filter_map(natural).collect(),
        _ => vec![0, dict.integer(b"Size")?],
    };
    for range in ranges.as_chunks::<2>().0 {
        let [first, count] = *range;
        for (number, entry) in (first..first.checked_add(count)?).zip(&mut entries) {
            if places.len() >= limits.pdf_objects {
                return None;
            }
            let (kind_bytes, rest) = entry.split_at_checked(kind)?;
            let (second, _) = rest.split_at_checked(second)?;
            let place = match big_endian(kind_bytes) {
                _ if kind == 0 => Place::At(big_endian(second)),
                1 => Place::At(big_endian(second)),
                2 => Place::Packed(u32::try_from(big_endian(second)).ok()?),
                // 0 is free, and an unknown type is to be taken for it (table 18).
                _ => Place::Free,
            };
            places.push((u32::try_from(number).ok()?, place));
        }
    }
    Some(dict)
}

fn natural(value: Value) -> Option<usize> {
    match value {
        Value::Integer(number) => usize::try_from(number).ok(),
        _ => None,
    }
}

/// Returns the width of a field: of more than eight bytes, no number is made.
fn small(value: Value) -> Option<usize> {
    natural(value).filter(|width| *width <= 8)
}

fn big_endian(bytes: &[u8]) -> usize {
    let number = bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    usize::try_from(number).unwrap_or(usize::MAX)
}
