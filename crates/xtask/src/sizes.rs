//! `cargo xtask sizes`: compares the sizes of the page and the Worker with the
//! budget in tests/support/sizes.mjs.

use crate::build::{self, Profile};
use crate::process::run as run_program;
use crate::progress::Progress;
use crate::setup;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let mut progress = Progress::of(build::STEPS + 2);
    progress.step("Rust's wasm target", || setup::wasm_target(workspace))?;
    progress.step("npm packages", || setup::npm_packages(workspace))?;
    build::run(workspace, Profile::Production, &mut progress)?;
    measure(workspace)
}

/// Measures the production build, which must be there. It is started to render
/// the page.
pub(crate) fn measure(workspace: &Workspace) -> anyhow::Result<()> {
    run_program(workspace.command("node").arg("tests/support/sizes.mjs"))
}
