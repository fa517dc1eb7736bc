//! `cargo xtask build`, which is also the build command in `wrangler.toml`.
//! Under `npx wrangler dev` it also prepares the local simulation.

use std::fs;

use anyhow::Context;

use crate::build::{self, Profile};
use crate::options::admin::Place;
use crate::options::postings::PostingsOptions;
use crate::postings;
use crate::process::run;
use crate::progress::Progress;
use crate::setup;
use crate::signing_key;
use crate::workspace::Workspace;

const SECRETS: &str = ".dev.vars";

pub(crate) fn build(workspace: &Workspace, profile: Profile) -> anyhow::Result<()> {
    let simulated = std::env::var("WRANGLER_COMMAND").is_ok_and(|command| command == "dev");
    if simulated {
        secrets(workspace)?;
    }
    let mut progress = Progress::of(build::STEPS + 2 + 2 * usize::from(simulated));
    progress.step("Rust's wasm target", || setup::wasm_target(workspace))?;
    progress.step("npm packages", || setup::npm_packages(workspace))?;
    if simulated {
        progress.step("local database", || migrations(workspace))?;
        progress.step("local postings", || push(workspace))?;
    }
    build::run(workspace, profile, &mut progress)
}

/// Writes the secrets for `wrangler dev`, in a file that git ignores. An
/// existing key stays.
fn secrets(workspace: &Workspace) -> anyhow::Result<()> {
    let path = workspace.path(SECRETS);
    if path.exists() {
        return Ok(());
    }
    let key = signing_key::random().with_context(|| {
        format!("write `SIGNING_KEY=` and 64 random hex digits to {SECRETS} yourself")
    })?;
    fs::write(&path, format!("SIGNING_KEY={key}\n"))
        .with_context(|| format!("cannot write {SECRETS}"))
}

/// Saves the postings in Wrangler's own database.
fn push(workspace: &Workspace) -> anyhow::Result<()> {
    let place = Place::Development(Some(workspace.path(".wrangler/state")));
    postings::run(workspace, &PostingsOptions::push(place))
}

/// Applies the migrations that are missing. Wrangler asks no question where
/// there is no terminal.
fn migrations(workspace: &Workspace) -> anyhow::Result<()> {
    run(workspace
        .wrangler()
        .args(["d1", "migrations", "apply", "DB", "--local"])
        .stdin(std::process::Stdio::null()))
}
