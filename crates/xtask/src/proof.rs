//! `cargo xtask chaos` and `cargo xtask bench load`: what is proved with real processes and takes minutes. The programs
//! are in tests/chaos and tests/bench; here is what they need.

use crate::build::{self, Profile};
use crate::options::{BenchOptions, ChaosOptions};
use crate::process::run;
use crate::progress::Progress;
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

/// Of the Worker as it is put online.
pub(crate) fn bench_load(workspace: &Workspace, options: &BenchOptions) -> anyhow::Result<()> {
    built(workspace, Profile::Production)?;
    run(workspace
        .command("node")
        .arg("tests/bench/load.mjs")
        .args(["--applications", &options.applications.to_string()]))
}

fn built(workspace: &Workspace, profile: Profile) -> anyhow::Result<()> {
    let mut progress = Progress::of(build::STEPS + 2);
    progress.step("Rust's wasm target", || setup::wasm_target(workspace))?;
    progress.step("npm packages", || setup::npm_packages(workspace))?;
    build::run(workspace, profile, &mut progress)
}
