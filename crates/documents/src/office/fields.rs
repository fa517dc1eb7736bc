//! Puts the codes of Word's fields together, however they are cut into runs and nested
//! (ECMA-376, part 1, 17.16).

use super::{Found, page::has_server};
use crate::{
    Active, Damage,
    bytes::find,
    policy::{self, Use},
    target::Target,
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
    /// What every reader takes for code.
    code: String,
    /// The same with what only some readers take for code.
    longer: String,
    command: Command,
    /// Whether its result has begun, which is text that it shows.
    has_result: bool,
    /// Whether another field stands in its code.
    is_nested: bool,
}

/// How much a piece of a code counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// The text of `instrText`.
    Code,
    /// Text that some readers take for code and others skip: shown text, deleted code, one of
    /// several alternatives, a text box.
    Perhaps,
}

impl Fields {
    /// No field yet. Text that claims to be code outside of any field counts as one too.
    pub(super) fn new(most: usize) -> Self {
        Self { open: Vec::from([Field::default()]), most }
    }

    /// Reads a mark that begins, divides or ends a field.
    pub(super) fn mark(&mut self, tag: Tag<'_>, found: &mut Found<'_>) {
        let is = |kind: &str| tag.values(b"fldCharType").any(|value| value == kind);
        if is("begin") {
            self.begin(found);
        } else if is("separate") {
            if let Some(field) = self.open.last_mut() {
                field.judge(found);
                field.has_result = true;
            }
        } else if is("end") {
            self.end(found);
        } else if let Some(field) = self.open.last_mut() {
            field.judge(found);
            *field = Field { has_result: field.has_result, ..Field::default() };
        }
    }

    /// Adds to the code of the innermost field.
    pub(super) fn add(&mut self, text: &str, piece: Piece) {
        if let Some(field) = self.open.last_mut()
            && !field.has_result
        {
            field.add(text, piece);
        }
    }

    /// Returns whether shown text may be code: it may between the beginning of a field and its
    /// result.
    pub(super) fn take_text(&self) -> bool {
        self.open.get(1..).and_then(<[Field]>::last).is_some_and(|field| !field.has_result)
    }

    /// Judges a field that stands in one element, in the code of another perhaps.
    pub(super) fn simple(&mut self, code: &str, found: &mut Found<'_>) {
        self.begin(found);
        self.add(code, Piece::Code);
        self.end(found);
    }

    /// Judges the fields that never end.
    pub(super) fn finish(mut self, found: &mut Found<'_>) {
        while self.open.len() > 1 {
            self.end(found);
        }
        if let Some(field) = self.open.pop() {
            field.judge(found);
        }
    }

    fn begin(&mut self, found: &mut Found<'_>) {
        if self.open.len() > self.most {
            found.damage(Damage::TooComplex);
            return;
        }
        let around = self.open.get(1..).and_then(<[Field]>::last);
        if around.is_some_and(|field| !field.has_result && field.command.is_open()) {
            // The result of the new field becomes part of the command around it.
            found.active(Active::Dde);
        }
        self.open.push(Field::default());
    }

    fn end(&mut self, found: &mut Found<'_>) {
        if self.open.len() < 2 {
            return;
        }
        let Some(field) = self.open.pop() else { return };
        if !field.has_result {
            field.judge(found);
        }
        let result = quoted(&field.code).unwrap_or(field.longer);
        if self.take_text() {
            self.add(&result, Piece::Perhaps);
            if let Some(field) = self.open.last_mut() {
                field.is_nested = true;
            }
        }
    }
}

impl Field {
    fn add(&mut self, text: &str, piece: Piece) {
        self.command.add(text, piece);
        extend(&mut self.longer, text);
        if piece == Piece::Code {
            extend(&mut self.code, text);
        }
    }

    fn judge(&self, found: &mut Found<'_>) {
        if self.command.is_dde() {
            found.active(Active::Dde);
        }
        judge(&self.code, self.is_nested, found);
        if self.longer != self.code {
            judge(&self.longer, self.is_nested, found);
        }
    }
}

/// Adds to a code, as long as it is not too long, without blanks that follow each other.
fn extend(code: &mut String, text: &str) {
    for c in text.chars() {
        let is_more = c.is_whitespace() && code.ends_with(char::is_whitespace);
        if !is_more && code.len() <= LONGEST {
            code.push(c);
        }
    }
}

/// Bytes of a code that are read. Reference managers write long ones, whose command starts nothing.
const LONGEST: usize = 4_096;

/// The beginnings of `DDE` that the command of a field can be so far, one for each choice of the
/// pieces that only some readers take for code.
struct Command {
    /// Bit `n`: the first `n` letters.
    begun: u8,
    /// Whether code other than blanks stands there, such as `=`.
    has_text: bool,
}

impl Default for Command {
    fn default() -> Self {
        Self { begun: 1, has_text: false }
    }
}

impl Command {
    fn add(&mut self, text: &str, piece: Piece) {
        let kept = if piece == Piece::Perhaps { self.begun } else { 0 };
        let longer = (0..=3).filter(|begun| self.begun & 1 << begun != 0);
        self.begun =
            longer.filter_map(|begun| further(begun, text)).fold(kept, |all, n| all | 1 << n);
        self.has_text |= piece == Piece::Code
            && text.bytes().any(|byte| !byte.is_ascii_whitespace() && byte != b'"');
    }

    /// Returns whether what comes next may still be part of the command.
    fn is_open(&self) -> bool {
        self.begun & 0b110 != 0 || !self.has_text
    }

    fn is_dde(&self) -> bool {
        self.begun & 0b1000 != 0
    }
}

/// Returns how many letters of `DDE` there are with the text behind the first `begun`.
fn further(mut begun: usize, text: &str) -> Option<usize> {
    for letter in text.bytes().filter(u8::is_ascii_alphabetic) {
        match b"DDE".get(begun) {
            None => break,
            Some(next) if letter.eq_ignore_ascii_case(next) => begun += 1,
            Some(_) => return None,
        }
    }
    Some(begun)
}

/// Judges the code of a field that stands in one piece.
fn judge(code: &str, is_nested: bool, found: &mut Found<'_>) {
    if further(0, code) == Some(3) {
        found.active(Active::Dde);
        return;
    }
    let mut words = code.split(is_between).filter(|word| !word.is_empty());
    let command = words.next().unwrap_or_default().to_ascii_uppercase();
    let used = match command.as_str() {
        "INCLUDEPICTURE" | "INCLUDETEXT" | "IMPORT" | "INCLUDE" | "RD" => Use::Shows,
        "HYPERLINK" => {
            for word in words {
                let word = halved(word);
                let active = policy::active(Use::Link(&word), found.targets.parse(&word));
                found.report.active.extend(active);
            }
            return;
        }
        "LINK" | "DATABASE" | "AUTOTEXT" => Use::Runs,
        _ => return,
    };
    if code.len() > LONGEST {
        // Where it leads may stand behind what was read.
        found.damage(Damage::TooComplex);
    }
    // Word writes `\` twice in a code, but takes it once where it can.
    let targets = quotes(code).chain(words).filter(|word| !is_switch(word));
    // What another field names is not known before the document is opened; the connection of a database
    // has targets within a text: `DBQ=\\h\s;`.
    let is_unknown = is_nested && command != "AUTOTEXT"
        || command == "DATABASE" && has_server(code.as_bytes(), &mut found.targets);
    let worst =
        if is_unknown { Some(Target::Server) } else { targets.map(|word| read(word, found)).max() };
    match worst {
        Some(Target::Inside) if command != "AUTOTEXT" => found.active(Active::ExternalRelationship),
        Some(target) => found.report.active.extend(policy::active(used, target)),
        None => {}
    }
}

/// Returns the worst of a word as it is and with each doubled backslash taken once.
fn read(word: &str, found: &mut Found<'_>) -> Target {
    let target = found.targets.parse(word);
    if find(word.as_bytes(), b"\\\\").is_some() {
        target.max(found.targets.parse(&halved(word)))
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
