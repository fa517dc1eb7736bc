//! Installs what the commands need.

use std::fs::{self, File};
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
    let folder = workspace.root.as_path();
    once(
        &workspace.path("build/npm-lock"),
        || has_packages(folder),
        || {
            let is_there = folder.join("node_modules/.package-lock.json").exists();
            if is_there && std::env::var_os("WRANGLER_COMMAND").is_some() {
                bail!(
                    "package-lock.json has changed: stop wrangler, run `npm ci`, and start it again"
                );
            }
            run(workspace.command("npm").args(["ci", "--loglevel=error"]))
                .context("npm could not install the packages of package-lock.json")
        },
    )
}

/// Installs the libraries that `cargo xtask bench documents` compares with.
/// They are too large for everybody's first start.
pub(crate) fn bench_packages(workspace: &Workspace) -> anyhow::Result<()> {
    let folder = workspace.path("tests/bench");
    once(
        &workspace.path("build/npm-lock"),
        || has_packages(&folder),
        || {
            run(workspace.command("npm").args([
                "ci",
                "--prefix",
                "tests/bench",
                "--loglevel=error",
            ]))
            .context("npm could not install the packages of tests/bench/package-lock.json")
        },
    )
}

/// Returns whether the packages in `folder` are those of its lock file.
fn has_packages(folder: &Path) -> bool {
    let installed = modified(&folder.join("node_modules/.package-lock.json"));
    installed.is_some() && installed >= modified(&folder.join("package-lock.json"))
}

/// Does `work` unless it is done. Commands wait for each other: two that
/// install packages at the same time delete each other's.
fn once(
    lock: &Path,
    is_done: impl Fn() -> bool,
    work: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    if is_done() {
        return Ok(());
    }
    if let Some(folder) = lock.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = File::create(lock)?;
    if file.try_lock().is_err() {
        eprintln!("waiting for another command that installs npm packages");
        file.lock()?;
    }
    // The other one may have done it.
    if is_done() { Ok(()) } else { work() }
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

#[cfg(test)]
mod tests {
    use std::thread::{scope, sleep};
    use std::time::Duration;

    use super::*;

    #[test]
    fn two_commands_at_once_install_once() {
        let folder = std::env::temp_dir().join(format!("guichet-once-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let (lock, done, log) = (folder.join("lock"), folder.join("done"), folder.join("log"));
        let install = || {
            once(
                &lock,
                || done.exists(),
                || {
                    // Fails where another one has begun.
                    File::create_new(&log)?;
                    sleep(Duration::from_millis(200));
                    File::create(&done)?;
                    Ok(())
                },
            )
        };
        scope(|scope| {
            let commands = [scope.spawn(install), scope.spawn(install), scope.spawn(install)];
            for command in commands {
                command.join().unwrap().unwrap();
            }
        });
        fs::remove_dir_all(&folder).unwrap();
    }
}
