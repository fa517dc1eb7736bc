//! What is sent: envelope and message. Both are checked when they are made, so that nothing a candidate typed can add a command.

use std::fmt;

/// Sender and recipient as the server sees them: bare addresses (`local@domain`), ASCII, without angle brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Envelope<'a> {
    from: &'a str,
    to: &'a str,
}

impl<'a> Envelope<'a> {
    /// Checks both addresses. The empty sender (`<>`) is refused, since here it can only be a missing setting.
    pub fn new(from: &'a str, to: &'a str) -> Result<Self, Invalid> {
        if !is_address(from) {
            return Err(Invalid::Sender);
        }
        if !is_address(to) {
            return Err(Invalid::Recipient);
        }
        Ok(Self { from, to })
    }

    pub(crate) fn from(self) -> &'a str {
        self.from
    }

    pub(crate) fn to(self) -> &'a str {
        self.to
    }
}

/// Shows no address: the recipient may be a candidate, and addresses of candidates are never logged.
impl fmt::Debug for Envelope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Envelope(..)")
    }
}

/// A borrowed message whose line ends are all CRLF.
///
/// It should be 7-bit with lines of at most 998 bytes. The composer is
/// responsible for that; it is not checked here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Message<'a>(&'a [u8]);

impl<'a> Message<'a> {
    /// Checks that no CR or LF stands alone. Servers disagree whether `\n.\n` ends a message, and what follows it could pass for a second
    /// message of the same sender (SMTP smuggling).
    pub fn new(bytes: &'a [u8]) -> Result<Self, Invalid> {
        let mut previous = 0;
        for (offset, &byte) in bytes.iter().enumerate() {
            if (previous == b'\r') != (byte == b'\n') {
                return Err(Invalid::LineBreak { offset });
            }
            previous = byte;
        }
        if previous == b'\r' {
            return Err(Invalid::LineBreak { offset: bytes.len() });
        }
        Ok(Self(bytes))
    }

    /// Returns the size as RFC 1870 counts it: all bytes with every CRLF, without dot-stuffing and without the terminating dot.
    pub fn size(self) -> u64 {
        (self.0.len() + self.missing_end().len()) as u64
    }

    pub(crate) fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// Returns the CRLF to add where the last line lacks it.
    pub(crate) fn missing_end(self) -> &'static [u8] {
        if self.0.ends_with(b"\r\n") { b"" } else { b"\r\n" }
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({} bytes)", self.0.len())
    }
}

/// Why a value cannot be sent. Never contains the value itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// The EHLO name is not a domain or an address literal.
    #[error("the EHLO name is not a domain or an address literal")]
    Hello,
    /// The sender is not a bare ASCII address.
    #[error("the sender is not a bare ASCII address")]
    Sender,
    /// The recipient is not a bare ASCII address.
    #[error("the recipient is not a bare ASCII address")]
    Recipient,
    /// User or password is empty or holds a NUL.
    #[error("user or password is empty or holds a NUL")]
    Credentials,
    /// The message holds a CR or LF that stands alone.
    #[error("a CR or LF stands alone in the message, seen at byte {offset}")]
    LineBreak {
        /// Where it was found, in bytes from the start of the message.
        offset: usize,
    },
}

/// Bytes; RFC 5321, section 4.5.3.1.3, less the angle brackets.
const MAX_ADDRESS: usize = 254;

/// Returns whether the text can stand in a command as one address. Everything else about it is for the server to judge.
fn is_address(text: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_graphic() && c != '<' && c != '>';
    let halves = text.rsplit_once('@');
    text.len() <= MAX_ADDRESS
        && text.chars().all(is_allowed)
        && halves.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_change_the_command() {
        let good = "careers@example.org";
        for bad in [
            "",
            "a",
            "@b",
            "a@",
            "a b@c",
            "a@b\r\nDATA",
            "a@b\n",
            "a@b>",
            "<a@b",
            "a@b\0",
            "é@b",
            "a@b SIZE=1",
            "a\t@b",
        ] {
            assert_eq!(Envelope::new(bad, good), Err(Invalid::Sender), "{bad:?}");
            assert_eq!(Envelope::new(good, bad), Err(Invalid::Recipient), "{bad:?}");
        }
        let long = format!("{}@example.org", "a".repeat(243));
        assert_eq!(Envelope::new(good, &long), Err(Invalid::Recipient));
        for fine in
            ["o'brien+jobs@example.org", "\"a@b\"@example.org", "a@[127.0.0.1]", "root@localhost"]
        {
            assert!(Envelope::new(fine, good).is_ok(), "{fine}");
        }
    }

    #[test]
    fn a_lone_cr_or_lf_is_refused() {
        for (bad, offset) in [
            ("a\nb\r\n", 1),
            ("\n", 0),
            ("a\rb", 2),
            ("a\r\r\n", 2),
            ("a\r\n\n", 3),
            ("a\r", 2),
            ("a\r\n.\nb", 4),
            ("a\n.\r\n", 1),
        ] {
            assert_eq!(Message::new(bad.as_bytes()), Err(Invalid::LineBreak { offset }), "{bad:?}");
        }
        for (fine, size) in [("", 2), ("a", 3), ("a\r\n", 3), ("\r\n\r\n", 4)] {
            assert_eq!(Message::new(fine.as_bytes()).map(Message::size), Ok(size), "{fine:?}");
        }
    }

    #[test]
    fn debug_shows_no_address_and_no_text() {
        let envelope = Envelope::new("a@example.org", "marie@example.net").unwrap();
        let message = Message::new(b"secret\r\n").unwrap();
        assert_eq!(format!("{envelope:?} {message:?}"), "Envelope(..) Message(8 bytes)");
    }
}
