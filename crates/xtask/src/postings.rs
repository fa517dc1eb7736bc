//! `cargo xtask postings`: the folder `postings` and the database, in both
//! directions. It reaches D1 through Wrangler, as `cargo xtask admin` does.

mod database;
mod lock;
mod pull;
mod push;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use domain::Posting;
use intake::ports::{PostingStore, PostingVersion};
use ledger::SqlLedger;
use rules::Timestamp;

use crate::database::Database;
use crate::dev;
use crate::installation::Installation;
use crate::installation::config::variable;
use crate::options::admin::Place;
use crate::options::postings::{Order, PostingsOptions};
use crate::workspace::Workspace;

use database::Wrangler;
use lock::Lock;

const FOLDER: &str = "postings";

pub(crate) fn run(workspace: &Workspace, options: &PostingsOptions) -> anyhow::Result<()> {
    let database = Database::of(workspace, &options.place)?;
    let now = Timestamp(database.now()?);
    let own = database.installation().map(Installation::postings);
    let intake = database
        .installation()
        .map(|own| variable(&own.config, "INTAKE_ADDRESS").to_owned())
        .unwrap_or_default();
    let folder = options.folder.clone().or(own).unwrap_or_else(|| workspace.path(FOLDER));
    let ledger = SqlLedger(Wrangler(database));
    let mut lock = Lock::read(lock_file(workspace, &options.place, &folder)?)?;
    match &options.order {
        Order::Push { withdraw, put_back, confirmed } => {
            let by = push::author(workspace);
            let (ledger, folder, confirmed) = (&ledger, &folder, *confirmed);
            let push = push::Push { ledger, folder, by: &by, confirmed, now, intake: &intake };
            let result = push.run(&mut lock, withdraw, put_back);
            lock.write()?;
            result
        }
        Order::Pull => {
            let result = pull::run(&ledger, &folder, &mut lock);
            lock.write()?;
            result
        }
        Order::List => list(&ledger, now),
    }
}

/// Names the mistakes in the folder, without a database.
pub(crate) fn check(
    workspace: &Workspace,
    place: &Place,
    folder: Option<PathBuf>,
) -> anyhow::Result<()> {
    let folder = match (folder, place) {
        (Some(folder), _) => folder,
        (None, Place::Online) => Installation::read(workspace)?.postings(),
        (None, Place::Development(_)) => workspace.path(FOLDER),
    };
    let postings = postings::compile_folder(&folder)?;
    println!("{} postings in {}, no mistake", postings.len(), folder.display());
    Ok(())
}

/// The file that keeps account of the database online is tracked beside the
/// postings. A database on this machine has its own, beside its data.
fn lock_file(workspace: &Workspace, place: &Place, folder: &Path) -> anyhow::Result<PathBuf> {
    match place {
        Place::Online => Ok(folder.join("postings.lock")),
        Place::Development(state) => {
            Ok(dev::state_folder(workspace, state.as_deref())?.join("postings.lock"))
        }
    }
}

fn list(store: &impl PostingStore, now: Timestamp) -> anyhow::Result<()> {
    for stored in current_versions(store)? {
        let state = posting(&stored).map_or("draft", |posting| posting.state_at(now));
        let PostingVersion { slug, version, saved_at, saved_by, .. } = &stored;
        println!(
            "{slug}: {state}, version {version}, saved {} by {saved_by}",
            saved_at.to_rfc3339()
        );
    }
    Ok(())
}

/// The current version of every posting, with its source.
fn current_versions(store: &impl PostingStore) -> anyhow::Result<Vec<PostingVersion>> {
    /// No build has this one: sources come with it.
    const NO_FORMAT: u32 = 0;
    let slugs: Vec<String> = pollster::block_on(store.current_versions())?
        .into_iter()
        .map(|current| current.slug)
        .collect();
    Ok(pollster::block_on(store.load(&slugs, NO_FORMAT))?)
}

/// Returns the posting that is stored; nothing of a draft with mistakes.
fn posting(stored: &PostingVersion) -> Option<Posting> {
    let posting = postings::compile(&format!("{}.md", stored.slug), &stored.source).ok()?;
    let posting = posting.ended_if(stored.ended_at);
    Some(Posting { state: stored.state, version: stored.version, ..posting })
}

/// The sources in the folder, by slug, each with the keys that it names.
fn sources(folder: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let mut sources = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let slug = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_some_and(|extension| extension == "md") && slug != "README" {
            let source = fs::read_to_string(&path);
            let source = source.with_context(|| path.display().to_string())?;
            let file = format!("postings/{slug}.md");
            let read = |name: &str| fs::read_to_string(folder.join(name));
            sources.insert(slug, postings::with_keys(&file, &source, read)?);
        }
    }
    Ok(sources)
}
