//! Reads an advertisement's text into a draft of a posting, by rules that can
//! be read: each fact has words that announce it, in French and in English.
//!
//! What the text does not say is left out, or stands for a usual value, and
//! is listed as unsure. Nothing else is added.

mod dates;
mod facts;
mod form;
mod money;
mod people;
mod text;
mod write;

use facts::Facts;
use text::Lines;
pub(crate) use write::slug;

/// A draft of a posting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The file: front matter and Markdown. It may have mistakes.
    pub source: String,
    /// The names of the facts that somebody has to look at: missing from the
    /// advertisement, guessed, or one of several. Each is marked with `# ?` in
    /// `source`, unless it is missing there.
    pub unsure: Vec<String>,
}

/// A fact that was read, and whether it may be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found<T> {
    pub(crate) value: T,
    pub(crate) is_sure: bool,
}

impl<T> Found<T> {
    pub(crate) fn sure(value: T) -> Self {
        Self { value, is_sure: true }
    }

    pub(crate) fn unsure(value: T) -> Self {
        Self { value, is_sure: false }
    }
}

/// Returns the draft that an advertisement makes.
pub fn from_advertisement(text: &str) -> Draft {
    let mut lines = Lines::of(text);
    let facts = Facts::read(&mut lines);
    let body = text::markdown(&lines, facts.title_line);
    write::draft(&facts, &body)
}

#[cfg(test)]
mod tests;
