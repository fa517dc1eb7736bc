//! Unpacks the data of streams (ISO 32000-2, 7.4), as far as they are text or tables.

mod lzw;
mod predictor;
mod text;

use std::borrow::Cow;

use super::{
    budget::Budget,
    value::{Dict, Value},
};
use crate::inflate::{self, End};

/// How a value that stands elsewhere is found.
pub(super) type Resolve<'f, 'a> = &'f dyn Fn(Value<'a>) -> Value<'a>;

/// Returns the data unpacked; nothing where a filter is one for pictures, or more comes out than
/// the budget has room for. What came before an error in the data counts.
pub(super) fn decoded<'d, 'a>(
    dict: Dict<'a>,
    data: Cow<'d, [u8]>,
    budget: &Budget,
    resolve: Resolve<'_, 'a>,
) -> Option<Cow<'d, [u8]>> {
    undone(dict, names(dict, resolve), data, budget, resolve)
}

/// Returns the beginning of the file of a picture, from the beginning of the data; the last filter is
/// the picture's format.
pub(super) fn head<'d, 'a>(
    dict: Dict<'a>,
    data: Cow<'d, [u8]>,
    budget: &Budget,
    resolve: Resolve<'_, 'a>,
) -> Option<Cow<'d, [u8]>> {
    let mut filters = names(dict, resolve);
    filters.pop();
    undone(dict, filters, data, budget, resolve)
}

fn undone<'d, 'a>(
    dict: Dict<'a>,
    filters: Vec<Value<'a>>,
    mut data: Cow<'d, [u8]>,
    budget: &Budget,
    resolve: Resolve<'_, 'a>,
) -> Option<Cow<'d, [u8]>> {
    let either = |long: &[u8], short: &[u8]| match dict.get(long) {
        Value::Other => resolve(dict.get(short)),
        found => resolve(found),
    };
    let parameters = match either(b"DecodeParms", b"DP") {
        Value::Array(each) => each.values().map(resolve).collect(),
        one => vec![one],
    };
    for (at, filter) in filters.into_iter().enumerate() {
        let parameters = match parameters.get(at) {
            Some(Value::Dict(parameters)) => *parameters,
            _ => Dict(&[]),
        };
        if at >= MOST_FILTERS {
            return None;
        }
        data = one(filter, data, parameters, budget)?;
    }
    Some(data)
}

/// Writers use one, or two of which the second makes the first's output printable.
const MOST_FILTERS: usize = 8;

/// Returns the filters, in the order in which to undo them.
pub(super) fn names<'a>(dict: Dict<'a>, resolve: Resolve<'_, 'a>) -> Vec<Value<'a>> {
    named(dict.get(b"Filter"), resolve)
}

/// Returns the same from the value of `Filter`.
pub(super) fn named<'a>(filter: Value<'a>, resolve: Resolve<'_, 'a>) -> Vec<Value<'a>> {
    match resolve(filter) {
        Value::Array(names) => names.values().map(resolve).collect(),
        Value::Other => Vec::new(),
        one => vec![one],
    }
}

fn one<'d>(
    filter: Value,
    data: Cow<'d, [u8]>,
    parameters: Dict,
    budget: &Budget,
) -> Option<Cow<'d, [u8]>> {
    let Value::Name(name) = filter else { return None };
    let is = |long: &[u8], short: &[u8]| name.is(long) || name.is(short);
    let room = budget.room();
    let unpacked = if is(b"FlateDecode", b"Fl") {
        let inflated = inflate::zlib(&data, room);
        if inflated.end == End::OverLimit {
            budget.give_up();
            return None;
        }
        predictor::undone(inflated.bytes, parameters)?
    } else if is(b"LZWDecode", b"LZW") {
        let is_early = parameters.integer(b"EarlyChange") != Some(0);
        predictor::undone(lzw::decoded(&data, is_early, room), parameters)?
    } else if is(b"ASCIIHexDecode", b"AHx") {
        text::hexadecimal(&data)
    } else if is(b"ASCII85Decode", b"A85") {
        text::base_85(&data)
    } else if is(b"RunLengthDecode", b"RL") {
        text::run_lengths(&data, room)
    } else if name.is(b"Crypt") {
        return Some(data);
    } else {
        return None;
    };
    budget.unpack(unpacked.len()).then_some(Cow::Owned(unpacked))
}
