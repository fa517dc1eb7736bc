//! The files of a folder.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Returns every file below `folder` but its manifest, by path from there, in
/// order: links to files too, but no link to a folder is followed, lest one
/// file come twice or without end. What is neither (a pipe, a device) is no
/// file. A link that leads nowhere is one that cannot be read.
pub(crate) fn below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(one) = folders.pop() {
        let entries = match fs::read_dir(&one) {
            Err(error) if one != folder => {
                eprintln!("error: {}: {error}", one.display());
                continue;
            }
            entries => entries?,
        };
        for entry in entries {
            let path = entry?.path();
            let own = fs::symlink_metadata(&path)?.file_type();
            let aim = fs::metadata(&path).ok().map(|data| data.file_type());
            if own.is_dir() {
                folders.push(path);
            } else if aim.is_none_or(|aim| aim.is_file()) && path != folder.join("manifest.tsv") {
                files.push(path.strip_prefix(folder).map_or(path.clone(), Path::to_owned));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Returns a file's bytes, and how many there are: of a file larger than any
/// form brings only the first, which say its kind.
pub(crate) fn read(path: &Path) -> io::Result<(Vec<u8>, u64)> {
    const MOST: u64 = 128 * 1024 * 1024;
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes)?;
    let read = bytes.len() as u64;
    Ok((bytes, if read < MOST { read } else { length }))
}
