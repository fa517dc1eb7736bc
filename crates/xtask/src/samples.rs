//! Writes the documents of the tests of `documents` as files.

use std::fs;
use std::path::PathBuf;

use crate::process::run;
use crate::workspace::Workspace;

/// Writes the documents and returns the folder.
pub(crate) fn write(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let folder = workspace.path("build/samples");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let mut command = workspace.cargo();
    command.args(["run", "--quiet", "--package", "documents", "--features", "samples"]);
    run(command.args(["--example", "seeds", "--"]).arg(&folder))?;
    Ok(folder)
}
