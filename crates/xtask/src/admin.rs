//! `cargo xtask admin`: lists the outbox and sends mails again. It reaches D1
//! through Wrangler, so it needs the rights to deploy; the Worker has no
//! address for it.

mod sql;
mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::dev;
use crate::options::admin::{AdminOptions, Order, Place};
use crate::process::output;
use crate::setup;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace, options: &AdminOptions) -> anyhow::Result<()> {
    if !workspace.path("node_modules/.bin/wrangler").exists() {
        setup::npm_packages(workspace)?;
    }
    let database = Database::of(workspace, &options.place)?;
    match &options.order {
        Order::Outbox { all } => {
            let rows = database.ask(&sql::outbox(*all, database.now()?))?;
            print!("{}", table::outbox(&rows));
        }
        Order::SendAgain { reference, mail } => {
            let rows = database.ask(&sql::send_again(reference, *mail, database.now()?))?;
            if rows.is_empty() {
                bail!(
                    "nothing was changed: no application has the reference {reference}, or its mail is being sent \
                     at this moment. `cargo xtask admin outbox --all` shows what there is"
                );
            }
            println!("{}", table::sent_again(reference, &rows));
        }
    }
    Ok(())
}

/// The ledger, as Wrangler reaches it.
struct Database<'a> {
    workspace: &'a Workspace,
    /// The folder of `cargo xtask dev`; none for the one online.
    state: Option<PathBuf>,
}

impl<'a> Database<'a> {
    fn of(workspace: &'a Workspace, place: &Place) -> anyhow::Result<Self> {
        let state = match place {
            Place::Online => None,
            Place::Development(folder) => {
                let folder = dev::state_folder(workspace, folder.as_deref())?;
                if !folder.exists() {
                    bail!("{} is not there: `cargo xtask dev` makes it", folder.display());
                }
                Some(folder)
            }
        };
        Ok(Self { workspace, state })
    }

    /// Returns the rows that a statement gives.
    fn ask(&self, sql: &str) -> anyhow::Result<Vec<Value>> {
        let mut command = self.workspace.npm_program("wrangler");
        command.args(["d1", "execute", "DB", "--json", "--yes", "--command", sql]);
        match &self.state {
            None => command.arg("--remote"),
            Some(folder) => command.arg("--local").arg("--persist-to").arg(folder),
        };
        let text = output(command.env("WRANGLER_SEND_METRICS", "false").stdin(Stdio::null()))
            .context(
                "Wrangler could not ask the database; online, `npx wrangler login` comes first",
            )?;
        let answer: Value = serde_json::from_str(&text).context("Wrangler's answer is no JSON")?;
        let rows = answer.pointer("/0/results").and_then(Value::as_array);
        rows.cloned().context("Wrangler's answer has no rows")
    }

    /// In milliseconds since 1970, by the clock that the Worker goes by.
    fn now(&self) -> anyhow::Result<i64> {
        let real = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
        Ok(real.saturating_add(self.state.as_deref().map_or(0, shift)))
    }
}

/// By how many milliseconds the development clock differs, as `cargo xtask dev --now` has noted it.
fn shift(state: &Path) -> i64 {
    let noted = fs::read_to_string(state.join(dev::CLOCK)).unwrap_or_default();
    noted.trim().parse().unwrap_or(0)
}
