//! Writes what was read as a posting.

use std::fmt::Write as _;

use domain::posting::{Contract, Period};

use super::Draft;
use super::facts::Facts;

/// The mark behind a fact that somebody has to look at.
const MARK: &str = " # ?";

/// What documents may be, where an advertisement does not say it.
const KINDS: &str = "[\"pdf\", \"docx\", \"odt\"]";
const MAX_SIZE: &str = "10 MB";

/// A front matter in the making.
#[derive(Default)]
struct Writer {
    text: String,
    unsure: Vec<String>,
}

/// Returns the draft with these facts and this text.
pub(crate) fn draft(facts: &Facts, body: &str) -> Draft {
    let mut writer = Writer::default();
    writer.text.push_str("+++\n");
    writer.top(facts);
    writer.sections(facts);
    writer.form(facts);
    let source = format!("{}+++\n\n{body}\n", writer.text);
    Draft { source, unsure: writer.unsure }
}

impl Writer {
    fn top(&mut self, facts: &Facts) {
        let title = facts.title.as_ref();
        self.fact("slug", title.map(|title| (quoted(&slug(&title.value)), true)));
        self.fact("language", Some((quoted(facts.language.value), facts.language.is_sure)));
        self.fact("title", title.map(|title| (quoted(&title.value), title.is_sure)));
        self.fact("summary", facts.summary.as_ref().map(|text| (quoted(text), false)));
        let published = facts.published.as_ref();
        self.fact("published", published.map(|day| (day.value.to_string(), day.is_sure)));
        if let Some(day) = &facts.starts {
            self.fact("starts", Some((day.value.to_string(), day.is_sure)));
        }
        let workload = facts.workload.as_ref();
        self.fact("workload", workload.map(|share| (share.value.to_string(), share.is_sure)));
        // No advertisement says how long applications are kept.
        self.fact("retention_days", None);
        self.fact("subject", facts.subject.as_ref().map(|text| (quoted(text), true)));
        let recipient = facts.recipient.as_ref();
        let address = recipient.map(|one| (quoted(&one.value), one.is_sure));
        self.fact("recipient", address.clone());
        self.fact("contact", address.map(|(address, _)| (address, false)));
        let steps: Vec<String> = facts.steps.iter().map(|step| quoted(step)).collect();
        let steps = (!steps.is_empty()).then(|| (format!("[{}]", steps.join(", ")), false));
        self.fact("steps", steps);
    }

    fn sections(&mut self, facts: &Facts) {
        self.header("[deadline]");
        let deadline = facts.deadline.as_ref();
        self.fact_in("deadline", "date", deadline.map(|day| (day.value.to_string(), day.is_sure)));
        let town = facts.town.as_ref();
        self.fact_in("deadline", "zone", town.map(|town| (quoted(town.value.zone), false)));
        self.header("[organisation]");
        let employer = facts.employer.as_ref();
        let name = employer.map(|one| (quoted(&one.value.name), one.is_sure));
        self.fact_in("organisation", "name", name);
        if let Some(short) = employer.and_then(|one| one.value.short.as_ref()) {
            self.fact_in("organisation", "short", Some((quoted(short), true)));
        }
        self.header("[place]");
        let name = town.map(|town| (quoted(&town.value.name), town.is_sure));
        self.fact_in("place", "town", name);
        let country = town.map(|town| (quoted(town.value.country), town.is_sure));
        self.fact_in("place", "country", country);
        self.header("[contract]");
        self.contract(facts);
        if let Some(salary) = &facts.salary {
            self.header("[salary]");
            let is_sure = salary.is_sure;
            let salary = &salary.value;
            let period = match salary.period {
                Period::Hour => "hour",
                Period::Month => "month",
                Period::Year => "year",
            };
            for (key, value) in [
                ("minimum", salary.minimum.to_string()),
                ("maximum", salary.maximum.to_string()),
                ("currency", quoted(&salary.currency)),
                ("period", quoted(period)),
            ] {
                self.fact_in("salary", key, Some((value, is_sure)));
            }
        }
    }

    fn contract(&mut self, facts: &Facts) {
        match facts.contract.as_ref().map(|found| (&found.value, found.is_sure)) {
            None => self.fact_in("contract", "kind", None),
            Some((Contract::Permanent, is_sure)) => {
                self.fact_in("contract", "kind", Some((quoted("permanent"), is_sure)));
            }
            Some((Contract::FixedTerm { months, is_renewable }, is_sure)) => {
                self.fact_in("contract", "kind", Some((quoted("fixed_term"), is_sure)));
                self.fact_in("contract", "months", Some((months.to_string(), is_sure)));
                if *is_renewable {
                    self.fact_in("contract", "renewable", Some(("true".into(), is_sure)));
                }
            }
        }
    }

    fn form(&mut self, facts: &Facts) {
        if facts.documents.is_empty() {
            self.unsure.push("documents".into());
        }
        for document in &facts.documents {
            self.header("[[documents]]");
            self.line("id", &quoted(document.id), true);
            self.line("name.fr", &quoted(document.french), true);
            self.line("name.en", &quoted(document.english), true);
            self.line("required", "true", true);
            self.fact_in("documents", "kinds", Some((KINDS.into(), false)));
            self.fact_in("documents", "max_size", Some((quoted(MAX_SIZE), false)));
        }
        if let Some(question) = facts.question {
            self.header("[[questions]]");
            self.line("id", &quoted(question.id), true);
            self.line("text.fr", &quoted(question.french), false);
            self.line("text.en", &quoted(question.english), false);
            self.line("kind", &quoted("yes_no"), true);
            self.line("required", "true", false);
            self.unsure.push("questions".into());
        }
    }

    fn fact(&mut self, key: &str, value: Option<(String, bool)>) {
        self.named(key, key, value);
    }

    fn fact_in(&mut self, section: &str, key: &str, value: Option<(String, bool)>) {
        self.named(&format!("{section}.{key}"), key, value);
    }

    /// Writes a fact, or lists it where it is missing or may be wrong.
    fn named(&mut self, name: &str, key: &str, value: Option<(String, bool)>) {
        let is_sure = value.as_ref().is_some_and(|(_, is_sure)| *is_sure);
        if !is_sure && !self.unsure.iter().any(|other| other == name) {
            self.unsure.push(name.to_owned());
        }
        if let Some((value, is_sure)) = value {
            self.line(key, &value, is_sure);
        }
    }

    fn line(&mut self, key: &str, value: &str, is_sure: bool) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{key} = {value}{}", if is_sure { "" } else { MARK });
    }

    fn header(&mut self, header: &str) {
        let _ = writeln!(self.text, "\n{header}");
    }
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in rules::application::one_line(text).chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// The title as an address has it.
pub(crate) fn slug(title: &str) -> String {
    let folded = domain::folded(title);
    let words = folded.split(|c: char| !c.is_ascii_alphanumeric() && c != '·');
    let words = words.map(|word| word.replace('·', "")).filter(|word| !word.is_empty());
    let mut slug = String::new();
    for word in words {
        if slug.len().saturating_add(word.len()) > 60 {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(&word);
    }
    slug
}
