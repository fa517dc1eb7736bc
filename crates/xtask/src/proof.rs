//! `cargo xtask chaos` and `cargo xtask bench`: run and measure real processes
//! for minutes. The programs are in tests/chaos and tests/bench.

use std::path::{self, Path};

use crate::build::{self, Profile};
use crate::options::proof::{BenchOptions, ChaosOptions};
use crate::process::run;
use crate::progress::Progress;
use crate::samples;
use crate::setup;
use crate::workspace::Workspace;

pub(crate) fn chaos(workspace: &Workspace, options: &ChaosOptions) -> anyhow::Result<()> {
    built(workspace, Profile::Dev)?;
    let mut command = workspace.command("node");
    command
        .arg("tests/chaos/main.mjs")
        .args(["--applications", &options.applications.to_string()])
        .args(["--kills", &options.kills.to_string()]);
    if let Some(seed) = options.seed {
        command.args(["--seed", &seed.to_string()]);
    }
    run(&mut command)
}

/// Measures the production build.
pub(crate) fn bench(workspace: &Workspace, options: &BenchOptions) -> anyhow::Result<()> {
    built(workspace, Profile::Production)?;
    match options {
        BenchOptions::Load { applications } => run(workspace
            .command("node")
            .arg("tests/bench/load.mjs")
            .args(["--applications", &applications.to_string()])),
        BenchOptions::Desk => run(workspace.command("node").arg("tests/bench/desk.mjs")),
        BenchOptions::Rush => run(workspace.command("node").arg("tests/bench/rush.mjs")),
        BenchOptions::Mails => run(workspace.command("node").arg("tests/bench/mails.mjs")),
        BenchOptions::Documents { folder } => bench_documents(workspace, folder.as_deref()),
        BenchOptions::Page => {
            let chromium = setup::chromium(workspace)?;
            run(workspace
                .command("node")
                .arg("tests/bench/page.mjs")
                .env("GUICHET_CHROMIUM", chromium))
        }
    }
}

fn bench_documents(workspace: &Workspace, folder: Option<&Path>) -> anyhow::Result<()> {
    let chromium = setup::chromium(workspace)?;
    setup::bench_packages(workspace)?;
    let folder = match folder {
        Some(folder) => path::absolute(folder)?,
        None => samples::write(workspace)?,
    };
    run(workspace
        .command("node")
        .args(["tests/bench/documents.mjs", "--folder"])
        .arg(folder)
        .env("GUICHET_CHROMIUM", chromium))
}

/// Builds the product, with everything that this needs on a fresh machine.
pub(crate) fn built(workspace: &Workspace, profile: Profile) -> anyhow::Result<()> {
    let mut progress = Progress::of(build::STEPS + 2);
    progress.step("Rust's wasm target", || setup::wasm_target(workspace))?;
    progress.step("npm packages", || setup::npm_packages(workspace))?;
    build::run(workspace, profile, &mut progress)
}
