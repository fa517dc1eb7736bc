//! What acts, what tells, and who wrote.

use super::{look, one_page};
use crate::{Active, Trace};

#[test]
fn what_acts_is_found_wherever_it_stands() {
    use Active::{
        AdditionalActions, EmbeddedFile, JavaScript, Launch, OpenAction, RemoteGoTo, Script,
        SubmitForm, Xfa,
    };
    let cases: [(&str, &[Active]); 19] = [
        ("<< /S /JavaScript /JS (app.alert) >>", &[JavaScript, Script]),
        ("<< /S /J#61vaScript >>", &[JavaScript, Script]),
        ("<< /S /Rendition /JS 9 0 R >>", &[JavaScript, Script]),
        ("<< /S /JavaScript /JS (AFDate_FormatEx\\(\"d\"\\);) >>", &[JavaScript]),
        ("<< /JS (f\\(\\))", &[JavaScript, Script]),
        ("<< /Next [<< /A << /S /Launch /F (cmd.exe) >> >>] >>", &[Launch]),
        ("<< /S/SubmitForm/F(x) >>", &[SubmitForm]),
        ("<< /S % a comment\n /GoToR >>", &[RemoteGoTo]),
        ("<< /S /GoToE >>", &[RemoteGoTo]),
        ("<< /Type /Filespec /EF << /F 9 0 R >> >>", &[EmbeddedFile]),
        ("<< /AcroForm << /XFA [] >> >>", &[Xfa]),
        (
            "<< /AA << /O << /S /GoTo >> >> /OpenAction [3 0 R /Fit] >>",
            &[AdditionalActions, OpenAction],
        ),
        ("<< /S 5 0 R /JS 6 0 R /S /Launch >>", &[JavaScript, Script, Launch]),
        // A key's place is not a name's: none of these acts.
        ("<< /S /URI /URI (https://example.org/) >>", &[]),
        ("<< /S (JavaScript) >>", &[]),
        ("<< /Producer (/S /JavaScript << /JS >>) >>", &[]),
        ("% /S /JavaScript\n<< >>", &[]),
        ("[/S /JavaScript /JS /AA /XFA]", &[]),
        ("<< /A /JS /B /AA >>", &[]),
    ];
    for (object, expected) in cases {
        let objects = one_page().with(object);
        assert_eq!(look(&objects.finish()).active, expected, "{object}");
        assert_eq!(look(&objects.packed()).active, expected, "packed: {object}");
    }
}

#[test]
fn what_a_page_shows_does_not_act() {
    let file = one_page().with_stream("", b"<< /S /JavaScript /JS (x) >>").finish();
    assert_eq!(look(&file).active, []);
}

#[test]
fn a_scan_has_pictures_and_no_fonts() {
    const PICTURE: &str = "/Type /XObject /Subtype /Image /Width 1 /Height 1";
    let scan = one_page().with_stream(PICTURE, b"x");
    assert_eq!(look(&scan.finish()).traces, [Trace::NoText]);
    let read = scan.with("<< /Type /Font /BaseFont /Helvetica >>");
    assert_eq!(look(&read.finish()).traces, []);
    assert_eq!(look(&one_page().finish()).traces, [], "a blank page");
}

/// Who is named as author by an information dictionary with this string.
fn author(string: &[u8]) -> Vec<String> {
    let body = [b"<< /Author ", string, b" >>"].concat();
    let report = look(&one_page().with(body).with_trailer("/Info 4 0 R").packed());
    assert_eq!(report.traces.contains(&Trace::Author), !report.authors.is_empty());
    report.authors
}

#[test]
fn authors_in_every_encoding() {
    let cases: [(&[u8], &[&str]); 10] = [
        (b"(Zo\xEB)", &["Zoë"]),
        (b"(Zo\\353)", &["Zoë"]),
        (b"(Zo\xC3\xAB)", &["Zoë"]),
        (b"(\xEF\xBB\xBFZo\xC3\xAB)", &["Zoë"]),
        (b"<FEFF005A006F00EB>", &["Zoë"]),
        (b"(\xFF\xFEZ\0o\0\xEB\0)", &["Zoë"]),
        (b"(O\\(ne\\), \\\n Two)", &["O(ne),  Two"]),
        (b"(  )", &[]),
        (b"<>", &[]),
        (b"/Name", &[]),
    ];
    for (string, expected) in cases {
        assert_eq!(author(string), expected, "{}", string.escape_ascii());
    }
    let [long] = author(format!("({})", "x".repeat(500)).as_bytes()).try_into().unwrap();
    assert_eq!(long.len(), 100);
}

#[test]
fn authors_in_the_metadata_come_once() {
    let packet = "<x:xmpmeta><dc:creator><rdf:Seq><rdf:li>Zoë</rdf:li><rdf:li xml:lang='fr'>Ada\
                  </rdf:li></rdf:Seq></dc:creator></x:xmpmeta>";
    let root = "<< /Type /Catalog /Pages 2 0 R /Metadata 3 0 R >>";
    let file = crate::samples::Objects::new()
        .with(root)
        .with("<< /Type /Pages /Kids [<< >>] >>")
        .with_stream("/Type /Metadata /Subtype /XML", packet.as_bytes())
        .with("<< /Author (Ada) >>")
        .with_trailer("/Info 4 0 R")
        .finish();
    assert_eq!(look(&file).authors, ["Ada", "Zoë"]);
}
