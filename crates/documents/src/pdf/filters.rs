//! How the data of a stream are packed (ISO 32000-2, 7.4), as far as it is text or tables.

use super::value::{Dict, Value, hexadecimal};
use crate::inflate;

/// The data unpacked, to at most `limit` bytes; nothing where a filter is one for pictures, or
/// one that nobody uses for text. What came before an error in the data counts.
pub(super) fn decoded(dict: Dict, data: &[u8], limit: usize) -> Option<Vec<u8>> {
    let parameters = match dict.get(b"DecodeParms") {
        Value::Array(each) => each.values().collect(),
        one => vec![one],
    };
    let mut data = data.to_vec();
    for (filter, parameters) in names(dict).into_iter().zip(parameters.into_iter().chain(NONE)) {
        data = one(filter, &data, limit)?;
        if let Value::Dict(parameters) = parameters {
            data = unpredicted(data, parameters)?;
        }
    }
    Some(data)
}

/// Parameters may be left out.
const NONE: [Value; 8] = [Value::Other; 8];

/// The filters, in the order in which to undo them.
pub(super) fn names(dict: Dict) -> Vec<Value> {
    match dict.get(b"Filter") {
        Value::Array(names) => names.values().collect(),
        Value::Other => Vec::new(),
        one => vec![one],
    }
}

fn one(filter: Value, data: &[u8], limit: usize) -> Option<Vec<u8>> {
    let Value::Name(name) = filter else { return None };
    if name.is(b"FlateDecode") || name.is(b"Fl") {
        Some(inflate::zlib(data, limit).bytes)
    } else if name.is(b"ASCIIHexDecode") || name.is(b"AHx") {
        let end = data.iter().position(|byte| *byte == b'>');
        Some(hexadecimal(data.get(..end.unwrap_or(data.len()))?))
    } else if name.is(b"Crypt") {
        Some(data.to_vec())
    } else {
        None
    }
}

/// Undoes the prediction of PNG (7.4.4.4): tables are packed as differences of their rows.
fn unpredicted(mut data: Vec<u8>, parameters: Dict) -> Option<Vec<u8>> {
    let predictor = parameters.integer(b"Predictor").unwrap_or(1);
    if predictor < 2 {
        return Some(data);
    }
    let number = |key: &[u8], usual| parameters.integer(key).unwrap_or(usual);
    let colours = number(b"Colors", 1);
    let bits = number(b"BitsPerComponent", 8).checked_mul(colours)?;
    let columns = bits.checked_mul(number(b"Columns", 1))?;
    let row_bytes = columns.div_ceil(8).min(data.len());
    let left = bits.div_ceil(8);
    if predictor < 10 || row_bytes == 0 {
        return None;
    }
    let mut above = vec![0; row_bytes];
    let mut rows = Vec::with_capacity(data.len());
    for row in data.chunks_mut(row_bytes + 1) {
        let [kind, row @ ..] = row else { break };
        for at in 0..row.len() {
            let before = |row: &[u8]| at.checked_sub(left).and_then(|at| row.get(at).copied());
            let (a, b) = (before(row).unwrap_or(0), above.get(at).copied().unwrap_or(0));
            let c = before(&above).unwrap_or(0);
            let predicted = match kind {
                1 => a,
                2 => b,
                3 => u8::midpoint(a, b),
                4 => paeth(a, b, c),
                _ => 0,
            };
            if let Some(byte) = row.get_mut(at) {
                *byte = byte.wrapping_add(predicted);
            }
        }
        above.iter_mut().zip(row.iter()).for_each(|(above, byte)| *above = *byte);
        rows.extend(row.iter());
    }
    Some(rows)
}

/// Of its three neighbours, the one nearest to what a slope would give.
fn paeth(a: u8, b: u8, c: u8) -> u8 {
    let slope = i16::from(a) + i16::from(b) - i16::from(c);
    let distance = |byte: &u8| (slope - i16::from(*byte)).abs();
    [a, b, c].into_iter().min_by_key(distance).unwrap_or(c)
}
