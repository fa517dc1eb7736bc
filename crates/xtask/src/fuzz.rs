//! `cargo xtask fuzz`: feeds random input to the parsers of documents and of
//! mails, starting from the samples of the tests.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::options::documents::FuzzOptions;
use crate::process::{exists, run as run_program};
use crate::workspace::Workspace;

const FOLDER: &str = "crates/documents/fuzz";

/// Mails to begin with, beside the samples of documents.
const MAILS: &str = "crates/mail/src/incoming/tests/mails";

pub(crate) fn run(workspace: &Workspace, options: &FuzzOptions) -> anyhow::Result<()> {
    if !has_nightly() {
        bail!(
            "fuzzing needs a nightly compiler: rustup toolchain install nightly --profile minimal"
        );
    }
    if !exists("cargo-fuzz") {
        run_program(workspace.cargo().args(["install", "cargo-fuzz", "--locked"]))?;
    }
    let seeds = workspace.path(FOLDER).join("seeds");
    let mut command = workspace.cargo();
    command.args(["run", "--quiet", "--package", "documents", "--features", "samples"]);
    run_program(command.args(["--example", "seeds", "--"]).arg(&seeds))?;

    let mut rows = Vec::new();
    for target in targets(workspace)? {
        if options.target.as_ref().is_none_or(|wanted| *wanted == target) {
            let own = workspace.path(FOLDER).join("corpus").join(&target);
            fs::create_dir_all(&own)?;
            println!("{target}: {} seconds", options.seconds);
            let mut command = fuzzer(workspace, &target);
            command.args([&own, &seeds, &workspace.path(MAILS)]).args(LIBFUZZER);
            let found = attack(command.arg(format!("-max_total_time={}", options.seconds)))?;
            rows.push(format!("{target:<10}{}{:>10}", found, options.seconds));
        }
    }
    println!("\n{:<10}{:>14}{:>10}{:>10}", "target", "executions", "edges", "seconds");
    for row in rows {
        println!("{row}");
    }
    Ok(())
}

fn has_nightly() -> bool {
    let mut command = Command::new("rustup");
    let quiet = command.args(["run", "nightly", "rustc", "--version"]).stdin(Stdio::null());
    quiet.output().is_ok_and(|output| output.status.success())
}

/// A file of more than 64 KB finds nothing that a smaller one does not. An
/// input that takes a second is a failure.
const LIBFUZZER: [&str; 5] =
    ["--", "-max_len=65536", "-timeout=2", "-rss_limit_mb=1024", "-print_final_stats=1"];

fn targets(workspace: &Workspace) -> anyhow::Result<Vec<String>> {
    let files = fs::read_dir(workspace.path(FOLDER).join("fuzz_targets"))?;
    let names = files.map(|file| anyhow::Ok(file?.path().file_stem().map(ToOwned::to_owned)));
    let mut names: Vec<String> = names
        .filter_map(Result::transpose)
        .map(|name| Ok(name?.to_string_lossy().into_owned()))
        .collect::<anyhow::Result<_>>()?;
    names.sort();
    Ok(names)
}

fn fuzzer(workspace: &Workspace, target: &str) -> Command {
    // Cargo sets these variables for its own toolchain; they would override the
    // choice of another.
    let mut command = workspace.command("cargo-fuzz");
    command.env_remove("CARGO").env_remove("RUSTC").env("RUSTUP_TOOLCHAIN", "nightly");
    command.args(["run", "--fuzz-dir", FOLDER, target]);
    command
}

/// Runs it to its end and returns how much it tried and reached.
fn attack(command: &mut Command) -> anyhow::Result<String> {
    let mut child =
        command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().context("cargo-fuzz")?;
    let (mut executions, mut edges) = (String::new(), String::new());
    let mut last = VecDeque::new();
    for line in BufReader::new(child.stderr.take().context("no output")?).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        if let Some(count) = line.strip_prefix("stat::number_of_executed_units:") {
            count.trim().clone_into(&mut executions);
        }
        let mut words = line.split_whitespace().skip_while(|word| *word != "cov:");
        if let Some(count) = words.nth(1) {
            count.clone_into(&mut edges);
        }
        last.push_back(line);
        if last.len() > LINES_OF_A_CRASH {
            last.pop_front();
        }
    }
    if !child.wait()?.success() {
        for line in last {
            eprintln!("{line}");
        }
        bail!("an input was found; keep it in {FOLDER}/regressions once it is understood");
    }
    Ok(format!("{executions:>14}{edges:>10}"))
}

/// Enough lines for the panic's message and the name of the input's file.
const LINES_OF_A_CRASH: usize = 60;
