//! Files inside documents: programs, documents with macros, locked archives, large pictures.

use super::{check_damage, look};
use crate::{
    Active, Damage, Limits, inspect,
    samples::{self, Stored, WordPackage, hostile, open_text},
};

/// Returns what is found where this stands inside a DOCX, and inside an ODT.
fn inside(name: &str, content: &[u8]) -> [Vec<Active>; 2] {
    // Far enough from the beginning that no reader takes the whole for a PDF.
    let far = &[1; 1_024];
    let word = WordPackage::default().with("word/a.ttf", far);
    let word = word.with(&format!("word/embeddings/{name}"), content).finish();
    let open = open_text("", &[("a.ttf", far), (name, content)]);
    [word, open].map(|file| look(&file).active)
}

#[test]
fn programs_are_refused() {
    let shortcut = b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xC0";
    let cases: [(&str, &[u8]); 12] = [
        ("a.exe", &hostile::program()),
        ("a.txt", &hostile::program()),
        ("a.png", b"\x7FELF\x02\x01\x01"),
        ("a.lnk", shortcut),
        ("a", shortcut),
        ("a.js", b"WScript.Echo(1)"),
        ("a.hta", b"<html></html>"),
        ("a.vbs. ", b"x"),
        ("a.url", b"[InternetShortcut]"),
        ("a", b"#!/bin/sh\n"),
        ("a.iso", b"x"),
        ("a.7z", b"7z\xBC\xAF\x27\x1C"),
    ];
    for (name, content) in cases {
        for found in inside(name, content) {
            assert!(found.contains(&Active::Program), "{name}: {found:?}");
        }
    }
}

#[test]
fn documents_inside_are_looked_into() {
    let dde = WordPackage::of("<w:fldSimple w:instr='DDE x'/>").finish();
    let template =
        WordPackage::default().related("attachedTemplate", "\\\\h\\s", "External").finish();
    let program = samples::zip(&[("setup.exe", "x")]);
    let cases: [(&str, &[u8], Active); 5] = [
        ("a.docm", &samples::docm("x"), Active::Program),
        ("a.docx", &samples::docm("x"), Active::Program),
        ("a.dat", &dde, Active::Dde),
        ("a.docx", &template, Active::ServerName),
        ("a.zip", &program, Active::Program),
    ];
    for (name, content, expect) in cases {
        for found in inside(name, content) {
            assert!(found.contains(&expect), "{name}: {found:?}");
            assert!(found.contains(&Active::EmbeddedFile), "{name}: {found:?}");
        }
    }
}

#[test]
fn a_locked_archive_is_refused() {
    let mut locked = samples::zip(&[("a.txt", "x")]);
    for (signature, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let header = locked.windows(4).position(|at| at == signature).unwrap();
        locked[header + flags] |= 1;
    }
    for found in inside("a.zip", &locked) {
        assert!(found.contains(&Active::Program), "{found:?}");
    }
}

#[test]
fn other_files_are_told() {
    let table = samples::zip(&[("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", "<x/>")]);
    for (name, content) in
        [("a.xlsx", table), ("a.pdf", samples::pdf("x")), ("a.docx", samples::docx("x"))]
    {
        for found in inside(name, &content) {
            assert_eq!(found, [Active::EmbeddedFile], "{name}");
        }
    }
}

#[test]
fn what_a_document_takes_in_is_looked_at_as_what_it_is() {
    let cases: [(&[u8], &[Active]); 9] = [
        (b"<html><p>x</p></html>", &[Active::EmbeddedFile]),
        (b"<!DOCTYPE html><img src=http://a>", &[Active::EmbeddedFile, Active::RemoteContent]),
        (b"<html><img src='file://h/s'>", &[Active::EmbeddedFile, Active::ServerName]),
        (b"<HTML><LINK REL=stylesheet HREF=//h/s>", &[Active::EmbeddedFile, Active::ServerName]),
        (
            b"<html><style>p { background: url(\\\\h\\s) }</style>",
            &[Active::EmbeddedFile, Active::ServerName],
        ),
        (
            b"MIME-Version: 1.0\n\n<html><img src=3D\"file://h/s\">",
            &[Active::EmbeddedFile, Active::ServerName],
        ),
        (b"{\\rtf1{\\field{\\*\\fldinst DDE x}}}", &[Active::EmbeddedFile, Active::Dde]),
        (
            b"{\\rtf1{\\field{\\*\\fldinst INCLUDEPICTURE \"\\\\\\\\h\\\\s\"}}}",
            &[Active::EmbeddedFile, Active::ServerName],
        ),
        (b"<html><!-- // --><p>a // b: c:\\\\d</p>", &[Active::EmbeddedFile]),
    ];
    for (content, expect) in cases {
        let word =
            WordPackage::default().related("aFChunk", "a.htm", "").with("word/a.htm", content);
        let mut found = look(&word.finish()).active;
        found.sort_unstable();
        assert_eq!(found, expect, "{}", content.escape_ascii());
    }
}

#[test]
fn archives_inside_are_opened_one_level_deep_and_within_the_limits() {
    let mut file = WordPackage::of("<w:fldSimple w:instr='DDE x'/>").finish();
    for depth in [true, false, false] {
        file = WordPackage::default().with("word/embeddings/a.docx", &file).finish();
        assert_eq!(look(&file).active.contains(&Active::Dde), depth);
    }
    let limits = Limits { files_inside: 2, ..Limits::default() };
    let many = |count: usize| {
        let part = samples::docx("x");
        let add = |word: WordPackage, number| word.with(&format!("word/{number}.docx"), &part);
        inspect(&(0..count).fold(WordPackage::default(), add).finish(), &limits).damage
    };
    assert_eq!((many(2), many(3)), (None, Some(Damage::TooComplex)));
}

#[test]
fn what_is_declared_counts_for_every_entry() {
    let mut archive = Stored::default();
    archive.add("mimetype", b"application/vnd.oasis.opendocument.text").add("content.xml", b"<x/>");
    // An entry of two bytes that claims to unpack to 300 MB.
    archive.add_packed("Pictures/a.bmp", 8, b"\x03\0", b"");
    let mut file = archive.finish();
    let claimed = (300_u32 << 20).to_le_bytes();
    for (signature, length) in [(b"PK\x03\x04", 22), (b"PK\x01\x02", 24)] {
        let header = file.windows(4).rposition(|at| at == signature).unwrap();
        file.splice(header + length..header + length + 4, claimed);
    }
    check_damage(Damage::TooComplex, &[("300 MB", file)]);
}

#[test]
fn huge_pictures_are_refused() {
    let png = |side: u32| {
        let side = side.to_be_bytes();
        let mut file = samples::png();
        file.splice(16..24, [side, side].concat());
        file
    };
    let with = |picture: &[u8]| WordPackage::default().with("word/media/a.png", picture).finish();
    assert_eq!(look(&with(&png(10_000))).damage, None);
    check_damage(
        Damage::TooComplex,
        &[
            ("in a DOCX", with(&png(100_000))),
            ("in an ODT", open_text("", &[("a", &png(100_000))])),
        ],
    );
}
