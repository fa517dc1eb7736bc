use crate::{Active, Kind, Limits, Trace, inspect};

#[test]
fn what_acts_and_what_tells() {
    let cases: [(&str, &[Active], &[Trace]); 12] = [
        ("Bonjour", &[], &[]),
        ("{\\object\\objemb{\\*\\objdata 01}}", &[Active::OleObject], &[]),
        ("{\\object\\objautlink}", &[Active::ExternalRelationship], &[]),
        ("{\\*\\template http://example.org/a.dot}", &[Active::RemoteTemplate], &[]),
        ("{\\*\\template C:\\\\a.dot}", &[], &[]),
        ("{\\field{\\*\\fldinst DDEAUTO c:\\\\x}}", &[Active::Dde], &[]),
        ("{\\field{\\*\\fldinst {\\rtlch \"D D E\" x}}}", &[Active::Dde], &[]),
        ("{\\field{\\*\\fldinst PAGE}{\\fldrslt DDE}}", &[], &[]),
        ("{\\revised x}", &[], &[Trace::TrackedChanges]),
        ("{\\*\\annotation x}", &[], &[Trace::Comments]),
        ("{\\info{\\author Ada}}", &[], &[Trace::Author]),
        ("\\", &[], &[]),
    ];
    for (text, active, traces) in cases {
        let report = inspect(format!("{{\\rtf1 {text}}}").as_bytes(), &Limits::default());
        assert_eq!((report.kind, report.damage), (Kind::Rtf, None));
        assert_eq!((&*report.active, &*report.traces), (active, traces), "{text}");
    }
}

#[test]
fn names_in_every_spelling() {
    let cases = [
        ("{\\author Zo\\'eb Martin}", "Zoë Martin"),
        ("{\\author Zo\\u235?}", "Zoë"),
        ("{\\operator  Ada }", "Ada"),
        ("{\\author \\u-3913?}", "?"),
        ("{\\author Ada\\b Eve}", "Ada"),
        ("{\\author A\\\\b}", "A\\b"),
        ("{\\author Ada{\\b Eve}}", "Ada"),
    ];
    for (text, expected) in cases {
        let report = inspect(format!("{{\\rtf1{text}}}").as_bytes(), &Limits::default());
        let authors = report.authors.join("|");
        assert!(authors == expected || expected == "?", "{text}: {authors}");
    }
}
