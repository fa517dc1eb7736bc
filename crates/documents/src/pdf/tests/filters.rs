//! Object streams, packed in every way that the format knows for text.

use std::collections::HashMap;

use miniz_oxide::deflate::compress_to_vec_zlib;

use super::{one_page, pages};
use crate::samples::Objects;

/// Returns a document whose page tree stands in an object stream with these entries.
fn packed(entries: &str, pack: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let inside = b"2 0 << /Type /Pages /Kids [3 0 R] /Count 1 >>";
    let objects = Objects::new()
        .with("<< /Type /Catalog /Pages 2 0 R >>")
        .with("null")
        .with("<< /Type /Page >>")
        .with_stream(&format!("/Type /ObjStm /N 1 /First 4 {entries}"), &pack(inside))
        .with("/FlateDecode")
        .with("[/ASCIIHexDecode 5 0 R]");
    let mut file = objects.finish();
    // Without a table, and without the object outside.
    let at = crate::bytes::find(&file, b"2 0 obj").unwrap();
    file[at + 4] = b'x';
    let end = crate::bytes::find(&file, b"startxref").unwrap();
    file.truncate(end);
    [file.as_slice(), b"startxref\n5\n%%EOF\n"].concat()
}

fn hexadecimal(data: &[u8]) -> Vec<u8> {
    data.iter().flat_map(|byte| format!("{byte:02x}\n").into_bytes()).collect()
}

/// Without shortening anything.
fn base_85(data: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for chunk in data.chunks(4) {
        let mut bytes = [0; 4];
        bytes[..chunk.len()].copy_from_slice(chunk);
        let number = u32::from_be_bytes(bytes);
        let digits = (0..5).rev().map(|n| (number / 85_u32.pow(n) % 85).to_le_bytes()[0] + b'!');
        text.extend(digits.take(chunk.len() + 1));
    }
    text
}

fn run_lengths(data: &[u8]) -> Vec<u8> {
    data.iter().flat_map(|byte| [0, *byte]).collect()
}

/// With codes that get longer one `early`, or when they must.
fn lzw(data: &[u8], early: usize) -> Vec<u8> {
    let mut known: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut bits = String::from("100000000");
    let mut piece: Vec<u8> = Vec::new();
    let code = |known: &HashMap<Vec<u8>, usize>, piece: &[u8]| match piece {
        [byte] => usize::from(*byte),
        _ => known[piece],
    };
    for byte in data {
        let longer = [piece.as_slice(), &[*byte]].concat();
        if longer.len() == 1 || known.contains_key(&longer) {
            piece = longer;
            continue;
        }
        // What reads this is one piece behind.
        let next = 257 + known.len() + early;
        let width = (next.ilog2() + 1).max(9) as usize;
        bits.push_str(&binary(code(&known, &piece), width));
        let number = 258 + known.len();
        known.insert(longer, number);
        piece = vec![*byte];
    }
    let width = ((257 + known.len() + early).ilog2() + 1).max(9) as usize;
    bits.push_str(&binary(code(&known, &piece), width));
    bits += &"0".repeat(8);
    bits.as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect()
}

fn binary(code: usize, width: usize) -> String {
    format!("{code:0width$b}")
}

type Pack = fn(&[u8]) -> Vec<u8>;

fn flate(data: &[u8]) -> Vec<u8> {
    compress_to_vec_zlib(data, 6)
}

#[test]
fn every_filter_for_text() {
    let cases: [(&str, Pack); 10] = [
        ("", <[u8]>::to_vec),
        ("/Filter []", <[u8]>::to_vec),
        ("/Filter /FlateDecode /DecodeParms null", flate),
        ("/Filter 5 0 R", flate),
        ("/Filter /ASCIIHexDecode", hexadecimal),
        ("/Filter [/A85]", base_85),
        ("/Filter /RunLengthDecode", run_lengths),
        ("/Filter /LZWDecode", |data| lzw(data, 1)),
        ("/Filter /LZW /DecodeParms << /EarlyChange 0 >>", |data| lzw(data, 0)),
        ("/Filter 6 0 R", |data| hexadecimal(&flate(data))),
    ];
    for (entries, pack) in cases {
        assert_eq!(pages(&packed(entries, pack)), (Some(1), None), "{entries}");
    }
    assert_eq!(pages(&packed("/Filter /DCTDecode", <[u8]>::to_vec)).0, None);
}

/// Long enough for codes of each length.
#[test]
fn lzw_grows_and_starts_again() {
    let pad = |data: &[u8]| {
        let noise = (0..4_000_u32).flat_map(|n| (n * n % 9_973).to_string().into_bytes());
        [data, b"%", noise.take(7_000).collect::<Vec<u8>>().as_slice()].concat()
    };
    let early = packed("/Filter /LZWDecode", |data| lzw(&pad(data), 1));
    assert_eq!(pages(&early), (Some(1), None));
    let late =
        packed("/Filter /LZWDecode /DecodeParms << /EarlyChange 0 >>", |data| lzw(&pad(data), 0));
    assert_eq!(pages(&late), (Some(1), None));
}

#[test]
fn rows_are_predicted_in_every_way() {
    for kind in 0..=5_u8 {
        // One row of zeros above: every prediction of the first column is 0, or what stands left.
        let rows = |data: &[u8]| {
            let mut rows = Vec::new();
            let mut above = 0_u8;
            for byte in data {
                let predicted = match kind {
                    2 | 4 => above,
                    3 => above / 2,
                    _ => 0,
                };
                rows.extend([kind, byte.wrapping_sub(predicted)]);
                above = *byte;
            }
            flate(&rows)
        };
        let entries = "/Filter /FlateDecode /DecodeParms [<< /Predictor 15 /Columns 1 >>]";
        assert_eq!(pages(&packed(entries, rows)), (Some(1), None), "{kind}");
    }
    let tiff = "/Filter /FlateDecode /DecodeParms << /Predictor 2 >>";
    assert_eq!(pages(&packed(tiff, flate)).0, None);
    assert_eq!(pages(&one_page().packed()), (Some(1), None));
}
