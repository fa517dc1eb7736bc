#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod authentication;
mod names;
mod programs;
mod senders;

use std::fmt::Write as _;

use super::Incoming;

/// Reads a message that is written with plain line ends.
fn read(text: &str) -> Incoming {
    Incoming::read(text.replace('\n', "\r\n").as_bytes())
}

fn document_names(message: &Incoming) -> Vec<&str> {
    message.documents().map(|file| file.name.as_str()).collect()
}

#[test]
fn any_bytes_are_a_message() {
    for bytes in [
        &b""[..],
        b"\n",
        b"\r\n\r\n",
        b"x",
        b":",
        b"\0\xFF",
        b"Content-Type: multipart/mixed; boundary=\"\"\n\n--\n",
    ] {
        let message = Incoming::read(bytes);
        assert_eq!(message.from, None, "{bytes:?}");
    }
}

/// What the fuzzer's target `message` asserts, on changes of mails as programs write them.
#[test]
fn changed_messages_keep_the_promises() {
    let sources = [
        programs::APPLE.as_bytes(),
        include_bytes!("tests/mails/forwarded.eml"),
        include_bytes!("tests/mails/bounce.eml"),
    ];
    let mut state = 1_u64;
    let mut chance = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for round in 0..10_000 {
        let mut raw = sources[round % sources.len()].to_vec();
        for _ in 0..=chance(8) {
            let (at, to) = (chance(raw.len()), chance(raw.len()));
            match chance(4) {
                0 => raw[at] = b"\r\n=-:;\"?\0\xFF"[chance(10)],
                1 => raw.truncate(at.max(1)),
                2 => drop(raw.drain(at.min(to)..at.max(to))),
                _ => raw.extend_from_within(at.min(to)..at.max(to)),
            }
            raw.push(b'\n');
        }
        let message = Incoming::read(&raw);
        let bytes: usize = message.files.iter().map(|file| file.bytes.len()).sum();
        assert!(bytes <= raw.len(), "{round}");
        assert!(!message.subject.contains(['\r', '\n', '\0']), "{round}");
        for file in &message.files {
            assert!(!file.name.contains(['\r', '\n', '\0', '/', '\\']), "{round}");
        }
    }
}

#[test]
fn parts_and_depth_are_bounded() {
    let mut many = "Content-Type: multipart/mixed; boundary=b\n\n".to_owned();
    many.push_str(&"--b\nContent-Type: image/png\n\nx\n".repeat(10_000));
    assert!(read(&many).files.len() <= super::MAX_PARTS);
    let mut deep = String::new();
    for level in 0..10_000 {
        write!(deep, "Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n").unwrap();
    }
    let message = read(&deep);
    assert!(message.files.len() <= super::MAX_PARTS);
    let forwarded = "Content-Type: message/rfc822\n\n".repeat(10_000);
    assert_eq!(read(&forwarded).files.len(), 1);
}

#[test]
fn a_missing_last_boundary_loses_nothing() {
    let message = read(
        "Content-Type: multipart/mixed; boundary=b\n\nprologue\n--b\n\nText\n--b \nContent-Type: application/pdf; name=cv.pdf\nContent-Transfer-Encoding: base64\n\nJVBE\nRi0x\n",
    );
    assert_eq!(message.text.trim(), "Text");
    assert_eq!(document_names(&message), ["cv.pdf"]);
    assert_eq!(message.files[0].bytes, b"%PDF-1");
}

#[test]
fn broken_base64_is_read_as_far_as_it_goes() {
    let message = read(
        "Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\nJV!BERi0x\n.TEx\n",
    );
    assert_eq!(message.files[0].bytes, b"%PDF-1LL");
}

#[test]
fn an_attached_text_keeps_its_bytes() {
    let raw = b"Content-Type: text/plain; charset=iso-8859-1; name=cv.txt\r\n\r\n\xE9t\xE9\r\n";
    let message = Incoming::read(raw);
    assert_eq!(message.files[0].bytes, b"\xE9t\xE9\r\n");
    assert_eq!(message.text, "");
}

#[test]
fn a_text_is_read_by_its_character_set() {
    for (charset, bytes) in [
        ("; charset=iso-8859-1", &b"\xE9t\xE9"[..]),
        ("", b"\xE9t\xE9"),
        ("", "été".as_bytes()),
        ("; charset=utf-8", "été".as_bytes()),
    ] {
        let raw = [format!("Content-Type: text/plain{charset}\r\n\r\n").as_bytes(), bytes].concat();
        assert_eq!(Incoming::read(&raw).text, "été", "{charset}");
    }
}

#[test]
fn html_alone_becomes_the_text() {
    let message = read(
        "Content-Type: text/html; charset=utf-8\n\n<html><head><style>p{}</style></head><body><p>Bonjour&nbsp;!</p><p>Voici.</p></body></html>\n",
    );
    assert!(
        message.text.contains("Bonjour") && message.text.contains("Voici."),
        "{:?}",
        message.text
    );
    assert!(!message.text.contains('<'), "{:?}", message.text);
}

#[test]
fn an_attached_message_is_opened_once() {
    let inner = "From: Ana <ana@example.net>\nSubject: Ma candidature\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nBonjour\n--i\nContent-Type: application/pdf; name=cv.pdf\n\n%PDF\n--i\nContent-Type: message/rfc822\n\nFrom: x@example.net\n\n--i--\n";
    let outer = format!(
        "From: staff@omct.example\nContent-Type: multipart/mixed; boundary=o\n\n--o\n\nFor you\n--o\nContent-Type: message/rfc822\n\n{inner}--o--\n"
    );
    let message = read(&outer);
    assert_eq!(message.text.trim(), "For you");
    let forwarded = message.forwarded.as_ref().unwrap();
    assert_eq!(forwarded.from.as_ref().unwrap().address.as_str(), "ana@example.net");
    assert_eq!(forwarded.subject, "Ma candidature");
    assert_eq!(document_names(&message), ["cv.pdf"]);
    assert!(message.files.iter().all(|file| file.forwarded));
}
