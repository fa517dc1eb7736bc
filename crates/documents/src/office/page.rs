//! Looks at pages and drawings inside a document: HTML, SVG, and the style sheets in them.

mod within;

use super::Found;
use crate::{
    Active, Damage,
    bytes::{find, head, split_once},
    encoding,
    policy::{self, Use},
    target::{Target, Targets},
    xml::{self, Event, Events},
};

/// Reports the scripts of a page or a drawing, and what its style sheets load. Of other XML, nothing.
///
/// Browsers and readers of XML differ in where a comment, a tag or a quotation ends, so all of the
/// text counts.
pub(super) fn look_at(part: &[u8], is_page: bool, found: &mut Found<'_>) {
    let root = Events::of(part).find_map(|event| match event {
        Event::Start(tag) => Some(tag.name().to_ascii_lowercase()),
        _ => None,
    });
    if !is_page && !matches!(root.as_deref(), Some(b"svg" | b"html")) {
        return;
    }
    look_through(part, DEEPEST, found);
}

/// Addresses within each other that are looked into: a drawing in the address of a drawing.
const DEEPEST: usize = 3;

/// Looks through a page, and through those that stand in its addresses.
fn look_through(part: &[u8], deepest: usize, found: &mut Found<'_>) {
    if !found.has_room(part.len()) {
        return;
    }
    let plain = unescaped(part);
    let within = within::pages(&plain);
    if deepest == 0 && !within.is_empty() {
        // No writer nests them so deeply.
        found.damage(Damage::TooComplex);
    } else {
        for page in within {
            look_through(&encoding::xml(&page).unwrap_or_default(), deepest - 1, found);
        }
    }
    let mut plain = without_escapes(&plain);
    plain.make_ascii_lowercase();
    let is_around = |byte: &u8| matches!(byte, b' ' | b'"' | b'\'' | b'(' | b')');
    let mut close = plain.clone();
    close.retain(|byte| !is_around(byte));
    if RUNNING.iter().any(|mark| find(&close, mark).is_some()) || has_event(part) {
        found.active(Active::Program);
    }
    for mark in [b"url(".as_slice(), b"@import"] {
        let mut rest = plain.as_slice();
        while !found.targets.are_spent()
            && let Some(at) = find(rest, mark)
        {
            rest = rest.get(at + mark.len()..).unwrap_or_default();
            // Comments and quotes.
            let target = rest.strip_prefix(b"/**/").unwrap_or(rest);
            let before = target.iter().take_while(|byte| is_around(byte)).count();
            let target = target.get(before..).unwrap_or_default();
            // No reader follows a longer one; all of the rest, once for each mark, would be too much.
            let target = head(target, LONGEST_TARGET);
            let target = target.split(|byte| is_around(byte) || *byte == b';').next();
            let target = found.targets.parse(&encoding::utf8(target.unwrap_or_default()));
            if target > Target::Near {
                found.report.active.extend(policy::active(Use::Shows, target));
            }
        }
    }
}

/// Bytes of a target in a style sheet that are read.
const LONGEST_TARGET: usize = 8 * 1024;

/// What runs in a page wherever a browser sees it, without blanks, quotation marks and brackets: scripts,
/// links that run one, animations that set one, pages and style sheets within attributes, and attributes
/// that a declaration adds.
const RUNNING: [&[u8]; 9] = [
    b"<script",
    b":script",
    b"javascript:",
    b"vbscript:",
    b"attributename=on",
    b"srcdoc",
    b"data:text/html",
    b"!attlist",
    b"xsl/transform",
];

/// Returns whether an attribute of an event stands behind the first tag: `onload=`. Browsers want no
/// blank before it.
fn has_event(page: &[u8]) -> bool {
    let tag = |pair: &[u8]| matches!(pair, [b'<', name] if name.is_ascii_alphabetic());
    let Some(first) = page.windows(2).position(tag) else { return false };
    let is_before = |byte: &u8| byte.is_ascii_whitespace() || b"/\"'".contains(byte);
    let mut pieces = page.get(first..).unwrap_or_default().split(|byte| *byte == b'=');
    pieces.any(|piece| {
        let name = piece.trim_ascii_end().rsplit(is_before).next().unwrap_or_default();
        matches!(name, [b'o' | b'O', b'n' | b'N', _, _, ..])
            && name.iter().all(u8::is_ascii_alphabetic)
    })
}

/// Returns the text of a style sheet with its escapes replaced: `\75 rl` is `url`.
pub(super) fn without_escapes(style: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(style.len());
    let mut rest = style;
    while let Some((before, after)) = split_once(rest, b'\\') {
        plain.extend_from_slice(before);
        rest = after;
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
    plain.extend_from_slice(rest);
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
    while let Some((before, after)) = split_once(rest, b'&') {
        text.extend_from_slice(before);
        rest = after;
        // Letters behind the digits of a number are not part of it.
        let is_part = |byte: &&u8| match after {
            [b'#', b'x' | b'X', ..] => byte.is_ascii_hexdigit() || b"#xX".contains(byte),
            [b'#', ..] => byte.is_ascii_digit() || **byte == b'#',
            _ => byte.is_ascii_alphanumeric(),
        };
        let length = after.iter().take_while(is_part).count();
        let (name, behind) = after.split_at_checked(length).unwrap_or_default();
        if let Some(c) = entity(name) {
            push(&mut text, Some(c));
            rest = behind.strip_prefix(b";").unwrap_or(behind);
        } else {
            text.push(b'&');
        }
    }
    text.extend_from_slice(rest);
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
pub(super) fn has_server(text: &[u8], targets: &mut Targets) -> bool {
    let is_between = |byte: &u8| {
        byte.is_ascii_whitespace()
            || matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'(' | b')' | b'=' | b';' | b',')
    };
    let is_slash = |byte: &u8| matches!(byte, b'/' | b'\\');
    let may_be_server = |word: &&[u8]| word.windows(2).any(|pair| pair.iter().all(is_slash));
    let mut words = text.split(is_between).filter(may_be_server);
    words.any(|word| !targets.are_spent() && targets.parse(&encoding::utf8(word)) == Target::Server)
}
