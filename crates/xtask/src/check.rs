//! `cargo xtask check`: what can be said about the sources without running the product.

use anyhow::bail;

use crate::arrows;
use crate::process::run;
use crate::setup;
use crate::tally::Tally;
use crate::workspace::Workspace;

const WASM: [&str; 2] = ["--target", "wasm32-unknown-unknown"];
const BROWSER: [&str; 4] = ["--package", "browser", "--package", "inspector"];

pub(crate) fn run_all(workspace: &Workspace) -> anyhow::Result<()> {
    setup::wasm_target(workspace)?;
    let mut tally = Tally::default();
    each(workspace, &mut tally);
    if tally.failed() {
        bail!("{tally}");
    }
    eprintln!("{tally}");
    Ok(())
}

/// Every check, whatever the others say.
pub(crate) fn each(workspace: &Workspace, tally: &mut Tally) {
    tally.check("format", || run(workspace.cargo().args(["fmt", "--all", "--check"])));
    tally.check("which crate may depend on which", || arrows::check(workspace));
    tally.check("lints", || clippy(workspace, &["--workspace", "--all-targets"]));
    // Apart, as they are built: the browser's go without the standard library.
    for crates in [&["--package", "edge", "--features", "edge/dev-clock"][..], &BROWSER[..]] {
        tally.check("lints, for wasm", || clippy(workspace, &[&WASM[..], crates].concat()));
    }
    tally.check("locales: no word missing, none unused", || {
        run(workspace.cargo().args(["test", "--quiet", "--package", "locales", "--all-features"]))
    });
}

fn clippy(workspace: &Workspace, what: &[&str]) -> anyhow::Result<()> {
    run(workspace.cargo().args(["clippy", "--quiet"]).args(what).args(["--", "-D", "warnings"]))
}
