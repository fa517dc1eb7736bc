//! Rich Text Format (Microsoft's specification 1.9.1): control words between braces.

use crate::{
    Active, Kind, Report, Trace,
    bytes::head,
    encoding,
    names::{AUTHORS, Names},
    xml,
};

/// Returns what an RTF file is.
pub(crate) fn inspect(bytes: &[u8]) -> Report {
    let mut report = Report::of(Kind::Rtf, bytes.len() as u64);
    let mut authors = Names::at_most(AUTHORS);
    let mut field = false;
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        rest = rest.get(at + 1..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let Some((word, after)) = rest.split_at_checked(length.max(1)) else { break };
        rest = after;
        match word {
            b"objdata" | b"objocx" | b"objupdate" => report.active.push(Active::OleObject),
            b"objlink" | b"objautlink" => report.active.push(Active::ExternalRelationship),
            b"template" if crate::office::is_far(&group(rest)) => {
                report.active.push(Active::RemoteTemplate);
            }
            b"fldinst" => field = true,
            b"fldrslt" => field = false,
            b"revised" | b"deleted" => report.traces.push(Trace::TrackedChanges),
            b"annotation" => report.traces.push(Trace::Comments),
            b"author" | b"operator" => authors.add(&group(rest)),
            _ => {}
        }
        if field && starts_dde(rest) {
            report.active.push(Active::Dde);
        }
    }
    report.authors = authors.into_vec();
    report
}

/// Returns whether the text behind a control word begins as the code of a field that runs a
/// program.
fn starts_dde(rest: &[u8]) -> bool {
    let is_code = |byte: &&u8| !byte.is_ascii_whitespace() && !b"{}\"".contains(byte);
    let code = rest.iter().take(LONGEST_GAP).filter(is_code).take(3);
    code.map(u8::to_ascii_uppercase).eq(*b"DDE")
}

const LONGEST_GAP: usize = 64;

/// Returns the text up to the end of the group, or to another control word, with its escapes
/// (`\'e9`, `\u233?`, `\\`) replaced.
fn group(rest: &[u8]) -> String {
    let mut group = String::new();
    let mut is_text = true;
    for piece in head(rest, LONGEST_GROUP).split(|byte| *byte == b'\\') {
        let (c, text) = match piece {
            _ if is_text => (None, piece),
            [] => (Some('\\'), piece),
            [b'\'', high, low, text @ ..] => (xml::number(&[*high, *low], 16), text),
            [b'u', after @ ..] => {
                let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let (digits, text) = after.split_at_checked(digits).unwrap_or_default();
                // Behind the number stands what older readers show.
                (xml::number(digits, 10), text.get(1..).unwrap_or_default())
            }
            _ => break,
        };
        // Behind an escaped backslash no control word begins.
        is_text = !is_text && piece.is_empty();
        group.extend(c);
        let end = text.iter().position(|byte| matches!(byte, b'{' | b'}'));
        group.push_str(&encoding::utf8(text.get(..end.unwrap_or(text.len())).unwrap_or_default()));
        if end.is_some() {
            break;
        }
    }
    group
}

const LONGEST_GROUP: usize = 1024;

#[cfg(test)]
mod tests;
