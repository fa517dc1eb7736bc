//! Files that two readers would read as two documents, and parts under names that hide them.

use super::{check, check_damage, look};
use crate::{
    Active, Damage, Kind,
    samples::{self, Stored, WordPackage, doc, open_text},
};

fn plain() -> Vec<u8> {
    samples::docx("Bonjour")
}

fn at(file: &[u8], mark: &[u8]) -> usize {
    file.windows(mark.len()).rposition(|window| window == mark).unwrap()
}

/// Returns the file with `bytes` before the first occurrence of `mark` from behind.
fn inserted(file: &[u8], mark: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    let place = at(&file, mark);
    file.splice(place..place, bytes.iter().copied());
    file
}

fn changed(file: &[u8], place: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    file.splice(place..place + bytes.len(), bytes.iter().copied());
    file
}

#[test]
fn directories_that_two_readers_find_in_two_places() {
    let file = plain();
    let end = at(&file, b"PK\x05\x06");
    // The same directory again, without the first entry: readers that go by the length take this one.
    let directory = file.windows(4).position(|at| at == b"PK\x01\x02").unwrap();
    let second = [&file[..end], &file[directory..end], &file[end..]].concat();
    let with_record = [&file[..], b"PK\x05\x06", &[0; 18]].concat();
    let mut with_comment = file.clone();
    with_comment[end + 20] = 40;
    let long = [&with_comment[..], &file[end..], &[0; 18]].concat();
    check_damage(
        Damage::Ambiguous,
        &[
            ("a gap before the end record", inserted(&file, b"PK\x05\x06", b"gap")),
            ("two directories", second),
            ("a record in the comment", long),
        ],
    );
    // What a second record names must meet it as well.
    assert!(look(&with_record).damage.is_some());
}

#[test]
fn bytes_that_belong_to_no_entry() {
    let file = plain();
    let hidden = samples::zip(&[("word/document.xml", "<x/>")]);
    let hidden = &hidden[..hidden.windows(4).position(|at| at == b"PK\x01\x02").unwrap()];
    let directory = file.windows(4).position(|at| at == b"PK\x01\x02").unwrap();
    let mut behind = [&file[..directory], hidden, &file[directory..]].concat();
    let start = u32::try_from(directory + hidden.len()).unwrap();
    let end = at(&behind, b"PK\x05\x06");
    behind = changed(&behind, end + 16, &start.to_le_bytes());
    check_damage(Damage::Ambiguous, &[("an entry that is not listed", behind)]);
}

#[test]
fn headers_that_differ_from_the_directory() {
    let file = plain();
    let fields: [(&str, usize, &[u8]); 5] = [
        ("lock", 6, &[1]),
        ("method", 8, &[8]),
        ("checksum", 14, &[0xFF, 0xEE]),
        ("packed length", 18, &[1, 0]),
        ("length", 22, &[1, 0]),
    ];
    for (name, place, bytes) in fields {
        let report = look(&changed(&file, place, bytes));
        assert_eq!(report.damage, Some(Damage::Directory), "{name}");
    }
}

#[test]
fn names_that_readers_change() {
    let with = |name: &str| WordPackage::default().with(name, b"<x/>").finish();
    check_damage(
        Damage::DuplicateNames,
        &[("another case", with("word/Document.xml")), ("a backslash", with("word\\document.xml"))],
    );
    check_damage(
        Damage::EscapingPath,
        &[
            ("backslashes that climb", with("word\\..\\..\\a.xml")),
            ("a rooted backslash", with("\\a.xml")),
            ("a dot", with("word/./document.xml")),
        ],
    );
    check_damage(
        Damage::Ambiguous,
        &[
            ("pieces", with("word/a.xml/[0].piece")),
            ("the last piece", with("word/a.xml/[1].last.piece")),
        ],
    );
}

#[test]
fn two_kinds_at_once() {
    let odt = b"application/vnd.oasis.opendocument.text";
    let manifest = b"<m><f:file-entry f:full-path='/' \
                     f:media-type='application/vnd.oasis.opendocument.text'/></m>";
    let other = b"<m><f:file-entry f:full-path='/' \
                  f:media-type='application/vnd.oasis.opendocument.spreadsheet'/></m>";
    let word = WordPackage::default();
    let root = "<Override PartName='/word/document.xml' ContentType='x'/>";
    check_damage(
        Damage::Ambiguous,
        &[
            ("a DOCX with a media type", word.clone().with("mimetype", odt).finish()),
            (
                "a DOCX that its manifest calls an ODT",
                word.clone().with("META-INF/manifest.xml", manifest).finish(),
            ),
            ("an ODT with content types", open_text("", &[("[Content_Types].xml", b"<Types/>")])),
            (
                "an ODT that its manifest calls a table",
                open_text("", &[("META-INF/manifest.xml", other)]),
            ),
            ("two types for one part", word.with_types(root).finish()),
        ],
    );
    let two_roots = "<Relationships><Relationship Type='x/officeDocument' Target='word/a.xml'/>\
                     <Relationship Type='x/officeDocument' Target='word/b.xml'/></Relationships>";
    let file = samples::zip(&[
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", two_roots),
        ("word/a.xml", "<x/>"),
    ]);
    check_damage(Damage::Ambiguous, &[("two main parts", file)]);
}

#[test]
fn one_more_entry_does_not_choose_the_scanner() {
    let dde = "<w:fldSimple w:instr='DDE x'/>";
    for name in ["META-INF/manifest.xml", "META-INF/container.xml", "content.xml"] {
        let report = look(&WordPackage::of(dde).with(name, b"<x/>").finish());
        assert_eq!((report.kind, &*report.active), (Kind::Docx, &[Active::Dde][..]), "{name}");
    }
}

#[test]
fn the_main_part_may_have_any_name() {
    for name in ["word/doc.dat", "a/b/c", "main.jpeg"] {
        let file = WordPackage::of("<w:fldSimple w:instr='DDE x'/>").archive_at(name).finish();
        let report = look(&file);
        assert_eq!((report.kind, &*report.active), (Kind::Docx, &[Active::Dde][..]), "{name}");
    }
}

#[test]
fn compound_files_are_objects_whatever_their_name() {
    for name in [
        "word/embeddings/oleObject1.bin",
        "word\\embeddings\\a.bin",
        "word/a.xls",
        "x",
        "word/media/a.png",
    ] {
        let report = look(&WordPackage::default().with(name, &doc()).finish());
        assert!(report.active.contains(&Active::OleObject), "{name}");
        let name = name.replace('\\', "/");
        assert!(
            look(&open_text("", &[(&name, &doc())])).active.contains(&Active::OleObject),
            "{name}"
        );
    }
}

#[test]
fn text_in_encodings_that_readers_take_differently() {
    let dde = "<w:hdr><w:fldSimple w:instr='DDE x'/></w:hdr>";
    let units = |order: fn(u16) -> [u8; 2]| dde.encode_utf16().flat_map(order).collect::<Vec<_>>();
    let with = |content: &[u8]| WordPackage::default().with("word/header1.xml", content).finish();
    let spaced = [" ".repeat(2_000).as_bytes(), dde.as_bytes()].concat();
    let dde_found: &[Active] = &[Active::Dde];
    check(&[
        (
            "UTF-16 with a mark",
            with(&[&[0xFE, 0xFF][..], &units(u16::to_be_bytes)].concat()),
            dde_found,
        ),
        ("UTF-16 without", with(&units(u16::to_le_bytes)), dde_found),
        ("UTF-8 with a mark", with(&[b"\xEF\xBB\xBF", dde.as_bytes()].concat()), dde_found),
        ("blanks first", with(&spaced), dde_found),
    ]);
    let wide: Vec<u8> = dde.bytes().flat_map(|byte| [byte, 0, 0, 0]).collect();
    check_damage(
        Damage::Ambiguous,
        &[
            ("UTF-32", with(&wide)),
            ("UTF-7", with(b"<?xml version='1.0' encoding='UTF-7'?><x/>")),
            ("EBCDIC by name", with(b"<?xml version='1.0' encoding='cp037'?><x/>")),
            ("EBCDIC by its bytes", with(b"\x4C\xA7\x6E")),
        ],
    );
}

#[test]
fn scripts_in_any_part_of_an_open_document() {
    let listener: &[u8] = b"<s><script:event-listener xlink:href='x'/></s>";
    let key: &[u8] = b"<a><accel:item xlink:href='vnd.sun.star.script:A.b'/></a>";
    let menu: &[u8] = b"<m><menu:menuitem menu:id='vnd.sun.star.script:A.b?language=Basic'/></m>";
    let code: &[u8] = b"<s><text:script script:language='JavaScript'>a()</text:script></s>";
    let linked: &[u8] = b"<l><library:library library:link='true' xlink:href='file://h/a'/></l>";
    for (name, part) in [
        ("styles.xml", listener),
        ("meta.xml", listener),
        ("settings.xml", listener),
        ("Object 1/styles.xml", listener),
        ("Dialogs/Standard/a.xml", listener),
        ("Configurations2/accelerator/current.xml", key),
        ("Configurations2/menubar/a.xml", menu),
        ("a.dat", code),
        ("Basic/script-lc.xml", linked),
        ("basic/Standard/M.xml", b"<x/>"),
        ("Scripts/beanshell/a.bsh", b"x"),
    ] {
        let report = look(&open_text("", &[(name, part)]));
        assert!(report.active.contains(&Active::Macros), "{name}: {:?}", report.active);
    }
    let inline = "<draw:object-ole><office:binary-data>\n 0M8R4KGxGuE</office:binary-data></draw:object-ole>";
    assert_eq!(look(&open_text(inline, &[])).active, [Active::OleObject]);
}

#[test]
fn without_a_manifest_an_open_document_is_searched_all_the_same() {
    let mut archive = Stored::default();
    archive.add("mimetype", b"application/vnd.oasis.opendocument.text");
    archive.add("content.xml", b"<x><script:event-listener xlink:href='x'/></x>");
    assert_eq!(look(&archive.finish()).active, [Active::Macros]);
}
