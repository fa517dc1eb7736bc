//! Encodes bodies as quoted-printable or base64, in lines of at most 76 octets (RFC 2045, 6.7 and 6.8).

use crate::text::push_hex;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The octets of a line, without its CRLF.
const LINE: usize = 76;
/// The octets that make a full line of base64.
const LINE_OF_BYTES: usize = LINE / 4 * 3;

/// Encodes text in the shorter of the two encodings, which is base64 where much of it is not ASCII. Returns the encoding's name too.
pub(crate) fn encoded_text(text: &str) -> (&'static str, String) {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let printable = quoted_printable(&text);
    let canonical = text.replace('\n', "\r\n");
    if base64_len(canonical.len() as u64) < printable.len() as u64 {
        let mut out = String::new();
        push_base64(&mut out, canonical.as_bytes());
        return ("base64", out);
    }
    ("quoted-printable", printable)
}

/// Appends bytes in base64, in lines separated by CRLF, without one after the last line.
pub(crate) fn push_base64(out: &mut String, bytes: &[u8]) {
    for (number, chunk) in bytes.chunks(LINE_OF_BYTES).enumerate() {
        if number > 0 {
            out.push_str("\r\n");
        }
        STANDARD.encode_string(chunk, out);
    }
}

/// Returns how many octets [`push_base64`] makes of this many.
pub(crate) const fn base64_len(bytes: u64) -> u64 {
    let characters = bytes.div_ceil(3).saturating_mul(4);
    let breaks = characters.div_ceil(LINE as u64).saturating_sub(1);
    characters.saturating_add(breaks.saturating_mul(2))
}

/// Encodes text with LF line ends as quoted-printable with CRLF line ends.
fn quoted_printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push_str("\r\n");
        }
        push_quoted_line(&mut out, line);
    }
    out
}

fn push_quoted_line(out: &mut String, line: &str) {
    let mut column = 0;
    let mut rest = line.chars();
    while let Some(character) = rest.next() {
        let last = rest.as_str().is_empty();
        let begins = column == 0 || column + 1 >= LINE;
        let literal = match character {
            ' ' | '\t' => !last,
            '=' => false,
            // SMTP doubles a dot that begins a line, and mailbox files put ">" before a "From ". Encoded, both stay as they are.
            '.' => !begins,
            'F' => !(begins && rest.as_str().starts_with("rom ")),
            other => other.is_ascii_graphic(),
        };
        let width = if literal { 1 } else { 3 * character.len_utf8() };
        // One octet stays free for the "=" of a soft line break. A character is never split.
        if column + width >= LINE {
            out.push_str("=\r\n");
            column = 0;
        }
        if literal {
            out.push(character);
        } else {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                push_hex(out, '=', byte);
            }
        }
        column += width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_printable() {
        let long = "a".repeat(80);
        let dot_in_column_76 = format!("{}.b", "a".repeat(75));
        for (text, expected) in [
            ("", ""),
            ("a\nb\r\nc\rd\n", "a\r\nb\r\nc\r\nd\r\n"),
            ("a = b", "a =3D b"),
            ("Le siège est à Mons ", "Le si=C3=A8ge est =C3=A0 Mons=20"),
            ("tab\t\nend", "tab=09\r\nend"),
            ("nul\0", "nul=00"),
            ("a line\n.\n..a", "a line\r\n=2E\r\n=2E.a"),
            ("From me\nFroma From ", "=46rom me\r\nFroma From=20"),
            ("--=_x", "--=3D_x"),
            (&long, &format!("{}=\r\naaaaa", "a".repeat(75))),
            (&dot_in_column_76, &format!("{}=\r\n=2Eb", "a".repeat(75))),
        ] {
            assert_eq!(encoded_text(text), ("quoted-printable", expected.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn a_soft_line_break_splits_no_character() {
        let text = format!("{}é", "a".repeat(70));
        assert_eq!(encoded_text(&text).1, format!("{}=\r\n=C3=A9", "a".repeat(70)));
    }

    #[test]
    fn text_of_another_script_is_base64() {
        assert_eq!(
            encoded_text("Привет,\nмир"),
            ("base64", "0J/RgNC40LLQtdGCLA0K0LzQuNGA".to_owned())
        );
    }

    #[test]
    fn base64_has_lines_of_76_and_a_known_length() {
        for bytes in 0..400 {
            let mut out = String::new();
            push_base64(&mut out, &vec![0xFF; bytes]);
            assert_eq!(out.len() as u64, base64_len(bytes as u64), "{bytes}");
            assert!(out.split("\r\n").all(|line| line.len() <= LINE));
            assert!(!out.ends_with('\n'));
        }
    }

    #[test]
    fn lengths_do_not_overflow() {
        assert_eq!(base64_len(u64::MAX), u64::MAX);
    }
}
