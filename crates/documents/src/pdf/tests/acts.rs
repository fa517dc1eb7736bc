//! What happens without a click, what a click leads to, and the scripts of fields.

use super::{look, one_page};
use crate::{
    Active, Damage, Report,
    samples::{self, Objects},
};

/// Returns a file with one more object, which some key of the catalogue or the page leads to.
fn with(catalogue: &str, page: &str, object: &str) -> Report {
    let objects = Objects::new()
        .with(format!("<< /Type /Catalog /Pages 2 0 R {catalogue} >>"))
        .with("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
        .with(format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {page} >>"))
        .with(object);
    let (plain, packed) = (look(&objects.finish()), look(&objects.packed()));
    assert_eq!(plain.active, packed.active, "packed: {object}");
    plain
}

/// Keys that run object 4 without a click.
const BY_ITSELF: [(&str, &str); 6] = [
    ("/OpenAction 4 0 R", ""),
    ("/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next [4 0 R] >>", ""),
    ("/AA << /WC 4 0 R >>", ""),
    ("", "/AA << /O 4 0 R >>"),
    ("", "/Annots [<< /Subtype /Widget /AA << /PV 4 0 R >> >>]"),
    ("/AcroForm << /Fields [<< /AA << /Fo << /S /Named /N /Print /Next 4 0 R >> >> >>] >>", ""),
];

/// Actions that go elsewhere.
const ELSEWHERE: [&str; 10] = [
    "<< /S /URI /URI (https://example.org/) >>",
    "<< /S /GoToR /F (other.pdf) /D [0 /Fit] >>",
    "<< /S /GoToE /D [0 /Fit] /T << /R /C /N (a) >> >>",
    "<< /S /GoToE /F << /F (other.pdf) >> /D [0 /Fit] >>",
    "<< /S /ImportData /F (a.fdf) >>",
    "<< /S /SubmitForm /F << /FS /URL /F (https://example.org/) >> >>",
    "<< /S /Thread /F (other.pdf) /D 0 >>",
    "<< /S /Rendition /OP 0 /R << /S /MR >> >>",
    "<< /S /Movie /T (a) >>",
    "<< /S /RichMediaExecute >>",
];

#[test]
fn what_goes_elsewhere_without_a_click_is_found() {
    for (catalogue, page) in BY_ITSELF {
        for action in ELSEWHERE {
            let active = with(catalogue, page, action).active;
            assert!(active.contains(&Active::Automatic), "{catalogue} {page} {action}");
        }
    }
}

#[test]
fn what_stays_in_the_document_is_not() {
    for (catalogue, page) in BY_ITSELF {
        for action in [
            "<< /S /GoTo /D [3 0 R /Fit] >>",
            "<< /S /Named /N /Print >>",
            "<< /S /Thread /D 0 >>",
            "<< /S /SetOCGState /State [] >>",
            "<< /S /ResetForm >>",
            "[3 0 R /XYZ null null 1]",
        ] {
            let active = with(catalogue, page, action).active;
            let expected: &[Active] = &[Active::AdditionalActions, Active::OpenAction];
            assert!(active.iter().all(|it| expected.contains(it)), "{catalogue} {page} {action}");
        }
    }
}

#[test]
fn a_link_waits_for_a_click() {
    let clicks = ["/A 4 0 R", "/Subtype /Link /A 4 0 R", "/AA << /U 4 0 R /D 4 0 R >>"];
    for click in clicks {
        let page = format!("/Annots [<< {click} >>]");
        for (action, told) in [
            ("<< /S /URI /URI (https://example.org/) >>", false),
            ("<< /S /URI /URI (mailto:a@example.org) >>", false),
            ("<< /S /URI /URI (tel:+3212345678) >>", false),
            ("<< /S /URI /URI (www.example.org) >>", false),
            ("<< /S /URI /URI (\\\\\\\\h\\\\share\\\\a) >>", true),
            ("<< /S /URI /URI (//h/share) >>", true),
            ("<< /S /URI /URI (file://h/share) >>", true),
            ("<< /S /URI /URI (file:///C:/a.exe) >>", true),
            ("<< /S /URI /URI <FEFF005C005C0068005C0061> >>", true),
            ("<< /S /URI /URI (ms-msdt:/id) >>", true),
            ("<< /S /GoToR /F (other.pdf) /D [0 /Fit] >>", true),
            ("<< /S /ImportData /F (a.fdf) >>", true),
        ] {
            let active = with("", &page, action).active;
            assert!(!active.contains(&Active::Automatic), "{click} {action}");
            assert_eq!(active.contains(&Active::RemoteGoTo), told, "{click} {action}");
        }
    }
    let script = "<< /S /URI /URI (javascript:evil\\(\\)) >>";
    assert!(with("", "/Annots [<< /A 4 0 R >>]", script).active.contains(&Active::Script));
}

#[test]
fn a_server_name_without_a_click_is_found() {
    for target in
        ["(\\\\\\\\h\\\\s)", "(//h/s)", "(file://h/s)", "(file:///\\\\\\\\h)", "(smb://h/s)"]
    {
        for action in [
            format!("<< /S /GoToE /F {target} /D [0 /Fit] >>"),
            format!("<< /S /GoToR /F << /Type /Filespec /UF {target} >> >>"),
            format!("<< /S /URI /URI {target} >>"),
        ] {
            let active = with("", "/AA << /O 4 0 R >>", &action).active;
            assert!(active.contains(&Active::ServerName), "{action}");
        }
        let proxy = format!("<< /Type /XObject /Subtype /Form /Ref << /F {target} /Page 0 >> >>");
        assert!(with("", "", &proxy).active.contains(&Active::ServerName), "{proxy}");
        let data = one_page().with_stream(&format!("/F << /F {target} >>"), b"");
        assert!(look(&data.finish()).active.contains(&Active::ServerName), "{target}");
    }
}

#[test]
fn films_and_models() {
    for (annotation, automatic) in [
        (
            "<< /Subtype /RichMedia /RichMediaSettings << /Activation << /Condition /XA >> >> >>",
            false,
        ),
        (
            "<< /Subtype /RichMedia /RichMediaSettings << /Activation << /Condition /PO >> >> >>",
            true,
        ),
        (
            "<< /Subtype /RichMedia /RichMediaSettings << /Activation << /Condition /PV >> >> >>",
            true,
        ),
        ("<< /Subtype /3D /3DA << /A /XA >> >>", false),
        ("<< /Subtype /3D /3DA << /A /PV >> >>", true),
        ("<< /Subtype /Screen >>", false),
    ] {
        let active = with("", "/Annots [4 0 R]", annotation).active;
        assert!(active.contains(&Active::EmbeddedFile), "{annotation}");
        assert_eq!(active.contains(&Active::Automatic), automatic, "{annotation}");
    }
}

#[test]
fn actions_that_follow_themselves_end() {
    let report = with("/OpenAction 4 0 R", "", "<< /S /GoTo /Next [4 0 R 4 0 R] >>");
    assert_eq!(report.damage, Some(Damage::TooComplex));
}

#[test]
fn the_format_of_a_field_is_harmless_in_any_encoding() {
    let euro = "AFNumber_Format(2, 0, 0, 0, \"€\", false);";
    let wide: Vec<u8> = euro.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let digits: Vec<String> = wide.iter().map(|byte| format!("{byte:02X}")).collect();
    let action = format!("<< /S /JavaScript /JS <FEFF{}> >>", digits.concat());
    assert_eq!(with("", "", &action).active, [Active::JavaScript]);
    for code in [euro.as_bytes().to_vec(), [b"\xFE\xFF", wide.as_slice()].concat()] {
        let file = one_page().with("<< /S /JavaScript /JS 5 0 R >>").with_stream("", &code);
        assert_eq!(look(&file.finish()).active, [Active::JavaScript]);
    }
    let evil = one_page().with("<< /S /JavaScript /JS 5 0 R >>").with_stream("", b"evil()");
    assert_eq!(look(&evil.finish()).active, [Active::JavaScript, Active::Script]);
}

/// Returns a file with this one attached under this name.
fn attached(name: &str, entries: &str, content: &[u8]) -> Report {
    let specification = format!("<< /Type /Filespec /F ({name}) /EF << /F 5 0 R >> >>");
    look(&one_page().with(specification).with_stream(entries, content).finish())
}

#[test]
fn files_inside_are_looked_into() {
    let program = samples::hostile::program();
    let shortcut = b"L\0\0\0\x01\x14\x02\0".as_slice();
    for entries in ["/Type /EmbeddedFile", "", "/Type /EmbeddedFile /Filter /FlateDecode"] {
        for content in [program.as_slice(), shortcut, &samples::docm("x"), b"#!/bin/sh\n"] {
            let packed = samples::zlib(content);
            let content = if entries.contains("Flate") { &packed } else { content };
            let active = attached("cv.pdf", entries, content).active;
            assert!(active.contains(&Active::Program), "{entries}");
        }
    }
    for name in ["a.js", "a.lnk", "a.docm", "a.PDF.EXE", "a.hta"] {
        assert!(attached(name, "", b"x").active.contains(&Active::Program), "{name}");
    }
}

#[test]
fn honest_files_inside_are_only_told() {
    for (name, content) in [
        ("factur-x.xml", b"<?xml version='1.0'?><rsm:CrossIndustryInvoice/>".to_vec()),
        ("attachment.xml", b"<?xml version='1.0'?><Candidate/>".to_vec()),
        ("letter.docx", samples::docx("x")),
        ("letter.odt", samples::odt("x")),
        ("picture.png", samples::png()),
        ("other.pdf", samples::pdf("x")),
    ] {
        let report = attached(name, "/Type /EmbeddedFile", &content);
        assert_eq!(report.active, [Active::EmbeddedFile], "{name}");
        assert_eq!(report.damage, None, "{name}");
    }
}

#[test]
fn pictures_without_measure_and_layers_of_packing() {
    let picture = |entries: &str| {
        let entries = format!("/Type /XObject /Subtype /Image {entries}");
        look(&one_page().with("100000").with_stream(&entries, b"x").finish()).damage
    };
    assert_eq!(picture("/Width 9000 /Height 12000"), None);
    assert_eq!(picture("/Width 100000 /Height 100000"), Some(Damage::TooComplex));
    assert_eq!(picture("/Width 4 0 R /Height 4 0 R"), Some(Damage::TooComplex));
    assert_eq!(picture("/Width 1 /Width 100000 /Height 100000"), Some(Damage::TooComplex));

    let pack = |bytes: &[u8]| miniz_oxide::deflate::compress_to_vec_zlib(bytes, 9);
    let content = pack(&pack(&pack(&vec![b' '; 64 << 20])));
    let page =
        |filter: &str, content: &[u8]| look(&one_page().with_stream(filter, content).finish());
    let layers = "/Filter [/FlateDecode /FlateDecode /FlateDecode]";
    assert_eq!(page(layers, &content).damage, Some(Damage::TooComplex));
    assert_eq!(page(layers, &pack(&pack(&pack(b"BT ET")))).damage, None);
}
