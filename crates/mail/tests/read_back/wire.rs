//! Checks what holds for every message, and reads messages with another implementation.

use mail_parser::{Message, MessageParser};

/// Checks what holds for the octets of every message.
pub(crate) fn check_wire(bytes: &[u8], case: &str) {
    let wire = std::str::from_utf8(bytes).unwrap();
    assert!(wire.is_ascii(), "{case}");
    assert!(wire.ends_with("\r\n"), "{case}");
    for line in wire.split_terminator("\r\n") {
        let is_stray = |character: char| character.is_ascii_control() && character != '\t';
        assert!(!line.contains(is_stray), "{case}: {line:?}");
        assert!(line.len() <= 76, "{case}: {line:?}");
        assert!(line.is_empty() || !line.trim().is_empty(), "{case}: a line of blanks");
    }
    let (headers, _) = wire.split_once("\r\n\r\n").unwrap();
    assert!(!headers.contains('\t'), "{case}");
    let count = |name: &str| {
        headers
            .lines()
            .filter(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")))
            .count()
    };
    for name in ["from", "to", "subject", "date", "message-id", "mime-version", "content-type"] {
        assert_eq!(count(name), 1, "{case}: {name}");
    }
    assert_eq!((count("bcc"), count("cc"), count("sender")), (0, 0, 0), "{case}");
}

pub(crate) fn parse(bytes: &[u8]) -> Message<'_> {
    MessageParser::default().parse(bytes).unwrap()
}
