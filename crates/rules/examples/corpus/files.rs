//! The files of a folder.

use std::fs;
use std::path::{Path, PathBuf};

/// Every file below `folder` but its manifest, by path from there, in order.
pub(crate) fn below(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(one) = folders.pop() {
        let entries = fs::read_dir(&one).map_err(|error| format!("{}: {error}", one.display()))?;
        for entry in entries {
            let path = entry.map_err(|error| error.to_string())?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path != folder.join("manifest.tsv") {
                files.push(path.strip_prefix(folder).map_or(path.clone(), Path::to_owned));
            }
        }
    }
    files.sort();
    Ok(files)
}
