//! What can be seen of the postings in the folder: mistakes, recipients, the
//! examples that come with Guichet.

use serde_json::Value;

use postings::Mistakes;

use super::finding::Finding;
use super::local::is_example;
use super::mail_size::encoded;
use crate::installation::Installation;
use crate::installation::config::variable;

/// The postings that come with Guichet.
const EXAMPLES: [&str; 2] = ["digital-security-officer", "protection-espace-civique-tunisie-ue"];

/// What of a posting matters to the delivery of its mails.
#[derive(Debug)]
pub(super) struct Outline {
    pub(super) slug: String,
    pub(super) recipients: Vec<String>,
    pub(super) contact: String,
    /// The most bytes of a mail to staff.
    pub(super) mail_bytes: u64,
}

/// Returns the postings of the folder that have no mistake, and what is wrong
/// with them and with the others.
pub(super) fn read(installation: &Installation) -> (Vec<Outline>, Vec<Finding>) {
    let (compiled, mistakes) = postings::read_folder(&installation.postings());
    let outlines = compiled.into_iter().map(|posting| Outline {
        mail_bytes: encoded(posting.requirements.documents.iter().map(|one| one.max_bytes).sum()),
        slug: posting.slug,
        recipients: posting.recipients,
        contact: posting.contact,
    });
    let outlines: Vec<Outline> = outlines.collect();
    let mut findings = mistaken(&mistakes);
    findings.extend(recipients(&outlines));
    findings.extend(intake_address(&installation.config, &outlines));
    findings.extend(examples(&outlines));
    (outlines, findings)
}

/// Returns the mistakes, each with its file and line.
fn mistaken(Mistakes(mistakes): &Mistakes) -> Vec<Finding> {
    let remedy = "mend that line: no posting is saved while one has a mistake. `cargo xtask postings check` looks again";
    mistakes.iter().map(|mistake| Finding::error(mistake.to_string(), remedy)).collect()
}

/// Returns the recipients that are examples.
fn recipients(postings: &[Outline]) -> Vec<Finding> {
    let all =
        postings.iter().flat_map(|posting| posting.recipients.iter().map(move |to| (posting, to)));
    let finding = |(posting, recipient): (&Outline, &String)| {
        Finding::error(
            format!("{}: its recipient is {recipient}", posting.slug),
            format!(
                "set `recipient` in postings/{}.md to an address that staff read",
                posting.slug
            ),
        )
    };
    all.filter(|(_, to)| is_example(to)).map(finding).collect()
}

/// Returns the postings whose addresses are the one that takes applications by
/// mail: the Worker would write to itself.
fn intake_address(config: &Value, postings: &[Outline]) -> Vec<Finding> {
    let intake = variable(config, "INTAKE_ADDRESS");
    let is_intake = |address: &str| !intake.is_empty() && address.eq_ignore_ascii_case(intake);
    let wrong = postings.iter().filter(|posting| {
        posting.recipients.iter().chain([&posting.contact]).any(|own| is_intake(own))
    });
    let finding = |posting: &Outline| {
        Finding::error(
            format!("{}: INTAKE_ADDRESS is its recipient or contact", posting.slug),
            format!("set another address in postings/{}.md, one that people read", posting.slug),
        )
    };
    wrong.map(finding).collect()
}

/// Returns the postings that come with Guichet: people could apply to them.
fn examples(postings: &[Outline]) -> Vec<Finding> {
    let shipped = postings.iter().filter(|posting| EXAMPLES.contains(&posting.slug.as_str()));
    let finding = |posting: &Outline| {
        Finding::warning(
            format!("{} comes with Guichet and would be on your careers page", posting.slug),
            format!("delete postings/{}.md unless it is yours", posting.slug),
        )
    };
    shipped.map(finding).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn posting(slug: &str, recipient: &str, contact: &str) -> Outline {
        Outline {
            slug: slug.into(),
            recipients: vec![recipient.into()],
            contact: contact.into(),
            mail_bytes: 0,
        }
    }

    #[test]
    fn a_mistake_is_an_error_with_file_and_line() {
        let source = include_str!("../../../../postings/digital-security-officer.md");
        let source = source
            .replace("workload = 100", "workload = \"80\"")
            .replace("retention_days = 90", "retention_days = 1800");
        let file = "postings/digital-security-officer.md";
        let found = mistaken(&postings::compile(file, &source).unwrap_err());
        assert_eq!(found.len(), 2, "{found:?}");
        for (finding, key) in found.iter().zip(["workload", "retention_days"]) {
            let line = source.lines().position(|line| line.starts_with(key)).unwrap() + 1;
            let said = finding.to_string();
            assert!(
                finding.is_error && said.starts_with(&format!("error: {file}:{line}: ")),
                "{said}"
            );
        }
    }

    #[test]
    fn the_intake_address_is_nobody_s_mailbox() {
        let postings = [
            posting("one", "jobs@omct.org", "jobs@omct.org"),
            posting("two", "Apply@in.omct.org", "jobs@omct.org"),
            posting("three", "jobs@omct.org", "apply@in.omct.org"),
        ];
        let found = |intake: &str| {
            intake_address(&json!({ "vars": { "INTAKE_ADDRESS": intake } }), &postings).len()
        };
        assert_eq!((found("apply@in.omct.org"), found("")), (2, 0));
    }

    #[test]
    fn the_project_s_own_postings_are_noted() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../postings");
        let slugs = postings::compile_folder(folder.as_ref()).unwrap();
        let postings: Vec<Outline> = slugs
            .iter()
            .map(|one| posting(&one.slug, "jobs@omct.org", "jobs@omct.org"))
            .chain([posting("our-own", "jobs@example.org", "jobs@omct.org")])
            .collect();
        let (notes, errors) = (examples(&postings), recipients(&postings));
        assert_eq!(notes.len(), slugs.len(), "{notes:?}");
        assert!(notes.iter().all(|finding| !finding.is_error));
        assert_eq!(errors.len(), 1, "{errors:?}");
    }
}
