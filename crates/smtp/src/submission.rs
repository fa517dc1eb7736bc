//! What is to be sent. Everything that reaches the wire is checked when it is constructed, so that the dialogue cannot be bent by
//! what a candidate typed.

use std::fmt;

use crate::Credentials;

/// One message for one recipient, and how to reach the server.
#[derive(Debug, Clone, Copy)]
pub struct Submission<'a> {
    /// How we introduce ourselves.
    pub hello: Hello<'a>,
    /// From whom, to whom.
    pub envelope: Envelope<'a>,
    /// The message itself.
    pub message: Message<'a>,
    /// How the connection is protected.
    pub security: Security,
    /// Who we are to the server; never used on a [`Security::Clear`] connection.
    pub credentials: Option<&'a Credentials>,
}

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// The stream is TLS from its first byte (port 465).
    Tls,
    /// The stream starts in clear and must be upgraded (port 587). Without STARTTLS nothing is sent.
    StartTls,
    /// In clear: for a server on loopback. Credentials are refused.
    Clear,
}

/// The name given to EHLO: a domain or an address literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hello<'a>(&'a str);

impl<'a> Hello<'a> {
    /// Checks the name: letters, digits, `.`, `-`, and what a literal such as `[IPv6:::1]` needs.
    pub fn new(name: &'a str) -> Result<Self, Invalid> {
        let fits = |c: char| c.is_ascii_alphanumeric() || ".-[]:".contains(c);
        if name.is_empty() || name.len() > MAX_DOMAIN || !name.chars().all(fits) {
            return Err(Invalid::Hello);
        }
        Ok(Self(name))
    }

    pub(crate) fn as_str(self) -> &'a str {
        self.0
    }
}

/// Sender and recipient as the server sees them: bare addresses (`local@domain`), ASCII, without angle brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Envelope<'a> {
    from: &'a str,
    to: &'a str,
}

impl<'a> Envelope<'a> {
    /// Checks both addresses. The empty sender (`<>`) is refused: here it would be a forgotten setting.
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

/// The recipient may be a candidate, who must not appear in a log.
impl fmt::Debug for Envelope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Envelope(..)")
    }
}

/// A message whose every line ends with CRLF, borrowed. Meant to be 7-bit with lines of at most 998 bytes; that is its composer's
/// promise and is not checked here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Message<'a>(&'a [u8]);

impl<'a> Message<'a> {
    /// Refuses a CR or LF that stands alone: servers disagree whether `\n.\n` ends a message, and what follows it could then pass
    /// for a second message from us (SMTP smuggling).
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

    /// What RFC 1870 counts: the bytes with every CRLF, without dot-stuffing and without the terminating dot.
    pub fn size(self) -> u64 {
        (self.0.len() + self.missing_end().len()) as u64
    }

    pub(crate) fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// The CRLF to add when the last line lacks it.
    pub(crate) fn missing_end(self) -> &'static [u8] {
        if self.0.ends_with(b"\r\n") { b"" } else { b"\r\n" }
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({} bytes)", self.0.len())
    }
}

/// Why something cannot be put on the wire. Never carries the offending text.
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
    /// The message holds a CR or LF alone; the byte at which it shows.
    #[error("a CR or LF stands alone in the message, seen at byte {offset}")]
    LineBreak {
        /// Bytes from the start of the message.
        offset: usize,
    },
}

/// Bytes; RFC 5321, section 4.5.3.1.2.
const MAX_DOMAIN: usize = 255;
/// Bytes; RFC 5321, section 4.5.3.1.3, less the angle brackets.
const MAX_ADDRESS: usize = 254;

/// Only what keeps the command line whole and the address plausible; the server knows the rest.
fn is_address(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_graphic() && c != '<' && c != '>';
    let halves = text.rsplit_once('@');
    text.len() <= MAX_ADDRESS
        && text.chars().all(fits)
        && halves.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_cannot_bend_the_command() {
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
    fn hello_is_a_name_or_a_literal() {
        for fine in ["localhost", "careers.example.org", "[127.0.0.1]", "[IPv6:::1]"] {
            assert!(Hello::new(fine).is_ok(), "{fine}");
        }
        for bad in ["", "a b", "a\r\nMAIL", "é"] {
            assert_eq!(Hello::new(bad), Err(Invalid::Hello), "{bad:?}");
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
