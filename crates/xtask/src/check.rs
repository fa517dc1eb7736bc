//! `cargo xtask check`: checks the sources without running the product.

use std::path::Path;

use anyhow::bail;

use crate::dependency_rules;
use crate::process::run;
use crate::results::Results;
use crate::setup;
use crate::workspace::Workspace;

const WASM: [&str; 2] = ["--target", "wasm32-unknown-unknown"];
const BROWSER: [&str; 4] = ["--package", "browser", "--package", "inspector"];

pub(crate) fn run_all(workspace: &Workspace) -> anyhow::Result<()> {
    setup::wasm_target(workspace)?;
    let mut results = Results::default();
    each(workspace, &mut results);
    if results.failed() {
        bail!("{results}");
    }
    eprintln!("{results}");
    Ok(())
}

/// Runs every check, also after one has failed.
pub(crate) fn each(workspace: &Workspace, results: &mut Results) {
    results.check("postings", || compile_postings(&workspace.path("postings")));
    results.check("format", || run(workspace.cargo().args(["fmt", "--all", "--check"])));
    results.check("which crate may depend on which", || dependency_rules::check(workspace));
    results.check("lints", || clippy(workspace, &["--workspace", "--all-targets"]));
    // Built one by one, as in production: the browser's crates have no standard
    // library.
    for crates in [
        &["--package", "edge", "--features", "edge/dev-clock,edge/contract,edge/dev-sign-in"][..],
        &BROWSER[..],
    ] {
        results.check("lints, for wasm", || clippy(workspace, &[&WASM[..], crates].concat()));
    }
    results.check("locales: no word missing, none unused", || {
        run(workspace.cargo().args(["test", "--quiet", "--package", "locales", "--all-features"]))
    });
}

/// Names every mistake in the postings with its line and what to do.
pub(crate) fn compile_postings(folder: &Path) -> anyhow::Result<()> {
    postings::compile_folder(folder).map(|_| ()).map_err(|mistakes| anyhow::anyhow!("{mistakes}"))
}

fn clippy(workspace: &Workspace, what: &[&str]) -> anyhow::Result<()> {
    run(workspace.cargo().args(["clippy", "--quiet"]).args(what).args(["--", "-D", "warnings"]))
}
