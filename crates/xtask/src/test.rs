//! `cargo xtask test`: every test there is, on a machine that has only Rust and Node.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};

use crate::build::{self, Profile};
use crate::check;
use crate::process::each_line;
use crate::progress::Progress;
use crate::setup;
use crate::sizes;
use crate::tally::Tally;
use crate::workspace::Workspace;

/// The Worker in workerd, and the journey in a browser.
const FOLDERS: [&str; 2] = ["tests/platform", "tests/e2e"];
/// A file of tests that takes longer has hung.
const FILE_TIMEOUT: &str = "--test-timeout=600000";

/// Goes on after a failure, so that one run shows all of them. With a filter, only what it selects is run.
pub(crate) fn run(workspace: &Workspace, filter: Option<&str>) -> anyhow::Result<ExitCode> {
    let mut progress = Progress::of(build::STEPS + 3);
    progress.step("Rust's wasm target", || setup::wasm_target(workspace))?;
    progress.step("npm packages", || setup::npm_packages(workspace))?;
    let chromium = progress.step("Chromium", || setup::chromium(workspace))?;
    let mut tally = Tally::default();
    if filter.is_none() {
        check::each(workspace, &mut tally);
        native(workspace, &mut tally)?;
    }
    let built = tally.check("build", || build::run(workspace, Profile::Dev, &mut progress));
    if built {
        product(workspace, &chromium, filter, &mut tally)?;
        if filter.is_none() {
            tally.check("sizes", || sizes::measure(workspace, Profile::Dev));
        }
    }
    println!("{tally}");
    Ok(if tally.failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn native(workspace: &Workspace, tally: &mut Tally) -> anyhow::Result<()> {
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
    tally.add("native tests", passed, failed, succeeded);
    Ok(())
}

fn product(
    workspace: &Workspace,
    chromium: &Path,
    filter: Option<&str>,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    eprintln!("── tests of the Worker and in the browser");
    let files = test_files(workspace, filter)?;
    if files.is_empty() {
        if let Some(text) = filter {
            bail!("no file of {} has `{text}` in its path", FOLDERS.join(" and "));
        }
        eprintln!("there are none yet in {}", FOLDERS.join(" and "));
        return Ok(());
    }
    let report = workspace.path("build/tests.tap");
    let succeeded = each_line(
        workspace
            .command("node")
            .args(["--test", FILE_TIMEOUT])
            .args(["--test-reporter=spec", "--test-reporter-destination=stdout"])
            .arg("--test-reporter=tap")
            .arg(format!("--test-reporter-destination={}", report.display()))
            .args(&files)
            .env("GUICHET_CHROMIUM", chromium),
        |line| println!("{line}"),
    )?;
    let (passed, failed) = tap_counts(&fs::read_to_string(&report).unwrap_or_default());
    let ran = passed + failed > 0;
    tally.add("tests of the Worker and in the browser", passed, failed, succeeded && ran);
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

/// From `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
fn cargo_counts(line: &str) -> Option<(usize, usize)> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut numbers =
        counts.split(';').filter_map(|part| part.split_whitespace().next()?.parse().ok());
    Some((numbers.next()?, numbers.next()?))
}

/// From the `# pass 12` and `# fail 0` at the end. A test that was cancelled has failed.
fn tap_counts(report: &str) -> (usize, usize) {
    let count = |name: &str| {
        report
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix(name)?.trim().parse::<usize>().ok())
            .unwrap_or(0)
    };
    (count("# pass "), count("# fail ") + count("# cancelled "))
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
        let report =
            "ok 1 - applies\n# pass 99\n1..3\n# tests 3\n# pass 1\n# fail 1\n# cancelled 1\n";
        assert_eq!(tap_counts(report), (1, 2));
        assert_eq!(tap_counts(""), (0, 0));
    }
}
