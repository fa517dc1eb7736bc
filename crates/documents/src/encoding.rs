//! Bytes that are text, in whatever way a program has written it.

use alloc::{borrow::ToOwned, string::String};

use alloc::borrow::Cow;

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
    core::str::from_utf8(bytes).map_or_else(|_| latin(), str::to_owned)
}

/// UTF-16 in one byte order.
pub(crate) fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|bytes| unit(*bytes));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// XML as UTF-8: nearly all of it is, and the rest is UTF-16, with its mark or without (XML 1.0,
/// appendix F).
pub(crate) fn xml(part: &[u8]) -> Cow<'_, [u8]> {
    match part {
        [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] => Cow::Owned(marked(part).into_bytes()),
        [0, b'<', ..] => Cow::Owned(utf16(part, u16::from_be_bytes).into_bytes()),
        [b'<', 0, ..] => Cow::Owned(utf16(part, u16::from_le_bytes).into_bytes()),
        _ => Cow::Borrowed(part),
    }
}
