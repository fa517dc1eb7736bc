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
    /// What kind of mistake it is.
    pub flaw: Flaw,
}

impl Mistake {
    /// Returns a mistake in the line of `source` that begins with `key`, or in
    /// the first one.
    pub fn at(file: &str, source: &str, key: &str, text: String, flaw: Flaw) -> Self {
        let line = source.lines().position(|line| line.trim_start().starts_with(key));
        let line = line.map_or(1, |line| line.saturating_add(1));
        Self { file: file.to_owned(), line, text, flaw }
    }
}

/// A kind of mistake, for forms that have a shorter word for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flaw {
    /// Only the text says it.
    #[default]
    Other,
    /// Something has to stand there.
    Missing,
    /// The text is too long.
    TooLong,
    /// It is no e-mail address.
    NotAnAddress,
    /// It is no page of the web.
    NotAPage,
    /// It is no whole number.
    NotANumber,
    /// It is no day.
    NotADay,
    /// The number or the day is too small or too large.
    OutOfRange,
    /// The day lies before another one.
    OutOfOrder,
    /// The day has passed.
    Past,
    /// Another posting asks for this subject.
    SameSubject,
}

impl Flaw {
    /// Returns its name in texts; none of what only the text says.
    pub fn as_str(self) -> Option<&'static str> {
        Some(match self {
            Self::Other => return None,
            Self::Missing => "missing",
            Self::TooLong => "too_long",
            Self::NotAnAddress => "not_an_address",
            Self::NotAPage => "not_a_page",
            Self::NotANumber => "not_a_number",
            Self::NotADay => "not_a_day",
            Self::OutOfRange => "out_of_range",
            Self::OutOfOrder => "out_of_order",
            Self::Past => "past",
            Self::SameSubject => "same_subject",
        })
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, text, flaw: _ } = self;
        match line {
            0 => write!(f, "{file}: {text}"),
            _ => write!(f, "{file}:{line}: {text}"),
        }
    }
}
