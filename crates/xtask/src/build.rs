//! From the crates and `www` to what Cloudflare takes: `build/<profile>/worker` and `build/<profile>/assets`.

mod assets;
mod wasm;
mod worker;

use std::path::PathBuf;

use crate::progress::Progress;
use crate::workspace::Workspace;

/// How many steps `run` announces.
pub(crate) const STEPS: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// What is put online.
    Production,
    /// The same with a clock that can be set, for people and tests.
    Dev,
}

impl Profile {
    pub(crate) fn folder(self, workspace: &Workspace) -> PathBuf {
        workspace.path("build").join(match self {
            Self::Production => "production",
            Self::Dev => "dev",
        })
    }
}

pub(crate) fn run(
    workspace: &Workspace,
    profile: Profile,
    progress: &mut Progress,
) -> anyhow::Result<()> {
    let folder = profile.folder(workspace);
    let public = progress.step("the form, for the browser", || {
        assets::build(workspace, &folder)
    })?;
    progress.step("the Worker", || {
        worker::build(workspace, profile, &folder, &public)
    })
}
