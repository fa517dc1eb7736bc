use crate::{
    Active, Damage, Encryption, Kind, Limits, Report, inspect,
    samples::{self, compound, word_document},
};

fn look(bytes: &[u8]) -> Report {
    inspect(bytes, &Limits::default())
}

#[test]
fn what_is_in_a_compound_file() {
    let cases = [
        ("plain", ("x", vec![]), Encryption::None, None),
        ("Word's password", ("WordDocument", word_document(0x0100)), Encryption::Password, None),
        ("a DOCX with a password", ("EncryptedPackage", vec![0; 5000]), Encryption::Password, None),
        (
            "a workbook's password",
            ("Workbook", b"\x09\x08\x02\0\0\x06\x2F\0\x36\0".to_vec()),
            Encryption::Password,
            None,
        ),
        (
            "a workbook",
            ("Workbook", b"\x09\x08\x02\0\0\x06\x42\0".to_vec()),
            Encryption::None,
            None,
        ),
        ("slides with a password", ("EncryptedSummary", vec![]), Encryption::Password, None),
        (
            "a field",
            ("WordDocument", [word_document(0), b"\x13 DDEAUTO".to_vec()].concat()),
            Encryption::None,
            Some(Active::Dde),
        ),
        (
            "text",
            ("WordDocument", [word_document(0), b"\x13 PAGE \x15 DDE".to_vec()].concat()),
            Encryption::None,
            None,
        ),
        ("macros", ("VBA", vec![]), Encryption::None, Some(Active::Macros)),
        ("a package", ("\u{1}Ole10Native", vec![]), Encryption::None, Some(Active::OleObject)),
    ];
    for (name, stream, encryption, active) in cases {
        let report = look(&compound(&[stream, ("Other", vec![1; 9000])]));
        assert_eq!((report.kind, report.damage), (Kind::Doc, None), "{name}");
        assert_eq!(report.encryption, encryption, "{name}");
        assert_eq!(report.active, Vec::from_iter(active), "{name}");
    }
}

#[test]
fn a_file_without_its_directory_is_damaged() {
    let whole = samples::doc();
    assert_eq!(look(&whole).damage, None);
    assert_eq!(look(&whole[..512]).damage, Some(Damage::Directory));
    assert_eq!(look(&whole[..20]).damage, Some(Damage::Directory));
}

/// Each sector of the allocation, of the directory and of a stream is made to lead to itself.
#[test]
fn chains_that_bite_their_tails_end() {
    let whole = compound(&[("WordDocument", vec![0; 9000]), ("Small", vec![1; 200])]);
    for own in 0..128_u32 {
        for number in [0, 1, own, u32::MAX] {
            let mut file = whole.clone();
            let at = 512 + 4 * usize::try_from(own).unwrap();
            file[at..at + 4].copy_from_slice(&number.to_le_bytes());
            look(&file);
        }
    }
    let mut file = whole;
    // The header's own list: the sectors of the allocation go round in a circle.
    file[68..72].copy_from_slice(&0_u32.to_le_bytes());
    look(&file);
}
