//! The command lines of `cargo xtask deploy` and `cargo xtask doctor`.

use lexopt::prelude::*;

use super::Task;

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct DeployOptions {
    /// Looks and says what would be done.
    pub(crate) is_dry_run: bool,
    /// Takes what `cargo xtask build` left.
    pub(crate) is_built: bool,
}

pub(super) fn deploy(parser: &mut lexopt::Parser) -> anyhow::Result<Task> {
    let mut options = DeployOptions::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("dry-run") => options.is_dry_run = true,
            Long("built") => options.is_built = true,
            Short('h') | Long("help") => return Ok(Task::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Task::Deploy(options))
}

pub(super) fn doctor(parser: &mut lexopt::Parser) -> anyhow::Result<Task> {
    let mut is_remote = false;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("remote") => is_remote = true,
            Short('h') | Long("help") => return Ok(Task::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Task::Doctor { is_remote })
}
