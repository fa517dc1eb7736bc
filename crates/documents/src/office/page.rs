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
            Event::Text(text) if is_style => look_at_style(&encoding::utf8(text), found),
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
        let mut targets = text.split(';');
        if targets.any(|target| found.targets.parse(target) == Target::Script) {
            found.active(Active::Program);
        }
        look_at_style(&text, found);
    }
}

/// Reports what a style sheet loads.
fn look_at_style(style: &str, found: &mut Found<'_>) {
    if !style.contains(['(', '@', '\\']) {
        return;
    }
    let plain = without_escapes(style).to_ascii_lowercase();
    for mark in ["url(", "@import"] {
        let mut rest = plain.as_str();
        while let Some(at) = find(rest.as_bytes(), mark.as_bytes()) {
            rest = rest.get(at + mark.len()..).unwrap_or_default();
            let is_around = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '(');
            let target = rest.trim_start_matches("/**/").trim_start_matches(is_around);
            let target = target.split(['"', '\'', ')', ';']).next().unwrap_or_default();
            let target = found.targets.parse(target);
            if target > Target::Near {
                found.report.active.extend(policy::active(Use::Shows, target));
            }
        }
    }
}

/// Returns the text of a style sheet with its escapes replaced: `\75 rl` is `url`.
pub(super) fn without_escapes(style: &str) -> String {
    let mut plain = String::new();
    let mut rest = style;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let digits = after.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
        let (digits, behind) = after.split_at_checked(digits).unwrap_or_default();
        rest = match xml::number(digits.as_bytes(), 16) {
            Some(c) if !digits.is_empty() => {
                plain.push(c);
                behind.strip_prefix([' ', '\t', '\n']).unwrap_or(behind)
            }
            // What else is escaped stands for itself.
            _ => {
                let mut behind = after.chars();
                plain.extend(behind.next());
                behind.as_str()
            }
        };
    }
    plain.push_str(rest);
    plain
}

/// Returns a text of a page with its entities replaced, of which many names are known and the
/// semicolon may be missing; without the line ends and tabs that readers of addresses skip.
pub(super) fn unescaped(written: &[u8]) -> String {
    let written = encoding::utf8(written);
    let mut pieces = written.split('&');
    let mut text = String::from(pieces.next().unwrap_or_default());
    for piece in pieces {
        let word = piece.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#');
        let (mut name, mut rest) = piece.split_at_checked(word.count()).unwrap_or_default();
        if let Some(number) = name.strip_prefix('#')
            && !number.starts_with(['x', 'X'])
        {
            // Letters behind the digits are not part of it.
            let digits = number.bytes().take_while(u8::is_ascii_digit).count();
            (name, rest) = piece.split_at_checked(1 + digits).unwrap_or_default();
        }
        if let Some(c) = entity(name) {
            text.push(c);
            text.push_str(rest.strip_prefix(';').unwrap_or(rest));
        } else {
            text.push('&');
            text.push_str(piece);
        }
    }
    text.retain(|c| !c.is_ascii_control());
    text
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "bsol" => '\\',
        "sol" => '/',
        "colon" => ':',
        "period" => '.',
        "lpar" => '(',
        "rpar" => ')',
        "commat" => '@',
        "Tab" | "NewLine" => '\n',
        _ => match name.as_bytes() {
            [b'#', b'x' | b'X', digits @ ..] => xml::number(digits, 16)?,
            [b'#', digits @ ..] => xml::number(digits, 10)?,
            name => xml::entity(name)?,
        },
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
