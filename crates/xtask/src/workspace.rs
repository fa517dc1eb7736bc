//! Finds the folders and programs of the workspace.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Context;

#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    cargo: OsString,
}

impl Workspace {
    /// Finds the workspace from the environment that Cargo sets, so that it may
    /// be moved or copied.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .context("CARGO_MANIFEST_DIR is not set: start this program as `cargo xtask`")?;
        let root = Path::new(&manifest)
            .ancestors()
            .nth(2)
            .context("xtask is not in crates/xtask: cannot tell where the workspace is")?
            .to_path_buf();
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Ok(Self { root, cargo })
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> std::process::Command {
        let mut command = std::process::Command::new(program);
        command.current_dir(&self.root);
        command
    }

    pub(crate) fn cargo(&self) -> std::process::Command {
        self.command(&self.cargo)
    }

    /// Returns Wrangler, without its usage reports.
    pub(crate) fn wrangler(&self) -> std::process::Command {
        let mut command = self.npm_program("wrangler");
        command.env("WRANGLER_SEND_METRICS", "false");
        command
    }

    /// Returns a program that an npm package brings.
    pub(crate) fn npm_program(&self, name: &str) -> std::process::Command {
        self.command(self.path("node_modules/.bin").join(name))
    }
}
