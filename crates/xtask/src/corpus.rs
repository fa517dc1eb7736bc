//! `cargo xtask corpus`: inspects the documents of a folder. The program is an
//! example of `rules`, so that it is compiled only when it is used.

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
