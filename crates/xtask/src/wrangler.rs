//! `cargo xtask build`, which is also the build command in `wrangler.toml`.
//! Under `npx wrangler dev` it also prepares the local simulation.

use std::fmt::Write;
use std::fs::{self, File};
use std::io::Read;

use anyhow::Context;

use crate::build::{self, Profile};
use crate::process::run;
use crate::progress::Progress;
use crate::setup;
use crate::workspace::Workspace;

const SECRETS: &str = ".dev.vars";
const KEY_BYTES: usize = 32;

pub(crate) fn build(workspace: &Workspace, profile: Profile) -> anyhow::Result<()> {
    let simulated = std::env::var("WRANGLER_COMMAND").is_ok_and(|command| command == "dev");
    if simulated {
        secrets(workspace)?;
    }
    let mut progress = Progress::of(build::STEPS + 2 + usize::from(simulated));
    progress.step("Rust's wasm target", || setup::wasm_target(workspace))?;
    progress.step("npm packages", || setup::npm_packages(workspace))?;
    if simulated {
        progress.step("local database", || migrations(workspace))?;
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
    let mut text = String::from("SIGNING_KEY=");
    for byte in random()? {
        write!(text, "{byte:02x}")?;
    }
    text.push('\n');
    fs::write(&path, text).with_context(|| format!("cannot write {SECRETS}"))
}

fn random() -> anyhow::Result<[u8; KEY_BYTES]> {
    let mut bytes = [0; KEY_BYTES];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .with_context(|| {
            format!("no randomness for a key: write `SIGNING_KEY=` and 64 random hex digits to {SECRETS} yourself")
        })?;
    Ok(bytes)
}

/// Applies the migrations that are missing. Wrangler asks no question where
/// there is no terminal.
fn migrations(workspace: &Workspace) -> anyhow::Result<()> {
    run(workspace
        .npm_program("wrangler")
        .args(["d1", "migrations", "apply", "DB", "--local"])
        .env("WRANGLER_SEND_METRICS", "false")
        .stdin(std::process::Stdio::null()))
}
