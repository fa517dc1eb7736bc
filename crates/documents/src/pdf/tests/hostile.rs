//! What is made so that reading it takes long, or much memory.

use miniz_oxide::deflate::compress_to_vec_zlib;

use super::{one_page, pages};
use crate::{Damage, Limits, bytes::find, inspect, samples::Objects};

/// Whether reading ends before a megabyte has been read, though the files have two.
#[track_caller]
fn is_given_up(name: &str, file: &[u8]) {
    let limits = Limits { pdf_read_bytes: 1 << 20, unpacked_bytes: 1 << 20, ..Limits::default() };
    assert_eq!(inspect(file, &limits).damage, Some(Damage::TooComplex), "{name}");
}

/// Returns a PDF without a table, so that it is searched for its objects.
fn searched(piece: &str) -> Vec<u8> {
    format!("%PDF-1.4\n{}\nstartxref\n5\n%%EOF\n", piece.repeat((2 << 20) / piece.len())).into()
}

#[test]
fn what_does_not_end_is_not_read_again_and_again() {
    for piece in ["1 0 obj(", "1 0 obj<", "1 0 obj%", "1 0 obj<</Length 9>>stream ", "trailer<<"] {
        is_given_up(piece, &searched(piece));
    }
}

/// Returns a table of which each entry leads to the same object, and each to another blank before
/// it.
fn pointing_at(object: &str, entries: usize) -> Vec<u8> {
    let mut file = one_page().with(object).finish();
    let long = find(&file, b"4 0 obj").unwrap();
    file.splice(long..long, vec![b' '; entries]);
    let table = find(&file, b"xref\n0 5\n").unwrap();
    let (own, rest) = file[table + 9..].split_at(5 * 20);
    let trailer = &rest[..find(rest, b"startxref").unwrap()];
    let end = format!("startxref\n{table}\n%%EOF\n");
    let row = |entry| format!("{:010} 00000 n \n", long + entry);
    let more: String = (0..entries).map(row).collect();
    let count = format!("xref\n0 {}\n", 5 + entries);
    [&file[..table], count.as_bytes(), own, more.as_bytes(), trailer, end.as_bytes()].concat()
}

#[test]
fn objects_that_share_bytes_are_paid_for_each_time() {
    let blank = " ".repeat(10_000);
    let cases = [
        ("a long array", format!("[{}]", "0 ".repeat(5_000))),
        ("blanks before the value", format!("{blank}5")),
        ("blanks behind the value", format!("5{blank}")),
        ("a string that does not end", format!("({blank}")),
    ];
    for (name, object) in cases {
        let file = pointing_at(&object, 500);
        is_given_up(name, &file);
        assert_eq!(pages(&file), (Some(1), None), "{name}: with the usual limits");
    }
}

/// Each claims the bytes up to the same end, which stands behind the last of them.
#[test]
fn streams_that_share_bytes_are_paid_for_each_time() {
    for entries in ["/Type /Metadata", "/Type /Metadata /Filter /FlateDecode"] {
        let page = one_page().finish();
        let mut file = page[..find(&page, b"xref\n0").unwrap()].to_vec();
        let mut table = String::new();
        for left in (0..1_000).rev() {
            let number = 1_999 - left;
            let row = format!("{:010} 00000 n \n", file.len());
            table.push_str(&row);
            // Each start is as long as this one.
            let length = left * (48 + entries.len()) + 9;
            let start = format!("{number} 0 obj\n<< {entries} /Length {length:06} >>\nstream\n");
            file.extend(start.bytes());
        }
        file.extend(b"endstream endstream\n");
        let at = file.len();
        let end = format!("xref\n1000 1000\n{table}trailer\n<<>>\nstartxref\n{at}\n%%EOF\n");
        is_given_up(entries, &[file.as_slice(), end.as_bytes()].concat());
    }
}

#[test]
fn bombs_in_streams() {
    let packed = |level: u8, bytes: &[u8]| compress_to_vec_zlib(bytes, level);
    let nothing = vec![0; 4 << 20];
    let predicted = "/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns";
    let cases = [
        ("one", "/Filter /FlateDecode".to_owned(), packed(9, &nothing)),
        ("in a bomb", "/Filter [/Fl /Fl]".to_owned(), packed(9, &packed(0, &nothing))),
        ("of short rows", format!("{predicted} 1 >>"), packed(9, &nothing)),
        ("of a long row", format!("{predicted} 99999999 >>"), packed(9, &nothing)),
        ("of runs", "/Filter /RL".to_owned(), [0x81, 0].repeat(20_000)),
        (
            "of many blocks",
            "/Filter /FlateDecode".to_owned(),
            [&[0, 0][..], &EMPTY.repeat(10_000)].concat(),
        ),
    ];
    for (name, entries, data) in cases {
        let file = one_page().with_stream(&format!("/Type /Metadata {entries}"), &data);
        is_given_up(name, &file.finish());
    }
}

/// Blocks of fixed codes with nothing in them: four in five bytes, for each not the last, type 1,
/// the end.
const EMPTY: [u8; 5] = [0b0000_0010, 0b0000_1000, 0b0010_0000, 0b1000_0000, 0];

#[test]
fn nodes_within_each_other_are_paid_for_each_time() {
    let file = Objects::new().with("<< /Pages 2 0 R >>").with("<</Kids[".repeat(10_000));
    is_given_up("nodes", &file.finish());
}

#[test]
fn numbers_in_any_order_are_sorted() {
    let file = one_page().finish();
    let table = find(&file, b"xref\n0 4\n").unwrap();
    let rows: Vec<&[u8]> = file[table + 9..].chunks(20).take(4).collect();
    let mut scattered = file[..table + 5].to_vec();
    for number in (0..1_000_u32).map(|n| n * 7_919 % 1_000) {
        let row = rows.get(number as usize).copied().unwrap_or(b"0000000000 65535 f \n");
        scattered.extend(format!("{} 1\n", if number < 4 { number } else { number << 20 }).bytes());
        scattered.extend(row);
    }
    scattered.extend(&file[table + 9 + 80..]);
    assert_eq!(pages(&scattered), (Some(1), None));
}

#[test]
fn more_objects_than_the_limit() {
    let limits = Limits { pdf_objects: 2, ..Limits::default() };
    let damage = inspect(&one_page().finish(), &limits).damage;
    assert_eq!(damage, Some(Damage::TooComplex));
}

#[test]
fn an_object_stream_unpacks_to_no_more_than_the_limit() {
    let limits = Limits { unpacked_bytes: 40, ..Limits::default() };
    let report = inspect(&one_page().packed(), &limits);
    assert_eq!((report.pages, report.damage), (None, Some(Damage::TooComplex)));
}
