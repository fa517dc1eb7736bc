//! `cargo xtask deploy`: from nothing to a running Guichet. Each step looks
//! first and makes only what is missing, so the command can be repeated.

pub(crate) mod health;
pub(crate) mod resources;

use anyhow::{Context, bail};

use crate::build::{self, Profile};
use crate::doctor;
use crate::installation::Installation;
use crate::installation::config::{ORIGIN, variable};
use crate::options::admin::Place;
use crate::options::deploy::DeployOptions;
use crate::options::postings::PostingsOptions;
use crate::postings;
use crate::process::run as run_program;
use crate::progress::Progress;
use crate::setup;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace, options: &DeployOptions) -> anyhow::Result<()> {
    let mut progress = Progress::of(9 + if options.is_built { 0 } else { build::STEPS + 1 });
    progress.step("npm packages", || setup::npm_packages(workspace))?;
    let mut installation = progress.step("settings", || settings(workspace))?;
    if !options.is_built {
        progress.step("Rust's wasm target", || setup::wasm_target(workspace))?;
        build::run(workspace, Profile::Production, &mut progress)?;
    }
    let only_look = options.is_dry_run;
    progress.step("database", || resources::database(&mut installation, only_look))?;
    progress.step("bucket", || resources::bucket(&installation, only_look))?;
    progress.step("queues", || resources::queues(&installation, only_look))?;
    progress.step("tables", || resources::tables(&installation, only_look))?;
    progress.step("signing key", || resources::signing_key(&installation, only_look))?;
    progress.step("postings", || postings(workspace, only_look))?;
    progress.step("Worker", || worker(&installation, only_look))?;
    if only_look {
        println!("Nothing was changed. `cargo xtask deploy` does what is said above.");
        return Ok(());
    }
    let origin = variable(&installation.config, ORIGIN);
    health::wait_for(workspace, origin)?;
    println!("\n{origin} takes applications.\n");
    doctor::what_is_left(workspace, &mut installation)
}

/// Saves the postings that have changed.
fn postings(workspace: &Workspace, only_look: bool) -> anyhow::Result<()> {
    if only_look {
        return resources::would("save the postings that have changed");
    }
    postings::run(workspace, &PostingsOptions::push(Place::Online))
}

/// Stops at settings with which no mail could leave.
fn settings(workspace: &Workspace) -> anyhow::Result<Installation<'_>> {
    let installation = Installation::read(workspace)?;
    let errors: Vec<String> = doctor::settings(&installation)
        .into_iter()
        .filter(|finding| finding.is_error)
        .map(|finding| finding.to_string())
        .collect();
    if !errors.is_empty() {
        bail!("guichet.toml is not ready:\n{}", errors.join("\n"));
    }
    Ok(installation)
}

/// Uploads the Worker and its assets. A dry run bundles them only.
///
/// Wrangler keeps the terminal: without one it replaces an existing DNS record
/// of the domain where it would ask otherwise.
fn worker(installation: &Installation, only_look: bool) -> anyhow::Result<()> {
    let mut command = installation.wrangler(&["deploy"]);
    if only_look {
        command.args(["--dry-run", "--outdir"]).arg(installation.scratch());
    }
    run_program(&mut command).context("what was made so far stays and is used next time")
}
