use addresses::is_atext;
use std::fmt;

/// A Message-ID, `<left@domain>` (RFC 5322, 3.6.4).
///
/// It depends on the arguments alone, so that a mail that is sent twice has the same identifier both times. The caller makes sure that
/// different mails have different ones.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageId(String);

/// The most octets of each side, so that the header stays well within a line of 998.
const LONGEST_SIDE: usize = 255;

impl MessageId {
    /// Makes an identifier of any two texts. Each side becomes a dot-atom of at most 255 octets: forbidden characters become hyphens, and
    /// dots out of place are dropped. An empty left side becomes `message`, an empty domain `invalid` (RFC 2606).
    pub fn new(left: &str, domain: &str) -> Self {
        Self(format!("<{}@{}>", dot_atom(left, "message"), dot_atom(domain, "invalid")))
    }

    /// Returns the side before the `@`.
    pub fn left(&self) -> &str {
        self.0.trim_start_matches('<').split('@').next().unwrap_or_default()
    }

    /// Reads an identifier that another program has made, with its angle brackets. Nothing where it holds blanks, characters beyond ASCII or
    /// further brackets, or is longer than a header's line allows.
    pub fn parse(text: &str) -> Option<Self> {
        let inner = text.strip_prefix('<')?.strip_suffix('>')?;
        let is_plain =
            inner.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>'));
        (is_plain && (1..=2 * LONGEST_SIDE).contains(&inner.len())).then(|| Self(text.to_owned()))
    }

    /// Returns the identifier with its angle brackets, as the header has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for MessageId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

fn dot_atom(text: &str, otherwise: &str) -> String {
    let allowed = |character: char| match u8::try_from(character) {
        Ok(byte) if is_atext(byte) || byte == b'.' => character,
        _ => '-',
    };
    let cut: String = text.chars().map(allowed).take(LONGEST_SIDE).collect();
    let atoms: Vec<&str> = cut.split('.').filter(|atom| !atom.is_empty()).collect();
    if atoms.is_empty() { otherwise.to_owned() } else { atoms.join(".") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_of_others_are_read_or_refused() {
        for text in ["<a@b>", "<CAJ=x+y@mail.example.com>", "<a>"] {
            assert_eq!(MessageId::parse(text).unwrap().as_str(), text);
        }
        let long = format!("<{}>", "a".repeat(511));
        for text in
            ["", "<>", "a@b", "<a b>", "<a@b>\r\nBcc: c", "<a\r\nBcc: c>", "<é@b>", "<a><b>", &long]
        {
            assert_eq!(MessageId::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn both_sides_are_dot_atoms() {
        let long = "a".repeat(300);
        let cut = format!("<{}@b>", "a".repeat(255));
        for (left, domain, expected) in [
            ("application-7.staff", "example.org", "<application-7.staff@example.org>"),
            ("a b\r\nBcc: c", "d>e", "<a-b--Bcc--c@d-e>"),
            ("..a..b..", ".org.", "<a.b@org>"),
            ("", "...", "<message@invalid>"),
            ("é@\u{2028}", "x", "<---@x>"),
            (&long, "b", &cut),
        ] {
            let id = MessageId::new(left, domain);
            assert_eq!(id.as_str(), expected);
            assert!(expected.starts_with(&format!("<{}@", id.left())));
        }
    }
}
