//! What is packed to break its reader, or does not hold what it says.

use miniz_oxide::deflate::compress_to_vec;

use super::look;
use crate::{
    Active, Damage, Encryption, Limits, inspect,
    samples::{self, Stored},
};

fn word() -> Stored {
    let mut archive = Stored::default();
    archive.add("[Content_Types].xml", b"<Types/>").add("word/document.xml", b"<x/>");
    archive
}

fn damage(archive: &mut Stored) -> Option<Damage> {
    look(&archive.finish()).damage
}

#[test]
fn a_part_that_unpacks_to_a_thousand_times_its_size() {
    let bomb = compress_to_vec(&vec![b' '; 64 << 20], 9);
    assert!(bomb.len() < 100_000);
    // Whatever size it claims: none is believed.
    assert_eq!(damage(word().add_packed("word/a.xml", 8, &bomb, b"x")), Some(Damage::TooComplex));
}

#[test]
fn many_parts_that_together_are_too_much() {
    let part = vec![b' '; 3 << 20];
    let packed = compress_to_vec(&part, 9);
    let many = |count: usize| {
        let mut archive = word();
        for number in 0..count {
            archive.add_packed(&format!("word/{number}.xml"), 8, &packed, &part);
        }
        damage(&mut archive)
    };
    assert_eq!(many(3), None);
    assert_eq!(many(12), Some(Damage::TooComplex));
}

#[test]
fn a_large_table_is_no_bomb() {
    let rows = "<w:tr><w:tc><w:p/></w:tc></w:tr>".repeat(100_000);
    let packed = compress_to_vec(rows.as_bytes(), 9);
    assert_eq!(damage(word().add_packed("word/a.xml", 8, &packed, rows.as_bytes())), None);
}

#[test]
fn a_part_that_is_not_what_was_packed() {
    let packed = compress_to_vec(b"<x/>", 6);
    let cases: [(&str, u8, &[u8]); 5] = [
        ("another checksum", 8, &compress_to_vec(b"<y/>", 6)),
        ("cut off", 8, &packed[..packed.len() - 2]),
        ("no deflated data", 8, b"\xFF\xFF"),
        ("a method that office programs do not know", 12, b"<x/>"),
        ("stored, and changed", 0, b"<z/>"),
    ];
    for (name, method, packed) in cases {
        let found = damage(word().add_packed("word/a.xml", method, packed, b"<x/>"));
        assert_eq!(found, Some(Damage::Content), "{name}");
    }
    assert_eq!(damage(word().add_packed("word/a.xml", 8, &packed, b"<x/>")), None);
}

#[test]
fn an_archive_with_a_password() {
    let mut file = word().finish();
    for (signature, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let header = file.windows(4).position(|at| at == signature).unwrap();
        file[header + flags] |= 1;
    }
    assert_eq!(look(&file).encryption, Encryption::Password);
}

#[test]
fn entities_are_never_expanded() {
    let laughs = "<!DOCTYPE a [<!ENTITY b 'ha'><!ENTITY c '&b;&b;&b;'>]><a>&c;</a>";
    let report = look(&word().add("word/a.xml", laughs.as_bytes()).finish());
    assert_eq!((report.active, report.damage), (vec![Active::Doctype], None));
}

#[test]
fn a_million_elements_within_each_other() {
    let deep = "<a>".repeat(1_000_000);
    for name in ["word/a.xml", "customXml/_rels/a.rels"] {
        let damage = damage(word().add(name, deep.as_bytes()));
        assert_eq!(damage, Some(Damage::TooComplex), "{name}");
    }
    let file = samples::odt_of(&[("content.xml", &deep)]);
    assert_eq!(look(&file).damage, Some(Damage::TooComplex));
    // A page may leave out the ends of its elements.
    let page = "<html>".to_owned() + &"<p>".repeat(1_000);
    assert_eq!(damage(word().add("word/a.html", page.as_bytes())), None);
}

#[test]
fn a_smaller_limit_holds_too() {
    let limits = Limits { unpacked_bytes: 4, ..Limits::default() };
    assert_eq!(inspect(&word().finish(), &limits).damage, Some(Damage::TooComplex));
}
