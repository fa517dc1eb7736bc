//! What readers do with a file whose tables are damaged: they look for the objects themselves.

use super::{
    budget::Budget,
    indirect::{self, Indirect},
    lexer::{Lexer, is_blank},
    value::{Dict, Value},
    xref::{Place, Table},
};
use crate::{Limits, bytes::find};

/// Goes through the whole file. Of two objects with one number, the last holds; those inside
/// object streams come last.
pub(super) fn read<'a>(bytes: &'a [u8], limits: &Limits, budget: &Budget) -> Table<'a> {
    let mut table = Table { places: Vec::new(), trailer: Dict(&[]) };
    let mut packed = Vec::new();
    let mut at = 0;
    while let Some(found) = find(bytes.get(at..).unwrap_or_default(), b"obj") {
        let word = at + found;
        at = word + 3;
        let Some(object) = start(bytes, word).and_then(|start| {
            let object = indirect::read(bytes, start)?;
            table.places.push((object.number, Place::At(start)));
            Some(object)
        }) else {
            continue;
        };
        if !budget.spend(object.end.saturating_sub(word)) || table.places.len() > limits.pdf_objects
        {
            break;
        }
        let Indirect { value: Value::Dict(dict), stream: Some(start), .. } = object else {
            continue;
        };
        if dict.is(b"Type", b"XRef") {
            prefer(&mut table.trailer, dict);
        }
        if dict.is(b"Type", b"ObjStm") {
            packed.push((object.number, Place::Packed(object.number)));
        }
        // What looks like an object inside a stream is none.
        if let Some(length) = dict.integer(b"Length") {
            at = indirect::stream_end(bytes, start, length).unwrap_or(at);
        }
    }
    table.places.reverse();
    table.places.extend(packed);
    let mut at = 0;
    while let Some(found) = find(bytes.get(at..).unwrap_or_default(), TRAILER) {
        at += found + TRAILER.len();
        if let Some(Value::Dict(dict)) = Lexer::new(bytes, at).value() {
            prefer(&mut table.trailer, dict);
        }
    }
    table
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
fn start(bytes: &[u8], word: usize) -> Option<usize> {
    let generation = without(bytes.get(..word)?, is_blank);
    let blank = without(generation, |byte| byte.is_ascii_digit());
    let number = without(blank, is_blank);
    let before = without(number, |byte| byte.is_ascii_digit());
    let whole = before.len() < number.len() && number.len() < blank.len();
    (whole && blank.len() < generation.len()).then_some(before.len())
}

/// The bytes without those at the end that are `such`.
fn without(bytes: &[u8], such: fn(u8) -> bool) -> &[u8] {
    let kept = bytes.iter().rposition(|byte| !such(*byte)).map_or(0, |last| last + 1);
    bytes.get(..kept).unwrap_or_default()
}
