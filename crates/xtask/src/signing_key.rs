//! Makes keys for `SIGNING_KEY`.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;

use anyhow::Context;

const BYTES: usize = 32;

/// Returns a new key: 64 hexadecimal digits from the system's random source.
pub(crate) fn random() -> anyhow::Result<String> {
    let mut bytes = [0; BYTES];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .context("this system has no /dev/urandom to make a key of")?;
    let mut text = String::with_capacity(2 * BYTES);
    for byte in bytes {
        write!(text, "{byte:02x}")?;
    }
    Ok(text)
}

/// Writes a key to a new file that only its owner may read.
///
/// # Errors
///
/// Also where the file exists: it may be the only copy of a key in use.
pub(crate) fn keep(file: &Path, key: &str) -> anyhow::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(file)
        .and_then(|mut open| writeln!(open, "{key}"))
        .with_context(|| format!("cannot write {}: move an older key away first", file.display()))
}
