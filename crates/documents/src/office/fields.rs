//! Puts the codes of Word's fields together, however they are cut into runs and nested
//! (ECMA-376, part 1, 17.16).

use alloc::{string::String, vec::Vec};

use crate::{
    Active, Damage, Report,
    bytes::find,
    target::{self, Target},
    xml::Tag,
};

/// The fields that are open at one place of a part, each within the one before it.
pub(super) struct Fields {
    open: Vec<Field>,
    most: usize,
}

/// A field whose end is still to come.
#[derive(Default)]
struct Field {
    code: String,
    /// Whether its result has begun, which is text that it shows.
    has_result: bool,
}

impl Fields {
    /// No field yet. Text that claims to be code outside of any field counts as one too.
    pub(super) fn new(most: usize) -> Self {
        Self { open: Vec::from([Field::default()]), most }
    }

    /// Reads a mark that begins, divides or ends a field.
    pub(super) fn mark(&mut self, tag: Tag<'_>, report: &mut Report) {
        let is = |kind: &str| tag.values(b"fldCharType").any(|value| value == kind);
        if is("begin") {
            self.begin(report);
        } else if is("separate") {
            if let Some(field) = self.open.last_mut() {
                judge(&field.code, report);
                field.has_result = true;
            }
        } else if is("end") {
            self.end(report);
        } else if let Some(field) = self.open.last_mut() {
            judge(&field.code, report);
            field.code.clear();
        }
    }

    /// Adds to the code of the innermost field.
    pub(super) fn add(&mut self, text: &str) {
        const LONGEST: usize = 4_096;
        let Some(field) = self.open.last_mut() else { return };
        if !field.has_result {
            let room = LONGEST.saturating_sub(field.code.len());
            field.code.extend(text.chars().take(room));
        }
    }

    /// Returns whether shown text is code too: between the beginning of a field and its result it
    /// is.
    pub(super) fn take_text(&self) -> bool {
        self.open.get(1..).and_then(<[Field]>::last).is_some_and(|field| !field.has_result)
    }

    /// Judges the fields that never end.
    pub(super) fn finish(mut self, report: &mut Report) {
        while self.open.len() > 1 {
            self.end(report);
        }
        if let Some(field) = self.open.pop() {
            judge(&field.code, report);
        }
    }

    fn begin(&mut self, report: &mut Report) {
        if self.open.len() > self.most {
            report.damage.get_or_insert(Damage::TooComplex);
            return;
        }
        // The result of the new field becomes the beginning of the code around it.
        let builds_command = self.open.get(1..).and_then(<[Field]>::last).is_some_and(|field| {
            !field.has_result
                && !field.code.bytes().any(|byte| !byte.is_ascii_whitespace() && byte != b'"')
        });
        if builds_command {
            report.active.push(Active::Dde);
        }
        self.open.push(Field::default());
    }

    fn end(&mut self, report: &mut Report) {
        if self.open.len() < 2 {
            return;
        }
        let Some(field) = self.open.pop() else { return };
        if !field.has_result {
            judge(&field.code, report);
        }
        let result = quoted(&field.code).unwrap_or(field.code);
        if let Some(around) = self.open.get(1..).and_then(<[Field]>::last)
            && !around.has_result
        {
            self.add(&result);
        }
    }
}

/// Judges the code of a field that stands in one piece.
pub(super) fn judge(code: &str, report: &mut Report) {
    let letters = code.bytes().filter(u8::is_ascii_alphabetic).take(3);
    if letters.map(|byte| byte.to_ascii_uppercase()).eq(*b"DDE") {
        report.active.push(Active::Dde);
        return;
    }
    let mut words = code.split(is_between).filter(|word| !word.is_empty());
    let command = words.next().unwrap_or_default().to_ascii_uppercase();
    let from_web = match command.as_str() {
        "INCLUDEPICTURE" | "INCLUDETEXT" | "IMPORT" | "INCLUDE" | "RD" => Active::RemoteContent,
        "HYPERLINK" => {
            report.active.extend(words.filter_map(link));
            return;
        }
        "LINK" | "DATABASE" | "AUTOTEXT" => Active::RemoteTemplate,
        _ => return,
    };
    // Word writes `\` twice in a code, but takes it once where it can.
    let targets = quotes(code).chain(words).filter(|word| !is_switch(word));
    let worst = targets.map(read).max();
    match worst {
        Some(Target::Inside) if command != "AUTOTEXT" => {
            report.active.push(Active::ExternalRelationship);
        }
        Some(target) => report.active.extend(super::loads(target, from_web)),
        None => {}
    }
}

fn link(word: &str) -> Option<Active> {
    let word = halved(word);
    super::links(target::parse(&word), &word)
}

/// Returns the worst of a word as it is and with each doubled backslash taken once.
fn read(word: &str) -> Target {
    let target = target::parse(word);
    if find(word.as_bytes(), b"\\\\").is_some() {
        target.max(target::parse(&halved(word)))
    } else {
        target
    }
}

fn is_between(c: char) -> bool {
    c.is_ascii_whitespace() || matches!(c, '\u{A0}' | '"' | '\u{201C}' | '\u{201D}' | '\u{201E}')
}

/// Returns what stands between quotation marks, with the spaces in it.
fn quotes(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| is_between(c) && !c.is_ascii_whitespace() && c != '\u{A0}')
        .skip(1)
        .step_by(2)
}

/// `\d`: an option of the field, not a server's name.
fn is_switch(word: &str) -> bool {
    let mut characters = word.chars();
    characters.next() == Some('\\') && characters.next() != Some('\\')
}

fn halved(word: &str) -> String {
    let mut halved = String::new();
    let mut was_kept = false;
    for c in word.chars() {
        let is_second = c == '\\' && was_kept;
        was_kept = c == '\\' && !is_second;
        if !is_second {
            halved.push(c);
        }
    }
    halved
}

/// Returns the text that a field `QUOTE` makes of the numbers of characters: `QUOTE 68 68 69`.
fn quoted(code: &str) -> Option<String> {
    let mut words = code.split(is_between).filter(|word| !word.is_empty());
    if !words.next()?.eq_ignore_ascii_case("QUOTE") {
        return None;
    }
    let character = |word: &str| word.parse().ok().and_then(char::from_u32);
    words.map(character).collect::<Option<String>>().filter(|text| !text.is_empty())
}
