//! The command lines of `cargo xtask chaos` and `cargo xtask bench`.

use std::path::PathBuf;

use anyhow::bail;
use lexopt::prelude::*;

use super::{Task, number};

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ChaosOptions {
    pub(crate) applications: u32,
    pub(crate) kills: u32,
    /// If absent, a random seed is used.
    pub(crate) seed: Option<u32>,
}

impl Default for ChaosOptions {
    fn default() -> Self {
        Self { applications: 550, kills: 20, seed: None }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BenchOptions {
    Load {
        applications: u32,
    },
    Rush,
    Mails,
    Documents {
        /// Relative to the folder the command was typed in.
        folder: Option<PathBuf>,
    },
    Page,
    Desk,
}

pub(super) fn chaos(parser: &mut lexopt::Parser) -> anyhow::Result<Task> {
    let mut options = ChaosOptions::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("applications") => options.applications = number(parser, "--applications")?,
            Long("kills") => options.kills = number(parser, "--kills")?,
            Long("seed") => options.seed = Some(number(parser, "--seed")?),
            Short('h') | Long("help") => return Ok(Task::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Task::Chaos(options))
}

pub(super) fn bench(parser: &mut lexopt::Parser) -> anyhow::Result<Task> {
    let mut options = match parser.next()? {
        Some(Value(what)) if what == "load" => BenchOptions::Load { applications: 100 },
        Some(Value(what)) if what == "rush" => BenchOptions::Rush,
        Some(Value(what)) if what == "mails" => BenchOptions::Mails,
        Some(Value(what)) if what == "documents" => BenchOptions::Documents { folder: None },
        Some(Value(what)) if what == "page" => BenchOptions::Page,
        Some(Value(what)) if what == "desk" => BenchOptions::Desk,
        Some(Short('h') | Long("help")) => return Ok(Task::Help),
        _ => bail!(
            "bench needs to know what: cargo xtask bench load, rush, mails, documents, page or desk"
        ),
    };
    while let Some(argument) = parser.next()? {
        match (argument, &mut options) {
            (Long("applications"), BenchOptions::Load { applications }) => {
                *applications = number(parser, "--applications")?;
            }
            (Long("folder"), BenchOptions::Documents { folder }) => {
                *folder = Some(parser.value()?.into());
            }
            (Short('h') | Long("help"), _) => return Ok(Task::Help),
            (other, _) => return Err(other.unexpected().into()),
        }
    }
    Ok(Task::Bench(options))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &[&str]) -> anyhow::Result<Task> {
        super::super::parse(lexopt::Parser::from_args(line))
    }

    #[test]
    fn chaos_and_bench_have_the_sizes_of_their_proofs() {
        let typed = read(&["chaos", "--kills", "3", "--seed", "7"]).unwrap();
        let expected = ChaosOptions { applications: 550, kills: 3, seed: Some(7) };
        assert_eq!(typed, Task::Chaos(expected));
        let expected = Task::Bench(BenchOptions::Load { applications: 40 });
        assert_eq!(read(&["bench", "load", "--applications", "40"]).unwrap(), expected);
        let expected = Task::Bench(BenchOptions::Documents { folder: Some("a".into()) });
        assert_eq!(read(&["bench", "documents", "--folder", "a"]).unwrap(), expected);
        assert_eq!(read(&["bench", "rush"]).unwrap(), Task::Bench(BenchOptions::Rush));
        assert_eq!(read(&["bench", "mails"]).unwrap(), Task::Bench(BenchOptions::Mails));
        assert_eq!(read(&["bench", "page"]).unwrap(), Task::Bench(BenchOptions::Page));
        assert!(read(&["bench", "load", "--folder", "a"]).is_err());
        assert!(read(&["bench"]).unwrap_err().to_string().contains("bench load"));
        assert!(
            read(&["chaos", "--kills", "few"]).unwrap_err().to_string().contains("--kills few")
        );
    }
}
