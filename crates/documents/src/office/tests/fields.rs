//! Fields of Word that start a program or load something, however they are written.

use super::{check, look};
use crate::{Active, Damage, samples::WordPackage};

const BEGIN: &str = "<w:r><w:fldChar w:fldCharType='begin'/></w:r>";
const SEPARATE: &str = "<w:r><w:fldChar w:fldCharType='separate'/></w:r>";
const END: &str = "<w:r><w:fldChar w:fldCharType='end'/></w:r>";

fn code(text: &str) -> String {
    format!("<w:r><w:instrText>{text}</w:instrText></w:r>")
}

fn field(inside: &str) -> String {
    [BEGIN, inside, SEPARATE, "<w:r><w:t>1</w:t></w:r>", END].concat()
}

fn file(body: &str) -> Vec<u8> {
    WordPackage::of(&format!("<w:p>{body}</w:p>")).finish()
}

#[test]
fn programs_are_found_however_the_field_is_split() {
    let dde: &[Active] = &[Active::Dde];
    let in_header = format!("<w:hdr xmlns:w='x'>{}</w:hdr>", field(&code("DDE x")));
    check(&[
        ("runs", file(&field(&["D", "D", "EAUTO x"].map(code).concat())), dde),
        (
            "paragraphs",
            file(&field(&[code("DD"), "</w:p><w:p>".into(), code("E x")].concat())),
            dde,
        ),
        (
            "shown text as code",
            file(&field(&format!("{}<w:r><w:t>DE x</w:t></w:r>", code("D")))),
            dde,
        ),
        ("deleted code", file(&field("<w:r><w:delInstrText>DDE x</w:delInstrText></w:r>")), dde),
        ("quotation marks", file(&field(&code("\"DDEAUTO\" x"))), dde),
        ("characters by number", file(&field(&code("&#x44;&#68;E x"))), dde),
        ("CDATA", file(&field(&code("<![CDATA[DDE x]]>"))), dde),
        (
            "QUOTE by numbers",
            file(&field(&[field(&code("QUOTE 68 68 69")), code(" x")].concat())),
            dde,
        ),
        ("another field first", file(&field(&[field(&code("REF a")), code(" x")].concat())), dde),
        (
            "in a field's code",
            file(&field(&[code("IF 1 = 1 "), field(&code("DDE x"))].concat())),
            dde,
        ),
        (
            "in a field's result",
            file(&[BEGIN, &code("PAGE"), SEPARATE, &field(&code("DDE x")), END].concat()),
            dde,
        ),
        ("without an end", file(&[BEGIN, &code("DDE x")].concat()), dde),
        ("with a comment inside", file(&field("<w:instrText>D<!-- -->DE x</w:instrText>")), dde),
        ("simple", file("<w:fldSimple w:instr=' dde x'/>"), dde),
        ("simple, another prefix", file("<q:fldSimple xmlns:q='x' q:instr='DDE x'/>"), dde),
        (
            "a header",
            WordPackage::default().with("word/header1.xml", in_header.as_bytes()).finish(),
            dde,
        ),
        (
            "a part of any name",
            WordPackage::default().with("a/b", in_header.as_bytes()).finish(),
            dde,
        ),
    ]);
}

#[test]
fn honest_fields_pass() {
    let file = |codes: &[String]| file(&field(&codes.concat()));
    check(&[
        ("a page number", file(&[code("PAGE")]), &[]),
        ("a nested page number", file(&[code("IF "), field(&code("PAGE")), code(" = 1 a b")]), &[]),
        ("a sum", file(&[code("="), field(&code("NUMPAGES")), code(" - 1")]), &[]),
        ("a link", file(&[code("HYPERLINK \"https://example.org/dde\"")]), &[]),
        ("a bookmark", file(&[code("HYPERLINK \\l \"_Toc1\" \\h")]), &[]),
        ("contents", file(&[code("TOC \\o \"1-3\" \\h \\z \\u")]), &[]),
    ]);
    // The result of a field is text.
    let result = [BEGIN, &code("REF x"), SEPARATE, "<w:r><w:t>DDE</w:t></w:r>", END].concat();
    check(&[("a result", self::file(&result), &[])]);
}

#[test]
fn fields_that_load_something() {
    use Active::{ExternalRelationship, RemoteContent, RemoteTemplate, ServerName};
    let cases: [(&str, &[Active]); 13] = [
        ("INCLUDEPICTURE \"http://a/b.png\" \\d", &[RemoteContent]),
        ("INCLUDEPICTURE http://a/b.png", &[RemoteContent]),
        ("includetext \"http://a/b.docx\"", &[RemoteContent]),
        ("INCLUDEPICTURE \"\\\\\\\\h\\\\s\\\\a.png\"", &[ServerName]),
        ("INCLUDEPICTURE \"\\\\h\\s\\a.png\"", &[ServerName]),
        ("INCLUDETEXT \"file://h/s/a b.docx\"", &[ServerName]),
        ("INCLUDEPICTURE \\d \"%5C%5Ch%5Cs\"", &[ServerName]),
        ("IMPORT \u{201C}//h/s\u{201D}", &[ServerName]),
        ("LINK Excel.Sheet.12 \"http://a/b.xlsx\" a1 \\a", &[RemoteTemplate]),
        ("LINK Excel.Sheet.12 \"\\\\\\\\h\\\\b.xlsx\"", &[ServerName]),
        ("LINK Excel.Sheet.12 \"C:\\\\a\\\\b.xlsx\" a1 \\a", &[ExternalRelationship]),
        ("INCLUDEPICTURE \"C:\\\\a.png\"", &[ExternalRelationship]),
        ("HYPERLINK \"\\\\\\\\h\\\\s\"", &[ExternalRelationship]),
    ];
    for (text, expect) in cases {
        let report = look(&file(&field(&code(text))));
        assert_eq!((report.damage, &*report.active), (None, expect), "{text}");
    }
    let built = [code("INCLUDEPICTURE "), field(&code("QUOTE \"\\\\\\\\h\\\\s\""))].concat();
    assert_eq!(look(&file(&field(&built))).active, [ServerName]);
}

#[test]
fn fields_within_each_other_without_end_are_given_up() {
    assert_eq!(look(&file(&BEGIN.repeat(100_000))).damage, Some(Damage::TooComplex));
    assert_eq!(look(&file(&[&field(&code("PAGE")), END, END].concat())).damage, None);
}

#[test]
fn a_place_that_another_field_names() {
    let server: &[Active] = &[Active::ServerName];
    let inner = field(&code("REF place"));
    let loading =
        |command: &str| file(&field(&format!("{}{inner}{}", code(command), code(" \\d"))));
    let connection = "DATABASE \\c \"Provider=x;Data Source=\\\\h\\s\\x.mdb\" \\s \"SELECT *\"";
    check(&[
        ("a picture", loading("INCLUDEPICTURE "), server),
        ("a text", loading("INCLUDETEXT "), server),
        ("an object", loading("LINK Word.Document.12 "), server),
        ("a connection", file(&field(&code(connection))), server),
        ("a link waits for a click", loading("HYPERLINK "), &[]),
        ("text without a place", loading("IF 1 = 1 "), &[]),
    ]);
}
