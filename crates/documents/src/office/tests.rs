mod decoys;
mod disguised;
mod fields;
mod hostile;
mod inside;
mod kinds;
mod open_document;
mod open_xml;
mod pages;
mod parts;
mod references;
mod sound;

use crate::{Active, Damage, Limits, Report, inspect};

fn look(bytes: &[u8]) -> Report {
    inspect(bytes, &Limits::default())
}

/// What is found in each of the files, all of which are whole.
#[track_caller]
fn check(cases: &[(&str, Vec<u8>, &[Active])]) {
    for (name, file, expect) in cases {
        let report = look(file);
        assert_eq!((report.damage, &*report.active), (None, *expect), "{name}");
    }
}

/// Why none of the files is to be trusted.
#[track_caller]
fn check_damage(damage: Damage, cases: &[(&str, Vec<u8>)]) {
    for (name, file) in cases {
        assert_eq!(look(file).damage, Some(damage), "{name}");
    }
}
