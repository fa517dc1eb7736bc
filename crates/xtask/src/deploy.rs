//! `cargo xtask deploy`: from nothing to a running Guichet. Each step looks
//! first and makes only what is missing, so the command can be repeated.

pub(crate) mod health;
pub(crate) mod resources;

use anyhow::{Context, bail};

use crate::build::{self, Profile};
use crate::check;
use crate::doctor;
use crate::installation::config::{ORIGIN, variable};
use crate::installation::{Installation, LOG_IN, NOT_LOGGED_IN};
use crate::options::admin::Place;
use crate::options::deploy::DeployOptions;
use crate::options::postings::PostingsOptions;
use crate::postings;
use crate::process::run as run_program;
use crate::progress::Progress;
use crate::setup;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace, options: &DeployOptions) -> anyhow::Result<()> {
    let only_look = options.is_dry_run;
    let builds = !options.is_built && !only_look;
    let mut progress = Progress::of(10 + if builds { build::STEPS + 1 } else { 0 });
    progress.step("npm packages", || setup::npm_packages(workspace))?;
    let mut installation = progress.step("settings and postings", || settings(workspace))?;
    progress.step("Cloudflare", || log_in(&mut installation))?;
    if builds {
        progress.step("Rust's wasm target", || setup::wasm_target(workspace))?;
        build::run(workspace, Profile::Production, &mut progress)?;
    }
    progress.step("database", || resources::database(&mut installation, only_look))?;
    progress.step("bucket", || resources::bucket(&installation, only_look))?;
    progress.step("queues", || resources::queues(&installation, only_look))?;
    progress.step("tables", || resources::tables(&installation, only_look))?;
    progress.step("signing key", || resources::signing_key(&installation, only_look))?;
    progress.step("postings", || postings(workspace, only_look))?;
    progress.step("Worker", || worker(&installation, options))?;
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

/// Stops at settings with which no mail could leave, and at mistakes in
/// postings: nothing is built or made before they are mended.
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
    check::compile_postings(&installation.postings())?;
    Ok(installation)
}

/// Finds out before minutes of building whether Cloudflare answers.
fn log_in(installation: &mut Installation<'_>) -> anyhow::Result<()> {
    if !installation.is_logged_in()? {
        bail!("{NOT_LOGGED_IN}: {LOG_IN}");
    }
    installation.find_database().map(|_| ())
}

/// Uploads the Worker and its assets. A dry run bundles what is built, if it
/// was told that something is.
///
/// Wrangler keeps the terminal: without one it replaces an existing DNS record
/// of the domain where it would ask otherwise.
fn worker(installation: &Installation, options: &DeployOptions) -> anyhow::Result<()> {
    if options.is_dry_run && !options.is_built {
        return resources::would("build and upload the Worker");
    }
    let mut command = installation.wrangler(&["deploy"]);
    if options.is_dry_run {
        command.args(["--dry-run", "--outdir"]).arg(installation.scratch());
    }
    run_program(&mut command).context("what was made so far stays and is used next time")
}
