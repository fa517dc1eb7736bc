//! `cargo xtask postings push`.

use std::path::Path;

use anyhow::bail;
use domain::Posting;
use domain::posting::State;
use intake::ports::{Fault, NewVersion, PostingStore, PostingVersion};
use intake::{Draft, Saving, save_posting, still_ended};
use postings::Compiled;
use rules::Timestamp;

use super::lock::Lock;
use super::{current_versions, posting, sources};
use crate::check::compile_postings;
use crate::process::output;
use crate::workspace::Workspace;

/// What a push needs.
pub(super) struct Push<'a, S> {
    pub(super) ledger: &'a S,
    pub(super) folder: &'a Path,
    /// Who pushes.
    pub(super) by: &'a str,
    /// Whether applications may be erased before a new closing.
    pub(super) confirmed: bool,
    pub(super) now: Timestamp,
    /// The address that takes applications by mail; empty where none does.
    pub(super) intake: &'a str,
}

/// What became of a file.
#[derive(Debug, PartialEq, Eq)]
enum Pushed {
    /// The database has it already.
    Unchanged,
    /// It is a new version.
    Version(u32),
    /// The database has a version that the file is not based on.
    Refused(String),
}

impl<S: PostingStore> Push<'_, S> {
    /// Saves what has changed in the folder. A file that is refused does not
    /// hold up the others.
    pub(super) fn run(
        &self,
        lock: &mut Lock,
        withdraw: &[String],
        put_back: &[String],
    ) -> anyhow::Result<()> {
        compile_postings(self.folder)?;
        let stored = current_versions(self.ledger)?;
        let sources = sources(self.folder)?;
        let mut public: Vec<Posting> = stored.iter().filter_map(posting).collect();
        let mut refused = Vec::new();
        for (slug, source) in &sources {
            let current = stored.iter().find(|stored| stored.slug == *slug);
            match self.push(lock, slug, source, current, &mut public)? {
                Pushed::Unchanged => {}
                Pushed::Version(version) => println!("{slug}: saved as version {version}"),
                Pushed::Refused(why) => refused.push(why),
            }
        }
        for stored in stored.iter().filter(|stored| stored.state == State::Published) {
            let slug = &stored.slug;
            if !sources.contains_key(slug) && !withdraw.contains(slug) {
                println!("{slug}: has no file here and stays. To take it down: --withdraw {slug}");
            }
        }
        self.set_states(withdraw, State::Withdrawn, "taken down")?;
        self.set_states(put_back, State::Published, "put back")?;
        if !refused.is_empty() {
            bail!("{}", refused.join("\n"));
        }
        Ok(())
    }

    fn push(
        &self,
        lock: &mut Lock,
        slug: &str,
        source: &str,
        current: Option<&PostingVersion>,
        public: &mut Vec<Posting>,
    ) -> anyhow::Result<Pushed> {
        if let Some(current) = current.filter(|current| current.source == source) {
            lock.set(slug, current.version, source);
            return Ok(Pushed::Unchanged);
        }
        let base = lock.get(slug);
        if base.is_some_and(|base| base.is(source)) {
            println!(
                "{slug}: a newer version was saved elsewhere. `cargo xtask postings pull` brings it."
            );
            return Ok(Pushed::Unchanged);
        }
        let base = base.map_or(0, |base| base.version);
        let file = format!("postings/{slug}.md");
        let compiled = postings::compile(&file, source)?;
        let compiled = postings::check_keys(&file, source, compiled, self.now)?;
        if compiled.is_mailbox(self.intake) {
            return Ok(Pushed::Refused(format!(
                "postings/{slug}.md: {} takes applications by mail and can be neither recipient nor contact: the \
                 Worker would write to itself.",
                self.intake
            )));
        }
        let ended_at = current.and_then(|current| still_ended(current, read, &compiled));
        if ended_at.is_some() {
            println!("{slug}: was ended by hand and stays so. A new deadline opens it again.");
        }
        let state = current.map_or(State::Published, |current| current.state);
        let compiled = Posting { state, ..compiled.ended_if(ended_at) };
        if state == State::Published
            && let Err(mistakes) =
                postings::check_subject(&file, source, &compiled, public.iter(), self.now)
        {
            // It is saved: whoever keeps postings in files may mean it.
            println!("warning: {}", mistakes.to_string().trim_end());
        }
        Ok(match self.save(slug, base, source, &compiled, ended_at)? {
            Saving::Version(version) => {
                lock.set(slug, version, source);
                public.push(compiled);
                Pushed::Version(version)
            }
            Saving::Unchanged(version) => {
                lock.set(slug, version, source);
                Pushed::Unchanged
            }
            Saving::Conflict { current } => Pushed::Refused(conflict(slug, base, current)),
            Saving::Unconfirmed { early } => Pushed::Refused(format!(
                "postings/{slug}.md closes after the day on which {} of its applications are erased, as \
                 their candidates were told. If that is meant: --confirm",
                early.count
            )),
            Saving::Over => Pushed::Refused(format!(
                "postings/{slug}.md: the posting of this name is over and its applications are erased. Give \
                 another posting another name."
            )),
        })
    }

    fn save(
        &self,
        slug: &str,
        base: u32,
        source: &str,
        compiled: &Posting,
        ended_at: Option<Timestamp>,
    ) -> anyhow::Result<Saving> {
        let Compiled { json, format } = Compiled::of(compiled);
        let version = NewVersion {
            slug,
            base,
            state: None,
            source,
            compiled: Some(&json),
            format,
            closes_at: Some(compiled.requirements.window.closes_at),
            ended_at,
            saved_at: self.now,
            saved_by: self.by,
        };
        let draft = Draft { version, confirmed: self.confirmed };
        Ok(pollster::block_on(save_posting(self.ledger, read, draft))?)
    }

    fn set_states(&self, slugs: &[String], state: State, what: &str) -> anyhow::Result<()> {
        for slug in slugs {
            if !pollster::block_on(self.ledger.set_state(slug, state, self.now))? {
                bail!("{slug}: there is no such posting. `cargo xtask postings list` shows them");
            }
            println!("{slug}: {what}");
        }
        Ok(())
    }
}

fn read(stored: PostingVersion) -> Result<Posting, Fault> {
    posting(&stored).ok_or_else(|| Fault::Ledger("a version does not compile".into()))
}

fn conflict(slug: &str, base: u32, current: u32) -> String {
    let based = match base {
        0 => "is new here".to_owned(),
        version => format!("is based on version {version}"),
    };
    format!(
        "postings/{slug}.md {based}, but version {current} has been saved since. Move your file away, \
         `cargo xtask postings pull`, make your change in that version, and push again."
    )
}

/// Who pushes: the address in git's settings.
pub(super) fn author(workspace: &Workspace) -> String {
    let mut command = workspace.command("git");
    let address = output(command.args(["config", "--default", "", "user.email"]));
    let address = address.unwrap_or_default().trim().to_owned();
    if address.is_empty() { "cargo xtask postings push".to_owned() } else { address }
}
