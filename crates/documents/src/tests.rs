use std::fs;

use crate::{
    Damage, Kind, Limits, Report, fuzz, inspect,
    samples::{self, hostile},
};

#[track_caller]
fn check(bytes: &[u8], kind: Kind) {
    let pages = (kind == Kind::Pdf).then_some(1);
    let report = inspect(bytes, &Limits::default());
    assert_eq!(report, Report { pages, ..Report::of(kind, bytes.len() as u64) });
}

#[test]
fn sound_documents() {
    check(&samples::pdf("Bonjour"), Kind::Pdf);
    check(&samples::docx("Bonjour"), Kind::Docx);
    check(&samples::odt("Bonjour"), Kind::Odt);
    check(&samples::doc(), Kind::Doc);
    check(&samples::png(), Kind::Image);
    check(&samples::zip(&[("a.txt", "a")]), Kind::Zip);
    check(&samples::zip(&[]), Kind::Zip);
    check(b"{\\rtf1 Bonjour}", Kind::Rtf);
    check("Bonjour, ça va ?\n".as_bytes(), Kind::Text);
    check(b"\x01\x02\x03", Kind::Unknown);
    check(b"", Kind::Empty);
}

#[test]
fn hostile_files() {
    for case in hostile::all() {
        let report = inspect(&case.bytes, &Limits::default());
        let found = (report.kind, report.damage);
        assert_eq!(found, (case.kind, case.damage), "{}", case.name);
    }
}

#[test]
fn a_padded_pdf_is_as_long_as_asked() {
    let padded = samples::pdf_of_length("Bonjour", 5_000);
    assert_eq!(padded.len(), 5_000);
    check(&padded, Kind::Pdf);
}

#[test]
fn a_zip_within_the_limits_is_read() {
    let limits = Limits { zip_entries: 3, ..Limits::default() };
    let [three, four] = [3, 4].map(|entries| {
        let names: Vec<String> = (0..entries).map(|n| format!("{n}.txt")).collect();
        let files: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
        inspect(&samples::zip(&files), &limits).damage
    });
    assert_eq!(three, None);
    assert_eq!(four, Some(Damage::DirectoryTooLarge));
}

#[test]
fn no_cut_panics() {
    for whole in samples::all() {
        for end in 0..whole.len() {
            inspect(&whole[..end], &Limits::default());
            inspect(&whole[end..], &Limits::default());
        }
    }
}

#[test]
fn no_changed_byte_panics() {
    for mut bytes in samples::all() {
        for at in 0..bytes.len() {
            let original = bytes[at];
            for changed in [0, 1, 0x7F, 0x80, 0xFF, original ^ 0x20, original.wrapping_add(1)] {
                bytes[at] = changed;
                inspect(&bytes, &Limits::default());
            }
            bytes[at] = original;
        }
    }
}

#[test]
fn a_report_is_plain_json() {
    let damage = Some(Damage::OverlappingEntries);
    let report = Report { damage, ..Report::of(Kind::Docx, 200) };
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(
        json,
        r#"{"kind":"docx","bytes":200,"damage":"overlapping_entries","pages":null,"encryption":"none","active":[],"traces":[],"authors":[],"files":[]}"#
    );
    assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
}

/// What fuzzers have found, once repaired, stays so.
#[test]
fn regressions() {
    let inputs: Vec<_> = fs::read_dir("fuzz/regressions").unwrap().collect();
    assert!(!inputs.is_empty());
    for input in inputs {
        let bytes = fs::read(input.unwrap().path()).unwrap();
        inspect(&bytes, &Limits::default());
        fuzz::inspect(&bytes);
        fuzz::inflate(&bytes, 1 << 16);
        for parser in [fuzz::pdf, fuzz::office, fuzz::word, fuzz::rtf, fuzz::exif, fuzz::xml] {
            parser(&bytes);
        }
    }
}

/// What `cargo xtask fuzz structure` does for minutes, for a moment.
#[test]
fn containers_put_together_at_random_are_read_to_an_answer() {
    let mut state = 0x2545_F491_u32;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[1]
    };
    for length in (0..400).map(|number| number % 97) {
        let instructions: Vec<u8> = (0..length).map(|_| random()).collect();
        crate::fuzz::structure(&instructions);
    }
}
