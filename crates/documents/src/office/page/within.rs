//! Finds what stands in the addresses of a page (`data:`, RFC 2397): pages and drawings, written with
//! percent signs or in base 64.

use crate::{
    bytes::{find, head},
    encoding, target,
};

/// Returns the pages and drawings within the addresses of a page, in whatever attribute these stand. What
/// is written with percent signs is returned as the whole page without these.
pub(super) fn pages(page: &[u8]) -> Vec<Vec<u8>> {
    let mut pages = Vec::new();
    let lower = page.to_ascii_lowercase();
    if find(&lower, b"data:").is_none() {
        return pages;
    }
    if find(&lower, b"%3c").is_some() {
        let mut decoded = page.to_vec();
        target::percent_decode(&mut decoded);
        pages.push(decoded);
    }
    let mut at = 0;
    while let Some(found) = find(lower.get(at..).unwrap_or_default(), MARK) {
        at += found + MARK.len();
        let rest = page.get(at..).unwrap_or_default();
        let blanks = rest.iter().take_while(|byte| !is_end(**byte)).count();
        let Some([b',', text @ ..]) = rest.get(blanks..) else { continue };
        let length = text.iter().take_while(|byte| !is_end(**byte)).count();
        let text = head(text, length);
        at += blanks + length;
        // A picture is told by its first bytes, and is not decoded.
        if encoding::is_xml(&decoded(head(text, HEAD))) {
            pages.push(decoded(text));
        }
    }
    pages
}

const MARK: &[u8] = b"base64";

/// Letters that are decoded to see whether markup begins there.
const HEAD: usize = 64;

/// Returns whether an address ends at this byte, or another part of it begins.
fn is_end(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'<' | b'>' | b')' | b',')
}

/// Decodes base 64, whose letters may be percent-encoded. What is no letter is skipped.
fn decoded(text: &[u8]) -> Vec<u8> {
    let mut letters = text.to_vec();
    target::percent_decode(&mut letters);
    let mut bytes = Vec::with_capacity(letters.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for letter in letters {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            let [.., low] = (bits >> count).to_be_bytes();
            bytes.push(low);
        }
    }
    bytes
}
