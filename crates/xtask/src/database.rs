//! Reaches the database through Wrangler, online or that of `cargo xtask dev`.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::dev;
use crate::installation::{Installation, config};
use crate::options::admin::Place;
use crate::process::capture;
use crate::setup;
use crate::workspace::Workspace;

/// What `SQLite` says while another process writes: in development the Worker
/// and this command share one file. Nothing has been changed then.
const BUSY: &str = "SQLITE_BUSY";
/// How often a busy database is asked, and the pause between.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(300);

/// A database to ask.
pub(crate) struct Database<'a>(Reach<'a>);

enum Reach<'a> {
    Online(Installation<'a>),
    /// The state folder of `cargo xtask dev`.
    Development(&'a Workspace, PathBuf),
}

impl<'a> Database<'a> {
    pub(crate) fn of(workspace: &'a Workspace, place: &Place) -> anyhow::Result<Self> {
        if !workspace.path("node_modules/.bin/wrangler").exists() {
            setup::npm_packages(workspace)?;
        }
        Ok(Self(match place {
            Place::Online => Reach::Online(Installation::open(workspace)?),
            Place::Development(folder) => {
                let folder = dev::state_folder(workspace, folder.as_deref())?;
                if !folder.exists() {
                    bail!("{} is not there: `cargo xtask dev` makes it", folder.display());
                }
                Reach::Development(workspace, folder)
            }
        }))
    }

    /// Returns the installation whose database it is, if it is online.
    pub(crate) fn installation(&self) -> Option<&Installation<'a>> {
        match &self.0 {
            Reach::Online(installation) => Some(installation),
            Reach::Development(..) => None,
        }
    }

    /// Returns the rows that a statement gives.
    pub(crate) fn ask(&self, sql: &str) -> anyhow::Result<Vec<Value>> {
        let text = self.execute("--command", sql)?;
        let answer: Value = serde_json::from_str(&text).context("Wrangler's answer is no JSON")?;
        let rows = answer.pointer("/0/results").and_then(Value::as_array);
        rows.cloned().context("Wrangler's answer has no rows")
    }

    /// Runs the statements in a file as one transaction.
    pub(crate) fn run_file(&self, file: &Path) -> anyhow::Result<()> {
        self.execute("--file", &file.to_string_lossy()).map(|_| ())
    }

    fn execute(&self, how: &str, what: &str) -> anyhow::Result<String> {
        let mut attempts = 0;
        loop {
            let answer = capture(&mut self.execution(how, what))?;
            if answer.succeeded {
                return Ok(answer.output);
            }
            attempts += 1;
            if attempts == ATTEMPTS || !answer.everything().contains(BUSY) {
                eprintln!("{}", answer.everything());
                bail!(
                    "Wrangler could not ask the database; online, `npx wrangler login` comes first"
                );
            }
            thread::sleep(PAUSE);
        }
    }

    fn execution(&self, how: &str, what: &str) -> Command {
        let execute = ["d1", "execute", "DB", "--json", "--yes", how, what];
        match &self.0 {
            Reach::Online(installation) => {
                let mut command = installation.wrangler(&execute);
                command.arg("--remote");
                command
            }
            Reach::Development(workspace, folder) => {
                let mut command = workspace.wrangler();
                command.args(execute).arg("--local").arg("--persist-to").arg(folder);
                command
            }
        }
    }

    /// Writes a small record into the bucket beside the database.
    pub(crate) fn write_record(&self, key: &str, text: &str) -> anyhow::Result<()> {
        let put = |bucket: &str| {
            ["r2", "object", "put", &format!("{bucket}/{key}"), "--pipe"].map(str::to_owned)
        };
        let mut command = match &self.0 {
            Reach::Online(installation) => {
                let put = put(config::bucket_name(&installation.config));
                let mut command = installation.wrangler(&put.each_ref().map(String::as_str));
                command.arg("--remote").args(installation.jurisdiction());
                command
            }
            Reach::Development(workspace, folder) => {
                let toml = fs::read_to_string(workspace.path("wrangler.toml"))?;
                let config: Value = toml::from_str(&toml)?;
                let mut command = workspace.wrangler();
                command.args(put(config::bucket_name(&config))).arg("--local");
                command.arg("--persist-to").arg(folder);
                command
            }
        };
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        if let Some(mut pipe) = child.stdin.take() {
            pipe.write_all(text.as_bytes())?;
        }
        if !child.wait()?.success() {
            bail!("Wrangler could not write {key}; online, `npx wrangler login` comes first");
        }
        Ok(())
    }

    /// Returns the time by the Worker's clock, in milliseconds since 1970.
    pub(crate) fn now(&self) -> anyhow::Result<i64> {
        let real = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
        Ok(match &self.0 {
            Reach::Online(_) => real,
            Reach::Development(_, folder) => real.saturating_add(shift(folder)),
        })
    }
}

/// Returns the shift of the development clock in milliseconds, as `cargo xtask
/// dev --now` noted it.
fn shift(state: &Path) -> i64 {
    let noted = fs::read_to_string(state.join(dev::CLOCK)).unwrap_or_default();
    noted.trim().parse().unwrap_or(0)
}
