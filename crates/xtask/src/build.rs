//! From the crates and `www` to what Cloudflare takes: `build/<profile>/worker` and `build/<profile>/assets`.

mod assets;
mod social;
mod wasm;
mod worker;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::progress::Progress;
use crate::workspace::Workspace;

/// How many steps `run` announces.
pub(crate) const STEPS: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// What is put online.
    Production,
    /// The same with a clock that can be set, for people and tests; built faster, as the Worker is not made small.
    Dev,
}

impl Profile {
    pub(crate) fn folder(self, workspace: &Workspace) -> PathBuf {
        workspace.path("build").join(self.name())
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Dev => "dev",
        }
    }
}

pub(crate) fn run(
    workspace: &Workspace,
    profile: Profile,
    progress: &mut Progress,
) -> anyhow::Result<()> {
    let folder = profile.folder(workspace);
    let _lock = lock(&workspace.path("build"))?;
    let public = progress.step("the form, for the browser (minutes the first time)", || {
        assets::build(workspace, &folder)
    })?;
    progress.step("the Worker (minutes the first time)", || {
        worker::build(workspace, profile, &folder, &public)
    })
}

/// Builds wait for each other: wrangler starts a second one while the first still runs. The lock ends with the value.
fn lock(folder: &Path) -> anyhow::Result<File> {
    fs::create_dir_all(folder)?;
    let file = File::create(folder.join("lock"))?;
    file.lock()?;
    Ok(file)
}
