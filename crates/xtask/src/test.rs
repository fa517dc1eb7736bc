//! `cargo xtask test`: runs every test, on a machine that has only Rust and
//! Node.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};

use crate::build::{self, Profile};
use crate::check;
use crate::options::simulate::SimulateOptions;
use crate::process::each_line;
use crate::progress::Progress;
use crate::results::Results;
use crate::setup;
use crate::simulate;
use crate::sizes;
use crate::workspace::Workspace;

/// The tests of the Worker in workerd, and of the page in a browser.
const FOLDERS: [&str; 2] = ["tests/platform", "tests/e2e"];
/// The tests of `cargo xtask deploy`, which need the production build.
const ONLINE: &str = "tests/online";
/// A test that takes longer hangs, and so does a file that leaves a server
/// running.
const TIMEOUT: &str = "--test-timeout=600000";
/// Two files at a time, on two cores too: the tests mostly wait. Node's own
/// choice there is one.
const CONCURRENCY: &str = "--test-concurrency=2";
/// Takes about a minute and a half. `cargo xtask simulate` runs more.
const SEEDS: SimulateOptions = SimulateOptions::Seeds(3_000);

/// Runs the tests and goes on after a failure, so that one run shows all
/// failures. With a filter, only what it selects is run.
pub(crate) fn run(workspace: &Workspace, filter: Option<&str>) -> anyhow::Result<ExitCode> {
    let mut progress = Progress::of(2 * build::STEPS + 4);
    progress.step("Rust's wasm target", || setup::wasm_target(workspace))?;
    progress.step("npm packages", || setup::npm_packages(workspace))?;
    let chromium = progress.step("Chromium", || setup::chromium(workspace))?;
    progress.step("GnuPG and RNP", || {
        setup::openpgp(workspace);
        Ok(())
    })?;
    let mut results = Results::default();
    if filter.is_none() {
        check::each(workspace, &mut results);
        native(workspace, &mut results)?;
        results.check("simulation: nothing acknowledged is lost, whatever fails", || {
            simulate::run(workspace, &SEEDS)
        });
    }
    let built = results.check("build", || build::run(workspace, Profile::Dev, &mut progress));
    if built {
        product(workspace, &chromium, filter, &mut results)?;
    }
    if built && filter.is_none() {
        results.check("what is put online: it builds, starts, and is within its budget", || {
            build::run(workspace, Profile::Production, &mut progress)?;
            sizes::measure(workspace)
        });
        let mut files = Vec::new();
        find(&workspace.root, &workspace.path(ONLINE), &mut files)?;
        node(workspace, "tests of the deployment", &files, &chromium, &mut results)?;
    }
    println!("{results}");
    Ok(if results.failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn native(workspace: &Workspace, results: &mut Results) -> anyhow::Result<()> {
    eprintln!("── native tests");
    let (mut passed, mut failed) = (0, 0);
    let succeeded =
        each_line(workspace.cargo().args(["test", "--workspace", "--no-fail-fast"]), |line| {
            println!("{line}");
            if let Some((good, bad)) = cargo_counts(line) {
                passed += good;
                failed += bad;
            }
        })?;
    results.add("native tests", passed, failed, succeeded);
    Ok(())
}

fn product(
    workspace: &Workspace,
    chromium: &Path,
    filter: Option<&str>,
    results: &mut Results,
) -> anyhow::Result<()> {
    eprintln!("── tests of the Worker and in the browser");
    let files = test_files(workspace, filter)?;
    if files.is_empty() {
        bail!(
            "no file in {} is called *{}.test.mjs",
            FOLDERS.join(" or "),
            filter.unwrap_or_default()
        );
    }
    node(workspace, "tests of the Worker and in the browser", &files, chromium, results)
}

/// Runs test files and counts their tests. None at all is a failure.
fn node(
    workspace: &Workspace,
    name: &str,
    files: &[String],
    chromium: &Path,
    results: &mut Results,
) -> anyhow::Result<()> {
    let (mut passed, mut failed) = (0, 0);
    let succeeded = each_line(
        workspace
            .command("node")
            .args(["--test", "--test-reporter=spec", TIMEOUT, CONCURRENCY])
            .args(files)
            .env("GUICHET_CHROMIUM", chromium),
        |line| {
            println!("{line}");
            match node_count(line) {
                Some(("pass", count)) => passed = count,
                // A test that was cancelled has failed.
                Some(("fail", count)) => failed = count,
                Some(("cancelled", count)) => failed += count,
                _ => {}
            }
        },
    )?;
    let ran = passed + failed > 0;
    results.add(name, passed, failed, succeeded && ran);
    Ok(())
}

fn test_files(workspace: &Workspace, filter: Option<&str>) -> anyhow::Result<Vec<String>> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        find(&workspace.root, &workspace.path(folder), &mut files)
            .with_context(|| format!("cannot read {folder}"))?;
    }
    files.retain(|file| filter.is_none_or(|text| file.contains(text)));
    files.sort();
    Ok(files)
}

fn find(root: &Path, folder: &Path, files: &mut Vec<String>) -> anyhow::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path: PathBuf = entry?.path();
        if path.is_dir() {
            find(root, &path, files)?;
        } else if path.to_string_lossy().ends_with(".test.mjs") {
            let relative = path.strip_prefix(root).unwrap_or(&path);
            files.push(relative.to_string_lossy().into_owned());
        }
    }
    Ok(())
}

/// Parses `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
fn cargo_counts(line: &str) -> Option<(usize, usize)> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut numbers =
        counts.split(';').filter_map(|part| part.split_whitespace().next()?.parse().ok());
    Some((numbers.next()?, numbers.next()?))
}

/// Parses the `ℹ pass 12` at the end.
fn node_count(line: &str) -> Option<(&str, usize)> {
    let (name, count) = line.strip_prefix("ℹ ")?.split_once(' ')?;
    Some((name, count.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_says_how_many() {
        let line =
            "test result: FAILED. 10 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out";
        assert_eq!(cargo_counts(line), Some((10, 2)));
        assert_eq!(cargo_counts("test the_deadline ... ok"), None);
    }

    #[test]
    fn node_says_how_many() {
        assert_eq!(node_count("ℹ pass 12"), Some(("pass", 12)));
        assert_eq!(node_count("ℹ duration_ms 97.5"), None);
        assert_eq!(node_count("✔ applies (12 ms)"), None);
    }
}
