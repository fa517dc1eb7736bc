//! Makes keys for `SIGNING_KEY`.

use std::fmt::Write;
use std::fs::File;
use std::io::Read;

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
