use super::read;
use crate::{Active, Kind, Limits, Report, inspect};

#[test]
fn what_acts() {
    let cases: [(&str, &[Active]); 16] = [
        ("Bonjour", &[]),
        ("{\\object\\objemb{\\*\\objdata 01}}", &[Active::OleObject]),
        ("{\\object\\objautlink}", &[Active::ExternalRelationship]),
        ("{\\*\\template http://example.org/a.dot}", &[Active::RemoteTemplate]),
        ("{\\*\\template C:\\\\a.dot}", &[]),
        ("{\\field{\\*\\fldinst DDEAUTO c:\\\\x}}", &[Active::Dde]),
        ("{\\field{\\*\\fldinst {\\rtlch \"D D E\" x}}}", &[Active::Dde]),
        ("{\\field{\\*\\fldinst {D}{\\b D}\r\n{\\i E}{AUTO x}}}", &[Active::Dde]),
        ("{\\field{\\*\\fldinst D\\'44\\'45 x}}", &[Active::Dde]),
        ("{\\field{\\*\\fldinst \\u68?\\u68\\'44\\u-65467?AUTO x}}", &[Active::Dde]),
        ("{\\field{\\*\\fldinst \\uc0\\u68\\u68\\u69 x}}", &[Active::Dde]),
        ("{\\field{\\*\\fldinst {\\*\\unknown text}{\\bin2 }}DDE x}}", &[Active::Dde]),
        ("{\\field{\\*\\fldinst PAGE}{\\fldrslt DDE}}", &[]),
        ("{\\field{\\*\\fldinst HYPERLINK DDE}}", &[]),
        ("{\\field{\\*\\fldinst \\u68", &[]),
        ("\\", &[]),
    ];
    for (text, active) in cases {
        let report = inspect(format!("{{\\rtf1 {text}}}").as_bytes(), &Limits::default());
        assert_eq!((report.kind, report.damage), (Kind::Rtf, None));
        assert_eq!(&*report.active, active, "{text}");
    }
}

#[test]
fn text_in_every_spelling() {
    let cases = [
        ("Zo\\'eb Martin", "Zoë Martin"),
        ("Zo\\u235?", "Zoë"),
        ("Zo\\uc2\\u235\\'65\\'65 M", "Zoë M"),
        ("{\\b Ada} Eve", "Ada Eve"),
        ("Ada\\b Eve", "AdaEve"),
        ("A\\\\b\\{", "A\\b{"),
        ("\\u-10179?", " "),
        ("\\bin3 {}}a", "a"),
        ("\\bin-3 a", "a"),
    ];
    for (text, expected) in cases {
        let plain = read(format!("{{\\rtf1{text}}}").as_bytes(), &mut Report::of(Kind::Rtf, 0));
        assert_eq!(plain, expected, "{text}");
    }
}

#[test]
fn templates_one_behind_the_other_are_read_once() {
    // Each would read those behind it, and these those behind them: it would never end.
    for text in ["\\template ", "{\\template ", "\\template {}", "\\template ./}"] {
        let text = format!("{{\\rtf1 {}", text.repeat(50_000));
        let report = inspect(text.as_bytes(), &Limits::default());
        assert!(report.active.contains(&Active::RemoteTemplate), "{text:.40}");
    }
    let report = inspect(b"{\\rtf1{\\template {\\template \\\\\\\\h\\\\s}}}", &Limits::default());
    assert_eq!(report.active, [Active::RemoteTemplate]);
}
