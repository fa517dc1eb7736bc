//! Takes a multipart apart and undoes the encoding of a part.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;

/// How a part is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    Base64,
    QuotedPrintable,
}

/// Returns the parts between the lines of a boundary, without the line end before such a line (RFC 2046, 5.1.1). Where the last
/// boundary is missing, the last part goes to the end.
pub(super) fn split<'a>(body: &'a [u8], boundary: &'a str) -> impl Iterator<Item = &'a [u8]> {
    let mut delimiters = Delimiters { body, boundary: boundary.as_bytes(), at: 0 };
    let mut open = delimiters.next().filter(|delimiter| !delimiter.is_last);
    core::iter::from_fn(move || {
        let begin = open.take()?.after;
        let next = delimiters.next();
        let end = next.as_ref().map_or(body.len(), |delimiter| delimiter.before.max(begin));
        open = next.filter(|delimiter| !delimiter.is_last);
        body.get(begin..end)
    })
}

/// A boundary's line.
struct Delimiter {
    /// Where the line end before it begins.
    before: usize,
    /// Where the line after it begins.
    after: usize,
    is_last: bool,
}

struct Delimiters<'a> {
    body: &'a [u8],
    boundary: &'a [u8],
    at: usize,
}

impl Iterator for Delimiters<'_> {
    type Item = Delimiter;

    fn next(&mut self) -> Option<Delimiter> {
        while let Some(rest) = self.body.get(self.at..).filter(|rest| !rest.is_empty()) {
            let start = self.at;
            let length =
                rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
            self.at += length;
            let line = rest.get(..length).unwrap_or_default().trim_ascii_end();
            let Some(after) = line.strip_prefix(b"--").and_then(|l| l.strip_prefix(self.boundary))
            else {
                continue;
            };
            if after.is_empty() || after == b"--" {
                let before = without_line_end(self.body.get(..start).unwrap_or_default()).len();
                return Some(Delimiter { before, after: self.at, is_last: !after.is_empty() });
            }
        }
        None
    }
}

fn without_line_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

/// Undoes the encoding. What is not encoded as it says stays as it is.
pub(super) fn decode(body: &[u8], encoding: Encoding) -> Vec<u8> {
    let decoded = match encoding {
        Encoding::Identity => None,
        Encoding::Base64 => base64_decode(body).or_else(|| lenient_base64(body)),
        Encoding::QuotedPrintable => quoted_printable_decode(body),
    };
    decoded.unwrap_or_else(|| body.to_vec())
}

/// Decodes the characters of the alphabet and leaves out all others.
fn lenient_base64(body: &[u8]) -> Option<Vec<u8>> {
    let is_used = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let kept: Vec<u8> = body.iter().filter(is_used).copied().collect();
    let whole = kept.len() - usize::from(kept.len() % 4 == 1);
    base64_decode(kept.get(..whole)?).filter(|bytes| !bytes.is_empty())
}

/// Returns bytes as text: by the character set they claim, else as UTF-8, else as Windows-1252.
pub(super) fn text<'a>(bytes: &'a [u8], charset: Option<&str>) -> Cow<'a, str> {
    let claimed =
        charset.filter(|name| !is_utf8(name)).and_then(|name| charset_decoder(name.as_bytes()));
    if let Some(decode) = claimed {
        return Cow::Owned(decode(bytes));
    }
    match core::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => match charset_decoder(b"windows-1252") {
            Some(decode) if charset.is_none_or(|name| !is_utf8(name)) => Cow::Owned(decode(bytes)),
            _ => String::from_utf8_lossy(bytes),
        },
    }
}

fn is_utf8(name: &str) -> bool {
    name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("utf8")
}
