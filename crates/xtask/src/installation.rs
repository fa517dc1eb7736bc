//! The installation online: its settings (`guichet.toml`), and the Wrangler
//! configuration that is made of them and of the tracked `wrangler.toml`.

pub(crate) mod config;
mod settings;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::process::{Answer, capture};
use crate::workspace::Workspace;

pub(crate) use settings::Settings;

/// What the settings are read from, unless the environment variable
/// [`SETTINGS_VARIABLE`] names another file. Git ignores it.
const SETTINGS: &str = "guichet.toml";
const SETTINGS_VARIABLE: &str = "GUICHET_SETTINGS";
const TEMPLATE: &str = "guichet.example.toml";
const BASE: &str = "wrangler.toml";
/// Written anew by each command that reaches the installation.
const GENERATED: &str = "build/wrangler.json";

/// What is said where nobody is logged in, and the remedy.
pub(crate) const NOT_LOGGED_IN: &str = "not logged in at Cloudflare";
pub(crate) const LOG_IN: &str = "run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN";

/// An installation, reached through Wrangler.
pub(crate) struct Installation<'a> {
    workspace: &'a Workspace,
    pub(crate) settings: Settings,
    /// The configuration that Wrangler is given.
    pub(crate) config: Value,
}

impl<'a> Installation<'a> {
    /// Reads the settings, without any request to Cloudflare.
    pub(crate) fn read(workspace: &'a Workspace) -> anyhow::Result<Self> {
        let named = std::env::var_os(SETTINGS_VARIABLE);
        let path = workspace.root.join(named.unwrap_or_else(|| SETTINGS.into()));
        if !path.exists() {
            let shown = path.display();
            bail!("{shown} is not there: copy {TEMPLATE} to {SETTINGS} and change it");
        }
        let settings = Settings::parse(&fs::read_to_string(&path)?)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let base: Value = toml::from_str(&fs::read_to_string(workspace.path(BASE))?)
            .with_context(|| format!("cannot read {BASE}"))?;
        let config = config::merge(base, &settings)?;
        let installation = Self { workspace, settings, config };
        installation.write()?;
        Ok(installation)
    }

    /// Reads the settings and finds the database that they name.
    ///
    /// # Errors
    ///
    /// Where there is none yet: `cargo xtask deploy` makes it.
    pub(crate) fn open(workspace: &'a Workspace) -> anyhow::Result<Self> {
        let mut installation = Self::read(workspace)?;
        let found = installation.find_database();
        if found.is_err() && !installation.is_logged_in()? {
            bail!("{NOT_LOGGED_IN}: {LOG_IN}");
        }
        if !found? {
            let name = config::database_name(&installation.config);
            bail!("there is no database {name} online: `cargo xtask deploy` makes it");
        }
        Ok(installation)
    }

    /// Returns whether somebody is logged in at Cloudflare. Where Wrangler cannot
    /// say, the next request tells more.
    pub(crate) fn is_logged_in(&self) -> anyhow::Result<bool> {
        let answer = self.try_to(&["whoami", "--json"])?;
        let said: Option<Value> = serde_json::from_str(&answer.output).ok();
        let said = said.and_then(|said| said.get("loggedIn")?.as_bool());
        Ok(said.unwrap_or(true))
    }

    /// Looks for the database by its name, and writes its id into the
    /// configuration. Returns whether it is there.
    pub(crate) fn find_database(&mut self) -> anyhow::Result<bool> {
        let text = self.ask(&["d1", "list", "--json"])?;
        let databases: Value =
            serde_json::from_str(&text).context("Wrangler's list of databases is no JSON")?;
        let name = config::database_name(&self.config).to_owned();
        let Some(id) = config::id_of_database(&databases, &name) else {
            return Ok(false);
        };
        config::set_database_id(&mut self.config, id);
        self.write()?;
        Ok(true)
    }

    /// Returns whether the database was found.
    pub(crate) fn has_database(&self) -> bool {
        self.config.pointer("/d1_databases/0/database_id").is_some()
    }

    /// Returns the folder of the postings.
    pub(crate) fn postings(&self) -> PathBuf {
        let own = self.settings.postings.as_deref();
        self.workspace.root.join(own.unwrap_or(Path::new("postings")))
    }

    /// Returns the folder of the migrations.
    pub(crate) fn migrations(&self) -> PathBuf {
        self.workspace.path("migrations")
    }

    /// Returns the file for a copy of the signing key. Git ignores it.
    pub(crate) fn key_copy(&self) -> PathBuf {
        self.workspace.path(&format!(".guichet/{}.signing-key", self.settings.name))
    }

    /// Returns a folder for what a dry run bundles.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.workspace.path("build/dry-run")
    }

    /// Returns a Wrangler command that acts on this installation.
    pub(crate) fn wrangler(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = self.workspace.wrangler();
        command.args(arguments).arg("--config").arg(self.path());
        command
    }

    /// Returns how Wrangler's commands for buckets name their jurisdiction:
    /// those of one are in a list of their own.
    pub(crate) fn jurisdiction(&self) -> Vec<&'static str> {
        let jurisdiction = self.settings.jurisdiction;
        jurisdiction.iter().flat_map(|place| ["--jurisdiction", place.as_str()]).collect()
    }

    /// Runs a Wrangler command and returns what it wrote.
    pub(crate) fn ask(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let answer = self.try_to(arguments)?;
        if !answer.succeeded {
            bail!("`wrangler {}` failed:\n{}", arguments.join(" "), answer.everything().trim());
        }
        Ok(answer.output)
    }

    /// Runs a Wrangler command and returns what it wrote, also where it failed.
    pub(crate) fn try_to(&self, arguments: &[&str]) -> anyhow::Result<Answer> {
        capture(&mut self.wrangler(arguments))
    }

    fn path(&self) -> PathBuf {
        self.workspace.path(GENERATED)
    }

    fn write(&self) -> anyhow::Result<()> {
        fs::create_dir_all(self.workspace.path("build"))?;
        fs::write(self.path(), serde_json::to_string_pretty(&self.config)?)
            .with_context(|| format!("cannot write {GENERATED}"))
    }
}
