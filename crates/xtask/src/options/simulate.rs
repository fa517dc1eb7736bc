//! The command line of `cargo xtask simulate`.

use anyhow::bail;
use lexopt::prelude::*;

use super::{Task, number};

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SimulateOptions {
    /// The first seeds, this many.
    Seeds(u32),
    /// One seed, with or without a trace of its events.
    Seed { seed: u32, trace: bool },
}

impl Default for SimulateOptions {
    fn default() -> Self {
        Self::Seeds(10_000)
    }
}

pub(super) fn parse(parser: &mut lexopt::Parser) -> anyhow::Result<Task> {
    let (mut seeds, mut seed, mut trace) = (None, None, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("seeds") => seeds = Some(number(parser, "--seeds")?),
            Long("seed") => seed = Some(number(parser, "--seed")?),
            Long("trace") => trace = true,
            Short('h') | Long("help") => return Ok(Task::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    let options = match (seeds, seed, trace) {
        (None, Some(seed), trace) => SimulateOptions::Seed { seed, trace },
        (Some(seeds), None, false) => SimulateOptions::Seeds(seeds),
        (None, None, false) => SimulateOptions::default(),
        (Some(_), Some(_), _) => bail!("either --seeds, the first so many, or --seed, one"),
        (_, None, true) => bail!("--trace tells of one seed: say which with --seed NUMBER"),
    };
    Ok(Task::Simulate(options))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &[&str]) -> anyhow::Result<Task> {
        super::super::parse(lexopt::Parser::from_args(line))
    }

    #[test]
    fn many_seeds_or_one() {
        for (line, expected) in [
            (&["simulate"][..], SimulateOptions::Seeds(10_000)),
            (&["simulate", "--seeds", "50"], SimulateOptions::Seeds(50)),
            (&["simulate", "--seed", "7"], SimulateOptions::Seed { seed: 7, trace: false }),
            (&["simulate", "--trace", "--seed=7"], SimulateOptions::Seed { seed: 7, trace: true }),
        ] {
            assert_eq!(read(line).unwrap(), Task::Simulate(expected), "{line:?}");
        }
        for line in [&["simulate", "--trace"][..], &["simulate", "--seed", "1", "--seeds", "2"]] {
            assert!(read(line).is_err(), "{line:?}");
        }
    }
}
