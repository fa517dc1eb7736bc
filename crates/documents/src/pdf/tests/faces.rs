//! Files in which two readers find two documents: what acts in either of them is found.

use super::{look, one_page};
use crate::{
    Active, Damage,
    bytes::{find, find_last},
    samples::{Objects, zlib},
};

const EVIL: &str = "<< /S /JavaScript /JS (evil\\(\\)) >>";
const HARMLESS: &str = "<< /S /GoTo /D [3 0 R /Fit] >>";

#[track_caller]
fn acts(name: &str, file: &[u8]) {
    let report = look(file);
    let is_refused = report.active.contains(&Active::Script) || report.damage.is_some();
    assert!(is_refused, "{name}: {report:?}");
}

/// Returns a file whose catalogue runs object 4 when it is opened.
fn opening(object: &str) -> Objects {
    Objects::new()
        .with("<< /Type /Catalog /Pages 2 0 R /OpenAction 4 0 R >>")
        .with("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
        .with("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>")
        .with(object)
}

fn split(file: &[u8], mark: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (before, after) = file.split_at(find_last(file, mark).unwrap());
    (before.to_vec(), after.to_vec())
}

#[test]
fn an_object_that_no_table_lists() {
    let file = opening(HARMLESS).finish();
    for header in ["4 0 obj", "4 1 obj", "9 0 obj", "4\n0\tobj", "4 0 % x\n obj", "4 0 obj%x\n"] {
        let object = format!("{header} {EVIL}\nendobj\n");
        let (before, after) = split(&file, b"xref\n0");
        acts(header, &[&before, object.as_bytes(), &after].concat());
        acts(header, &[&file, object.as_bytes()].concat());
        let (before, after) = split(&file, b"1 0 obj");
        acts(header, &[&before, object.as_bytes(), &after].concat());
    }
}

#[test]
fn an_older_revision() {
    let old = opening(EVIL).finish();
    let start = find(&old, b"xref\n0").unwrap();
    let body = format!("4 0 obj\n{HARMLESS}\nendobj\n");
    for previous in [format!("/Prev {start}"), String::new()] {
        let at = old.len();
        let table = format!(
            "xref\n4 1\n{at:010} 00000 n \ntrailer\n<< /Size 5 /Root 1 0 R {previous} >>\n\
             startxref\n{}\n%%EOF\n",
            at + body.len()
        );
        acts(&previous, &[&old, body.as_bytes(), table.as_bytes()].concat());
    }
}

#[test]
fn two_files_one_behind_the_other() {
    let (good, evil) = (opening(HARMLESS).finish(), opening(EVIL).finish());
    acts("the first", &[evil.as_slice(), &good].concat());
    acts("the second", &[good.as_slice(), &evil].concat());
    acts("behind blanks", &[good.as_slice(), &[b' '; 3_000], &evil].concat());
    let packed = opening(EVIL).packed();
    acts("packed, the first", &[packed.as_slice(), &good].concat());
    acts("packed, the second", &[good.as_slice(), &packed].concat());
}

#[test]
fn offsets_that_are_counted_from_the_header() {
    let good = opening(HARMLESS).finish();
    for banner in ["A banner of a program\n", "\n\n\n"] {
        acts(banner, &[banner.as_bytes(), &opening(EVIL).finish(), &good].concat());
        acts(banner, &[banner.as_bytes(), &opening(EVIL).packed()].concat());
    }
}

/// Returns an object stream with these pairs and contents.
fn with_object_stream(entries: &str, pairs: &str, contents: &str) -> Vec<u8> {
    let entries = format!("/Type /ObjStm /First {} {entries}", pairs.len());
    opening(HARMLESS).with_stream(&entries, [pairs, contents].concat().as_bytes()).finish()
}

#[test]
fn objects_in_streams_that_no_table_lists() {
    let both = format!("{HARMLESS} {EVIL}");
    let second = HARMLESS.len() + 1;
    let cases = [
        ("alone", "/N 1", "4 0 ".to_owned(), EVIL.to_owned()),
        ("the second of one number", "/N 2", format!("4 0 4 {second} "), both.clone()),
        ("the first of one number", "/N 2", format!("4 {second} 4 0 "), both.clone()),
        ("without a type", "/N 1 /Type /X", "4 0 ".to_owned(), EVIL.to_owned()),
        ("within a string", "/N 1", "4 1 ".to_owned(), format!("({EVIL})")),
    ];
    for (name, entries, pairs, contents) in cases {
        acts(name, &with_object_stream(entries, &pairs, &contents));
    }
    let escaped = with_object_stream("/N 1", "4 0 ", EVIL);
    let escaped = String::from_utf8_lossy(&escaped).replacen("/ObjStm", "/O#62jStm", 1);
    acts("an escaped type", escaped.as_bytes());
}

#[test]
fn an_object_stream_that_two_readers_unpack_in_two_ways_is_ambiguous() {
    for entries in ["/N 1 /N 2", "/N 1 /First 0", "/N 1 /Length 3", "/N 1 /Filter /A85 /Filter []"]
    {
        let file = with_object_stream(entries, "4 0 ", HARMLESS);
        assert_eq!(look(&file).damage, Some(Damage::Ambiguous), "{entries}");
    }
}

#[test]
fn a_stream_that_begins_behind_blanks() {
    let filters = ["", "/Filter /FlateDecode"];
    for (entries, blank) in
        filters.iter().flat_map(|it| [" ", " \t ", "\0", " x", "%x"].map(|b| (it, b)))
    {
        let plain = format!("4 0 {EVIL}");
        let data = if entries.is_empty() { plain.into() } else { zlib(plain.as_bytes()) };
        let stream = format!("/Type /ObjStm /N 1 /First 4 {entries}");
        let file = opening("null").with_stream(&stream, &data).finish();
        let (before, after) = split(&file, b"stream\n");
        // The last such word is that of the end.
        let (before, middle) = split(&before, b"stream\n");
        let file = [before.as_slice(), b"stream", blank.as_bytes(), &middle[6..], &after].concat();
        acts(&format!("{entries} {blank:?}"), &file);
    }
}

#[test]
fn an_object_stream_that_does_not_say_where_it_begins_is_ambiguous() {
    let data = format!("4 5 {EVIL}");
    let file = opening("null").with_stream("/Type /ObjStm /N 1", data.as_bytes()).finish();
    assert_eq!(look(&file).damage, Some(Damage::Ambiguous));
}

#[test]
fn a_catalogue_in_the_trailer() {
    let root = format!("/Root << /Pages 2 0 R /OpenAction {EVIL} >>");
    acts("trailer", &opening(HARMLESS).with_trailer(&root).finish());
}

#[test]
fn a_lock_in_one_of_two_trailers() {
    let lock = "trailer << /Root 1 0 R /Encrypt << /Filter /Standard >> >>\n";
    let file = [lock.as_bytes(), &opening(HARMLESS).finish()].concat();
    let file = [b"%PDF-1.4\n", file.as_slice()].concat();
    assert_eq!(look(&file).damage, Some(Damage::Ambiguous));
}

#[test]
fn dictionaries_that_readers_take_apart_in_different_ways() {
    for object in [
        "<< ] /S /JavaScript /JS (evil) >>",
        "<< /X ] /S /JavaScript /JS (evil) >>",
        "<< /S ] /JavaScript /JS (evil) >>",
        "<< /S stray /JavaScript /X /Y >>",
        "<< stray /S /JavaScript >>",
        "<< /X endobj /S /JavaScript >>",
        "<< /X stream\n /S /JavaScript >>",
        "<< /X 9 0 obj /S /JavaScript >>",
        "<< /X [ 1 2 >> /S /JavaScript >>",
        "<< /X [ << ] /S /JavaScript >> >>",
        "<< /X 1 0 R R /S /JavaScript >>",
        "<< /X } /S /JavaScript >>",
        "<< /X > /S /JavaScript >>",
        "<< /X ) /S /JavaScript >>",
        "<< /S /GoTo /S /JavaScript >>",
        "<< /S /JavaScript /S /GoTo >>",
        "<< /S /JavaScript /JS (AFDate_Format\\(1\\)) /JS (evil) >>",
        "<< /S /JavaScript /JS (evil) /JS (AFDate_Format\\(1\\)) >>",
        "<< /S/#4a#61vaScript /J#53(evil) >>",
        "<</S%x\n/JavaScript>>",
        "<</S\0/JavaScript>>",
        "[ << /X [ << /S /JavaScript >> ] >> ]",
        "<< / >> /S /JavaScript >>",
        "<< /X >> /S /JavaScript >>",
        "<\n<\n</S /JavaScript >>",
        "<< /X <zz /S /JavaScript > >>",
    ] {
        acts(object, &opening(object).finish());
        acts(object, &opening(HARMLESS).with(object).finish());
    }
}

#[test]
fn values_that_stand_elsewhere() {
    let cases: [(&str, &[&str]); 6] = [
        ("<< /S 5 0 R /JS (evil) >>", &["/JavaScript"]),
        ("<< /S 5 0 R >>", &["6 0 R", "/Java#53cript"]),
        ("<< /S /JavaScript /JS 5 0 R >>", &["(evil)"]),
        ("<< /S /JavaScript /JS 5 0 R >>", &["6 0 R", "(evil)"]),
        ("5 0 R", &["<< /S 6 0 R /JS 7 0 R >>", "/JavaScript", "(evil)"]),
        ("<< /S /JavaScript /JS 99 0 R >>", &[]),
    ];
    for (action, others) in cases {
        let objects = others.iter().fold(opening(action), Objects::with);
        acts(action, &objects.finish());
        acts(action, &objects.packed());
    }
}

#[test]
fn a_script_of_which_one_reading_is_harmless() {
    let file = opening("<< /S /JavaScript /JS 5 0 R >>").with("(AFDate_Format\\(1\\))");
    assert!(!look(&file.finish()).active.contains(&Active::Script), "as it is");
    let other = "5 0 obj (evil) endobj\n";
    let (before, after) = split(&file.finish(), b"xref\n0");
    acts("the last", &[&before, other.as_bytes(), &after].concat());
    let (before, after) = split(&file.finish(), b"1 0 obj");
    acts("the first", &[&before, other.as_bytes(), &after].concat());
}

#[test]
fn an_honest_change_is_no_second_face() {
    let file = opening(HARMLESS).finish();
    let (before, after) = split(&file, b"xref\n0");
    let object = format!("4 0 obj {HARMLESS} endobj\n");
    let report = look(&[&before, object.as_bytes(), &after].concat());
    assert_eq!((report.active, report.damage), (vec![Active::OpenAction], None));
    assert_eq!(look(&one_page().with("<< /Kids [3 0 R /Count 1").finish()).damage, None);
}
