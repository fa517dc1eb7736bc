//! Reads `guichet.toml`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::bail;
use serde::Deserialize;

/// The settings of an installation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The Worker's name, from which those of its resources are made.
    pub(crate) name: String,
    /// The host under which candidates find it.
    #[serde(default)]
    pub(crate) domain: Option<String>,
    /// Where its data must stay.
    #[serde(default)]
    pub(crate) jurisdiction: Option<Jurisdiction>,
    /// The Cloudflare account, where the login has several.
    #[serde(default)]
    pub(crate) account_id: Option<String>,
    /// The folder of its postings, instead of the tracked one.
    #[serde(default)]
    pub(crate) postings: Option<PathBuf>,
    /// Put over the variables of `wrangler.toml`.
    #[serde(default)]
    pub(crate) vars: BTreeMap<String, String>,
}

/// Jurisdictions that both D1 and R2 offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Jurisdiction {
    Eu,
    Fedramp,
}

impl Jurisdiction {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Eu => "eu",
            Self::Fedramp => "fedramp",
        }
    }
}

impl Settings {
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let settings: Self = toml::from_str(text)?;
        let is_label = |text: &str| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
                && !text.starts_with('-')
                && !text.ends_with('-')
        };
        if !is_label(&settings.name) || settings.name.len() > 40 {
            bail!("name = {:?}: up to 40 lower-case letters, digits and hyphens", settings.name);
        }
        if let Some(domain) = &settings.domain
            && !(domain.contains('.') && domain.split('.').all(is_label))
        {
            bail!("domain = {domain:?}: a host such as \"careers.example.org\", without https://");
        }
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_can_be_read() {
        let text = include_str!("../../../../guichet.example.toml");
        let settings = Settings::parse(text).unwrap();
        assert_eq!(settings.name, "guichet");
        assert_eq!(settings.jurisdiction, Some(Jurisdiction::Eu));
    }

    #[test]
    fn a_mistake_is_named() {
        for (text, named) in [
            ("name = \"Guichet\"", "name = \"Guichet\""),
            ("name = \"guichet\"\ndomain = \"https://careers.example.org\"", "https://"),
            ("name = \"guichet\"\ndomian = \"careers.example.org\"", "domian"),
            ("name = \"guichet\"\njurisdiction = \"ch\"", "jurisdiction"),
            ("", "name"),
        ] {
            let error = format!("{:#}", Settings::parse(text).unwrap_err());
            assert!(error.contains(named), "{error}");
        }
    }
}
