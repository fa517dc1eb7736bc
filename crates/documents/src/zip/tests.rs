use super::*;
use crate::{bytes::find_last, samples};

const CENTRAL: &[u8] = b"PK\x01\x02";

fn names(archive: &Archive<'_>) -> Vec<String> {
    let name = |entry: &Entry<'_>| String::from_utf8_lossy(&entry.name).into_owned();
    archive.entries.iter().map(name).collect()
}

#[test]
fn entries_come_with_their_content() {
    let file = samples::zip(&[("a", "one"), ("b", "")]);
    let archive = read(&file, &Limits::default());
    assert_eq!(names(&archive), ["a", "b"]);
    assert_eq!(archive.entries[0].packed, b"one");
    assert_eq!(archive.damage, None);
}

#[test]
fn a_comment_or_blanks_may_follow_the_end_record() {
    let mut file = samples::zip(&[("a", "one")]);
    let blank = [file.as_slice(), b"\r\n\0"].concat();
    assert_eq!(read(&blank, &Limits::default()).damage, None);
    file.extend(b"some comment");
    assert_eq!(read(&file, &Limits::default()).damage, Some(Damage::Ambiguous));
    assert!(end(&file).is_some());
    let comment_length = file.len() - 14;
    file[comment_length] = 12;
    assert_eq!(read(&file, &Limits::default()).damage, None);
    assert!(end(&file).is_some());
}

#[test]
fn without_a_directory_the_headers_tell_the_names() {
    let mut file = samples::zip(&[("a", "one"), ("b", "two")]);
    let directory = find_last(&file, CENTRAL).unwrap();
    file.truncate(directory);
    let archive = read(&file, &Limits::default());
    assert_eq!(names(&archive), ["a", "b"]);
    assert_eq!(archive.damage, Some(Damage::Truncated));
    let limits = Limits { zip_entries: 1, ..Limits::default() };
    assert_eq!(names(&read(&file, &limits)), ["a"]);
}

#[test]
fn content_may_not_reach_into_the_directory() {
    let mut file = samples::zip(&[("a", "one")]);
    let directory = find_last(&file, CENTRAL).unwrap();
    file[directory + 20] = 4;
    assert_eq!(read(&file, &Limits::default()).damage, Some(Damage::Directory));
}

#[test]
fn paths_that_escape() {
    for name in ["../a", "a/../b", "..", "/a", "C:a", "a\0b"] {
        assert!(layout::escapes(name.as_bytes()), "{name:?}");
    }
    for name in ["a", "a/b", "..a", "a..b/c", "[Content_Types].xml", ""] {
        assert!(!layout::escapes(name.as_bytes()), "{name:?}");
    }
}
