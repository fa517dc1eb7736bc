//! What a document refers to, by relations and by attributes.

use super::{check, check_damage, look};
use crate::{
    Active, Damage,
    samples::{WordPackage, open_text},
};

fn related(kind: &str, target: &str, mode: &str) -> Vec<u8> {
    WordPackage::default().related(kind, target, mode).finish()
}

#[test]
fn whatever_is_loaded_from_a_file_server_is_refused() {
    let kinds = [
        "attachedTemplate",
        "oleObject",
        "subDocument",
        "frame",
        "image",
        "video",
        "audio",
        "control",
        "package",
        "aFChunk",
        "mailMergeSource",
        "customXml",
        "recipientData",
        "font",
    ];
    for kind in kinds {
        for target in
            ["\\\\h\\s", "//h/s", "file://h/s", "file:///\\\\h\\s", "file://///h/s", "%5C%5Ch"]
        {
            let report = look(&related(kind, target, "External"));
            assert_eq!(
                (report.damage, &*report.active),
                (None, &[Active::ServerName][..]),
                "{kind}"
            );
        }
    }
}

#[test]
fn decoys_beside_the_attributes_that_count() {
    let relation = |attributes: &str| {
        let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
        let xml = format!("<Relationship Id='r' Type='{kind}attachedTemplate' {attributes}/>");
        WordPackage::default().with_relations(&xml).finish()
    };
    let template: &[Active] = &[Active::RemoteTemplate];
    check(&[
        (
            "a mode of another namespace",
            relation("xmlns:x='x' x:TargetMode='Internal' Target='http://a' TargetMode='External'"),
            template,
        ),
        (
            "a target of another namespace",
            relation("xmlns:x='x' x:Target='a.dotx' Target='http://a' TargetMode='External'"),
            template,
        ),
        ("no mode", relation("Target='http://a'"), template),
        ("a mode in entities", relation("Target='http://a' TargetMode='&#69;xternal'"), template),
        (
            "a prefix for the element",
            {
                let xml = "<p:Relationship xmlns:p='http://schemas.openxmlformats.org/package/2006/\
                       relationships' Id='r' Target='http://a' TargetMode='External' \
                       Type='x/attachedTemplate'/>";
                WordPackage::default().with_relations(xml).finish()
            },
            template,
        ),
    ]);
    check_damage(
        Damage::Ambiguous,
        &[
            ("two targets", relation("Target='a.dotx' Target='http://a' TargetMode='External'")),
            (
                "two modes",
                relation("Target='http://a' TargetMode='Internal' TargetMode='External'"),
            ),
        ],
    );
}

#[test]
fn relations_by_what_they_are_for() {
    use Active::{ExternalRelationship, OleObject, RemoteContent, RemoteTemplate, ServerName};
    let ribbon = b"<customUI xmlns='http://schemas.microsoft.com/office/2006/01/customui' \
                   onLoad='\\\\h\\s\\a.dotm!x'/>";
    check(&[
        ("an image of the web", related("image", "https://a/b.png", "External"), &[RemoteContent]),
        (
            "a template of SharePoint",
            related("attachedTemplate", "https://a.sharepoint.com/b", "External"),
            &[RemoteTemplate],
        ),
        ("a frame of the web", related("frame", "https://a", "External"), &[RemoteTemplate]),
        (
            "Follina",
            related("oleObject", "mhtml:http://a!x-usc:http://a", "External"),
            &[RemoteTemplate],
        ),
        (
            "a picture by a program",
            related("image", "ms-msdt:/id x", "External"),
            &[RemoteTemplate],
        ),
        ("a control", related("control", "activeX1.xml", ""), &[OleObject]),
        ("a ribbon", related("ui/extensibility", "a.xml", ""), &[ExternalRelationship]),
        (
            "a ribbon from a server",
            WordPackage::default().with("a.xml", ribbon).finish(),
            &[ServerName],
        ),
        ("an app", related("webextensiontaskpanes", "a.xml", ""), &[RemoteContent]),
        (
            "a link to a server",
            related("hyperlink", "\\\\h\\s", "External"),
            &[ExternalRelationship],
        ),
        (
            "a link to a program",
            related("hyperlink", "file:///C:/a.exe", "External"),
            &[ExternalRelationship],
        ),
        (
            "a link to a handler",
            related("hyperlink", "ms-msdt:x", "External"),
            &[ExternalRelationship],
        ),
        ("a link", related("hyperlink", "https://a.com", "External"), &[]),
        ("a mail", related("hyperlink", "mailto:a@example.org", "External"), &[]),
    ]);
}

#[test]
fn targets_in_drawings() {
    let drawing = |attributes: &str| {
        WordPackage::of(&format!(
            "<w:pict xmlns:v='v' xmlns:o='o'><v:imagedata {attributes}/></w:pict>"
        ))
        .finish()
    };
    check(&[
        ("a server's picture", drawing("src='\\\\h\\s\\a.png'"), &[Active::ServerName]),
        ("a picture of the web", drawing("o:href='http://a'"), &[Active::RemoteContent]),
        ("a picture inside", drawing("r:id='r1' o:title='http'"), &[]),
    ]);
}

#[test]
fn whatever_an_open_document_refers_to() {
    use Active::{
        ExternalRelationship, Macros, RemoteContent, RemoteTemplate, ServerName, SubmitForm,
    };
    let cases: [(&str, &[Active]); 22] = [
        ("<draw:image xlink:href='//h/s.png'/>", &[ServerName]),
        ("<draw:image q:href='file://h/s'/>", &[ServerName]),
        ("<draw:image x:href='Pictures/a.png' xlink:href='file:////h/s'/>", &[ServerName]),
        ("<draw:fill-image xlink:href='http://a'/>", &[RemoteContent]),
        ("<style:background-image xlink:href='http://a'/>", &[RemoteContent]),
        ("<svg:font-face-uri xlink:href='http://a'/>", &[RemoteContent]),
        ("<draw:floating-frame xlink:href='http://a'/>", &[RemoteContent]),
        ("<draw:floating-frame xlink:href='smb://h/s'/>", &[ServerName]),
        ("<text:section-source xlink:href='http://a'/>", &[RemoteContent]),
        ("<text:section-source xlink:href='file://h/a.odt'/>", &[ServerName]),
        ("<draw:object-ole xlink:href='http://a'/>", &[RemoteTemplate]),
        ("<meta:template xlink:href='http://a'/>", &[RemoteTemplate]),
        ("<meta:template xlink:href='\\\\h\\a.ott'/>", &[ServerName]),
        ("<meta:template xlink:href='file:///C:/a.ott'/>", &[ExternalRelationship]),
        ("<meta:auto-reload xlink:href='http://a'/>", &[RemoteContent]),
        ("<draw:object xlink:href='./Object 1'/>", &[]),
        ("<text:a xlink:href='https://a'/>", &[]),
        ("<text:a xlink:href='file://h/s'/>", &[ExternalRelationship]),
        ("<text:a xlink:href='vnd.sun.star.script:A.b?language=Basic'/>", &[Macros]),
        ("<text:a xlink:href='macro:///A.b'/>", &[Macros]),
        ("<form:button xlink:href='http://a'/>", &[SubmitForm]),
        ("<form:form xlink:href=''/>", &[]),
    ];
    for (body, expect) in cases {
        for (place, file) in [
            ("content", open_text(body, &[])),
            ("styles", open_text("", &[("styles.xml", format!("<s>{body}</s>").as_bytes())])),
            (
                "an object",
                open_text("", &[("Object 1/content.xml", format!("<s>{body}</s>").as_bytes())]),
            ),
            ("any name", open_text("", &[("a", format!("<s>{body}</s>").as_bytes())])),
        ] {
            let report = look(&file);
            assert_eq!((report.damage, &*report.active), (None, expect), "{place}: {body}");
        }
    }
}

#[test]
fn commands_as_links_and_what_references_are_relative_to() {
    let based = "<draw:image xml:base='file://h/s/' xlink:href='a.png'/>";
    assert_eq!(look(&open_text(based, &[])).active, [Active::ServerName]);
    for target in [".uno:ScriptOrganizer", "slot:5500"] {
        let link = format!("<text:a xlink:href='{target}'>x</text:a>");
        assert_eq!(look(&open_text(&link, &[])).active, [Active::ExternalRelationship], "{target}");
    }
}
