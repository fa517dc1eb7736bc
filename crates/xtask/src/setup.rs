//! Installs what the commands need.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, bail};

use crate::process::{exists, output, run};
use crate::workspace::Workspace;

const TARGET: &str = "wasm32-unknown-unknown";
const OLDEST_NODE: u32 = 20;
const CHROMIUM: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const CHROMIUM_APPS: [&str; 2] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// Installs the standard library for wasm. `rust-toolchain.toml` asks rustup
/// for it, but a rustup without automatic installation, or a Rust without
/// rustup, may lack it.
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

/// Installs the npm packages of `package-lock.json` if they are missing or
/// older than the lock file.
pub(crate) fn npm_packages(workspace: &Workspace) -> anyhow::Result<()> {
    node(workspace)?;
    let installed = modified(&workspace.path("node_modules/.package-lock.json"));
    let locked = modified(&workspace.path("package-lock.json"));
    if installed.is_some() && installed >= locked {
        return Ok(());
    }
    if installed.is_some() && std::env::var_os("WRANGLER_COMMAND").is_some() {
        bail!("package-lock.json has changed: stop wrangler, run `npm ci`, and start it again");
    }
    run(workspace.command("npm").args(["ci", "--loglevel=error"]))
        .context("npm could not install the packages of package-lock.json")
}

/// Installs the libraries that `cargo xtask bench documents` compares with.
/// They are too large for everybody's first start.
pub(crate) fn bench_packages(workspace: &Workspace) -> anyhow::Result<()> {
    let installed = modified(&workspace.path("tests/bench/node_modules/.package-lock.json"));
    if installed.is_some()
        && installed >= modified(&workspace.path("tests/bench/package-lock.json"))
    {
        return Ok(());
    }
    run(workspace.command("npm").args(["ci", "--prefix", "tests/bench", "--loglevel=error"]))
        .context("npm could not install the packages of tests/bench/package-lock.json")
}

/// Returns the browser of the tests.
pub(crate) fn chromium(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    if let Some(path) = std::env::var_os("GUICHET_CHROMIUM") {
        return Ok(path.into());
    }
    if let Some(path) = find_chromium() {
        return Ok(path);
    }
    let packages = ["chromium", "fonts-liberation"];
    if is_debian_root(workspace) && install(workspace, &packages).is_ok() {
        return find_chromium().context("Debian's package chromium brings no program `chromium`");
    }
    bail!(
        "Chromium is missing: install it (Debian: `apt-get install chromium`), or say where it is in GUICHET_CHROMIUM"
    )
}

fn find_chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .flat_map(|folder| CHROMIUM.map(|name| folder.join(name)))
        .chain(CHROMIUM_APPS.map(PathBuf::from))
        .find(|candidate| candidate.is_file())
}

/// Installs the programs that open sealed mails in the tests, where this is
/// Debian. Elsewhere those tests say that they are skipped.
pub(crate) fn openpgp(workspace: &Workspace) {
    if exists("gpg") && exists("rnp") {
        return;
    }
    if !is_debian_root(workspace) || install(workspace, &["gnupg", "rnp"]).is_err() {
        eprintln!(
            "GnuPG or RNP is missing, so no sealed mail is opened (Debian: `apt-get install gnupg rnp`)"
        );
    }
}

fn is_debian_root(workspace: &Workspace) -> bool {
    let debian = Path::new("/etc/debian_version").exists();
    debian && output(workspace.command("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// Installs packages of Debian's. The package lists of a fresh machine may be empty or old,
/// so they are fetched if the first try fails.
fn install(workspace: &Workspace, packages: &[&str]) -> anyhow::Result<()> {
    let install = || {
        run(workspace
            .command("apt-get")
            .args(["install", "--yes", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"))
    };
    install().or_else(|_| {
        run(workspace.command("apt-get").arg("update"))?;
        install()
    })
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
        _ => bail!("Node.js {} is too old: install version {OLDEST_NODE} or later", version.trim()),
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|data| data.modified()).ok()
}
