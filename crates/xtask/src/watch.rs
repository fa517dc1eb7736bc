//! Notices changed source files. Polling the modification times each second
//! costs a few milliseconds for a few hundred files, and needs no crate.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::workspace::Workspace;

/// What the Worker is built from.
pub(crate) const SOURCES: &[&str] = &["crates", "migrations", "www", "wrangler.toml"];

/// What is saved in the database.
pub(crate) const POSTINGS: &[&str] = &["postings"];

#[derive(Debug)]
pub(crate) struct Watch {
    roots: Vec<PathBuf>,
    seen: State,
}

/// How many files there are, and when the newest changed: this shows an edit,
/// an addition and a removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    files: usize,
    newest: SystemTime,
}

impl Watch {
    pub(crate) fn start(workspace: &Workspace, paths: &[&str]) -> Self {
        let roots: Vec<_> = paths.iter().map(|path| workspace.path(path)).collect();
        let seen = look(&roots);
        Self { roots, seen }
    }

    /// Returns whether something changed since the last call that said so.
    pub(crate) fn changed(&mut self) -> bool {
        let now = look(&self.roots);
        let changed = now != self.seen;
        self.seen = now;
        changed
    }
}

fn look(roots: &[PathBuf]) -> State {
    let mut state = State { files: 0, newest: UNIX_EPOCH };
    for root in roots {
        add(root, &mut state);
    }
    state
}

/// A file that vanishes during the scan is not counted.
fn add(path: &Path, state: &mut State) {
    if let Ok(entries) = fs::read_dir(path) {
        for entry in entries.flatten() {
            add(&entry.path(), state);
        }
    } else if let Ok(modified) = path.metadata().and_then(|data| data.modified()) {
        state.files += 1;
        state.newest = state.newest.max(modified);
    }
}
