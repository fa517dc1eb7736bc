use std::fmt;

/// Everything that is wrong with the postings, in the order of files and lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl std::error::Error for Mistakes {}

/// One mistake per line, in the form in which editors and CI make `file:line`
/// a link.
impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for mistake in &self.0 {
            writeln!(f, "{mistake}")?;
        }
        Ok(())
    }
}

/// One mistake, for the person who wrote the posting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The file, `postings/programme-officer.md`.
    pub file: String,
    /// The line, from 1. Zero where the file as a whole cannot be read.
    pub line: usize,
    /// What is wrong and what to do.
    pub text: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, text } = self;
        match line {
            0 => write!(f, "{file}: {text}"),
            _ => write!(f, "{file}:{line}: {text}"),
        }
    }
}
