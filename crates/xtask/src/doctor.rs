//! `cargo xtask doctor`: what is missing or wrong in an installation, each
//! with its remedy. It changes nothing.

mod finding;
mod local;
mod mail_size;
mod online;
mod postings;

use anyhow::bail;

use crate::installation::{Installation, LOG_IN, NOT_LOGGED_IN};
use crate::setup;
use crate::workspace::Workspace;

pub(crate) use finding::Finding;
pub(crate) use local::settings;

/// Looks at the settings and postings, and online too if `is_remote`.
///
/// # Errors
///
/// Where a finding keeps applications from being taken or mails from leaving.
pub(crate) fn run(workspace: &Workspace, is_remote: bool) -> anyhow::Result<()> {
    setup::npm_packages(workspace)?;
    let mut installation = Installation::read(workspace)?;
    let mut findings = settings(&installation);
    findings.extend(local::development_clock(workspace));
    let (postings, wrong) = postings::read(&installation);
    findings.extend(wrong);
    if is_remote {
        if installation.is_logged_in()? {
            findings.extend(online::findings(workspace, &mut installation, &postings)?);
        } else {
            findings.push(Finding::error(NOT_LOGGED_IN, LOG_IN));
        }
    }
    report(&findings)
}

/// Prints what the online checks still find after a deployment, and what only
/// a person can do.
pub(crate) fn what_is_left(
    workspace: &Workspace,
    installation: &mut Installation,
) -> anyhow::Result<()> {
    let (postings, wrong) = postings::read(installation);
    let mut findings = settings(installation);
    findings.extend(wrong);
    findings.extend(online::findings(workspace, installation, &postings)?);
    findings.extend(local::by_hand(installation));
    for finding in &findings {
        println!("{finding}");
    }
    Ok(())
}

fn report(findings: &[Finding]) -> anyhow::Result<()> {
    for finding in findings {
        println!("{finding}");
    }
    let errors = findings.iter().filter(|finding| finding.is_error).count();
    match (errors, findings.len()) {
        (0, 0) => println!("Nothing is missing."),
        (0, _) => println!("It works as it is."),
        _ => bail!("{errors} of {} findings must be mended", findings.len()),
    }
    Ok(())
}
