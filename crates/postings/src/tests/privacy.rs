//! The keys of a posting. Those in `keys/` were made by `GnuPG`.

use std::io;

use rules::Timestamp;

use super::{SAMPLE, mistakes};
use crate::posting::compile;
use crate::{Compiled, check_keys, read, with_keys};

const KEY: &str = include_str!("keys/until-2026-06-01.asc");
const FILE: &str = "postings/programme-officer.md";

/// The sample with this section at the end of its front matter.
fn with(section: &str) -> String {
    SAMPLE.replacen("\n+++\n", &format!("\n[privacy]\n{section}\n+++\n"), 1)
}

fn keys(texts: &[&str]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| format!("\"\"\"\n{text}\"\"\"")).collect();
    with(&format!("keys = [{}]", texts.join(", ")))
}

#[test]
fn keys_are_kept_with_the_posting() {
    let posting = compile(FILE, &keys(&[KEY])).posting.unwrap();
    assert_eq!(posting.privacy.keys, [KEY.trim()]);
    let compiled = Compiled::of(&posting);
    assert_ne!(compiled.format, crate::FORMAT, "a build that knows no keys must not read it");
    assert_eq!(read("programme-officer", Some(&compiled), "no source").unwrap(), posting);
    let plain = compile(FILE, SAMPLE).posting.unwrap();
    assert_eq!(Compiled::of(&plain).format, crate::FORMAT);
    assert!(!Compiled::of(&plain).json.contains("privacy"));
}

#[test]
fn a_key_that_cannot_be_used_is_refused() {
    for (text, expected) in [
        (include_str!("keys/revoked.asc"), "this key is revoked"),
        (include_str!("keys/rsa1024.asc"), "this key has fewer than 2048 bits"),
        ("panel@example.org", "this is not a whole OpenPGP public key"),
        (&KEY[..KEY.len() / 2], "this is not a whole OpenPGP public key"),
        (&format!("{KEY}\n{KEY}"), "this is more than one key"),
    ] {
        let said = mistakes(&keys(&[KEY, text]));
        assert!(said.len() == 1 && said[0].contains(expected), "{expected}: {said:?}");
    }
    let said = mistakes(&with("keys = [\"keys/panel.asc\"]"));
    assert!(said[0].contains("the name of a file, which is not known here"), "{said:?}");
    let said = mistakes(&with("key = []"));
    assert!(said[0].contains("unknown key `key` in `[privacy]`"), "{said:?}");
}

#[test]
fn a_private_key_is_refused_wherever_it_stands() {
    let private = include_str!("keys/private.asc");
    for source in [keys(&[private]), format!("{SAMPLE}\n{private}")] {
        let line = source.lines().position(|line| line.contains("PRIVATE")).unwrap() + 1;
        let said = mistakes(&source);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with(&format!("{line}: this is a private key")), "{said:?}");
        assert!(said[0].contains("It was not kept."));
    }
}

#[test]
fn a_key_that_has_expired_is_refused_when_a_posting_is_saved() {
    let source = keys(&[KEY]);
    let posting = || compile(FILE, &source).posting.unwrap();
    // 2026-06-01T12:00:00Z, as GnuPG understands a day.
    let end = 1_780_315_200_000;
    assert!(check_keys(FILE, &source, posting(), Timestamp(end - 1)).is_ok());
    let said = check_keys(FILE, &source, posting(), Timestamp(end)).unwrap_err().to_string();
    let line = source.lines().position(|line| line.contains("BEGIN PGP")).unwrap() + 1;
    assert!(said.starts_with(&format!("{FILE}:{line}: this key has expired")), "{said}");
}

#[test]
fn the_files_of_keys_are_put_into_the_source() {
    let source = with("keys = [ \"keys/panel.asc\", 'keys/other.asc' ] # two");
    let given = |name: &str| match name {
        "keys/panel.asc" => Ok(KEY.replace('\n', "\r\n")),
        _ => Ok(KEY.to_owned()),
    };
    let whole = with_keys(FILE, &source, given).unwrap();
    assert_eq!(compile(FILE, &whole).posting.unwrap().privacy.keys, [KEY.trim(), KEY.trim()]);
    assert!(whole.contains("\"\"\" ] # two\n") && !whole.contains('\r'));
    assert_eq!(with_keys(FILE, &whole, given).unwrap(), whole, "nothing is left to do");
    assert_eq!(with_keys(FILE, SAMPLE, given).unwrap(), SAMPLE);
    let line = source.lines().position(|line| line.contains("keys/")).unwrap() + 1;
    let missing = |_: &str| Err(io::Error::from(io::ErrorKind::NotFound));
    let said = with_keys(FILE, &source, missing).unwrap_err().to_string();
    assert!(said.starts_with(&format!("{FILE}:{line}: `keys/panel.asc` cannot be read")), "{said}");
    let private = |_: &str| Ok(include_str!("keys/private.asc").to_owned());
    let said = with_keys(FILE, &source, private).unwrap_err().to_string();
    assert!(said.contains("`keys/panel.asc`: this is a private key"), "{said}");
}

#[test]
fn the_form_of_the_desk_keeps_the_keys() {
    let source = keys(&[KEY]);
    let again = crate::with_fields(&crate::fields(&source).unwrap());
    assert_eq!(compile(FILE, &again).posting.unwrap().privacy.keys, [KEY.trim()]);
}
