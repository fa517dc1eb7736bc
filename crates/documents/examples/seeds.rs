//! Writes every sample into a folder, for the fuzzers to begin with.

#![allow(clippy::disallowed_methods, reason = "a tool for developers")]

use std::{env, fs, io, path::PathBuf};

use documents::samples;

fn main() -> io::Result<()> {
    let folder: PathBuf = env::args_os().nth(1).ok_or(io::ErrorKind::InvalidInput)?.into();
    fs::create_dir_all(&folder)?;
    for (at, sample) in samples::all().into_iter().enumerate() {
        fs::write(folder.join(at.to_string()), sample)?;
    }
    Ok(())
}
