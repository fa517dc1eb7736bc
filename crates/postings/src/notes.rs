//! The mistakes of one file.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::mistake::{Flaw, Mistake};

/// Where the mistakes of one file are gathered.
pub(crate) struct Notes<'a> {
    pub(crate) file: &'a str,
    /// The front matter, for the line of an offset into it.
    front: &'a str,
    /// Lines that TOML itself refuses: what they seem to say is not judged.
    broken: BTreeSet<usize>,
    mistakes: RefCell<Vec<Mistake>>,
}

impl<'a> Notes<'a> {
    pub(crate) fn new(file: &'a str, front: &'a str, errors: &[toml::de::Error]) -> Self {
        let mut notes = Self { file, front, broken: BTreeSet::new(), mistakes: RefCell::default() };
        for error in errors {
            let span = error.span().unwrap_or_default();
            let line = notes.line(span.start);
            let key = key_before(front, span.start);
            let source = front.get(span).unwrap_or_default();
            notes.add(line, syntax_mistake(key, source, error.message()));
            notes.broken.insert(line);
        }
        notes
    }

    /// Returns whether TOML refuses a line: what seems to be missing may stand there.
    pub(crate) fn is_broken(&self) -> bool {
        !self.broken.is_empty()
    }

    /// Notes that `text` is wrong on `line` of the file.
    pub(crate) fn add(&self, line: usize, text: impl Into<String>) {
        self.add_as(Flaw::Other, line, text);
    }

    /// Notes a mistake of a kind.
    pub(crate) fn add_as(&self, flaw: Flaw, line: usize, text: impl Into<String>) {
        if !self.broken.contains(&line) {
            let mistake = Mistake { file: self.file.to_owned(), line, text: text.into(), flaw };
            self.mistakes.borrow_mut().push(mistake);
        }
    }

    pub(crate) fn into_mistakes(self) -> Vec<Mistake> {
        self.mistakes.into_inner()
    }

    /// Returns the line of the file on which the front matter's byte `offset`
    /// is. The front matter begins on line 2, below its fence.
    pub(crate) fn line(&self, offset: usize) -> usize {
        2 + newlines(self.front.get(..offset).unwrap_or(self.front))
    }
}

/// The facts that are `true` or `false`.
const TRUE_OR_FALSE: [&str; 4] = ["forget", "neutral", "renewable", "required"];

/// Returns the key in the line of the byte `offset`; an empty text where there
/// is none.
fn key_before(front: &str, offset: usize) -> &str {
    let before = front.get(..offset).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.split_once('=').map_or("", |(key, _)| key.trim())
}

fn syntax_mistake(key: &str, source: &str, message: &str) -> String {
    if message.starts_with("invalid date") {
        return format!("`{source}` is not a day of the calendar ({message}).");
    }
    let hint = if TRUE_OR_FALSE.contains(&key) {
        " Write `true` or `false`."
    } else if message.contains("must be quoted") || message.starts_with("invalid basic string") {
        " Put text between straight quotes: \"...\"."
    } else if message == "duplicate key" {
        " Keep one of the two."
    } else {
        ""
    };
    format!("this is not TOML: {message}.{hint}")
}

/// Returns how many lines end in `text`.
pub(crate) fn newlines(text: &str) -> usize {
    text.matches('\n').count()
}
