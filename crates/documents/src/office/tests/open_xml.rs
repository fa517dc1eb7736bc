//! What Word documents act, and what they tell.

use super::look;
use crate::{Active, Kind, Trace, office::is_far, samples};

/// Returns a document whose main part has this inside.
fn relations(kind: &str, target: &str, mode: &str) -> String {
    format!(
        "<Relationships><Relationship Id='rId1' TargetMode='{mode}' Target='{target}' \
         Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}'/>\
         </Relationships>"
    )
}

#[test]
fn relations_to_elsewhere() {
    use Active::{
        EmbeddedFile, ExternalRelationship, Macros, OleObject, RemoteContent, RemoteTemplate,
        ServerName,
    };
    let cases: [(&str, &str, &str, &[Active]); 11] = [
        ("hyperlink", "https://example.org/", "External", &[]),
        ("image", "media/a.png", "Internal", &[]),
        ("image", "https://example.org/a.png", "External", &[RemoteContent]),
        ("attachedTemplate", "https://example.org/a.dotm", "External", &[RemoteTemplate]),
        ("attachedTemplate", "\\\\server\\a.dotm", "External", &[ServerName]),
        ("attachedTemplate", "file://server/a.dotm", "External", &[ServerName]),
        ("attachedTemplate", "file:///C:\\a.dotm", "External", &[ExternalRelationship]),
        ("oleObject", "mhtml:http://example.org/!x", "External", &[RemoteTemplate]),
        ("oleObject", "embeddings/a.bin", "Internal", &[OleObject]),
        ("aFChunk", "a.htm", "Internal", &[EmbeddedFile]),
        ("vbaProject", "a.xml", "Internal", &[Macros]),
    ];
    for (kind, target, mode, expected) in cases {
        let part = relations(kind, target, mode);
        let report = look(&samples::docx_with(&[("word/_rels/document.xml.rels", &part)]));
        assert_eq!(report.active, expected, "{kind} {target}");
        assert_eq!(report.kind, Kind::Docx);
    }
}

#[test]
fn far_is_what_needs_a_network() {
    for target in ["http://a/b", "HTTPS://a", "\\\\a\\b", "//a/b", "file://a/b", "ftp:a", "mhtml:x"]
    {
        assert!(is_far(target), "{target}");
    }
    for target in ["", "a.dotx", "C:\\a.dotx", "file:///C:/a", "../a.xml", "#a", "mailto:a@b"] {
        assert!(!is_far(target), "{target}");
    }
}

#[test]
fn parts_that_act_by_their_names() {
    let cases = [
        ("word/vbaProject.bin", Active::Macros),
        ("word/embeddings/oleObject1.bin", Active::OleObject),
        ("word/activeX/activeX1.bin", Active::OleObject),
        ("word/embeddings/Book1.xlsx", Active::EmbeddedFile),
    ];
    for (name, expected) in cases {
        assert_eq!(look(&samples::docx_with(&[(name, "x")])).active, [expected], "{name}");
    }
}

#[test]
fn a_document_may_say_that_it_has_macros() {
    let types = "<Types><Override PartName='/word/document.xml' \
                 ContentType='application/vnd.ms-word.document.macroEnabled.main+xml'/></Types>";
    let file = samples::zip(&[("[Content_Types].xml", types), ("word/document.xml", "<x/>")]);
    assert_eq!(look(&file).active, [Active::Macros]);
}

#[test]
fn fields_that_run_programs() {
    let code = |text: &str| format!("<w:r><w:instrText>{text}</w:instrText></w:r>");
    let cases: [(String, &[Active]); 9] = [
        (code(" DDEAUTO c:\\\\windows\\\\cmd.exe"), &[Active::Dde]),
        (code("dde excel"), &[Active::Dde]),
        ([code("D"), code("DE"), code("AUTO x")].concat(), &[Active::Dde]),
        ("<w:fldSimple w:instr=' DDE \"x\"'><w:t>1</w:t></w:fldSimple>".into(), &[Active::Dde]),
        (code("&#68;DE x"), &[Active::Dde]),
        (code("PAGE"), &[]),
        (code("HYPERLINK \"https://example.org/DDE\""), &[]),
        ("<w:t>DDEAUTO, and the pesticide DDE</w:t>".into(), &[]),
        ([code("D"), "<w:fldChar/>".into(), code("DE")].concat(), &[]),
    ];
    for (part, expected) in cases {
        let file = samples::docx_with(&[("word/header1.xml", &format!("<w:hdr>{part}</w:hdr>"))]);
        assert_eq!(look(&file).active, expected, "{part}");
    }
}

#[test]
fn what_a_document_tells() {
    let cases: [(&str, &str, &[Trace]); 9] = [
        ("word/a.xml", "<w:p><w:ins w:author='A'/></w:p>", &[Trace::TrackedChanges]),
        ("word/a.xml", "<w:p><w:del w:author='A'/></w:p>", &[Trace::TrackedChanges]),
        ("word/a.xml", "<w:moveFrom/>", &[Trace::TrackedChanges]),
        ("word/a.xml", "<w:rPr><w:rPrChange/></w:rPr>", &[Trace::TrackedChanges]),
        ("word/comments.xml", "<w:comments><w:comment/></w:comments>", &[Trace::Comments]),
        ("word/comments.xml", "<w:comments/>", &[]),
        ("docProps/core.xml", "<c><dc:creator>Ada &amp; Zoë</dc:creator></c>", &[Trace::Author]),
        ("docProps/core.xml", "<c><dc:creator/><dc:title>Ada</dc:title></c>", &[]),
        ("word/a.xml", "<w:t>ins del</w:t>", &[]),
    ];
    for (name, part, expected) in cases {
        assert_eq!(look(&samples::docx_with(&[(name, part)])).traces, expected, "{part}");
    }
}

#[test]
fn authors_are_named() {
    let part =
        "<c><dc:creator>Ada &amp; Zoë</dc:creator><x:lastModifiedBy>Eve</x:lastModifiedBy></c>";
    let report = look(&samples::docx_with(&[("docProps/core.xml", part)]));
    assert_eq!(report.authors, ["Ada & Zoë", "Eve"]);
    let wide: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(part.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let mut archive = samples::Stored::default();
    archive.add("[Content_Types].xml", b"<Types/>").add("word/document.xml", b"<x/>");
    let report = look(&archive.add("docProps/core.xml", &wide).finish());
    assert_eq!(report.authors, ["Ada & Zoë", "Eve"], "in UTF-16");
    let mut archive = samples::Stored::default();
    archive.add("[Content_Types].xml", b"<Types/>").add("word/document.xml", b"<x/>");
    let report = look(&archive.add("docProps/core.xml", &wide[2..]).finish());
    assert_eq!(report.authors, ["Ada & Zoë", "Eve"], "in UTF-16 without its mark");
}

#[test]
fn photographs_keep_their_place() {
    let mut archive = samples::Stored::default();
    archive.add("[Content_Types].xml", b"<Types/>").add("word/document.xml", b"<x/>");
    let file = archive.add("word/media/image1.jpeg", &samples::photograph(Some(false))).finish();
    assert_eq!(look(&file).traces, [Trace::Location]);
}
