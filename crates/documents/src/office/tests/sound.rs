//! What honest programs write, and once was refused.

use super::{check, look};
use crate::{
    Active, Kind,
    samples::{Stored, WordPackage, open_text},
};

#[test]
fn names_with_backslashes() {
    let file = WordPackage::default().archive_at("word\\document.xml").finish();
    let report = look(&file);
    assert_eq!((report.kind, report.damage, &*report.active), (Kind::Docx, None, &[][..]));
}

#[test]
fn templates_on_the_writers_machine() {
    for target in [
        "Macintosh HD:Users:me:CV.dotx",
        "Macintosh:Users:me:CV.dotx",
        "C:\\Users\\me\\CV.dotx",
        "file:///C:\\Users\\me\\CV.dotx",
        "file://localhost/Users/me/CV.dotx",
        "CV.dotx",
    ] {
        let file = WordPackage::default().related("attachedTemplate", target, "External").finish();
        assert_eq!(look(&file).active, [Active::ExternalRelationship], "{target}");
    }
}

#[test]
fn documents_of_openoffice_2() {
    let math: &[u8] = b"<?xml version='1.0'?><!DOCTYPE math:math PUBLIC '-//OpenOffice.org//DTD \
        Modified W3C MathML 1.01//EN' 'math.dtd'><math:math/>";
    let list: &[u8] = b"<!DOCTYPE library:libraries PUBLIC '-//OpenOffice.org//DTD OfficeDocument \
        1.0//EN' 'libraries.dtd'><library:libraries><library:library library:name='Standard' \
        library:link='false'/></library:libraries>";
    check(&[
        ("a formula", open_text("", &[("Object 1/content.xml", math)]), &[]),
        ("an empty library", open_text("", &[("Basic/script-lc.xml", list)]), &[]),
        ("empty scripts", open_text("<office:scripts><office:script/></office:scripts>", &[]), &[]),
    ]);
    let entity: &[u8] = b"<!DOCTYPE a SYSTEM 'a' [<!ENTITY b 'c'>]><a/>";
    check(&[("entities", open_text("", &[("a.xml", entity)]), &[Active::Doctype])]);
    check(&[(
        "a definition in a DOCX",
        WordPackage::default().with("word/a.xml", b"<!DOCTYPE a SYSTEM 'a'><a/>").finish(),
        &[Active::Doctype],
    )]);
}

/// Numbers that the writer only knew behind the content, and a directory of 64 bits.
#[test]
fn archives_of_writers_that_stream() {
    let mut file = Stored::default();
    file.add("mimetype", b"application/vnd.oasis.opendocument.text").add("content.xml", b"<x/>");
    let whole = file.finish();
    let end = whole.windows(4).rposition(|at| at == b"PK\x05\x06").unwrap();
    let directory = whole.windows(4).position(|at| at == b"PK\x01\x02").unwrap();
    let (start, length) = (directory as u64, (end - directory) as u64);
    let mut wide = whole[..end].to_vec();
    wide.extend(b"PK\x06\x06");
    wide.extend(44_u64.to_le_bytes());
    wide.extend([45, 3, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for number in [2, 2, length, start] {
        wide.extend(number.to_le_bytes());
    }
    wide.extend(b"PK\x06\x07\0\0\0\0");
    wide.extend((end as u64).to_le_bytes());
    wide.extend(1_u32.to_le_bytes());
    let mut consistent = [&wide[..], &whole[end..]].concat();
    assert_eq!(look(&consistent).damage, None);
    // The same with the plain record's numbers given up.
    let record = consistent.len() - 22;
    consistent[record + 8..record + 20].fill(0xFF);
    assert_eq!(look(&consistent).damage, None);
    // Both records give a number, and they differ.
    consistent[record + 8..record + 12].copy_from_slice(&[1, 0, 1, 0]);
    assert!(look(&consistent).damage.is_some());
}

#[test]
fn a_descriptor_behind_the_content() {
    let mut file = Stored::default();
    file.add("mimetype", b"application/vnd.oasis.opendocument.text").add("content.xml", b"<x/>");
    let mut file = file.finish();
    let header = file.windows(4).rposition(|at| at == b"PK\x03\x04").unwrap();
    let directory = file.windows(4).position(|at| at == b"PK\x01\x02").unwrap();
    let listed = file.windows(4).rposition(|at| at == b"PK\x01\x02").unwrap();
    let numbers = file[header + 14..header + 26].to_vec();
    file[listed + 8] |= 8;
    file[header + 6] |= 8;
    file[header + 14..header + 26].fill(0);
    let descriptor = [b"PK\x07\x08".as_slice(), &numbers].concat();
    file.splice(directory..directory, descriptor);
    let record = file.len() - 22;
    let start = u32::try_from(directory + 16).unwrap();
    file[record + 16..record + 20].copy_from_slice(&start.to_le_bytes());
    assert_eq!(look(&file).damage, None);
    file[directory + 4] ^= 1;
    assert!(look(&file).damage.is_some(), "another checksum");
}
