//! Checks which crate may use which: the table of ARCHITECTURE.md, against
//! `cargo metadata`.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::process::output;
use crate::workspace::Workspace;

/// A crate and those of ours it may depend on, at run time or at build time. Tests may use what they like.
const MAY_KNOW: [(&str, &[&str]); 19] = [
    ("addresses", &[]),
    ("calendar", &[]),
    ("documents", &[]),
    ("mail", &["addresses", "calendar"]),
    ("smtp", &[]),
    ("sealing", &[]),
    ("rules", &["addresses", "calendar", "documents"]),
    ("domain", &["rules"]),
    ("desk", &["domain", "rules"]),
    ("locales", &["rules"]),
    ("postings", &["addresses", "documents", "domain", "locales", "mail", "rules", "sealing"]),
    ("views", &["addresses", "documents", "domain", "locales", "rules"]),
    ("intake", &["documents", "domain", "locales", "mail", "rules", "sealing", "views"]),
    ("ledger", &["domain", "intake", "rules"]),
    ("browser", &["documents", "locales", "rules"]),
    ("inspector", &["documents"]),
    ("embed", &["documents", "rules"]),
    (
        "edge",
        &[
            "desk",
            "documents",
            "domain",
            "intake",
            "ledger",
            "locales",
            "mail",
            "postings",
            "rules",
            "sealing",
            "smtp",
            "views",
        ],
    ),
    ("xtask", &["domain", "intake", "ledger", "locales", "postings", "rules", "sealing"]),
];

/// External crates that only some crates may use: prefix, users, reason.
const KEPT_APART: [(&str, &[&str], &str); 3] = [
    ("worker", &["edge"], "only edge knows Cloudflare"),
    ("web-sys", &["browser", "edge"], "no I/O below browser and edge"),
    ("js-sys", &["browser", "edge"], "no clock and no randomness below browser and edge"),
];

pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<()> {
    let text = output(workspace.cargo().args(["metadata", "--format-version", "1", "--no-deps"]))?;
    let metadata: Value = serde_json::from_str(&text).context("cannot read `cargo metadata`")?;
    let wrong = violations(&metadata).context("`cargo metadata` has changed its form")?;
    if !wrong.is_empty() {
        bail!(
            "{}\nThe arrows are in crates/xtask/src/dependency_rules.rs; ARCHITECTURE.md says why.",
            wrong.join("\n")
        );
    }
    Ok(())
}

fn violations(metadata: &Value) -> Option<Vec<String>> {
    let known: BTreeMap<&str, &[&str]> = MAY_KNOW.into_iter().collect();
    let mut wrong = Vec::new();
    for package in metadata.get("packages")?.as_array()? {
        let name = package.get("name")?.as_str()?;
        let Some(allowed) = known.get(name) else {
            wrong.push(format!(
                "crate `{name}` has no arrows: say in dependency_rules.rs which crates it may know"
            ));
            continue;
        };
        for dependency in package.get("dependencies")?.as_array()? {
            if dependency.get("kind")?.as_str() == Some("dev") {
                continue;
            }
            let other = dependency.get("name")?.as_str()?;
            if known.contains_key(other) && !allowed.contains(&other) {
                wrong.push(format!("crate `{name}` may not depend on `{other}`"));
            }
            let apart = KEPT_APART
                .iter()
                .find(|(prefix, who, _)| other.starts_with(prefix) && !who.contains(&name));
            if let Some((_, _, why)) = apart {
                wrong.push(format!("crate `{name}` may not depend on `{other}`: {why}"));
            }
        }
    }
    Some(wrong)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> Value {
        let dependencies: Vec<_> =
            dependencies.iter().map(|(name, kind)| json!({"name": name, "kind": kind})).collect();
        json!({"packages": [{"name": name, "dependencies": dependencies}]})
    }

    #[test]
    fn a_crate_may_know_those_below_it() {
        let intake =
            package("intake", &[("rules", None), ("postings", Some("dev")), ("sha2", None)]);
        assert_eq!(violations(&intake), Some(vec![]));
    }

    #[test]
    fn a_crate_may_not_know_those_above_it() {
        for kind in [None, Some("build")] {
            let wrong = violations(&package("rules", &[("intake", kind)])).unwrap();
            assert_eq!(wrong, ["crate `rules` may not depend on `intake`"]);
        }
    }

    #[test]
    fn only_edge_knows_the_platform() {
        assert_eq!(violations(&package("edge", &[("worker", None)])), Some(vec![]));
        let wrong = violations(&package("intake", &[("worker-sys", None)])).unwrap();
        assert_eq!(wrong.len(), 1);
    }

    #[test]
    fn a_new_crate_must_be_given_its_place() {
        assert_eq!(violations(&package("attic", &[])).unwrap().len(), 1);
    }
}
