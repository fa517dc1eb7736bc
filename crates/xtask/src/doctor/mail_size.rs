//! Whether a recipient can get the largest mail of a posting.

use std::process::Command;

use serde_json::Value;

use super::finding::Finding;
use super::postings::Outline;
use crate::installation::Installation;
use crate::installation::config::variable;
use crate::process::capture;
use crate::workspace::Workspace;

/// Bytes of all documents of an application together
/// (`rules::application::limits::DOCUMENTS`).
const DOCUMENTS: u64 = 18_000_000;
/// Cloudflare's limit for an address that is not verified.
const UNVERIFIED: u64 = 5 * 1024 * 1024;

/// Returns how many bytes documents make in a mail: base64 in lines of 76
/// characters has 78 for every 57.
pub(super) fn encoded(bytes: u64) -> u64 {
    bytes.min(DOCUMENTS).div_ceil(57).saturating_mul(78)
}

/// Returns the postings whose largest mail is too large for the way by which it
/// leaves. Such a mail is sent with links instead of attachments.
pub(super) fn findings(
    workspace: &Workspace,
    installation: &Installation,
    postings: &[Outline],
) -> Vec<Finding> {
    if variable(&installation.config, "MAIL_TRANSPORT") == "smtp" {
        by_smtp(workspace, &installation.config, postings)
    } else {
        by_cloudflare(installation, postings)
    }
}

fn by_cloudflare(installation: &Installation, postings: &[Outline]) -> Vec<Finding> {
    let list = match installation.ask(&["email", "routing", "addresses", "list"]) {
        Ok(list) => list,
        Err(error) => {
            return vec![Finding::warning(
                format!("the verified addresses cannot be listed: {error:#}"),
                "give the login the permission Email Routing Addresses: Read",
            )];
        }
    };
    let large = postings.iter().filter(|posting| posting.mail_bytes > UNVERIFIED);
    large
        .flat_map(|posting| posting.recipients.iter().map(move |recipient| (posting, recipient)))
        .filter(|(_, recipient)| !is_verified(&list, recipient))
        .map(|(posting, recipient)| {
            Finding::warning(
                format!(
                    "{}: {recipient} is not verified and gets mails up to 5 MiB; larger ones carry links",
                    posting.slug
                ),
                format!(
                    "for attachments up to 25 MiB: `npx wrangler email routing addresses create {recipient}`, \
                     then the link in the mail that arrives there"
                ),
            )
        })
        .collect()
}

/// Returns whether Wrangler's table has a row with this address which is not
/// pending.
fn is_verified(table: &str, address: &str) -> bool {
    table.lines().any(|row| {
        let mut cells = row.split(['│', '|']).map(str::trim);
        cells.any(|cell| cell.eq_ignore_ascii_case(address)) && !row.contains("pending")
    })
}

fn by_smtp(workspace: &Workspace, config: &Value, postings: &[Outline]) -> Vec<Finding> {
    let host = variable(config, "SMTP_HOST");
    let size = match ask_size(workspace.command("node"), config) {
        Ok(size) => size,
        Err(error) => {
            return vec![Finding::error(
                format!("{host} does not answer as a mail server: {error}"),
                "check SMTP_HOST, SMTP_PORT and SMTP_SECURITY in guichet.toml, and whether this machine may reach it",
            )];
        }
    };
    // Without a limit in its greeting the server says so when a mail comes.
    let too_large = |posting: &&Outline| size.is_some_and(|size| posting.mail_bytes > size);
    postings
        .iter()
        .filter(too_large)
        .map(|posting| {
            Finding::warning(
                format!(
                    "{}: its largest mail has {} bytes, and {host} takes {}; larger ones carry links",
                    posting.slug,
                    posting.mail_bytes,
                    size.unwrap_or_default()
                ),
                "raise the limit of the mail server, or lower `max_size` of the documents",
            )
        })
        .collect()
}

/// Returns the limit that the server states in its answer to EHLO (RFC 1870).
fn ask_size(mut node: Command, config: &Value) -> Result<Option<u64>, String> {
    node.arg("crates/xtask/src/doctor/smtp-size.mjs");
    for name in ["SMTP_HOST", "SMTP_PORT", "SMTP_SECURITY"] {
        node.arg(variable(config, name));
    }
    let answer = capture(&mut node).map_err(|error| format!("{error:#}"))?;
    let text = answer.output.trim();
    match text.parse() {
        _ if !answer.succeeded => Err(answer.errors.trim().to_owned()),
        Ok(0) => Ok(None),
        Ok(size) => Ok(Some(size)),
        Err(_) => Err(format!("{text:?} is no size")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_larger_than_its_documents() {
        assert_eq!(encoded(57), 78);
        assert_eq!(encoded(30_000_000), encoded(18_000_000));
        assert!(encoded(18_000_000) < 25 * 1024 * 1024);
    }

    #[test]
    fn pending_addresses_are_not_verified() {
        let table = "\
┌────┬──────────────────┬──────────────────────┬─────────┐
│ id │ email            │ verified             │ created │
├────┼──────────────────┼──────────────────────┼─────────┤
│ 1  │ jobs@omct.org    │ 2026-01-01T00:00:00Z │ …       │
├────┼──────────────────┼──────────────────────┼─────────┤
│ 2  │ new@omct.org     │ pending              │ …       │
└────┴──────────────────┴──────────────────────┴─────────┘";
        assert!(is_verified(table, "Jobs@omct.org"));
        assert!(!is_verified(table, "new@omct.org") && !is_verified(table, "obs@omct.org"));
    }
}
