//! What is missing online: resources, secrets, tables, and whether the Worker
//! says that it could take an application.

use std::time::{SystemTime, UNIX_EPOCH};

use super::finding::Finding;
use super::mail_size;
use super::postings::Outline;
use crate::deploy::{health, resources};
use crate::installation::Installation;
use crate::installation::config::{ORIGIN, bucket_name, database_name, variable};
use crate::workspace::Workspace;

/// How far this machine's clock may be from the server's, in milliseconds:
/// `cargo xtask admin` writes times by it.
const CLOCK_TOLERANCE: i64 = 60_000;
const DEPLOY: &str = "`cargo xtask deploy` makes it";

pub(super) fn findings(
    workspace: &Workspace,
    installation: &mut Installation,
    postings: &[Outline],
) -> anyhow::Result<Vec<Finding>> {
    let has_database = installation.find_database()?;
    let installation = &*installation;
    let mut findings = Vec::new();
    let config = &installation.config;
    let mut missing = |what: &str| {
        findings.push(Finding::error(format!("{what} is not there"), DEPLOY));
    };
    if !has_database {
        missing(&format!("the database {}", database_name(config)));
    }
    if !resources::has_bucket(installation, bucket_name(config))? {
        missing(&format!("the bucket {}", bucket_name(config)));
    }
    for name in resources::missing_queues(installation)? {
        missing(&format!("the queue {name}"));
    }
    findings.extend(secrets(installation)?);
    if has_database {
        findings.extend(tables(installation)?);
    }
    findings.extend(mail_size::findings(workspace, installation, postings));
    findings.extend(worker(workspace, installation)?);
    Ok(findings)
}

fn secrets(installation: &Installation) -> anyhow::Result<Vec<Finding>> {
    let there = resources::secrets(installation)?;
    let is_missing = |name: &str| !there.iter().any(|secret| secret == name);
    let mut findings = Vec::new();
    if is_missing("SIGNING_KEY") {
        findings.push(Finding::error("the secret SIGNING_KEY is not there", DEPLOY));
    }
    let config = &installation.config;
    let uses_password =
        variable(config, "MAIL_TRANSPORT") == "smtp" && !variable(config, "SMTP_USER").is_empty();
    if uses_password && is_missing("SMTP_PASSWORD") {
        findings.push(Finding::error(
            "SMTP_USER is set and the secret SMTP_PASSWORD is not there",
            "`npx wrangler secret put SMTP_PASSWORD --config build/wrangler.json`",
        ));
    }
    if !is_missing("SIGNING_KEY_PREVIOUS") {
        findings.push(Finding::warning(
            "the previous signing key is still valid",
            "delete it once the applications of its time are erased: \
             `npx wrangler secret delete SIGNING_KEY_PREVIOUS --config build/wrangler.json`",
        ));
    }
    Ok(findings)
}

fn tables(installation: &Installation) -> anyhow::Result<Option<Finding>> {
    let missing = resources::pending_migrations(installation)?;
    Ok((!missing.is_empty()).then(|| {
        let what = format!("the tables are behind the sources: {}", missing.join(", "));
        Finding::error(what, "`cargo xtask deploy` applies them")
    }))
}

fn worker(workspace: &Workspace, installation: &Installation) -> anyhow::Result<Vec<Finding>> {
    let origin = variable(&installation.config, ORIGIN);
    let health = health::ask(workspace, origin)?;
    let mut findings: Vec<Finding> = health.problems.iter().map(|code| problem(code)).collect();
    if health.status != 200 && findings.is_empty() {
        let why = if health.status == 0 { health.error } else { health.status.to_string() };
        findings.push(Finding::error(
            format!("{origin}/healthz does not answer: {why}"),
            "look whether the domain's DNS record and certificate are there, and at `npx wrangler tail`",
        ));
    }
    findings.extend(health.date.and_then(clock));
    Ok(findings)
}

/// Returns what to do about a code of `/healthz`.
fn problem(code: &str) -> Finding {
    let remedy = match code {
        "signing_key" => "set the secret SIGNING_KEY: 32 characters or more",
        "tables" => "apply the migrations: `cargo xtask deploy`",
        "database" => "D1 does not answer: see Cloudflare's status page, and `npx wrangler tail`",
        _ => "deploy again with the bindings of wrangler.toml: `cargo xtask deploy`",
    };
    Finding::error(format!("/healthz says {code}"), remedy)
}

fn clock(server: i64) -> Option<Finding> {
    let here = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_millis();
    clock_differs(i64::try_from(here).ok()?, server)
}

fn clock_differs(here: i64, server: i64) -> Option<Finding> {
    let difference = here.saturating_sub(server);
    (difference.abs() > CLOCK_TOLERANCE).then(|| {
        Finding::warning(
            format!("this machine's clock differs from the server's by {} s", difference / 1_000),
            "set the clock by NTP before you use `cargo xtask admin`, which writes times by it",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_wrong_is_noted() {
        assert_eq!(clock_differs(1_000, 31_000), None);
        assert!(clock_differs(0, 600_000).unwrap().to_string().contains("by -600 s"));
    }
}
