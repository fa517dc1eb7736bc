use miniz_oxide::deflate::compress_to_vec;

use crate::{Kind, Limits, inspect, samples};

const ODT: &str = "application/vnd.oasis.opendocument.text";

#[track_caller]
fn check(parts: &[(&str, &str)], expect: Kind) {
    let report = inspect(&samples::zip(parts), &Limits::default());
    assert_eq!((report.kind, report.damage), (expect, None));
}

#[test]
fn word() {
    let types = ("[Content_Types].xml", "<Types/>");
    check(&[types, ("word/document.xml", "")], Kind::Docx);
    check(&[("word/document2.xml", ""), types], Kind::Docx);
    check(&[types, ("WORD/Document.xml", "")], Kind::Docx);
    check(&[types, ("word/document.xml", ""), ("word/vbaProject.bin", "")], Kind::Docm);
    check(&[("word/document.xml", "")], Kind::Zip);
    check(&[types, ("words/document.xml", "")], Kind::Zip);
}

#[test]
fn word_siblings() {
    let types = ("[Content_Types].xml", "<Types/>");
    check(&[types, ("xl/workbook.xml", "")], Kind::Spreadsheet);
    check(&[types, ("ppt/presentation.xml", "")], Kind::Presentation);
    check(&[types, ("ppt/presentation.xml", ""), ("word/document.xml", "")], Kind::Zip);
}

#[test]
fn open_document() {
    let content = ("content.xml", "<x/>");
    check(&[("mimetype", ODT), content], Kind::Odt);
    check(&[("mimetype", &format!("{ODT}\n")), content], Kind::Odt);
    check(&[("mimetype", &format!("{ODT}-template")), content], Kind::Zip);
    check(&[("mimetype", &ODT.replace("text", "spreadsheet")), content], Kind::Spreadsheet);
    check(&[("mimetype", &ODT.replace("text", "presentation")), content], Kind::Presentation);
    check(&[("mimetype", "application/epub+zip"), content], Kind::Zip);
}

#[test]
fn the_media_type_may_stand_anywhere_and_be_packed() {
    let content = ("content.xml", "<x/>");
    check(&[content, ("mimetype", ODT)], Kind::Odt);
    check(&[("mimetype", ODT)], Kind::Zip);
    check(&[("mimetype", ODT), ("encrypted-package", "?")], Kind::Odt);
    let mut packed = samples::Stored::default();
    packed.add("content.xml", b"<x/>");
    packed.add_packed("mimetype", 8, &compress_to_vec(ODT.as_bytes(), 6), ODT.as_bytes());
    let report = inspect(&packed.finish(), &Limits::default());
    assert_eq!((report.kind, report.damage), (Kind::Odt, None));
}

#[test]
fn a_broken_document_keeps_its_kind() {
    for (whole, kind) in [
        (samples::docx("Bonjour"), Kind::Docx),
        (samples::odt("Bonjour"), Kind::Odt),
        (samples::docm("Bonjour"), Kind::Docm),
    ] {
        let broken = &whole[..whole.len() - 30];
        let report = inspect(broken, &Limits::default());
        assert_eq!(report.kind, kind);
        assert!(report.damage.is_some());
    }
}
