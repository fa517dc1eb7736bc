//! Tests the message for each mistake that a posting can have.
//!
//! The cases change one place in `sample.md`, which has no mistake.

mod body;
mod facts;
mod fields;
mod folder;
mod form;
mod privacy;
mod sample;
mod shipped;
mod subject;
mod values;

use crate::posting::{Outcome, compile};

const SAMPLE: &str = include_str!("sample.md");

/// What is written instead of what in the sample, and all that is said to it,
/// each with its line.
type Case<'a> = (&'a str, &'a str, &'a [&'a str]);

fn check(cases: &[Case<'_>]) {
    for (old, new, expected) in cases {
        assert_eq!(SAMPLE.matches(old).count(), 1, "{old:?} is not one place of the sample");
        assert_eq!(mistakes(&SAMPLE.replace(old, new)), *expected, "{new:?}");
    }
}

fn mistakes(source: &str) -> Vec<String> {
    let Outcome { posting, mut mistakes, .. } = compile("postings/programme-officer.md", source);
    assert_eq!(posting.is_some(), mistakes.is_empty());
    mistakes.sort();
    mistakes.iter().map(|mistake| format!("{}: {}", mistake.line, mistake.text)).collect()
}
