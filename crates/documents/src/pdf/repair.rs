//! Rebuilds the table of a damaged file, as readers do: searches the file for the objects.

use super::{
    budget::Budget,
    indirect::{self, Indirect},
    lexer::{Lexer, is_blank},
    value::{Dict, Value},
    xref::{Place, Table},
};
use crate::{Limits, bytes::find};

/// Goes through the whole file. Of two objects with one number, the last holds.
pub(super) fn read<'a>(bytes: &'a [u8], limits: &Limits, budget: &Budget) -> Table<'a> {
    let mut table = Table::empty();
    let mut at = 0;
    while let Some(found) = find(bytes.get(at..).unwrap_or_default(), b"obj") {
        let word = at + found;
        at = word + 3;
        let Some(start) = start(bytes, word) else { continue };
        let Some(object) = indirect::read(bytes, start, budget) else {
            if budget.is_spent() {
                return table;
            }
            continue;
        };
        if table.places.len() >= limits.pdf_objects {
            budget.give_up();
            return table;
        }
        table.places.push((object.number, Place::At(start)));
        if let Some(end) = keep_stream(bytes, &object, budget, &mut table) {
            at = end;
        }
    }
    table.places.reverse();
    table.object_streams.reverse();
    trailers(bytes, budget, &mut table.trailer);
    table
}

/// Notes what a stream is good for, and gives its end: what looks like an object inside is none.
fn keep_stream<'a>(
    bytes: &[u8],
    object: &Indirect<'a>,
    budget: &Budget,
    table: &mut Table<'a>,
) -> Option<usize> {
    let Value::Dict(dict) = object.value else { return None };
    let start = object.stream?;
    budget.spend(2 * dict.0.len()).then_some(())?;
    if dict.is(b"Type", b"XRef") {
        prefer(&mut table.trailer, dict);
    }
    if dict.is(b"Type", b"ObjStm") {
        table.object_streams.push(object.number);
    }
    indirect::stream_end(bytes, start, dict.integer(b"Length")?)
}

fn trailers<'a>(bytes: &'a [u8], budget: &Budget, trailer: &mut Dict<'a>) {
    let mut at = 0;
    while let Some(found) = find(bytes.get(at..).unwrap_or_default(), TRAILER) {
        at += found + TRAILER.len();
        let mut lexer = Lexer::new(bytes, at);
        let value = lexer.value();
        if !budget.spend(lexer.reach().saturating_sub(at)) {
            return;
        }
        if let Some(Value::Dict(dict)) = value
            && budget.spend(dict.0.len())
        {
            prefer(trailer, dict);
        }
    }
}

const TRAILER: &[u8] = b"trailer";

/// The last trailer that leads to a catalogue; before there is one, any.
fn prefer<'a>(trailer: &mut Dict<'a>, found: Dict<'a>) {
    let leads = |dict: Dict| matches!(dict.get(b"Root"), Value::Reference(_));
    if leads(found) || !leads(*trailer) {
        *trailer = found;
    }
}

/// Where `12 0 obj` begins, if its `obj` stands at `word`.
pub(super) fn start(bytes: &[u8], word: usize) -> Option<usize> {
    let generation = without(bytes.get(..word)?, is_blank);
    let blank = without(generation, |byte| byte.is_ascii_digit());
    let number = without(blank, is_blank);
    let before = without(number, |byte| byte.is_ascii_digit());
    let whole = before.len() < number.len() && number.len() < blank.len();
    (whole && blank.len() < generation.len()).then_some(before.len())
}

/// Returns the bytes without those at the end that are `such`.
fn without(bytes: &[u8], such: fn(u8) -> bool) -> &[u8] {
    let kept = bytes.iter().rposition(|byte| !such(*byte)).map_or(0, |last| last + 1);
    bytes.get(..kept).unwrap_or_default()
}
