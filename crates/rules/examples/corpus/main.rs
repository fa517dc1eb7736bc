//! Looks into every file of a folder, as page and Worker would, for a posting
//! that takes PDF, DOCX and ODT of up to 20 MB. `cargo xtask corpus` runs it.
//!
//! With `--json` it prints one JSON object per file; otherwise a table
//! against the folder's `manifest.tsv`, whose columns the README of the
//! corpora explains.

#![allow(clippy::disallowed_methods, reason = "it measures how long each file takes")]

mod files;
mod look;
mod table;

use std::path::Path;
use std::process::ExitCode;

use look::{Seen, look};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["--json", folder] => json(Path::new(folder)),
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

fn json(folder: &Path) -> Result<bool, String> {
    let mut ran = false;
    for path in files::below(folder)? {
        println!("{}", look(folder, &path)?.to_json());
        ran = true;
    }
    if ran { Ok(true) } else { Err(format!("{} has no files", folder.display())) }
}
