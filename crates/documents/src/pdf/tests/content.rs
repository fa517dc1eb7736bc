//! What pages draw: pictures in their content, and forms again and again.

use miniz_oxide::deflate::compress_to_vec_zlib;

use super::{look, one_page};
use crate::{Damage, Limits, inspect, samples::Objects};

/// Returns a page of this content, plain and packed, with more objects from number 5 on.
fn drawn(resources: &str, content: &[u8], more: &[(&str, &[u8])]) -> [Objects; 2] {
    let page = |entries: &str, content: &[u8]| {
        let page = format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
             /Resources << {resources} >> >>"
        );
        let file = Objects::new()
            .with("<< /Type /Catalog /Pages 2 0 R >>")
            .with("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
            .with(page)
            .with_stream(entries, content);
        more.iter().fold(file, |file, (entries, data)| file.with_stream(entries, data))
    };
    [page("", content), page("/Filter /FlateDecode", &compress_to_vec_zlib(content, 6))]
}

#[track_caller]
fn check(damage: Option<Damage>, resources: &str, content: &[u8], more: &[(&str, &[u8])]) {
    for (file, packed) in drawn(resources, content, more).iter().zip([false, true]) {
        let shown = content.get(..60).unwrap_or(content).escape_ascii();
        assert_eq!(look(&file.finish()).damage, damage, "packed {packed}: {shown}");
    }
}

#[test]
fn pictures_in_content_are_measured() {
    for sides in [
        "/W 100000 /H 100000",
        "/Width 100000 /Height 100000",
        "/W 100000.5/H +100000.",
        "/#57 100000 /H 99999999999999999999",
        "/W 4 /H 4 /F [/Fl /Fl]",
        "/W 4 /H 4 /Filter [/A85 /LZW /Fl]",
    ] {
        let content = format!("q 9 0 0 9 0 0 cm BI {sides} /BPC 8 /CS /G ID ab EI Q");
        check(Some(Damage::TooComplex), "", content.as_bytes(), &[]);
        check(Some(Damage::TooComplex), "", b"/X Do", &[("/Subtype /Form", content.as_bytes())]);
    }
    for sides in ["/W 4 /H 4 /F /AHx", "/W 100 /H 100 /F [/A85 /Fl]", "/W 100000 /H 9"] {
        let content = format!("q BI {sides} /BPC 8 /CS /G ID ab> EI Q (BI /W 1) Tj");
        check(None, "", content.as_bytes(), &[]);
    }
}

#[test]
fn data_of_pictures_in_content_are_weighed() {
    let limits = Limits { pdf_declared_bytes: 4 << 20, ..Limits::default() };
    let bomb = compress_to_vec_zlib(&vec![0; 3 << 20], 9);
    let one = [b"BI /W 9 /H 9 /F /Fl ID ", bomb.as_slice(), b" EI "].concat();
    for file in drawn("", &one, &[]) {
        assert_eq!(inspect(&file.finish(), &limits).damage, None);
    }
    for file in drawn("", &one.repeat(2), &[]) {
        assert_eq!(inspect(&file.finish(), &limits).damage, Some(Damage::TooComplex));
    }
}

const FORM: &str = "/Subtype /Form /BBox [0 0 9 9]";

#[test]
fn forms_drawn_again_and_again() {
    let lines = b"0 0 m 9 9 l S ".repeat(100_000);
    let form: &[(&str, &[u8])] = &[(FORM, &lines)];
    let x = "/XObject << /X 5 0 R >>";
    check(Some(Damage::TooComplex), x, &b"/X Do ".repeat(500), form);
    check(None, x, &b"/X Do ".repeat(50), form);
    check(None, "/XObject << /Y 5 0 R >>", &b"/X Do ".repeat(500), form);
    // Each of ten draws the next ten times.
    let draws = b"/X Do ".repeat(10);
    let entries =
        (6..16).map(|next| format!("{FORM} /Resources << /XObject << /X {next} 0 R >> >>"));
    let entries: Vec<_> = entries.collect();
    let mut forms: Vec<_> = entries.iter().map(|it| (it.as_str(), draws.as_slice())).collect();
    forms.push((FORM, b"0 0 m 9 9 l S"));
    check(Some(Damage::TooComplex), x, &draws, &forms);
    // One that draws itself, and a logo on a page.
    check(
        None,
        x,
        b"/X Do",
        &[(&format!("{FORM} /Resources << /XObject << /X 5 0 R >> >>"), b"/X Do")],
    );
    check(None, x, &b"/X Do ".repeat(100), &[(FORM, b"0 0 m 9 9 l S")]);
}

#[test]
fn content_that_a_page_names_again_and_again() {
    let lines = compress_to_vec_zlib(&b"0 0 m 9 9 l S ".repeat(100_000), 6);
    let file = |contents: &str, list: &str| {
        Objects::new()
            .with("<< /Type /Catalog /Pages 2 0 R >>")
            .with("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
            .with(format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents {contents} >>"
            ))
            .with_stream("/Filter /FlateDecode", &lines)
            .with(list)
            .finish()
    };
    let many = format!("[{}]", "4 0 R ".repeat(500));
    for (contents, list) in [(many.as_str(), "null"), ("5 0 R", many.as_str())] {
        assert_eq!(look(&file(contents, list)).damage, Some(Damage::TooComplex));
    }
    assert_eq!(look(&file("[4 0 R 4 0 R]", "null")).damage, None);
}

#[test]
fn sides_that_are_real_numbers() {
    for side in ["100000.0", "100000.", "+100000.9", "5 0 R", "99999999999999999999999"] {
        let picture = format!("/Subtype /Image /Width {side} /Height {side} /BitsPerComponent 8");
        let file = one_page().with_stream(&picture, b"x").with("100000.5").finish();
        assert_eq!(look(&file).damage, Some(Damage::TooComplex), "{side}");
    }
}

#[test]
fn a_table_to_which_nothing_leads() {
    let table = |length: usize| {
        let data = compress_to_vec_zlib(&vec![0; length], 9);
        let entries = "/Type /XRef /W [1 2 1] /Size 9 /Filter /FlateDecode";
        look(&one_page().with_stream(entries, &data).finish()).damage
    };
    assert_eq!(table(60 << 20), Some(Damage::TooComplex));
    assert_eq!(table(1 << 20), None);
}

#[test]
fn a_photograph_whose_size_comes_late_or_whose_length_is_wrong() {
    let notes = [b"\xFF\xE1\xFF\xFF".as_slice(), &vec![b'x'; 65_533]].concat().repeat(3);
    let frame = b"\xFF\xC0\0\x08\x08\xFF\xDC\xFF\xDC\x01\xFF\xD9";
    let entries = "/Subtype /Image /Width 9 /Height 9 /Filter /DCTDecode";
    for notes in [notes.as_slice(), b""] {
        let photograph = [b"\xFF\xD8".as_slice(), notes, frame].concat();
        let file = one_page().with_stream(entries, &photograph).finish();
        assert_eq!(look(&file).damage, Some(Damage::TooComplex));
        let length = format!("/Length {}", photograph.len());
        let at = crate::bytes::find(&file, length.as_bytes()).unwrap();
        let wrong = [&file[..at], b"/Length 1", &file[at + length.len()..]].concat();
        assert_eq!(look(&wrong).damage, Some(Damage::TooComplex));
    }
}
