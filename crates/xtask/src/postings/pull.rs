//! `cargo xtask postings pull`.

use std::fs;
use std::path::Path;

use anyhow::bail;
use domain::posting::State;
use intake::ports::{PostingStore, PostingVersion};

use super::lock::Lock;
use super::{current_versions, sources};

/// Writes what was saved elsewhere into `folder`. A file that was changed here
/// stays. What was taken down, or is a draft, comes only where there is a file.
pub(super) fn run(store: &impl PostingStore, folder: &Path, lock: &mut Lock) -> anyhow::Result<()> {
    let files = sources(folder)?;
    let mut refused = Vec::new();
    for stored in current_versions(store)? {
        let PostingVersion { slug, version, source, state, .. } = &stored;
        let file = files.get(slug);
        if file.is_none() && *state != State::Published {
            continue;
        }
        let is_ours = file
            .is_none_or(|file| file == source || lock.get(slug).is_some_and(|base| base.is(file)));
        if !is_ours {
            let based = lock.get(slug).map_or(0, |base| base.version);
            if based != *version {
                refused.push(format!(
                    "postings/{slug}.md was changed here and is based on version {based}; version \
                     {version} was saved elsewhere. Move your file away, pull again, and make your change in it."
                ));
            }
            continue;
        }
        if file != Some(source) {
            fs::write(folder.join(format!("{slug}.md")), source)?;
            println!("{slug}: version {version}");
        }
        lock.set(slug, *version, source);
    }
    if !refused.is_empty() {
        bail!("{}", refused.join("\n"));
    }
    Ok(())
}
