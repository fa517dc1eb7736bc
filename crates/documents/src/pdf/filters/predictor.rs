use crate::pdf::value::Dict;

/// Undoes the prediction of PNG (ISO 32000-2, 7.4.4.4): tables are packed as differences of their
/// rows. Nothing where the prediction is TIFF's, which is for pictures.
pub(super) fn undone(mut data: Vec<u8>, parameters: Dict) -> Option<Vec<u8>> {
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
        let Some((kind, row)) = row.split_first_mut() else { break };
        undo(*kind, row, &above, left);
        above.iter_mut().zip(row.iter()).for_each(|(above, byte)| *above = *byte);
        rows.extend_from_slice(row);
    }
    Some(rows)
}

/// Adds to each byte of a row what its neighbours predict.
fn undo(kind: u8, row: &mut [u8], above: &[u8], left: usize) {
    if !matches!(kind, 1..=4) {
        return;
    }
    for at in 0..row.len() {
        let before = |row: &[u8]| at.checked_sub(left).and_then(|at| row.get(at)).copied();
        let (a, b) = (before(row).unwrap_or(0), above.get(at).copied().unwrap_or(0));
        let predicted = match kind {
            1 => a,
            2 => b,
            3 => u8::midpoint(a, b),
            _ => paeth(a, b, before(above).unwrap_or(0)),
        };
        if let Some(byte) = row.get_mut(at) {
            *byte = byte.wrapping_add(predicted);
        }
    }
}

/// Of its three neighbours, the one nearest to what a slope would give.
fn paeth(a: u8, b: u8, c: u8) -> u8 {
    let slope = i16::from(a) + i16::from(b) - i16::from(c);
    let distance = |byte: &u8| (slope - i16::from(*byte)).abs();
    [a, b, c].into_iter().min_by_key(distance).unwrap_or(c)
}
