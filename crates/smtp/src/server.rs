//! How to reach a mail server.

use crate::{Credentials, Invalid};

/// How to open a session with a submission server.
#[derive(Debug, Clone, Copy)]
pub struct Server<'a> {
    /// The name given in EHLO.
    pub hello: Hello<'a>,
    /// How the connection is protected.
    pub security: Security,
    /// User and password; never sent on a [`Security::Clear`] connection.
    pub credentials: Option<&'a Credentials>,
}

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// The stream is TLS from its first byte (port 465).
    Tls,
    /// The stream starts in clear and must be upgraded (port 587). Without STARTTLS nothing is sent.
    StartTls,
    /// In clear, for a server on loopback. Credentials are refused.
    Clear,
}

/// The name given in EHLO: a domain or an address literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hello<'a>(&'a str);

/// Bytes; RFC 5321, section 4.5.3.1.2.
const MAX_DOMAIN: usize = 255;

impl<'a> Hello<'a> {
    /// Checks the name: letters, digits, `.`, `-`, and what a literal such as `[IPv6:::1]` needs.
    pub fn new(name: &'a str) -> Result<Self, Invalid> {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || ".-[]:".contains(c);
        if name.is_empty() || name.len() > MAX_DOMAIN || !name.chars().all(is_allowed) {
            return Err(Invalid::Hello);
        }
        Ok(Self(name))
    }

    pub(crate) fn as_str(self) -> &'a str {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hello_is_a_name_or_a_literal() {
        for fine in ["localhost", "careers.example.org", "[127.0.0.1]", "[IPv6:::1]"] {
            assert!(Hello::new(fine).is_ok(), "{fine}");
        }
        for bad in ["", "a b", "a\r\nMAIL", "é"] {
            assert_eq!(Hello::new(bad), Err(Invalid::Hello), "{bad:?}");
        }
    }
}
