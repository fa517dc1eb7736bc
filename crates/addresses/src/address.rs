use std::borrow::Cow;
use std::fmt;

/// The address of exactly one recipient, in ASCII: an addr-spec (RFC 5322, 3.4.1), checked when it is made.
///
/// It accepts what `<input type=email>` accepts (the [HTML standard's rule]), within the lengths of RFC 5321, 4.5.3.1. A group, a list, a
/// display name, a comment, a quoted local part or a domain literal is refused, and so is a line break in percent encoding, which `%`
/// in a local part would allow and no mailbox has. An internationalised domain is accepted in its ASCII form (`xn--…`). Whether the
/// mailbox exists is not checked.
///
/// [HTML standard's rule]: https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address(String);

/// Why a text is not an [`Address`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// There is no `@`.
    #[error("no @")]
    NoAt,
    /// The part before the first `@` is empty, holds a forbidden character or an encoded line break.
    #[error("not a local part")]
    LocalPart,
    /// The part after the first `@` is not a host name: labels of letters, digits and inner hyphens, of at most 63 octets each.
    #[error("not a domain")]
    Domain,
    /// More than 254 octets, or more than 64 before the `@`, as written in SMTP.
    #[error("too long")]
    TooLong,
}

/// Octets: RFC 5321, 4.5.3.1.3 allows a path 256, two of which are angle brackets.
const LONGEST_ADDRESS: usize = 254;
/// Octets: RFC 5321, 4.5.3.1.1.
const LONGEST_LOCAL_PART: usize = 64;
/// Octets: RFC 1034, 3.1.
const LONGEST_LABEL: usize = 63;

impl Address {
    /// Checks one address. Blanks around it are not trimmed, and are refused.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (local, domain) = text.split_once('@').ok_or(AddressError::NoAt)?;
        let is_local = |byte| is_atext(byte) || byte == b'.';
        if local.is_empty() || !local.bytes().all(is_local) || has_encoded_break(local) {
            return Err(AddressError::LocalPart);
        }
        if !domain.split('.').all(is_label) {
            return Err(AddressError::Domain);
        }
        let quotes = if is_dot_atom(local) { 0 } else { 2 };
        if text.len() + quotes > LONGEST_ADDRESS || local.len() + quotes > LONGEST_LOCAL_PART {
            return Err(AddressError::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the address as it was given: `zoe..m@example.org`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the address as headers and SMTP commands need it, without angle brackets: `"zoe..m"@example.org`.
    ///
    /// The HTML rule allows dots where a dot-atom may not have them (first, last, doubled). Such a local part is written as a quoted
    /// string. None of the allowed characters needs a backslash there.
    pub fn written(&self) -> Cow<'_, str> {
        match self.0.split_once('@') {
            Some((local, domain)) if !is_dot_atom(local) => {
                Cow::Owned(format!("\"{local}\"@{domain}"))
            }
            _ => Cow::Borrowed(&self.0),
        }
    }
}

impl AsRef<str> for Address {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Returns whether the byte is atom text (RFC 5322, 3.2.3), which needs no quotes in an address, a Message-ID or a display name.
pub fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// Returns whether the local part of an address names a way by other hosts: `marie%example.org@relay` or `relay!marie@host`. Old mail
/// servers forward such mail to whom it names; nobody has such an address.
pub fn is_routed(address: &str) -> bool {
    address.split_once('@').is_some_and(|(local, _)| local.contains(['%', '!']))
}

fn has_encoded_break(local: &str) -> bool {
    ["%0d", "%0a", "%0D", "%0A", "%00"].iter().any(|encoded| local.contains(encoded))
}

fn is_dot_atom(local: &str) -> bool {
    local.split('.').all(|atom| !atom.is_empty())
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= LONGEST_LABEL
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same table is put to Chromium's `<input type=email>` in
    /// `tests/e2e`, so that the two cannot drift apart.
    const CASES: &str = include_str!("../../../tests/fixtures/addresses.json");

    #[test]
    fn agrees_with_the_table_shared_with_chromium() {
        let cases: Vec<(String, bool)> = serde_json::from_str(CASES).unwrap();
        assert!(cases.len() > 40);
        for (address, valid) in cases {
            assert_eq!(Address::parse(&address).is_ok(), valid, "{address:?}");
        }
    }

    #[test]
    fn a_way_by_other_hosts_is_recognised() {
        for (address, routed) in [
            ("marie%example.org@relay.org", true),
            ("relay!marie@example.org", true),
            ("marie+omct@example.org", false),
            ("marie@example.org", false),
        ] {
            assert!(Address::parse(address).is_ok());
            assert_eq!(is_routed(address), routed, "{address:?}");
        }
    }

    #[test]
    fn one_address_is_accepted() {
        let longest_local = format!("{}@example.org", "a".repeat(64));
        let longest_label = format!("a@{}.org", "b".repeat(63));
        let longest = format!("a@{0}.{0}.{0}.{1}", "b".repeat(63), "c".repeat(60));
        assert_eq!(longest.len(), 254);
        let cases = [
            "applications@omct.org",
            "a@localhost",
            "o'brien+jobs@example.co.uk",
            "!#$%&'*+/=?^_`{|}~-@example.org",
            "a@xn--bcher-kva.example",
            "a@1.2",
            &longest_local,
            &longest_label,
            &longest,
        ];
        for text in cases {
            let address = Address::parse(text).expect(text);
            assert_eq!(address.as_str(), text);
            assert_eq!(address.written(), text);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let long_local = format!("{}@example.org", "a".repeat(65));
        let long_label = format!("a@{}.org", "b".repeat(64));
        let long = format!("a@{0}.{0}.{0}.{1}", "b".repeat(63), "c".repeat(61));
        // With its quotes the local part has 65 octets.
        let long_once_quoted = format!("{}.@example.org", "a".repeat(62));
        let cases = [
            ("", AddressError::NoAt),
            ("omct.org", AddressError::NoAt),
            ("@omct.org", AddressError::LocalPart),
            ("a@", AddressError::Domain),
            ("a@b@c", AddressError::Domain),
            ("a@b,c@d", AddressError::Domain),
            ("a,b@c", AddressError::LocalPart),
            ("group:a@b;", AddressError::LocalPart),
            ("A <a@b>", AddressError::LocalPart),
            ("<a@b>", AddressError::LocalPart),
            ("\"a b\"@c", AddressError::LocalPart),
            ("a@b\r\nBcc: c@d", AddressError::Domain),
            ("a\n@b", AddressError::LocalPart),
            ("a@b\n", AddressError::Domain),
            (" a@b", AddressError::LocalPart),
            ("a@b ", AddressError::Domain),
            ("é@b", AddressError::LocalPart),
            ("a@é.fr", AddressError::Domain),
            ("a\0@b", AddressError::LocalPart),
            ("a\\@b", AddressError::LocalPart),
            ("a%0d%0a@b", AddressError::LocalPart),
            ("a%0D%0ABcc=x@b", AddressError::LocalPart),
            ("a@[127.0.0.1]", AddressError::Domain),
            ("a@b..c", AddressError::Domain),
            ("a@.b", AddressError::Domain),
            ("a@b.", AddressError::Domain),
            ("a@-b", AddressError::Domain),
            ("a@b-", AddressError::Domain),
            ("a@b_c", AddressError::Domain),
            ("a@b\u{2028}c", AddressError::Domain),
            (&long_local, AddressError::TooLong),
            (&long_once_quoted, AddressError::TooLong),
            (&long, AddressError::TooLong),
            (&long_label, AddressError::Domain),
        ];
        for (text, error) in cases {
            assert_eq!(Address::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn dots_out_of_place_are_quoted_when_written() {
        for (text, written) in [
            ("zoe..m@example.org", "\"zoe..m\"@example.org"),
            (".zoe@example.org", "\".zoe\"@example.org"),
            ("zoe.@example.org", "\"zoe.\"@example.org"),
            (".@example.org", "\".\"@example.org"),
            ("zoe.m@example.org", "zoe.m@example.org"),
        ] {
            let address = Address::parse(text).expect(text);
            assert_eq!(address.written(), written);
            assert_eq!(address.to_string(), text);
        }
    }
}
