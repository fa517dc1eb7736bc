//! Rich Text Format (Microsoft's specification 1.9.1): control words between braces.

use crate::{Active, Kind, Report, xml};

/// Returns what an RTF file is.
pub(crate) fn inspect(bytes: &[u8]) -> Report {
    let mut report = Report::of(Kind::Rtf, bytes.len() as u64);
    read(bytes, &mut report);
    report
}

/// Notes what an RTF does, and returns its text, however the letters are written: in groups of
/// their own, as `\'44`, as `\u68?`.
pub(crate) fn read(bytes: &[u8], report: &mut Report) -> String {
    let mut plain = Plain::default();
    let mut fallbacks = 1;
    let mut rest = bytes;
    while let [first, after @ ..] = rest {
        rest = after;
        match first {
            b'{' => plain.depth = plain.depth.saturating_add(1),
            b'}' => {
                plain.judge_template(report);
                plain.skipped = plain.skipped.filter(|depth| *depth < plain.depth);
                plain.depth = plain.depth.saturating_sub(1);
            }
            b'\r' | b'\n' | b'\\' => {}
            byte => plain.add(char::from(*byte)),
        }
        if *first != b'\\' {
            continue;
        }
        let length = after.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (word, behind) = after.split_at_checked(length.max(1)).unwrap_or_default();
        rest = behind;
        if length == 0 {
            match (word, behind) {
                (b"'", [high, low, behind @ ..]) => {
                    plain.add(xml::number(&[*high, *low], 16).unwrap_or(' '));
                    rest = behind;
                }
                // A group of a word that a reader may not know.
                (b"*", _) if !behind.trim_ascii_start().starts_with(b"\\fldinst") => {
                    plain.skipped = plain.skipped.or(Some(plain.depth));
                }
                ([c @ (b'\\' | b'{' | b'}')], _) => plain.add(char::from(*c)),
                _ => {}
            }
            continue;
        }
        let number;
        (number, rest) = parameter(behind);
        match word {
            b"u" => {
                plain.add(char::from_u32(number & 0xFFFF).unwrap_or(' '));
                plain.fallback = fallbacks;
            }
            b"uc" => fallbacks = number,
            b"bin" => {
                let length = usize::try_from(number).unwrap_or(usize::MAX);
                rest = rest.get(length..).unwrap_or(rest);
            }
            b"fldinst" => plain.code = Some(String::new()),
            b"fldrslt" => plain.code = None,
            b"objdata" | b"objocx" | b"objupdate" => report.active.push(Active::OleObject),
            b"template" => {
                plain.judge_template(report);
                plain.template = Some(plain.text.len());
            }
            b"objlink" | b"objautlink" => report.active.push(Active::ExternalRelationship),
            _ => {}
        }
    }
    plain.judge_template(report);
    report.active.extend(plain.runs_dde.then_some(Active::Dde));
    plain.text
}

/// What an RTF says, without its control words.
#[derive(Default)]
struct Plain {
    text: String,
    /// Groups that are open.
    depth: usize,
    /// Where a group begins that readers skip, since they do not know its word.
    skipped: Option<usize>,
    /// The first three letters of the code of a field, as far as they have come.
    code: Option<String>,
    /// Whether a field runs a program.
    runs_dde: bool,
    /// Where in the text the name of a template begins.
    template: Option<usize>,
    /// Templates that have been judged.
    templates: usize,
    /// Characters to come that stand for one of Unicode in older readers.
    fallback: u32,
}

impl Plain {
    /// Judges the template whose name ends here. Each letter belongs to one name, so that it is read once
    /// however many there are.
    fn judge_template(&mut self, report: &mut Report) {
        let Some(name) = self.template.take().and_then(|start| self.text.get(start..)) else {
            return;
        };
        self.templates += 1;
        if self.templates > MOST_TEMPLATES || crate::office::is_far(name) {
            report.active.push(Active::RemoteTemplate);
        }
    }

    fn add(&mut self, c: char) {
        if self.fallback > 0 {
            self.fallback -= 1;
            return;
        }
        self.text.push(c);
        if self.skipped.is_none()
            && !c.is_whitespace()
            && c != '"'
            && let Some(code) = &mut self.code
            && code.len() < 3
        {
            code.push(c.to_ascii_uppercase());
            self.runs_dde |= code == "DDE";
        }
    }
}

/// Returns the number behind a control word, and what follows the blank that ends it.
fn parameter(rest: &[u8]) -> (u32, &[u8]) {
    let digits = rest.strip_prefix(b"-").unwrap_or(rest);
    let is_negative = digits.len() < rest.len();
    let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, behind) = digits.split_at_checked(length).unwrap_or_default();
    let add = |number: u32, digit: &u8| number.wrapping_mul(10).wrapping_add((digit - b'0').into());
    let number = digits.iter().fold(0, add);
    let number = if is_negative { number.wrapping_neg() } else { number };
    (number, behind.strip_prefix(b" ").unwrap_or(behind))
}

/// Templates of one document. Word knows one.
const MOST_TEMPLATES: usize = 64;

#[cfg(test)]
mod tests;
