//! Decides whether the author of a message is proved (RFC 8601).

use crate::Address;

/// What is known of a message's author.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Our receiver vouches that the domain of the header From sent it.
    Verified,
    /// There is no proof.
    Unverified,
}

/// Judges `results`, the value of the topmost Authentication-Results, for an author. It counts only where `receiver`, our own server, wrote
/// it: then DMARC's pass is proof, and so is a pass of DKIM or SPF for the domain of the author, or for one above it. A domain below it
/// proves nothing, because the owner of `evil.pages.example` need not own `pages.example`.
pub fn verdict(results: Option<&str>, receiver: &str, author: &Address) -> Verdict {
    let Some(results) = results else { return Verdict::Unverified };
    let results = without_comments(results);
    let mut parts = results.split(';');
    let server = parts.next().unwrap_or_default().split_ascii_whitespace().next();
    if receiver.is_empty() || !server.is_some_and(|name| name.eq_ignore_ascii_case(receiver)) {
        return Verdict::Unverified;
    }
    let domain = author.as_str().rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    let methods: Vec<Method> = parts.filter_map(Method::parse).collect();
    let dmarc = methods.iter().find(|method| method.name == "dmarc");
    // A receiver that has evaluated DMARC and found it failing has seen more than we have.
    if dmarc.is_some_and(|method| method.result == "fail") {
        return Verdict::Unverified;
    }
    if methods.iter().any(|method| method.passes() && method.proves(&domain)) {
        return Verdict::Verified;
    }
    Verdict::Unverified
}

/// One method of a result: `dkim=pass header.d=example.org`.
struct Method {
    name: String,
    result: String,
    properties: Vec<(String, String)>,
}

impl Method {
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace().filter_map(|word| word.split_once('='));
        let (name, result) = words.next()?;
        let name = name.split('/').next().unwrap_or_default();
        let lower = |text: &str| text.trim_matches('"').to_ascii_lowercase();
        let properties = words.map(|(name, value)| (lower(name), lower(value))).collect();
        Some(Self { name: lower(name), result: lower(result), properties })
    }

    fn passes(&self) -> bool {
        self.result == "pass"
    }

    fn proves(&self, domain: &str) -> bool {
        match self.name.as_str() {
            // It says of itself which header it is about.
            "dmarc" => self.property("header.from").is_none_or(|of| of == domain),
            "dkim" => self.domain(&["header.d", "header.i"]).is_some_and(|of| covers(of, domain)),
            "spf" => self.domain(&["smtp.mailfrom"]).is_some_and(|of| covers(of, domain)),
            _ => false,
        }
    }

    fn property(&self, name: &str) -> Option<&str> {
        let found = self.properties.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    fn domain(&self, names: &[&str]) -> Option<&str> {
        let value = names.iter().find_map(|name| self.property(name))?;
        value.rsplit('@').next()
    }
}

/// Returns whether `of` is `domain` or a domain above it that has two labels or more.
fn covers(of: &str, domain: &str) -> bool {
    let above = || domain.strip_suffix(of).is_some_and(|rest| rest.ends_with('.'));
    !of.is_empty() && (of == domain || of.contains('.') && above())
}

/// Comments may stand everywhere and hold anything (RFC 5322, 3.2.2). One that does not end hides the rest.
fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => {
                escaped = true;
                continue;
            }
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth = depth.saturating_add(1),
            ')' if !quoted && depth > 0 => {
                depth -= 1;
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            // Quoted text could look like another method.
            kept.push(if quoted && matches!(c, ';' | '=' | ' ') { '_' } else { c });
        }
    }
    kept
}
