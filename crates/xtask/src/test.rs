//! Soon.

use crate::workspace::Workspace;

pub(crate) fn run(_workspace: &Workspace, _filter: Option<&str>) -> anyhow::Result<std::process::ExitCode> { Ok(std::process::ExitCode::SUCCESS) }
