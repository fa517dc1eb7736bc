//! `cargo xtask differ`: mutated documents, seen by independent readers and by `documents`.
//!
//! The readers are Python programs and `LibreOffice`; only this command needs
//! them. The Python programs are installed into an environment below `build`;
//! `LibreOffice` has to be there.

use std::path::Path;
use std::process::Command;

use anyhow::bail;

use crate::options::documents::DifferOptions;
use crate::process::{exists, run as run_program};
use crate::workspace::Workspace;

const DRIVER: &str = "tests/differ";

/// Other people's files, which get a revision more where they are there.
const CLEAN: &str = "../shared/corpora/documents";

pub(crate) fn run(workspace: &Workspace, options: &DifferOptions) -> anyhow::Result<()> {
    if options.office > 0 && !exists("soffice") {
        bail!("differ needs LibreOffice: apt-get install libreoffice-writer, or --office 0");
    }
    let python = environment(workspace, &workspace.path("build/differ-python"))?;
    let mut build = workspace.cargo();
    build.args(["build", "--quiet", "--profile", "corpus"]);
    run_program(build.args(["--package", "rules", "--example", "corpus"]))?;

    let driver = |script: &str, folder: &str| {
        let mut driver = workspace.command(&python);
        driver.arg(workspace.path(DRIVER).join(script));
        driver.arg(workspace.path("target/corpus/examples/corpus"));
        driver.arg(workspace.path(folder));
        driver.args(["--mutants", &options.mutants.to_string()]);
        driver.args(["--seed", &options.seed.to_string()]);
        driver
    };
    let mut pdf = driver("pdf.py", "build/differ-pdf");
    run_program(pdf.arg("--clean").arg(workspace.path(CLEAN)))?;
    let mut office = driver("differ.py", "build/differ");
    run_program(office.args(["--office", &options.office.to_string()]))
}

/// Makes the environment with the readers, unless it is there, and returns its Python.
fn environment(workspace: &Workspace, folder: &Path) -> anyhow::Result<std::path::PathBuf> {
    let python = folder.join("bin/python");
    run_program(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--requirement"]);
    run_program(install.arg(workspace.path(DRIVER).join("requirements.txt")))?;
    Ok(python)
}
