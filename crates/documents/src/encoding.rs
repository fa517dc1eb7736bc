//! Bytes that are text, in whatever way a program has written it.

use std::borrow::Cow;

use crate::bytes::{after_blank, find, head};

/// UTF-16 or UTF-8 behind a byte-order mark; without one, as [`utf8`].
pub(crate) fn marked(bytes: &[u8]) -> String {
    match bytes {
        [0xFE, 0xFF, units @ ..] => utf16(units, u16::from_be_bytes),
        [0xFF, 0xFE, units @ ..] => utf16(units, u16::from_le_bytes),
        [0xEF, 0xBB, 0xBF, text @ ..] => utf8(text),
        _ => utf8(bytes),
    }
}

/// UTF-8, or else Latin-1, in which every byte is a character.
pub(crate) fn utf8(bytes: &[u8]) -> String {
    let latin = || bytes.iter().copied().map(char::from).collect();
    std::str::from_utf8(bytes).map_or_else(|_| latin(), str::to_owned)
}

/// UTF-16 in one byte order.
pub(crate) fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|bytes| unit(*bytes));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// XML as UTF-8: nearly all of it is, and the rest is UTF-16, with its mark or without (XML 1.0,
/// appendix F). Nothing where it is in an encoding whose marks are other bytes than those of ASCII,
/// in which some readers would see other elements than others.
pub(crate) fn xml(part: &[u8]) -> Option<Cow<'_, [u8]>> {
    match part {
        // Four bytes a character.
        [0xFF, 0xFE, 0, 0, ..]
        | [0, 0, 0xFE, 0xFF, ..]
        | [0, 0, 0, b'<', ..]
        | [b'<', 0, 0, 0, ..] => None,
        [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] => Some(Cow::Owned(marked(part).into_bytes())),
        [first, second, ..] if is_half(*first, *second) || is_half(*second, *first) => {
            let unit = if *first == 0 { u16::from_be_bytes } else { u16::from_le_bytes };
            Some(Cow::Owned(utf16(part, unit).into_bytes()))
        }
        _ => is_like_ascii(part).then_some(Cow::Borrowed(part)),
    }
}

/// Returns whether the head of a part is that of XML, in any encoding that [`xml`] knows or
/// refuses. Blanks may come first, more than the head has.
pub(crate) fn is_xml(part: &[u8]) -> bool {
    let is_wide = match part {
        [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0, 0, ..] => true,
        [first, second, ..] => is_half(*first, *second) || is_half(*second, *first),
        _ => false,
    };
    let begins = |part: &[u8]| matches!(after_blank(part), [] | [b'<', ..]);
    begins(part) || is_wide && xml(part).is_none_or(|part| begins(&part))
}

/// Returns whether these are the halves of a unit of UTF-16 with which XML may begin.
fn is_half(zero: u8, first: u8) -> bool {
    zero == 0 && (first == b'<' || first.is_ascii_whitespace())
}

/// Returns whether the XML declaration names an encoding that has ASCII's characters as ASCII has
/// them.
fn is_like_ascii(part: &[u8]) -> bool {
    const LONGEST_DECLARATION: usize = 512;
    let Some(declaration) = after_blank(part).strip_prefix(b"<?xml") else { return true };
    let declaration = head(declaration, LONGEST_DECLARATION);
    let declaration = declaration.split(|byte| *byte == b'>').next().unwrap_or_default();
    let Some(at) = find(declaration, b"encoding") else { return true };
    let name = declaration.get(at + b"encoding".len()..).unwrap_or_default();
    let is_mark = |byte: &u8| byte.is_ascii_whitespace() || b"='\"".contains(byte);
    let marks = name.iter().take_while(|byte| is_mark(byte)).count();
    let name = name.get(marks..).unwrap_or_default().to_ascii_lowercase();
    let known: [&[u8]; 7] =
        [b"utf-8", b"utf8", b"us-ascii", b"ascii", b"iso-8859-", b"windows-125", b"utf-16"];
    known.iter().any(|known| name.starts_with(known))
}
