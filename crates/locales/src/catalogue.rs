//! The compiled-in texts; chooses the language of a page.

use std::collections::BTreeMap;

use crate::Words;

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// How the keys begin of what sentences made in the browser are built from.
const SCRIPT_SECTIONS: &[&str] = &[
    "active_",
    "date_",
    "form_no",
    "form_summary_",
    "form_title_error",
    "form_yes",
    "issue_",
    "kind_",
    // Plural forms go by it.
    "language_tag",
    "list_",
    "remark_",
    "script_",
    "unit_",
    "zone_",
];

impl Texts {
    /// Returns every text with its key, in the order of the keys.
    pub fn entries(&self) -> &'static [(&'static str, &'static str)] {
        self.entries
    }

    /// Returns the words that the page hands to its script.
    pub fn for_script(&self) -> BTreeMap<&'static str, &'static str> {
        let wanted = |key: &str| SCRIPT_SECTIONS.iter().any(|section| key.starts_with(section));
        self.entries.iter().copied().filter(|(key, _)| wanted(key)).collect()
    }
}

impl Words for Texts {
    fn find(&self, key: &str) -> Option<&str> {
        let at = self.entries.binary_search_by_key(&key, |(key, _)| key).ok()?;
        self.entries.get(at).map(|(_, text)| *text)
    }
}

/// Returns the texts in the language of `tag` (`fr`, `fr-BE`).
pub fn for_tag(tag: &str) -> Option<&'static Texts> {
    let primary = tag.split('-').next()?;
    ALL.iter().copied().find(|texts| texts.language_tag.eq_ignore_ascii_case(primary))
}

/// Returns the language of a page: the one asked for in its address, else the
/// first that the browser accepts (RFC 9110, 12.5.4), else `fallback`.
pub fn choose(asked: Option<&str>, accepted: Option<&str>, fallback: &str) -> &'static Texts {
    asked
        .and_then(for_tag)
        .or_else(|| accepted.and_then(first_accepted))
        .or_else(|| for_tag(fallback))
        .unwrap_or(&FR)
}

fn first_accepted(header: &str) -> Option<&'static Texts> {
    let mut ranges: Vec<(&str, f32)> = header.split(',').filter_map(range).collect();
    // A stable sort: equal weights keep the order in which they were given.
    ranges.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    ranges.into_iter().find_map(|(tag, _)| for_tag(tag))
}

fn range(text: &str) -> Option<(&str, f32)> {
    let (tag, parameters) = text.split_once(';').unwrap_or((text, ""));
    let weight = match parameters.trim().strip_prefix("q=") {
        Some(weight) => weight.trim().parse().ok()?,
        None => 1.0,
    };
    (weight > 0.0).then_some((tag.trim(), weight))
}
