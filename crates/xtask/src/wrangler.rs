//! `cargo xtask build`, which is also the build command in `wrangler.toml`: under `npx wrangler dev` it makes the local
//! simulation usable as well.

use crate::build::{self, Profile};
use crate::progress::Progress;
use crate::setup;
use crate::workspace::Workspace;

pub(crate) fn build(workspace: &Workspace, profile: Profile) -> anyhow::Result<()> {
    let mut progress = Progress::of(build::STEPS + 2);
    progress.step("Rust's wasm target", || setup::wasm_target(workspace))?;
    progress.step("npm packages", || setup::npm_packages(workspace))?;
    build::run(workspace, profile, &mut progress)
}
