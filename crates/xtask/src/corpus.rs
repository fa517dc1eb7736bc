//! `cargo xtask corpus`: the documents of a folder, looked into. What looks is an example of `rules`, so that only those
//! who want it compile it.

use std::path;

use crate::options::documents::CorpusOptions;
use crate::process::run as run_program;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace, options: &CorpusOptions) -> anyhow::Result<()> {
    let folder = path::absolute(&options.folder)?;
    let mut command = workspace.cargo();
    command.args(["run", "--quiet", "--profile", "corpus"]);
    command.args(["--package", "rules", "--example", "corpus", "--"]);
    if options.json {
        command.arg("--json");
    }
    run_program(command.arg(folder))
}
