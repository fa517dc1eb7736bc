//! `postings.lock`: which version of each posting the files come from.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail};
use sha2::{Digest as _, Sha256};

const HEAD: &str =
    "# Which version of each posting its file comes from. `cargo xtask postings` writes this.\n";

/// The lock file.
#[derive(Debug)]
pub(super) struct Lock {
    file: PathBuf,
    entries: BTreeMap<String, Entry>,
}

/// Where a file comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) version: u32,
    /// The SHA-256 of that version.
    pub(super) sha256: String,
}

impl Entry {
    pub(super) fn of(version: u32, source: &str) -> Self {
        let digest = Sha256::digest(source.as_bytes());
        let mut sha256 = String::with_capacity(64);
        for byte in digest {
            // Writing to a string cannot fail.
            let _ = write!(sha256, "{byte:02x}");
        }
        Self { version, sha256 }
    }

    /// Whether `source` is what it comes from.
    pub(super) fn is(&self, source: &str) -> bool {
        *self == Self::of(self.version, source)
    }
}

impl Lock {
    /// Reads the file; none is an empty one.
    pub(super) fn read(file: PathBuf) -> anyhow::Result<Self> {
        let text = if file.exists() { fs::read_to_string(&file)? } else { String::new() };
        let entries = parse(&text).with_context(|| file.display().to_string())?;
        Ok(Self { file, entries })
    }

    pub(super) fn get(&self, slug: &str) -> Option<&Entry> {
        self.entries.get(slug)
    }

    pub(super) fn set(&mut self, slug: &str, version: u32, source: &str) {
        self.entries.insert(slug.to_owned(), Entry::of(version, source));
    }

    pub(super) fn write(&self) -> anyhow::Result<()> {
        fs::write(&self.file, written(&self.entries))
            .with_context(|| self.file.display().to_string())
    }
}

fn parse(text: &str) -> anyhow::Result<BTreeMap<String, Entry>> {
    let mut entries = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let parts: Vec<&str> = line.split(' ').collect();
        let [slug, version, sha256] = parts.as_slice() else {
            bail!("`{line}` is not a slug, a version and a SHA-256");
        };
        let version = version.parse().with_context(|| format!("`{line}` has no version"))?;
        let entry = Entry { version, sha256: (*sha256).to_owned() };
        entries.insert((*slug).to_owned(), entry);
    }
    Ok(entries)
}

fn written(entries: &BTreeMap<String, Entry>) -> String {
    let mut text = HEAD.to_owned();
    for (slug, Entry { version, sha256 }) in entries {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{slug} {version} {sha256}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let entry = Entry::of(3, "a source");
        assert!(entry.is("a source") && !entry.is("another"));
        let entries = BTreeMap::from([("officer".to_owned(), entry)]);
        assert_eq!(parse(&written(&entries)).unwrap(), entries);
        assert!(parse("officer 3").is_err() && parse("officer three abc").is_err());
    }
}
