//! What can be seen of the settings without asking anybody, and of the
//! development clock.

use std::fs;

use intake::ReturnPath;
use serde_json::Value;

use super::finding::Finding;
use crate::dev;
use crate::installation::Installation;
use crate::installation::config::{ORIGIN, variable};
use crate::workspace::Workspace;

/// Returns what the settings lack.
pub(crate) fn settings(installation: &Installation) -> Vec<Finding> {
    of_config(&installation.config)
}

fn of_config(config: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    let sender = variable(config, "MAIL_FROM_ADDRESS");
    if is_example(sender) {
        findings.push(Finding::error(
            format!("MAIL_FROM_ADDRESS is {sender:?}, from which no mail can leave"),
            "set it in guichet.toml to an address of your own domain",
        ));
    }
    let operator = variable(config, "OPERATOR_ADDRESS");
    if operator.is_empty() || is_example(operator) {
        findings.push(Finding::warning(
            "OPERATOR_ADDRESS is not set: when mails stop leaving, only the log says so",
            "set it in guichet.toml to the address of who looks after the installation",
        ));
    }
    findings.extend(transport(config));
    findings.extend(return_path(config));
    if variable(config, "SECURITY_CONTACT").is_empty() {
        findings.push(Finding::warning(
            "SECURITY_CONTACT is not set: a finder of a weakness cannot report it",
            "set it in guichet.toml to an address or a page; /.well-known/security.txt publishes it",
        ));
    }
    findings.extend(origin(variable(config, ORIGIN)));
    findings
}

/// Returns what is wrong with the address under which candidates find the site.
fn origin(origin: &str) -> Option<Finding> {
    let host = origin.rsplit('/').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let what = if origin.is_empty() {
        "the address of the site is not set: the Worker would refuse every request".to_owned()
    } else if is_example(host) {
        format!("the address of the site is {origin}, which nobody can own")
    } else {
        return None;
    };
    Some(Finding::error(
        what,
        "set `domain` in guichet.toml to a host of a domain in your Cloudflare account, or PUBLIC_ORIGIN to the \
         address under workers.dev",
    ))
}

fn transport(config: &Value) -> Option<Finding> {
    let host = variable(config, "SMTP_HOST");
    match variable(config, "MAIL_TRANSPORT") {
        "smtp" if host.is_empty() || is_example(host) => Some(Finding::error(
            "MAIL_TRANSPORT is \"smtp\" and SMTP_HOST is not set",
            "set SMTP_HOST, SMTP_PORT, SMTP_SECURITY and SMTP_USER in guichet.toml",
        )),
        "smtp" if variable(config, "SMTP_SECURITY") == "none" => Some(Finding::error(
            "SMTP_SECURITY is \"none\": mails would cross the network in clear",
            "set it in guichet.toml to \"tls\" (port 465) or \"starttls\" (port 587)",
        )),
        "cloudflare" | "smtp" => None,
        other => Some(Finding::error(
            format!("MAIL_TRANSPORT is {other:?}"),
            "set it in guichet.toml to \"cloudflare\" or \"smtp\"",
        )),
    }
}

/// Returns what keeps notifications from their own address.
fn return_path(config: &Value) -> Option<Finding> {
    let bounces = variable(config, "BOUNCE_ADDRESS");
    if bounces.is_empty() {
        return None;
    }
    if variable(config, "MAIL_TRANSPORT") != "smtp" {
        return Some(Finding::warning(
            "BOUNCE_ADDRESS has no effect: the send_email binding has a return path of its own",
            "leave it empty in guichet.toml",
        ));
    }
    bounces.parse::<ReturnPath>().is_err().then(|| {
        Finding::error(
            format!("BOUNCE_ADDRESS is {bounces:?}: notifications go to MAIL_FROM_ADDRESS"),
            "set it in guichet.toml to an address with at most 12 characters before the @",
        )
    })
}

/// Returns a note where `cargo xtask dev --now` has set the clock of its state
/// folder: what is kept there has dates of another time.
pub(super) fn development_clock(workspace: &Workspace) -> Option<Finding> {
    let folder = dev::state_folder(workspace, None).ok()?;
    let shift: i64 = fs::read_to_string(folder.join(dev::CLOCK)).ok()?.trim().parse().ok()?;
    (shift != 0).then(|| {
        Finding::warning(
            format!(
                "the development clock differs from the real one by {} minutes",
                shift / 60_000
            ),
            "start `cargo xtask dev` without --now; this does not concern what is online",
        )
    })
}

/// Returns what only a person can do, in Cloudflare's dashboard.
pub(super) fn by_hand(installation: &Installation) -> Vec<Finding> {
    by_hand_of(&installation.config)
}

fn by_hand_of(config: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_empty = |name: &str| is_known(config, name) && variable(config, name).is_empty();
    if ["ACCESS_TEAM_DOMAIN", "ACCESS_AUDIENCE", "DESK_ADMINS"].into_iter().any(is_empty) {
        findings.push(Finding::warning(
            "the staff desk is closed: no sign-on is set",
            format!(
                "make a self-hosted application for {}/desk in Cloudflare Access, then set ACCESS_TEAM_DOMAIN, \
                 ACCESS_AUDIENCE and DESK_ADMINS in guichet.toml and deploy again",
                variable(config, ORIGIN)
            ),
        ));
    }
    let intake = variable(config, "INTAKE_ADDRESS");
    if let Some((_, domain)) = intake.split_once('@') {
        findings.push(Finding::warning(
            format!("mail to {intake} reaches the Worker only by a routing rule"),
            format!(
                "once: `npx wrangler email routing enable {domain}`, then a rule in the dashboard that sends {intake} \
                 to this Worker"
            ),
        ));
    }
    if variable(config, "MAIL_TRANSPORT") == "cloudflare" {
        let sender = variable(config, "MAIL_FROM_ADDRESS");
        let domain = sender.rsplit('@').next().unwrap_or_default();
        findings.push(Finding::warning(
            format!("mails leave from {domain} only once it is set up for sending"),
            format!("once: `npx wrangler email sending enable {domain}`, and the DNS records that it shows"),
        ));
    }
    findings
}

/// Returns whether this version has the variable.
fn is_known(config: &Value, name: &str) -> bool {
    config.pointer("/vars").is_some_and(|vars| vars.get(name).is_some())
}

/// Returns whether the address or host is under a name reserved for examples
/// (RFC 2606).
pub(super) fn is_example(address: &str) -> bool {
    let host = address.rsplit('@').next().unwrap_or_default();
    let is_under = |name: &str| {
        host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'))
    };
    host.is_empty()
        || ["example.org", "example.com", "example.net", "example", "invalid", "test"]
            .into_iter()
            .any(is_under)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::installation::{Settings, config};

    fn findings(vars: Value) -> Vec<String> {
        let mut config = json!({ "vars": vars });
        config["vars"][ORIGIN] = "https://jobs.omct.org".into();
        of_config(&config).iter().map(Finding::to_string).collect()
    }

    #[test]
    fn a_complete_installation_lacks_nothing() {
        let vars = json!({
            "MAIL_FROM_ADDRESS": "jobs@omct.org",
            "OPERATOR_ADDRESS": "it@omct.org",
            "SECURITY_CONTACT": "security@omct.org",
            "MAIL_TRANSPORT": "cloudflare",
        });
        assert_eq!(findings(vars), Vec::<String>::new());
    }

    #[test]
    fn placeholders_are_found() {
        let found = findings(json!({
            "MAIL_FROM_ADDRESS": "guichet@example.org",
            "OPERATOR_ADDRESS": "",
            "SECURITY_CONTACT": "security@omct.org",
            "MAIL_TRANSPORT": "smtp",
            "SMTP_HOST": "",
        }));
        for (line, named) in
            found.iter().zip(["MAIL_FROM_ADDRESS", "OPERATOR_ADDRESS", "SMTP_HOST"])
        {
            assert!(line.contains(named), "{line}");
        }
        assert_eq!(found.len(), 3);
        let clear = json!({
            "MAIL_FROM_ADDRESS": "jobs@omct.org",
            "OPERATOR_ADDRESS": "it@omct.org",
            "MAIL_TRANSPORT": "smtp",
            "SMTP_HOST": "mail.omct.org",
            "SMTP_SECURITY": "none",
        });
        assert!(findings(clear).concat().contains("in clear"));
    }

    #[test]
    fn an_address_of_the_site_is_no_example() {
        for (address, found) in [
            ("", Some("not set")),
            ("https://careers.example.org", Some("https://careers.example.org")),
            ("https://jobs.test:8443", Some("nobody can own")),
            ("https://careers.omct.org", None),
            ("https://guichet.omct.workers.dev", None),
        ] {
            let said = origin(address).map(|finding| finding.to_string());
            assert_eq!(said.is_some(), found.is_some(), "{address}: {said:?}");
            assert!(said.unwrap_or_default().contains(found.unwrap_or_default()));
        }
    }

    #[test]
    fn the_template_s_own_settings_are_not_ready() {
        let base: Value = toml::from_str(include_str!("../../../../wrangler.toml")).unwrap();
        let template = include_str!("../../../../guichet.example.toml");
        let config = config::merge(base, &Settings::parse(template).unwrap()).unwrap();
        let errors: Vec<_> = of_config(&config).into_iter().filter(|one| one.is_error).collect();
        assert_eq!(errors.len(), 2, "sender and address of the site: {errors:?}");
    }

    #[test]
    fn a_return_address_is_short_and_for_smtp() {
        for (transport, bounces, found) in [
            ("smtp", "bounces@in.omct.org", None),
            ("smtp", "notifications@in.omct.org", Some("12 characters")),
            ("smtp", "bounces", Some("12 characters")),
            ("cloudflare", "bounces@in.omct.org", Some("no effect")),
            ("cloudflare", "", None),
        ] {
            let config =
                json!({ "vars": { "MAIL_TRANSPORT": transport, "BOUNCE_ADDRESS": bounces } });
            let said = return_path(&config).map(|finding| finding.to_string());
            assert_eq!(said.is_some(), found.is_some(), "{transport} {bounces}: {said:?}");
            assert!(said.unwrap_or_default().contains(found.unwrap_or_default()));
        }
    }

    #[test]
    fn what_only_a_person_can_do_is_said_for_what_is_used() {
        let said = |vars: Value| {
            let findings = by_hand_of(&json!({ "vars": vars }));
            findings.iter().map(Finding::to_string).collect::<String>()
        };
        let nothing = json!({ "MAIL_TRANSPORT": "smtp", "INTAKE_ADDRESS": "" });
        assert_eq!(said(nothing), "");
        let all = said(json!({
            "MAIL_TRANSPORT": "cloudflare",
            "MAIL_FROM_ADDRESS": "jobs@omct.org",
            "ACCESS_TEAM_DOMAIN": "",
            "INTAKE_ADDRESS": "applications@in.omct.org",
        }));
        for needed in ["sending enable omct.org", "Cloudflare Access", "routing enable in.omct.org"]
        {
            assert!(all.contains(needed), "{needed} in {all}");
        }
    }

    #[test]
    fn examples_are_recognised_by_their_domain() {
        for example in ["a@example.org", "a@mail.example.com", "example.net", "", "a@b.test"] {
            assert!(is_example(example), "{example}");
        }
        for real in ["a@omct.org", "a@example.omct.org", "a@myexample.org"] {
            assert!(!is_example(real), "{real}");
        }
    }

    #[test]
    fn the_project_s_own_settings_are_not_ready() {
        let base: Value = toml::from_str(include_str!("../../../../wrangler.toml")).unwrap();
        assert!(of_config(&base).iter().any(|finding| finding.is_error));
    }
}
