//! What must be on the machine before anything can be built, and how it gets there.

use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, bail};

use crate::process::{exists, output, run};
use crate::workspace::Workspace;

const TARGET: &str = "wasm32-unknown-unknown";
const OLDEST_NODE: u32 = 20;

/// The standard library for wasm. `rust-toolchain.toml` asks rustup for it, but a rustup that is told not to install
/// by itself, or a Rust without rustup, may lack it.
pub(crate) fn wasm_target(workspace: &Workspace) -> anyhow::Result<()> {
    let sysroot = output(workspace.command("rustc").args(["--print", "sysroot"]))?;
    let library = Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET);
    if library.exists() {
        return Ok(());
    }
    if !exists("rustup") {
        bail!(
            "this Rust has no standard library for {TARGET} and there is no rustup to install it. \
             Install Rust with rustup, or the package of your system that brings this target."
        );
    }
    run(workspace.command("rustup").args(["target", "add", TARGET]))
}

/// The npm packages of `package-lock.json`, installed when they are missing or older than the lock file.
pub(crate) fn npm_packages(workspace: &Workspace) -> anyhow::Result<()> {
    node(workspace)?;
    let installed = modified(&workspace.path("node_modules/.package-lock.json"));
    let locked = modified(&workspace.path("package-lock.json"));
    if installed.is_some() && installed >= locked {
        return Ok(());
    }
    run(workspace
        .command("npm")
        .args(["ci", "--loglevel=error"]))
    .context("npm could not install the packages of package-lock.json")
}

fn node(workspace: &Workspace) -> anyhow::Result<()> {
    let version = output(workspace.command("node").arg("--version"))
        .with_context(|| format!("Node.js is missing: install version {OLDEST_NODE} or later"))?;
    let major = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|text| text.parse::<u32>().ok());
    match major {
        Some(major) if major >= OLDEST_NODE => Ok(()),
        _ => bail!(
            "Node.js {} is too old: install version {OLDEST_NODE} or later",
            version.trim()
        ),
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|data| data.modified()).ok()
}
