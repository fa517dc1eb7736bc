//! Looks at pages and drawings inside a document: HTML, SVG, and the style sheets in them.

use super::Found;
use crate::{
    Active,
    bytes::find,
    encoding,
    policy::{self, Use},
    target::{self, Target},
    xml::{self, Event, Events, Tag},
};

/// Reports the scripts of a page or a drawing, and what its style sheets load. Of other XML, nothing.
pub(super) fn look_at(part: &[u8], is_page: bool, found: &mut Found<'_>) {
    let mut is_page = is_page;
    let mut is_style = false;
    for event in Events::of(part) {
        match event {
            Event::Start(tag) => {
                let name = tag.name().to_ascii_lowercase();
                is_page |= matches!(name.as_slice(), b"svg" | b"html");
                if !is_page {
                    return;
                }
                is_style = name == b"style";
                look_at_element(&name, tag, found);
            }
            Event::Text(text) if is_style => look_at_style(text, found),
            Event::Text(_) | Event::Doctype(_) => {}
            Event::End(_) => is_style = false,
        }
        if found.is_decided() {
            return;
        }
    }
}

fn look_at_element(element: &[u8], tag: Tag<'_>, found: &mut Found<'_>) {
    if element == b"script" {
        found.active(Active::Program);
    }
    for (name, value) in tag.attributes() {
        let name = xml::local(name).to_ascii_lowercase();
        // `onload`; or an animation that sets it.
        let is_event = |name: &[u8]| matches!(name, [b'o', b'n', b'a'..=b'z', ..]);
        let sets_event = name == b"attributename" && is_event(&value.to_ascii_lowercase());
        if is_event(&name) && !value.is_empty() || sets_event {
            found.active(Active::Program);
        }
        let text = unescaped(value);
        let mut targets = text.split(|byte| *byte == b';').map(encoding::utf8);
        if targets.any(|target| found.targets.parse(&target) == Target::Script) {
            found.active(Active::Program);
        }
        look_at_style(&text, found);
    }
}

/// Reports what a style sheet loads.
fn look_at_style(style: &[u8], found: &mut Found<'_>) {
    if !style.iter().any(|byte| b"(@\\".contains(byte)) {
        return;
    }
    let plain = without_escapes(style).to_ascii_lowercase();
    for mark in [b"url(".as_slice(), b"@import"] {
        let mut rest = plain.as_slice();
        while let Some(at) = find(rest, mark) {
            rest = rest.get(at + mark.len()..).unwrap_or_default();
            // Comments and quotes.
            let is_around = |byte: &u8| b" \t\r\n\"'()".contains(byte);
            let target = rest.strip_prefix(b"/**/").unwrap_or(rest);
            let before = target.iter().take_while(|byte| is_around(byte)).count();
            let target = target.get(before..).unwrap_or_default();
            let target = target.split(|byte| is_around(byte) || *byte == b';').next();
            let target = found.targets.parse(&encoding::utf8(target.unwrap_or_default()));
            if target > Target::Near {
                found.report.active.extend(policy::active(Use::Shows, target));
            }
        }
    }
}

/// Returns the text of a style sheet with its escapes replaced: `\75 rl` is `url`.
pub(super) fn without_escapes(style: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(style.len());
    let mut rest = style;
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'\\' {
            plain.push(*first);
            continue;
        }
        // What else is escaped stands for itself.
        let digits = after.iter().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
        let (digits, behind) = after.split_at_checked(digits).unwrap_or_default();
        if !digits.is_empty() {
            push(&mut plain, xml::number(digits, 16));
            rest = match behind {
                [b' ' | b'\t' | b'\n', behind @ ..] => behind,
                _ => behind,
            };
        } else if let [escaped, behind @ ..] = after {
            plain.push(*escaped);
            rest = behind;
        }
    }
    plain
}

fn push(text: &mut Vec<u8>, c: Option<char>) {
    text.extend_from_slice(c.unwrap_or('?').encode_utf8(&mut [0; 4]).as_bytes());
}

/// Returns a text of a page with its entities replaced, of which many names are known and the
/// semicolon may be missing; without the line ends and tabs that readers of addresses skip.
pub(super) fn unescaped(written: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(written.len());
    let mut rest = written;
    while let [first, after @ ..] = rest {
        rest = after;
        // Letters behind the digits of a number are not part of it.
        let is_part = |byte: &&u8| match after {
            [b'#', b'x' | b'X', ..] => byte.is_ascii_hexdigit() || b"#xX".contains(byte),
            [b'#', ..] => byte.is_ascii_digit() || **byte == b'#',
            _ => byte.is_ascii_alphanumeric(),
        };
        let length = if *first == b'&' { after.iter().take_while(is_part).count() } else { 0 };
        let (name, behind) = after.split_at_checked(length).unwrap_or_default();
        if let Some(c) = entity(name) {
            push(&mut text, Some(c));
            rest = behind.strip_prefix(b";").unwrap_or(behind);
        } else {
            text.push(*first);
        }
    }
    text.retain(|byte| !byte.is_ascii_control());
    text
}

fn entity(name: &[u8]) -> Option<char> {
    Some(match name {
        b"bsol" => '\\',
        b"sol" => '/',
        b"colon" => ':',
        b"period" => '.',
        b"lpar" => '(',
        b"rpar" => ')',
        b"commat" => '@',
        b"Tab" | b"NewLine" => '\n',
        [b'#', b'x' | b'X', digits @ ..] => xml::number(digits, 16)?,
        [b'#', digits @ ..] => xml::number(digits, 10)?,
        name => xml::entity(name)?,
    })
}

/// Returns whether a word of a text is the name of a file server.
pub(super) fn has_server(text: &[u8]) -> bool {
    let is_between = |byte: &u8| byte.is_ascii_whitespace() || b"\"'<>()=;,".contains(byte);
    let is_slash = |byte: &u8| matches!(byte, b'/' | b'\\');
    let may_be_server = |word: &&[u8]| word.windows(2).any(|pair| pair.iter().all(is_slash));
    let mut words = text.split(is_between).filter(may_be_server);
    words.any(|word| target::parse(&encoding::utf8(word)) == Target::Server)
}
