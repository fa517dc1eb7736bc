//! Documents that show one thing to a reader in a hurry and another to an office program.

use super::{check_damage, look};
use crate::{
    Active, Damage, Limits, inspect,
    samples::{self, WordPackage, open_text},
};

#[track_caller]
fn finds(name: &str, file: &[u8], expect: Active) {
    let report = look(file);
    assert_eq!(report.damage, None, "{name}");
    assert!(report.active.contains(&expect), "{name}: {:?}", report.active);
}

/// Returns a document whose one field has these runs for its code.
fn field(code: &str) -> Vec<u8> {
    let mark = |kind| format!("<w:r><w:fldChar w:fldCharType='{kind}'/></w:r>");
    let body = [&mark("begin"), code, &mark("separate"), &mark("end")].concat();
    WordPackage::of(&format!("<w:p>{body}</w:p>")).finish()
}

#[test]
fn what_some_readers_skip_in_a_command() {
    let code = |text: &str| format!("<w:r><w:instrText>{text}</w:instrText></w:r>");
    let box_of = |inside: &str| format!("<w:txbxContent>{inside}</w:txbxContent>");
    let nested = |text: &str| {
        let mark = |kind| format!("<w:fldChar w:fldCharType='{kind}'/>");
        [&mark("begin"), &*code(text), &mark("end")].concat()
    };
    for between in [
        "<w:t>X</w:t>".to_owned(),
        "<w:delText>X</w:delText>".to_owned(),
        "<w:delInstrText>X</w:delInstrText>".to_owned(),
        box_of("<w:t>zz</w:t>"),
        box_of(&code("zz")),
        format!("<mc:AlternateContent><mc:Choice>{}</mc:Choice></mc:AlternateContent>", code("X")),
        "<mc:AlternateContent/>".to_owned(),
    ] {
        let dde = [code("D"), between.clone(), code("DEAUTO a b")].concat();
        finds(&between, &field(&dde), Active::Dde);
        let picture = [code("INCLUDE"), between.clone(), code("PICTURE file://h/a")].concat();
        finds(&between, &field(&picture), Active::ServerName);
    }
    let fallback = "<mc:AlternateContent><mc:Choice>{x}</mc:Choice><mc:Fallback>{y}</mc:Fallback>\
                    </mc:AlternateContent>";
    let fallback = fallback.replace("{x}", &code("X")).replace("{y}", &code("DE a"));
    finds("a fallback", &field(&(code("D") + &fallback)), Active::Dde);
    finds(
        "made by a field",
        &field(&[code("D"), nested("IF 1=1 \"DE\""), code("AUTO a")].concat()),
        Active::Dde,
    );
    let simple = "<w:fldSimple w:instr='QUOTE 68 69'><w:t>DE</w:t></w:fldSimple>";
    finds(
        "made by a simple field",
        &field(&[&*code("D"), simple, &code("AUTO a")].concat()),
        Active::Dde,
    );
    let long = code(&format!("INCLUDEPICTURE {} file://h/a", " ".repeat(9_000)));
    finds("behind many blanks", &field(&long), Active::ServerName);
    let long = code(&format!("INCLUDEPICTURE {} file://h/a", "\\* MERGEFORMAT ".repeat(900)));
    check_damage(Damage::TooComplex, &[("behind many options", field(&long))]);
}

#[test]
fn fields_of_honest_documents() {
    for code in [
        "<w:instrText>DATE \\@ \"dddd d </w:instrText><w:instrText>'de' MMMM\"</w:instrText>",
        "<w:instrText>=</w:instrText><w:fldChar w:fldCharType='begin'/><w:instrText>NUMPAGES\
         </w:instrText><w:fldChar w:fldCharType='end'/><w:instrText>-1</w:instrText>",
        "<w:instrText>IF</w:instrText><w:fldChar w:fldCharType='begin'/><w:instrText>MERGEFIELD x\
         </w:instrText><w:fldChar w:fldCharType='end'/><w:instrText>=\"a\" \"b\"</w:instrText>",
        "<w:instrText>ADDIN ZOTERO_ITEM CSL_CITATION {\"a\":\"b\"}</w:instrText>",
    ] {
        let report = look(&field(code));
        assert_eq!((report.damage, &*report.active), (None, &[][..]), "{code}");
    }
}

#[test]
fn settings_that_load_something() {
    let settings = |xml: &str| {
        let xml = format!("<w:settings xmlns:w='x' xmlns:sl='y'>{xml}</w:settings>");
        WordPackage::default().with("word/settings.xml", xml.as_bytes()).finish()
    };
    for (xml, expect) in [
        (
            "<w:connectString w:val='Provider=x;Data Source=\\\\h\\a.mdb;Mode=Read'/>",
            Active::ServerName,
        ),
        ("<w:udl w:val='Provider=x;Data Source=//h/a'/>", Active::ServerName),
        (
            "<w:connectString w:val='Provider=x;Data Source=h.example'/>",
            Active::ExternalRelationship,
        ),
        ("<w:query w:val='SELECT * FROM x'/>", Active::ExternalRelationship),
        ("<sl:schema sl:manifestLocation='http://a.example/m.xml'/>", Active::RemoteTemplate),
        ("<sl:schema sl:schemaLocation='\\\\h\\m.xsd'/>", Active::ServerName),
        (
            "<property name='_AssemblyLocation'><lpwstr>http://a/a.vsto</lpwstr></property>",
            Active::RemoteTemplate,
        ),
        ("<we:reference store='\\\\h\\s' storeType='Filesystem'/>", Active::ServerName),
        ("<ax:ocx ax:classid='{0}'/>", Active::OleObject),
        ("<c:button onAction='\\\\h\\a.dotm!x'/>", Active::ServerName),
        ("<v:shape href='\\\\h\\a'/>", Active::ExternalRelationship),
        ("<xsnLocation>http://a.example/a.xsn</xsnLocation>", Active::RemoteTemplate),
        ("<wp15:webVideoPr embeddedHtml='&lt;iframe&gt;'/>", Active::RemoteContent),
    ] {
        finds(xml, &settings(xml), expect);
    }
}

#[test]
fn types_of_relations_with_something_behind() {
    for kind in
        ["attachedTemplate/", "attachedTemplate ", "attachedTemplate?x", "attachedTemplate#"]
    {
        let file = WordPackage::default().related(kind, "http://a.example/a", "External").finish();
        finds(kind, &file, Active::RemoteTemplate);
    }
    let file =
        WordPackage::default().related("transform", "http://a.example/a", "External").finish();
    finds("a style sheet for saving", &file, Active::RemoteTemplate);
}

#[test]
fn drawings_and_pages_that_name_a_server() {
    let with = |name: &str, content: &[u8]| {
        WordPackage::default().with(&format!("word/{name}"), content).finish()
    };
    let wide: Vec<u8> =
        "\u{FEFF}<html><img src='\\\\h\\a'>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [(&str, &[u8]); 11] = [
        ("a.svg", b"<svg><use href='//h/x'/></svg>"),
        ("a.svg", b"<svg><filter><feImage href='file://h/x'/></filter></svg>"),
        ("a.svg", b"<svg><style>@import url(file://h/x.css);</style></svg>"),
        ("a.svg", b"<?xml version='1.0'?><?xml-stylesheet href='//h/a.css'?><svg/>"),
        ("a.xml", b"<html><style>p { background: url(\\\\h\\a) }</style></html>"),
        ("a.dat", b"hello <img src='//h/a'>"),
        ("a.dat", b"<x-y></x-y><img src='\\/h/a'>"),
        ("a.htm", b"<html><p style='background:url(&#x5c;&#x5c;h&#x5c;a)'></html>"),
        ("a.htm", &wide),
        ("a.mht", b"MIME-Version: 1.0\n\n<html><img src=3D\"=5C=5Ch=5Ca\"></html>"),
        ("a.mht", b"MIME-Version: 1.0\n\n<html><img src=3D\"fi=\nle://h/a\"></html>"),
    ];
    for (name, content) in cases {
        finds(&content.escape_ascii().to_string(), &with(name, content), Active::ServerName);
    }
    let hidden = b"MIME-Version: 1.0\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: \
        base64\r\n\r\nPGh0bWw+";
    finds("a page in base 64", &with("a.mht", hidden), Active::Program);
    let plain: [(&str, &[u8]); 4] = [
        (
            "a.mht",
            b"MIME-Version: 1.0\nContent-Type: text/html\n\n<p>\n\nContent-Type: image/png\n\
            Content-Transfer-Encoding: base64\n\niVBO",
        ),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><a href='https://a.example/'/></svg>"),
        ("a.txt", b"a // b, c:\\d"),
        ("a.mht", b"MIME-Version: 1.0\n\n<p class=3D\"a\">1=\n2 http://a.example</p>"),
    ];
    for (name, content) in plain {
        assert_eq!(look(&with(name, content)).active, [], "{}", content.escape_ascii());
    }
}

#[test]
fn forms_of_an_open_document() {
    for (body, expect) in [
        ("<xforms:instance src='http://a.example/a'/>", Active::RemoteContent),
        ("<xforms:instance src='file://h/a'/>", Active::ServerName),
        ("<xforms:submission action='http://a.example/a' method='post'/>", Active::SubmitForm),
        ("<form:form form:datasource='file://h/a.odb'/>", Active::ServerName),
        ("<form:image form:image-data='http://a.example/a'/>", Active::RemoteContent),
        ("<form:image form:image-data='//h/a'/>", Active::ServerName),
        ("<text:database-display text:database-name='file://h/a'/>", Active::ServerName),
        (
            "<form:property form:property-name='TargetURL' office:string-value='http://a.example/'/>",
            Active::SubmitForm,
        ),
        ("<text:a xlink:href='vnd.libreoffice.command:x'>x</text:a>", Active::Macros),
    ] {
        finds(body, &open_text(body, &[]), expect);
    }
}

#[test]
fn names_that_a_file_system_takes_for_another() {
    for name in [
        "word//document.xml",
        "word/document.xml.",
        "word/document.xml ",
        "word /document.xml",
        "word/%64ocument.xml",
        "WORD\\document.xml",
    ] {
        let file = WordPackage::default().with(name, b"<x/>").finish();
        check_damage(Damage::DuplicateNames, &[(name, file)]);
    }
}

#[test]
fn more_targets_than_are_judged() {
    let limits = Limits { targets: 100, ..Limits::default() };
    let damage = |unit: &str, count: usize| {
        let files =
            [open_text(&unit.repeat(count), &[]), WordPackage::of(&unit.repeat(count)).finish()];
        files.map(|file| inspect(&file, &limits).damage)
    };
    let (link, long) =
        ("<text:a xlink:href='a.b'/>", format!("<text:a xlink:href='{}'/>", "a/".repeat(640)));
    assert_eq!(damage(link, 90), [None; 2]);
    assert_eq!(damage(link, 100), [Some(Damage::TooComplex); 2]);
    assert_eq!(damage(&long, 5), [Some(Damage::TooComplex); 2]);
    let field = "<w:fldSimple w:instr='LINK a b c d'/>";
    assert_eq!(damage(field, 25)[1], Some(Damage::TooComplex));
}

#[test]
fn bytes_behind_an_archive_and_in_the_slack_of_its_entries() {
    let file = WordPackage::default().finish();
    let with = |more: &[u8]| [&file, more].concat();
    assert_eq!(look(&with(b"\r\n\0  ")).damage, None);
    let mut archive = WordPackage::default().archive();
    let hidden = samples::zip(&[("word/document.xml", "<x/>")]);
    // One block of three bytes, the last, then what no reader of the directory looks at.
    let slack = [b"\x01\x03\0\xFC\xFFabc".as_slice(), &hidden].concat();
    archive.add_packed("word/a.bin2", 8, &slack, b"abc");
    check_damage(Damage::Ambiguous, &[("behind", with(b"x")), ("in the slack", archive.finish())]);
}
