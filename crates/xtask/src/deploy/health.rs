//! Asks the deployed Worker whether it could take an application.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::process::capture;
use crate::workspace::Workspace;

/// A new domain gets its certificate within a few minutes.
const PATIENCE: Duration = Duration::from_mins(3);
const PAUSE: Duration = Duration::from_secs(5);

/// Waits until `/healthz` answers 200.
pub(super) fn wait_for(workspace: &Workspace, origin: &str) -> anyhow::Result<()> {
    let start = Instant::now();
    loop {
        match ask(workspace, origin)? {
            Health { status: 200, .. } => return Ok(()),
            // The Worker itself says what is wrong: waiting changes nothing.
            Health { status: 503, problems, .. } if !problems.is_empty() => {
                bail!("{origin}/healthz says: {}", problems.join(", "));
            }
            Health { status, error, .. } if start.elapsed() > PATIENCE => bail!(
                "{origin}/healthz does not answer ({}). The Worker is deployed; a new domain may need some \
                 minutes more. `cargo xtask doctor --remote` asks again",
                if status == 0 { error } else { status.to_string() }
            ),
            _ => sleep(PAUSE),
        }
    }
}

/// The answer of `/healthz`.
#[derive(Debug, Default)]
pub(crate) struct Health {
    /// Of HTTP; 0 where there was no answer.
    pub(crate) status: u64,
    /// The codes of what is wrong.
    pub(crate) problems: Vec<String>,
    /// The server's clock, in milliseconds since 1970.
    pub(crate) date: Option<i64>,
    /// Why there was no answer.
    pub(crate) error: String,
}

/// Asks once. Node does it: the workspace has no HTTPS client of its own.
pub(crate) fn ask(workspace: &Workspace, origin: &str) -> anyhow::Result<Health> {
    let script = "crates/xtask/src/deploy/healthz.mjs";
    let answer = capture(workspace.command("node").arg(script).arg(origin))?;
    let value: Value = serde_json::from_str(&answer.output)
        .with_context(|| format!("{script} failed: {}", answer.errors.trim()))?;
    let problems = value.get("problems").and_then(Value::as_array).into_iter().flatten();
    Ok(Health {
        status: value.get("status").and_then(Value::as_u64).unwrap_or(0),
        problems: problems.filter_map(|code| code.as_str().map(str::to_owned)).collect(),
        date: value.get("date").and_then(Value::as_i64),
        error: value.get("error").and_then(Value::as_str).unwrap_or_default().to_owned(),
    })
}
