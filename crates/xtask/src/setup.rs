//! What must be on the machine before anything can be built, and how it gets there.

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
    if installed.is_some() && std::env::var_os("WRANGLER_COMMAND").is_some() {
        bail!("package-lock.json has changed: stop wrangler, run `npm ci`, and start it again");
    }
    run(workspace.command("npm").args(["ci", "--loglevel=error"]))
        .context("npm could not install the packages of package-lock.json")
}

/// What `cargo xtask bench documents` measures ours against: too heavy for everybody's first start.
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
    let debian = Path::new("/etc/debian_version").exists();
    let root = output(workspace.command("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if debian && root && install_chromium(workspace).is_ok() {
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

/// The package lists of a fresh machine may be empty or old: they are fetched when it does not go without.
fn install_chromium(workspace: &Workspace) -> anyhow::Result<()> {
    let install = || {
        run(workspace
            .command("apt-get")
            .args(["install", "--yes", "--no-install-recommends", "chromium", "fonts-liberation"])
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
