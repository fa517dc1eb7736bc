//! Files inside a PDF, and streams that unpack to more than a reader has room for.

use miniz_oxide::deflate::compress_to_vec_zlib;

use super::{look, one_page};
use crate::{
    Active, Damage, Limits, inspect,
    samples::{self, Objects, WordPackage, hostile, open_text},
};

/// Returns a PDF with a file of this name inside.
fn with(name: &str, content: &[u8]) -> Vec<u8> {
    let specification = format!("<< /Type /Filespec /F ({name}) /EF << /F 5 0 R >> >>");
    let packed = compress_to_vec_zlib(content, 6);
    let file = one_page().with(specification);
    file.with_stream("/Type /EmbeddedFile /Filter /FlateDecode", &packed).finish()
}

/// Something before a PDF inside, so that no reader takes the whole for a PDF.
const FAR: [u8; 1_024] = [1; 1_024];

#[test]
fn a_pdf_inside_is_looked_into() {
    let acts = one_page().with("<< /S /Launch /F (calc.exe) >>").finish();
    let word = WordPackage::default().with("word/a.ttf", &FAR).with("word/a.pdf", &acts).finish();
    let text = open_text("", &[("a.ttf", &FAR), ("a.pdf", &acts)]);
    for outer in [with("a.pdf", &acts), with("a", &acts), word, text] {
        let active = look(&outer).active;
        assert!(active.contains(&Active::Launch), "{active:?}");
        assert!(active.contains(&Active::EmbeddedFile), "{active:?}");
    }
    // One level deep.
    let twice = with("a.pdf", &with("a.pdf", &acts));
    assert_eq!(look(&twice).active, [Active::EmbeddedFile]);
    assert_eq!(look(&with("a.pdf", &samples::pdf("x"))).active, [Active::EmbeddedFile]);
    // Damage that hides nothing does not count, nor does a PDF that is none.
    assert_eq!(look(&with("a.pdf", b"%PDF-1.4 x")).damage, None);
}

#[test]
fn pdfs_inside_share_what_may_be_read() {
    let inner = one_page().with(format!("[{}]", "<< /A [/B] >>".repeat(1_000))).finish();
    let add = |word: WordPackage, number| word.with(&format!("word/{number}.pdf"), &inner);
    let empty = || WordPackage::default().with("word/a.ttf", &FAR);
    let many = |count: usize| (0..count).fold(empty(), add).finish();
    let limits = Limits { pdf_read_bytes: 1 << 20, ..Limits::default() };
    assert_eq!(inspect(&many(2), &limits).damage, None);
    assert_eq!(inspect(&many(40), &limits).damage, Some(Damage::TooComplex));
}

#[test]
fn names_that_deceive_are_programs() {
    for name in
        ["cv\u{202E}fdp.exe", "cv.e\u{200B}xe", "cv\u{202E}exe.pdf", "a.lnk", "a.exe::$DATA"]
    {
        let units: Vec<String> = name.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
        let specification = format!("<< /UF <FEFF{}> /EF << /F 5 0 R >> >>", units.concat());
        let file = one_page().with(specification).with_stream("", b"x").finish();
        assert!(look(&file).active.contains(&Active::Program), "{name:?}");
    }
}

#[test]
fn files_inside_are_named() {
    assert_eq!(look(&with("europass.xml", b"<x/>")).files, ["europass.xml"]);
    assert_eq!(look(&with("C:\\\\Users\\\\me\\\\a b.txt", b"x")).files, ["a b.txt"]);
    let both = "<< /F (a\\nb.txt) /UF <FEFF00E9002E007400780074> /EF << /F 5 0 R >> >>";
    let file = one_page().with(both).with_stream("", b"x").finish();
    assert_eq!(look(&file).files, ["ab.txt", "é.txt"]);
    let add = |file: Objects, n| file.with(format!("<< /F ({n}.txt) /EF << /F 5 0 R >> >>"));
    assert_eq!(look(&(0..20).fold(one_page(), add).finish()).files.len(), 8);
    let word =
        WordPackage::default().with("word/embeddings/Table\u{202E}1.xlsx", &samples::docx("x"));
    assert_eq!(
        look(&word.with("word/media/a.pdf", b"%PDF-1.4").finish()).files,
        ["Table1.xlsx", "a.pdf"]
    );
    assert_eq!(look(&open_text("", &[("Object 1", &samples::docx("x"))])).files, ["Object 1"]);
}

#[test]
fn files_that_belong_to_another() {
    let specification = "<< /EF << /F 5 0 R >> /RF << /F [(a.exe) 6 0 R] >> >>";
    let file = one_page().with(specification).with_stream("", b"x");
    assert!(
        look(&file.with_stream("", &hostile::program()).finish()).active.contains(&Active::Program)
    );
}

#[test]
fn names_in_the_tree_of_files_inside() {
    let file = |tree: &str| {
        let catalogue =
            format!("<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles {tree} >> >>");
        let file = Objects::new()
            .with(catalogue)
            .with("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
            .with("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>")
            .with("<< /Type /Filespec /F (cv.txt) /EF << /F 5 0 R >> >>")
            .with_stream("/Type /EmbeddedFile", b"x")
            .with("<< /Limits [(a) (b)] /Names [(a.lnk) 4 0 R] >>");
        look(&file.finish()).active.contains(&Active::Program)
    };
    for tree in [
        "<< /Names [(a.exe) 4 0 R] >>",
        "<< /Names [<FEFF0061002E006500780065> 4 0 R] >>",
        "<< /Names [(cv.xml) 4 0 R (a\\056vbs) 4 0 R] >>",
        "<< /Kids [6 0 R] >>",
    ] {
        assert!(file(tree), "{tree}");
    }
    for tree in ["<< /Names [(cv.xml) 4 0 R] >>", "<< /Names [(1) 4 0 R] >>"] {
        assert!(!file(tree), "{tree}");
    }
}

#[test]
fn files_inside_by_their_first_bytes() {
    let inside = |content: &[u8]| {
        let file = one_page().with("<< /Type /Filespec /F (a.dat) /EF << /F 5 0 R >> >>");
        look(&file.with_stream("/Type /EmbeddedFile", content).finish()).active
    };
    let disk = [vec![0; 0x8001], b"CD001".to_vec()].concat();
    let mut installer = samples::doc();
    let root = installer.windows(10).position(|at| at == b"R\0o\0o\0t\0 \0").unwrap();
    installer[root + 80..root + 96].copy_from_slice(b"\x84\x10\x0C\0\0\0\0\0\xC0\0\0\0\0\0\0\x46");
    for content in [
        b"[InternetShortcut]\r\nURL=file://h/s".as_slice(),
        b"Windows Registry Editor Version 5.00",
        b"\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D",
        b"ITSF\x03",
        b"vhdxfile",
        b"<html><script>x</script></html>",
        b"<svg onload='x'/>",
        b"<svg/onload=x>",
        b"<p>a<img src='x'onerror=x>",
        b"<p>a<iframe srcdoc='&lt;p&gt;'>",
        b"<p>a<iframe src='data:text/html,x'>",
        b"<p>a<meta http-equiv=refresh content='0;url=javascript:x'>",
        b"\x01<html><script>x</script>",
        b"ab\0<p><script>x</script>",
        b"<html><!-- x --!><script>x</script>",
        b"<html><?x><script>x</script>?>",
        b"<html><p \"><script>x</script><p \">",
        b"<html><![CDATA[><script>x</script>]]>",
        b"<x><h:script xmlns:h='http://www.w3.org/1999/xhtml'>x</h:script></x>",
        b"<?xml version='1.0' encoding='utf-7'?><svg><script>x</script></svg>",
        b"<!DOCTYPE x [<!ENTITY e \"&#60;script>x\">]><x>&e;</x>",
        b"<!DOCTYPE svg [<!ATTLIST svg onload CDATA 'x'>]><svg/>",
        b"<x><xsl:stylesheet xmlns:xsl='http://www.w3.org/1999/XSL/Transform'/></x>",
        &disk,
        &installer,
    ] {
        let shown = content.get(..20).unwrap_or(content).escape_ascii();
        assert_eq!(inside(content), [Active::EmbeddedFile, Active::Program], "{shown}");
    }
    for content in [
        b"<html><p>x</p></html>".as_slice(),
        b"<cv/>",
        b"<p class='one' title=\"on\">only <a href='/once?online=1'>x</a>",
        b"<p>a<img src='data:image/svg+xml,x'>",
        b"once=1\non = 2 \0\0",
        &samples::doc(),
    ] {
        assert_eq!(inside(content), [Active::EmbeddedFile], "{}", content.escape_ascii());
    }
}

#[test]
fn streams_that_are_packed_once_are_weighed() {
    let limits = Limits { pdf_declared_bytes: 4 << 20, ..Limits::default() };
    let bomb = compress_to_vec_zlib(&vec![0; 3 << 20], 9);
    let file = |entries: &str, count: usize| {
        let add = |file: Objects, _| file.with_stream(entries, &bomb);
        let file = (0..count).fold(one_page(), add).with_stream("", &[b' '; 8_000]);
        inspect(&file.finish(), &limits).damage
    };
    for entries in ["/Filter /FlateDecode", "/Filter [/Fl]", "/Length1 1 /Filter /FlateDecode"] {
        assert_eq!(file(entries, 1), None, "{entries}");
        assert_eq!(file(entries, 2), Some(Damage::TooComplex), "{entries}");
    }
    let picture =
        |side: u32| format!("/Subtype /Image /Width {side} /Height {side} /Filter /FlateDecode");
    // Of a picture, more may come out than its sides need.
    assert_eq!(file(&picture(9), 1), None);
    assert_eq!(file(&picture(9), 2), Some(Damage::TooComplex));
    assert_eq!(file(&picture(1_000), 2), None);
}

#[test]
fn pictures_whose_file_is_packed_once_more() {
    let jpeg =
        b"\xFF\xD8\xFF\xC0\0\x11\x08\xFF\x00\xFF\x00\x03\x01\x22\0\x02\x11\x01\x03\x11\x01\xFF\xDA";
    let hexadecimal: Vec<String> = jpeg.iter().map(|byte| format!("{byte:02x}")).collect();
    let picture = "/Subtype /Image /Width 1 /Height 1 /Filter";
    for (filters, data) in [
        ("/DCTDecode", jpeg.to_vec()),
        ("[/FlateDecode /DCTDecode]", compress_to_vec_zlib(jpeg, 6)),
        ("[/AHx /DCT]", hexadecimal.concat().into_bytes()),
    ] {
        let file = one_page().with_stream(&format!("{picture} {filters}"), &data).finish();
        assert_eq!(look(&file).damage, Some(Damage::TooComplex), "{filters}");
    }
    let fax = "/Subtype /Image /Filter /CCF /DecodeParms << /Columns 100000 /Rows 100000 >>";
    assert_eq!(look(&one_page().with_stream(fax, b"x").finish()).damage, Some(Damage::TooComplex));
    let file = one_page().with_stream("/Subtype 5 0 R /Width 6 0 R /Height 6 0 R", b"x");
    let file = file.with("/Image").with("100000").finish();
    assert_eq!(look(&file).damage, Some(Damage::TooComplex));
}

#[test]
fn servers_in_films_proxies_and_slide_shows() {
    for (object, expect) in [
        ("<< /Subtype /Movie /Movie << /F (\\\\\\\\h\\\\a.avi) >> >>", Active::ServerName),
        ("<< /OPI << /2.0 << /F (\\\\\\\\h\\\\a) >> >> >>", Active::ServerName),
        ("<< /PresSteps << /NA << /S /URI /URI (//h/a) >> >> >>", Active::ServerName),
        ("<< /A << /S /URI /URI (calculator:) >> >>", Active::RemoteGoTo),
        ("<< /A << /S /URI /URI (steam://run/1) >> >>", Active::RemoteGoTo),
    ] {
        let active = look(&one_page().with(object).finish()).active;
        assert!(active.contains(&expect), "{object}: {active:?}");
    }
    for address in ["tel:+32", "mailto:a@b.c", "https://a.example", "localhost:80/a", "a:b:c"] {
        let link = format!("<< /A << /S /URI /URI ({address}) >> >>");
        assert_eq!(look(&one_page().with(&link).finish()).active, [], "{address}");
    }
}

#[test]
fn scripts_of_a_page_that_begins_as_text() {
    let page = "<p onclick='x'><script>alert(1)</script>";
    let wide: Vec<u8> =
        "\u{FEFF}".encode_utf16().chain(page.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for content in [["words ".repeat(300).as_bytes(), page.as_bytes()].concat(), wide] {
        assert!(look(&with("a.html", &content)).active.contains(&Active::Program));
    }
    for content in ["1 < 2, on = 3", "a;b\n<c>"] {
        assert_eq!(look(&with("a.txt", content.as_bytes())).active, [Active::EmbeddedFile]);
    }
}
