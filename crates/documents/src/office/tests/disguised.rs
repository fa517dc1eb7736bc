//! Parts that begin as something else than what an office program takes them for.

use super::{check_damage, look};
use crate::{
    Active, Damage,
    samples::{self, Stored, WordPackage, open_text},
};

/// Returns what is found in a document with a part of this content type.
fn typed(content_type: &str, content: &[u8]) -> Vec<Active> {
    let types = format!("<Default Extension='dat' ContentType='{content_type}'/>");
    let report =
        look(&WordPackage::default().with_types(&types).with("word/a.dat", content).finish());
    assert_eq!(report.damage, None);
    report.active
}

#[test]
fn a_page_is_one_by_its_content_type() {
    let long = "words ".repeat(400);
    for before in ["", "words ", &long, "caf\u{e9} "] {
        let page = format!("{before}<img src='\\\\h\\s'>");
        assert!(typed("text/html", page.as_bytes()).contains(&Active::ServerName), "{before}");
        assert!(typed("TEXT/HTML; charset=utf-8", page.as_bytes()).contains(&Active::ServerName));
    }
    assert_eq!(typed("application/octet-stream", b"words \\\\h\\s"), []);
}

#[test]
fn a_mail_is_one_by_its_content_type() {
    let hidden = "Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPGltZz4";
    let long = format!("X-A: {}\r\n", "a".repeat(2_000));
    for before in ["", "mime-version: 1.0\r\n", &long] {
        let mail = format!("{before}{hidden}");
        assert!(typed("message/rfc822", mail.as_bytes()).contains(&Active::Program), "{before}");
    }
    let mail = format!("mime-version: 1.0\r\n{hidden}");
    assert!(typed("application/octet-stream", mail.as_bytes()).contains(&Active::Program));
}

#[test]
fn an_rtf_by_the_least_of_its_mark() {
    for head in ["{\\rtf1", "{\\rt", "\r\n {\\rtf1"] {
        let field = |code: &str| format!("{head}{{\\field{{\\*\\fldinst {code}}}}}}}");
        assert!(typed("application/rtf", field("D\\'44E x").as_bytes()).contains(&Active::Dde));
        for target in ["\\'5c\\'5ch\\'5cs", "\\u92?\\u92\\'3fh\\u92?s", "\\\\\\\\{h}\\\\s"] {
            let file = field(&format!("INCLUDEPICTURE \"{target}\""));
            let found = typed("application/rtf", file.as_bytes());
            assert!(found.contains(&Active::ServerName), "{file}: {found:?}");
        }
        let harmless = field("HYPERLINK \"http://a.example\"");
        assert_eq!(typed("application/rtf", harmless.as_bytes()), [Active::EmbeddedFile]);
    }
}

#[test]
fn xml_in_sixteen_bits_behind_blanks() {
    let part = format!("{}<w:p><w:fldSimple w:instr='DDE x'/></w:p>", " ".repeat(2_000));
    for unit in [u16::to_be_bytes, u16::to_le_bytes] {
        let bytes: Vec<u8> = part.encode_utf16().flat_map(unit).collect();
        assert_eq!(typed("application/x", &bytes), [Active::Dde]);
    }
}

#[test]
fn sheets_of_macros() {
    let types = "<Override PartName='/xl/a.xml' \
        ContentType='application/vnd.ms-excel.macrosheet+xml'/>";
    let file = WordPackage::default().with_types(types).finish();
    assert_eq!(look(&file).active, [Active::Macros]);
}

#[test]
fn packed_as_no_writer_packs() {
    let packed = |method| {
        let mut archive = WordPackage::default().archive();
        archive.add_packed("word/a.dat", method, b"anything", b"anything");
        archive.finish()
    };
    let cases = [9, 12, 14, 93, 95].map(|method| ("a method of packing", packed(method)));
    check_damage(Damage::Content, &cases);
    assert_eq!(look(&packed(0)).damage, None);
}

#[test]
fn a_pdf_at_the_beginning() {
    let mut word = Stored::default();
    word.add("a", &samples::pdf("x"));
    word.add("[Content_Types].xml", b"<Types/>").add("word/document.xml", b"<x/>");
    let cases = [
        ("a document of Word", word.finish()),
        ("an OpenDocument", open_text("", &[("META-INF/manifest.xml", &samples::pdf("x"))])),
    ];
    check_damage(Damage::Polyglot, &cases);
}

#[test]
fn pages_in_an_archive_inside() {
    let page = |content| samples::zip(&[("a/b.html", content)]);
    let inside = |archive: &[u8]| look(&open_text("", &[("a.zip", archive)])).active;
    let script = inside(&page("<html><script>x</script></html>"));
    assert!(script.contains(&Active::Program), "{script:?}");
    assert_eq!(inside(&page("<html><p>x</p></html>")), [Active::EmbeddedFile]);
}
