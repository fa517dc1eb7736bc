//! Runs other programs.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// Runs a program with its output on the terminal.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("`{}` failed ({status})", line_of(command));
    }
    Ok(())
}

/// Runs a program and returns what it wrote to its standard output.
pub(crate) fn output(command: &mut Command) -> anyhow::Result<String> {
    let output =
        command.stderr(Stdio::inherit()).output().with_context(|| cannot_start(command))?;
    if !output.status.success() {
        bail!("`{}` failed ({})", line_of(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What a program wrote, and whether it succeeded.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) succeeded: bool,
    /// Its standard output.
    pub(crate) output: String,
    /// Its standard error.
    pub(crate) errors: String,
}

impl Answer {
    /// Returns both streams: programs disagree on which one an error belongs to.
    pub(crate) fn everything(&self) -> String {
        format!("{}\n{}", self.output, self.errors)
    }
}

/// Runs a program without a terminal, so that it asks no question, and returns
/// what it wrote. A failure is part of the answer.
pub(crate) fn capture(command: &mut Command) -> anyhow::Result<Answer> {
    let output = command.stdin(Stdio::null()).output().with_context(|| cannot_start(command))?;
    Ok(Answer {
        succeeded: output.status.success(),
        output: String::from_utf8_lossy(&output.stdout).into_owned(),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Runs a program that reads `input` from its standard input. It may be a
/// secret, so it is in no message.
pub(crate) fn feed(command: &mut Command, input: &str) -> anyhow::Result<()> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .with_context(|| cannot_start(command))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{}` failed ({status})", line_of(command));
    }
    Ok(())
}

/// Runs a program, passes on each line of its standard output, and returns
/// whether it succeeded. If not, it prints how the program ended, because a
/// killed one prints nothing.
pub(crate) fn each_line(command: &mut Command, mut line: impl FnMut(&str)) -> anyhow::Result<bool> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| cannot_start(command))?;
    if let Some(stdout) = child.stdout.take() {
        for text in BufReader::new(stdout).split(b'\n') {
            line(&String::from_utf8_lossy(&text?));
        }
    }
    let status = child.wait()?;
    if !status.success() {
        eprintln!("`{}` ended with {status}", line_of(command));
    }
    Ok(status.success())
}

/// Returns whether a program can be started at all; its output is dropped.
pub(crate) fn exists(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

fn line_of(command: &Command) -> String {
    std::iter::once(name_of(command))
        .chain(command.get_args().map(|part| part.to_string_lossy().into_owned()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start `{}`", name_of(command))
}

/// Returns the program's name without its folder.
fn name_of(command: &Command) -> String {
    let program = Path::new(command.get_program());
    program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()
}
