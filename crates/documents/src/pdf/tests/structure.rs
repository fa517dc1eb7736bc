//! Where objects stand, and how many pages there are.

use super::{look, one_page, pages};
use crate::{
    Damage,
    bytes::{find, find_last},
    samples::Objects,
};

/// Returns a page tree with these kids in its root, which claims to have `count` pages.
fn tree(count: &str, kids: &str) -> Objects {
    Objects::new()
        .with("<< /Type /Catalog /Pages 2 0 R >>")
        .with(format!("<< /Type /Pages /Kids [{kids}] {count} >>"))
        .with("<< /Type /Page >>")
}

fn replaced(file: &[u8], old: &str, new: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(file).replacen(old, new, 1);
    assert_ne!(text.as_bytes(), file, "{old}");
    text.into_bytes()
}

/// Only ASCII, so that it can be edited as text.
fn plain() -> Vec<u8> {
    one_page().finish().into_iter().filter(u8::is_ascii).collect()
}

#[test]
fn tables_and_streams_lead_to_the_pages() {
    assert_eq!(pages(&one_page().finish()), (Some(1), None));
    assert_eq!(pages(&one_page().packed()), (Some(1), None));
    assert_eq!(pages(&plain()), (Some(1), None), "offsets that are off by four");
}

#[test]
fn the_newest_of_two_revisions_holds() {
    let old = one_page().finish();
    let first = find(&old, b"xref\n0").unwrap();
    let body = b"2 0 obj\n<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 2 >>\nendobj\n";
    let at = old.len();
    let table = format!(
        "xref\n2 1\n{at:010} 00000 n \ntrailer\n<< /Size 4 /Root 1 0 R /Prev {first} >>\n\
         startxref\n{}\n%%EOF\n",
        at + body.len()
    );
    let both = [old.as_slice(), body, table.as_bytes()].concat();
    assert_eq!(pages(&both), (Some(2), None));
}

/// The table calls the page tree free; the stream beside it says where it is (7.5.8.4).
#[test]
fn a_file_of_both_kinds_hides_objects_from_old_readers() {
    let packed = one_page().packed();
    let stream = find_last(&packed, b"startxref").unwrap();
    let hidden = find_last(&packed[..stream], b" 0 obj").unwrap() - 1;
    let table = format!(
        "xref\n0 4\n{}trailer\n<< /Size 4 /Root 1 0 R /XRefStm {hidden} >>\nstartxref\n{stream}\n%%EOF\n",
        "0000000000 65535 f \n".repeat(4)
    );
    let both = [&packed[..stream], table.as_bytes()].concat();
    assert_eq!(pages(&both), (Some(1), None));
}

#[test]
fn damaged_tables_are_repaired() {
    let file = plain();
    let cases = [
        ("a wrong start", replaced(&file, "startxref\n", "startxref\n9")),
        ("no start", replaced(&file, "startxref", "startxxxx")),
        ("no table", replaced(&file, "xref\n0", "xxxx\n0")),
        ("a wrong offset", replaced(&file, "0000000", "0000009")),
        ("no trailer", replaced(&file, "trailer", "tra")),
        ("a number that is not the object's", replaced(&file, "2 0 obj", "2 0 obj\n2 0 obj")),
        ("an unclosed dictionary", replaced(&file, "/Count 1 >>", "/Count 1")),
    ];
    for (name, file) in cases {
        assert_eq!(pages(&file), (Some(1), None), "{name}");
    }
}

#[test]
fn the_last_of_two_objects_with_one_number_is_found_by_repair() {
    let file = replaced(&plain(), "startxref", "startxxxx");
    let newer = b"\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 7 >>\nendobj\n%%EOF";
    assert_eq!(pages(&[&file, newer.as_slice()].concat()), (Some(7), None));
}

#[test]
fn repair_looks_into_object_streams() {
    let broken = |objects: &Objects| {
        let mut file = objects.packed();
        let start = find_last(&file, b"startxref").unwrap();
        file.truncate(start);
        [file.as_slice(), b"startxref\n7\n%%EOF\n"].concat()
    };
    assert_eq!(pages(&broken(&one_page())), (Some(1), None));
    // What was saved later holds, be it inside an object stream or not.
    let newer = b"\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 7 >>\nendobj\n%%EOF";
    assert_eq!(pages(&[&broken(&one_page()), newer.as_slice()].concat()), (Some(7), None));
    let older = [b"%PDF-1.4", newer.as_slice()].concat();
    assert_eq!(pages(&[&older, broken(&one_page()).as_slice()].concat()), (Some(1), None));
}

#[test]
fn objects_inside_streams_are_none() {
    let decoy = b"2 0 obj\n<< /Type /Pages /Kids [] /Count 9 >>\nendobj\n";
    let file = one_page().with_stream("", decoy).finish();
    let file: Vec<u8> = file.into_iter().filter(u8::is_ascii).collect();
    assert_eq!(pages(&replaced(&file, "startxref", "startxxxx")), (Some(1), None));
}

#[test]
fn readers_believe_a_count_that_makes_sense() {
    let cases = [
        ("/Count 9", "3 0 R", (Some(9), None)),
        ("/Count 4000000000", "3 0 R", (Some(1), None)),
        ("/Count -1", "3 0 R 3 0 R", (Some(2), None)),
        ("", "3 0 R << /Type /Page >>", (Some(2), None)),
        ("/Count 3", "", (Some(3), Some(Damage::NoPages))),
        ("/Count 1", "9 0 R", (Some(1), Some(Damage::NoPages))),
    ];
    for (count, kids, expected) in cases {
        assert_eq!(pages(&tree(count, kids).finish()), expected, "{count} [{kids}]");
    }
}

#[test]
fn trees_that_lead_into_themselves_end() {
    let cases = [
        ("its own root", tree("", "2 0 R 3 0 R")),
        ("a child that has its parent", tree("", "4 0 R 3 0 R").with("<< /Kids [2 0 R 4 0 R] >>")),
        ("kids that are the kids", tree("", "3 0 R 4 0 R").with("<< /Kids 4 0 R >>")),
    ];
    for (name, objects) in cases {
        assert_eq!(look(&objects.finish()).damage, None, "{name}");
        assert!(look(&objects.finish()).pages <= Some(2), "{name}");
    }
}

/// Each node has the next one twice: 2^60 ways lead to the one page.
#[test]
fn an_endless_tree_takes_no_time() {
    let mut objects = tree("", "4 0 R");
    for next in 5..65 {
        objects = objects.with(format!("<< /Kids [{next} 0 R {next} 0 R] >>"));
    }
    let file = objects.with("<< /Kids [3 0 R] >>").finish();
    assert_eq!(pages(&file), (Some(1), None));
}

#[test]
fn a_deep_tree_and_deep_brackets_overflow_nothing() {
    let mut objects = tree("", "4 0 R");
    for next in 5..5_000 {
        objects = objects.with(format!("<< /Kids [{next} 0 R] >>"));
    }
    assert_eq!(pages(&objects.with("<< /Kids [3 0 R] >>").finish()).0, Some(1));
    let brackets = "[<</A".repeat(100_000);
    let report = look(&one_page().with(brackets).finish());
    assert_eq!((report.pages, report.damage), (Some(1), Some(Damage::TooComplex)));
}

#[test]
fn tables_that_lead_into_each_other_end() {
    let file = plain();
    let start = find(&file, b"xref\n0").unwrap();
    let circle = replaced(&file, "/Size 4", &format!("/Size 4 /Prev {start}"));
    assert_eq!(pages(&circle).0, Some(1));
    let astray = replaced(&file, "/Size 4", "/Size 4 /Prev 3");
    assert_eq!(pages(&astray), (Some(1), None));
}

#[test]
fn claims_of_size_cost_nothing() {
    let cases = [
        replaced(&plain(), "xref\n0 4", "xref\n0 4294967295"),
        replaced(&plain(), "xref\n0 4", "xref\n18446744073709551615 4"),
        one_page().with_trailer("/Index [0 99999999999] /Size 99999999999").packed(),
        one_page().with_trailer("/W [8 8 8]").packed(),
        one_page().with_trailer("/W [99999999 99999999 99999999]").packed(),
        one_page().with_trailer("/DecodeParms << /Predictor 15 /Columns 99999999999 >>").packed(),
        one_page()
            .with_stream("/Type /ObjStm /N 99999999999 /First 99999999999", b"1 2 3")
            .packed(),
    ];
    for file in cases {
        look(&file);
    }
}
