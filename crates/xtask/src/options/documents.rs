//! The command lines of `cargo xtask corpus`, `differ` and `fuzz`.

use std::path::PathBuf;

use anyhow::Context;
use lexopt::prelude::*;

use super::Task;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CorpusOptions {
    /// Relative to the folder the command was typed in.
    pub(crate) folder: PathBuf,
    pub(crate) json: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FuzzOptions {
    pub(crate) target: Option<String>,
    pub(crate) seconds: u32,
}

impl Default for FuzzOptions {
    fn default() -> Self {
        Self { target: None, seconds: 600 }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DifferOptions {
    pub(crate) mutants: u32,
    /// How many of them `LibreOffice` opens, which is slow.
    pub(crate) office: u32,
    pub(crate) seed: u32,
}

impl Default for DifferOptions {
    fn default() -> Self {
        Self { mutants: 20_000, office: 500, seed: 1 }
    }
}

pub(super) fn differ(parser: &mut lexopt::Parser) -> anyhow::Result<Task> {
    let mut options = DifferOptions::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("mutants") => options.mutants = parser.value()?.parse()?,
            Long("office") => options.office = parser.value()?.parse()?,
            Long("seed") => options.seed = parser.value()?.parse()?,
            Short('h') | Long("help") => return Ok(Task::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Task::Differ(options))
}

pub(super) fn corpus(parser: &mut lexopt::Parser) -> anyhow::Result<Task> {
    let (mut folder, mut json) = (None, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("json") => json = true,
            Value(path) if folder.is_none() => folder = Some(path.into()),
            Short('h') | Long("help") => return Ok(Task::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    let folder = folder.context("corpus needs a folder: cargo xtask corpus [--json] DIR")?;
    Ok(Task::Corpus(CorpusOptions { folder, json }))
}

pub(super) fn fuzz(parser: &mut lexopt::Parser) -> anyhow::Result<Task> {
    let mut options = FuzzOptions::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("seconds") => options.seconds = parser.value()?.parse()?,
            Short('h') | Long("help") => return Ok(Task::Help),
            Value(target) if options.target.is_none() => options.target = Some(target.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Task::Fuzz(options))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &[&str]) -> anyhow::Result<Task> {
        super::super::parse(lexopt::Parser::from_args(line))
    }

    #[test]
    fn a_differential_test_is_as_large_as_asked() {
        let expected = DifferOptions { mutants: 10, ..DifferOptions::default() };
        assert_eq!(read(&["differ", "--mutants", "10"]).unwrap(), Task::Differ(expected));
    }

    #[test]
    fn a_corpus_is_a_folder_wherever_the_flag_stands() {
        let expected = Task::Corpus(CorpusOptions { folder: "a".into(), json: true });
        assert_eq!(read(&["corpus", "--json", "a"]).unwrap(), expected);
        assert_eq!(read(&["corpus", "a", "--json"]).unwrap(), expected);
        assert!(read(&["corpus"]).unwrap_err().to_string().contains("needs a folder"));
    }
}
