//! Looks into every file of a folder, as page and Worker would, for a posting
//! that takes PDF, DOCX and ODT of up to 20 MB. `cargo xtask corpus` runs it.
//!
//! With `--json` it prints one JSON object per file; otherwise a table
//! against the folder's `expected.tsv` or `manifest.tsv`, whose columns the
//! README of the corpora explains.

#![allow(clippy::disallowed_methods, reason = "it measures how long each file takes")]

mod expected;
mod files;
mod look;
mod table;

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use look::look;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["--json", folder] => json(Path::new(folder)),
        [folder] if Path::new(folder).join(expected::FILE).is_file() => {
            expected::print(Path::new(folder))
        }
        [folder] => table::print(Path::new(folder)),
        _ => Err("usage: corpus [--json] FOLDER".into()),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// False where a file could not be read or made the inspection panic.
fn json(folder: &Path) -> Result<bool, String> {
    let said = |error: io::Error| format!("{}: {error}", folder.display());
    let files = files::below(folder).map_err(said)?;
    if files.is_empty() {
        return Err(format!("{} has no files", folder.display()));
    }
    let mut output = io::stdout().lock();
    let mut is_whole = true;
    for path in files {
        let seen = look(folder, &path);
        is_whole &= seen.failure.is_none();
        writeln!(output, "{}", seen.to_json()).map_err(said)?;
    }
    Ok(is_whole)
}
