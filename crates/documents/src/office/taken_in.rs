//! Looks for file servers in the texts that a document takes in: a page, a mail, an RTF, a drawing.

use super::{
    Found,
    contents::HEAD_BYTES,
    package::Package,
    page::{self, has_server},
};
use crate::{
    Active, Kind, Report,
    bytes::find,
    encoding, rtf, signature, xml,
    zip::{Entry, Unpacker, beginning},
};

/// Returns whether a text that the document takes in names a file server, or hides its words. Readers of
/// such texts load from style sheets and attributes of many names, so each word counts.
pub(super) fn active(
    entry: &Entry<'_>,
    is_part: bool,
    package: &Package,
    unpacker: &mut Unpacker<'_>,
    found: &mut Found<'_>,
) -> Option<Active> {
    let head = beginning(entry, HEAD_BYTES);
    // Word goes by the content type, whatever the text begins with.
    let content_type = package.content_type(&entry.name);
    let is = |kinds: [&[u8]; 2]| kinds.iter().any(|it| find(content_type.as_bytes(), it).is_some());
    let says = |mark: &[u8]| find(&head.to_ascii_lowercase(), mark).is_some();
    let is_mail = is([b"rfc822", b"multipart"]) || says(b"mime-version:");
    let is_taken_in = match signature::leading(&head) {
        _ if is_mail || is([b"html", b"mime"]) => true,
        Some(Kind::Html | Kind::Rtf) => true,
        Some(Kind::Xml) => !is_part,
        Some(_) => false,
        // Text may come before the first tag.
        None => !is_part && has_tag(&head),
    };
    if !is_taken_in {
        return None;
    }
    let text = encoding::marked(&unpacker.whole(entry).unwrap_or_default());
    if !found.has_room(text.len()) {
        return None;
    }
    let is_rtf = signature::leading(&head) == Some(Kind::Rtf);
    let printable = if is_rtf {
        rtf::read(text.as_bytes(), &mut Report::of(Kind::Rtf, 0))
    } else if is_mail {
        without_equals(&text)
    } else {
        String::new()
    };
    let mut texts = [&text, &printable].into_iter();
    let names_server = texts.any(|text| {
        let text = text.as_bytes();
        let plain = page::unescaped(text);
        let style = if is_rtf { Vec::new() } else { page::without_escapes(&plain) };
        let mut names = |text: &[u8]| has_server(text, &mut found.targets);
        names(text) || plain != text && names(&plain) || style != plain && names(&style)
    });
    // In this encoding, other characters are marks than those that are looked for.
    let is_encoded = !is_rtf && says(b"utf-7");
    if is_encoded {
        Some(Active::Program)
    } else if names_server {
        Some(Active::ServerName)
    } else {
        // Text in base 64 is not decoded here. Writers encode only pictures that way.
        (is_mail && hides_text(&text)).then_some(Active::Program)
    }
}

/// Returns whether the headers of a part of a mail say that it is text in base 64.
fn hides_text(mail: &str) -> bool {
    let (mut is_text, mut is_packed) = (false, false);
    for line in mail.as_bytes().to_ascii_lowercase().split(|byte| *byte == b'\n') {
        is_text |= find(line, b"text/").is_some();
        is_packed |= find(line, b"base64").is_some();
        if is_text && is_packed {
            return true;
        }
        // The headers of a part end with an empty line.
        let ends = line.trim_ascii().is_empty();
        is_text &= !ends;
        is_packed &= !ends;
    }
    false
}

/// Returns whether a tag begins in a text, in ASCII or UTF-16.
fn has_tag(head: &[u8]) -> bool {
    let text: Vec<u8> = head.iter().copied().filter(|byte| *byte != 0).collect();
    text.is_ascii() && text.windows(2).any(|pair| matches!(pair, [b'<', b'a'..=b'z' | b'A'..=b'Z']))
}

/// Undoes the encoding of mails in which `=5C` stands for a byte, and `=` at a line's end for nothing.
fn without_equals(text: &str) -> String {
    let mut pieces = text.split('=');
    let mut plain = String::from(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2).unwrap_or_default();
        match xml::number(digits.as_bytes(), 16) {
            Some(c) if !digits.is_empty() => {
                plain.push(c);
                plain.push_str(rest);
            }
            _ => plain.push_str(piece.trim_start_matches(['\r', '\n'])),
        }
    }
    plain
}
