//! What the Worker stands on: database, bucket, queues, tables, signing key.
//! Each function looks, says what it found, and makes what is missing unless
//! it is only to look.

use anyhow::{Context, bail};

use crate::installation::{Installation, config};
use crate::process::{feed, run};
use crate::signing_key;

pub(super) fn database(installation: &mut Installation, only_look: bool) -> anyhow::Result<()> {
    let name = config::database_name(&installation.config).to_owned();
    if installation.find_database()? {
        return there(&name);
    }
    if only_look {
        return would(&format!("make the database {name}"));
    }
    let mut arguments = vec!["d1", "create", &name];
    if let Some(jurisdiction) = installation.settings.jurisdiction {
        arguments.extend(["--jurisdiction", jurisdiction.as_str()]);
    }
    installation.ask(&arguments)?;
    if !installation.find_database()? {
        bail!("Wrangler made the database {name}, but does not list it");
    }
    made(&name)
}

pub(super) fn bucket(installation: &Installation, only_look: bool) -> anyhow::Result<()> {
    let name = config::bucket_name(&installation.config);
    if has_bucket(installation, name)? {
        return there(name);
    }
    if only_look {
        return would(&format!("make the bucket {name}"));
    }
    installation.ask(
        &[&["r2", "bucket", "create", name], installation.jurisdiction().as_slice()].concat(),
    )?;
    made(name)
}

pub(crate) fn has_bucket(installation: &Installation, name: &str) -> anyhow::Result<bool> {
    let list = [&["r2", "bucket", "list"], installation.jurisdiction().as_slice()].concat();
    Ok(is_listed(&installation.ask(&list)?, name))
}

/// Returns whether the list has a line `name:   NAME`.
fn is_listed(list: &str, name: &str) -> bool {
    let names = list.lines().filter_map(|line| line.trim().strip_prefix("name:"));
    names.map(str::trim).any(|listed| listed == name)
}

pub(super) fn queues(installation: &Installation, only_look: bool) -> anyhow::Result<()> {
    let missing = missing_queues(installation)?;
    for name in config::queue_names(&installation.config) {
        if !missing.iter().any(|queue| queue == name) {
            there(name)?;
        } else if only_look {
            would(&format!("make the queue {name}"))?;
        } else {
            installation.ask(&["queues", "create", name])?;
            made(name)?;
        }
    }
    Ok(())
}

/// Returns the names of the queues that are not there.
pub(crate) fn missing_queues(installation: &Installation) -> anyhow::Result<Vec<String>> {
    /// The list may have further pages where it has as many rows as this.
    const PAGE: usize = 20;
    let table = installation.ask(&["queues", "list"])?;
    let is_first_page = table.lines().filter(|line| line.contains('│')).count() > PAGE;
    let mut missing = Vec::new();
    for name in config::queue_names(&installation.config) {
        let is_there =
            has_cell(&table, name) || is_first_page && is_on_another_page(installation, name)?;
        if !is_there {
            missing.push(name.to_owned());
        }
    }
    Ok(missing)
}

fn is_on_another_page(installation: &Installation, name: &str) -> anyhow::Result<bool> {
    let answer = installation.try_to(&["queues", "info", name])?;
    let text = answer.everything();
    if !answer.succeeded && !text.contains("does not exist") {
        bail!("`wrangler queues info {name}` failed:\n{}", text.trim());
    }
    Ok(answer.succeeded)
}

/// Returns whether one of Wrangler's tables has a cell with this text.
fn has_cell(table: &str, text: &str) -> bool {
    table.lines().any(|row| row.split('│').any(|cell| cell.trim() == text))
}

/// Applies the migrations that are missing. The Worker that still runs works
/// with them too.
pub(super) fn tables(installation: &Installation, only_look: bool) -> anyhow::Result<()> {
    if !installation.has_database() {
        return would("apply every migration");
    }
    let missing = pending_migrations(installation)?;
    if missing.is_empty() {
        return there("every migration");
    }
    if only_look {
        return would(&format!("apply {}", missing.join(", ")));
    }
    let mut command = installation.wrangler(&["d1", "migrations", "apply", "DB", "--remote"]);
    run(command.stdin(std::process::Stdio::null()))
        .context("a migration failed. The earlier ones stay applied; none is applied by half")
}

/// Returns the names of the migrations that the database online lacks.
pub(crate) fn pending_migrations(installation: &Installation) -> anyhow::Result<Vec<String>> {
    let list = installation.ask(&["d1", "migrations", "list", "DB", "--remote"])?;
    let mut names = Vec::new();
    for entry in std::fs::read_dir(installation.migrations())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if list.contains(&name) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Makes a signing key where there is none. An existing one stays: receipts
/// and links that are out there were signed with it.
pub(super) fn signing_key(installation: &Installation, only_look: bool) -> anyhow::Result<()> {
    const NAME: &str = "SIGNING_KEY";
    if secrets(installation)?.iter().any(|name| name == NAME) {
        return there(NAME);
    }
    if only_look {
        return would("make a SIGNING_KEY");
    }
    let key = signing_key::random()?;
    let copy = installation.key_copy();
    signing_key::keep(&copy, &key)?;
    feed(&mut installation.wrangler(&["secret", "put", NAME]), &key)?;
    println!(
        "  Cloudflare does not show it again. Move {} to a safe place: you need it to change the key",
        copy.display()
    );
    made(NAME)
}

/// Returns the names of the secrets. A Worker that was never deployed has none.
pub(crate) fn secrets(installation: &Installation) -> anyhow::Result<Vec<String>> {
    let answer = installation.try_to(&["secret", "list"])?;
    if !answer.succeeded {
        let text = answer.everything();
        if text.contains("not found") {
            return Ok(Vec::new());
        }
        bail!("`wrangler secret list` failed:\n{}", text.trim());
    }
    let list: serde_json::Value =
        serde_json::from_str(&answer.output).context("Wrangler's list of secrets is no JSON")?;
    let names = list.as_array().into_iter().flatten();
    Ok(names.filter_map(|secret| Some(secret.get("name")?.as_str()?.to_owned())).collect())
}

#[allow(clippy::unnecessary_wraps, reason = "ends a step")]
fn there(what: &str) -> anyhow::Result<()> {
    println!("  {what}: there");
    Ok(())
}

#[allow(clippy::unnecessary_wraps, reason = "ends a step")]
fn made(what: &str) -> anyhow::Result<()> {
    println!("  {what}: made");
    Ok(())
}

#[allow(clippy::unnecessary_wraps, reason = "ends a step")]
pub(super) fn would(what: &str) -> anyhow::Result<()> {
    println!("  would {what}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{has_cell, is_listed};

    #[test]
    fn a_queue_is_found_by_its_whole_name() {
        let table = "│ 1 │ guichet-outbox-dead-2 │\n│ 2 │ guichet-outbox-large │";
        assert!(has_cell(table, "guichet-outbox-large"));
        assert!(!has_cell(table, "guichet-outbox-dead"));
    }

    #[test]
    fn a_bucket_is_found_by_its_whole_name() {
        let list =
            "Listing buckets...\nname:           jobs-documents\ncreation_date:  2026-01-01\n";
        assert!(is_listed(list, "jobs-documents"));
        assert!(!is_listed(list, "documents") && !is_listed(list, "jobs-documents-2"));
    }
}
