//! `cargo xtask pictures`: takes the pictures of README.md from the running product.

use crate::build::Profile;
use crate::process::run;
use crate::proof;
use crate::setup;
use crate::workspace::Workspace;

/// Builds the product, applies in Chromium, and writes `docs/pictures/*.png`.
pub(crate) fn take(workspace: &Workspace) -> anyhow::Result<()> {
    proof::built(workspace, Profile::Dev)?;
    let chromium = setup::chromium(workspace)?;
    run(workspace.command("node").arg("tests/pictures/main.mjs").env("GUICHET_CHROMIUM", chromium))
}
