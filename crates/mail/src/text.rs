//! Which characters a header may contain, and how they are quoted.

/// Removes the characters that could end a header, start another one, or make a text appear in another order.
///
/// A run of such characters becomes one space, together with the blanks around it. The ends are trimmed. All else stays as it is.
pub(crate) fn clean(text: &str) -> String {
    let pieces = text.split(is_unsafe).map(str::trim);
    pieces.filter(|piece| !piece.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Returns whether cleaned text can be written as it is. It cannot where readers would change it: they shorten runs of blanks when they
/// unfold a line, and decode what looks like an encoded word.
pub(crate) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && !text.contains("  ")
        && !text.contains("=?")
}

/// Returns whether [`clean`] removes the character: C0 and C1 controls and DEL; the line and paragraph separators, which many programs
/// take for line ends; the directional embeddings, overrides and isolates (UAX #9); the byte order mark, which decoders drop at the
/// beginning of an encoded word.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Writes printable ASCII as a quoted-string (RFC 5322, 3.2.4).
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Appends a byte as two hexadecimal digits after a mark: `=C3`, `%C3`.
pub(crate) fn push_hex(out: &mut String, mark: char, byte: u8) {
    let digit =
        |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default().to_ascii_uppercase();
    out.extend([mark, digit(byte >> 4), digit(byte & 0x0F)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_characters_become_one_space() {
        let cases = [
            ("plain", "plain"),
            ("two  blanks", "two  blanks"),
            ("  ends  ", "ends"),
            ("a\r\nBcc: b@c", "a Bcc: b@c"),
            ("a \r\n\t b", "a b"),
            ("\0\r\n", ""),
            ("a\u{85}b\u{7F}c\u{2028}d\u{2029}e", "a b c d e"),
            ("cv\u{202E}fdp.exe", "cv fdp.exe"),
            ("\u{2066}x\u{2069}", "x"),
            ("%0d%0aBcc: x", "%0d%0aBcc: x"),
            ("e\u{301}", "e\u{301}"),
            // Joiners stay, since emoji and several scripts need them.
            ("👩\u{200D}💻", "👩\u{200D}💻"),
        ];
        for (given, expected) in cases {
            assert_eq!(clean(given), expected, "{given:?}");
        }
    }

    #[test]
    fn plain_text_needs_no_encoding() {
        for (text, plain) in [
            ("a b", true),
            ("", true),
            ("a  b", false),
            ("=?utf-8?Q?a?=", false),
            ("é", false),
            ("a = b?", true),
        ] {
            assert_eq!(is_plain(text), plain, "{text:?}");
        }
    }
}
