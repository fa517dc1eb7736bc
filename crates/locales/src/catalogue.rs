//! The compiled-in texts; chooses the language of a page.

use core::fmt;
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

/// Its language stands for it: there are more than a thousand texts.
impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Texts").field(&self.language_tag).finish()
    }
}

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

    /// Whether the texts for staff are in this language too.
    pub fn has_staff_texts(&self) -> bool {
        self.language_staff == self.language_tag
    }

    /// Returns the texts for staff that go with this language: its own, or
    /// those of the language that its file names.
    pub fn for_staff(&'static self) -> &'static Texts {
        for_tag(self.language_staff).unwrap_or(&FR)
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

/// Returns the language of mails to staff about a posting in the language of
/// `tag`.
pub fn for_staff(tag: &str) -> &'static Texts {
    for_tag(tag).unwrap_or(&FR).for_staff()
}

/// Returns the language of a page: the one asked for in its address, else the
/// first that the browser accepts (RFC 9110, 12.5.4), else `fallback`.
pub fn choose(asked: Option<&str>, accepted: Option<&str>, fallback: &str) -> &'static Texts {
    asked
        .and_then(for_tag)
        .or_else(|| first_accepted(accepted?, for_tag))
        .or_else(|| for_tag(fallback))
        .unwrap_or(&FR)
}

/// Returns the language of a page for staff: as [`choose`] does, among the
/// languages that have texts for staff.
pub fn choose_for_staff(asked: Option<&str>, accepted: Option<&str>) -> &'static Texts {
    let known = |tag: &str| for_tag(tag).filter(|texts| texts.has_staff_texts());
    let accepted = || first_accepted(accepted?, known);
    // Another language names the one that stands in for it.
    let instead = || asked.and_then(for_tag).map(Texts::for_staff);
    asked.and_then(known).or_else(accepted).or_else(instead).unwrap_or(&FR)
}

fn first_accepted(
    header: &str,
    known: impl Fn(&str) -> Option<&'static Texts>,
) -> Option<&'static Texts> {
    let mut ranges: Vec<(&str, f32)> = header.split(',').filter_map(range).collect();
    // A stable sort: equal weights keep the order in which they were given.
    ranges.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    ranges.into_iter().find_map(|(tag, _)| known(tag))
}

fn range(text: &str) -> Option<(&str, f32)> {
    let (tag, parameters) = text.split_once(';').unwrap_or((text, ""));
    let weight = match parameters.trim().strip_prefix("q=") {
        Some(weight) => weight.trim().parse().ok()?,
        None => 1.0,
    };
    (weight > 0.0).then_some((tag.trim(), weight))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_shown_in_the_order_of_their_names() {
        let tags: Vec<_> = ALL.iter().map(|texts| texts.language_tag).collect();
        assert_eq!(tags, ["en", "es", "fr", "ar"]);
    }

    #[test]
    fn staff_read_a_language_that_has_their_texts() {
        for (asked, accepted, expected) in [
            (None, Some("ar-TN, en;q=0.5, fr;q=0.8"), "fr"),
            (None, Some("es, en;q=0.5"), "en"),
            (None, Some("es"), "fr"),
            (Some("es"), None, "en"),
            (Some("ar"), None, "fr"),
            (Some("en"), Some("fr"), "en"),
            (None, None, "fr"),
        ] {
            let chosen = choose_for_staff(asked, accepted);
            assert_eq!(chosen.language_tag, expected, "{asked:?} {accepted:?}");
            assert!(chosen.has_staff_texts());
        }
        assert_eq!(for_staff("ar").language_tag, "fr");
        assert_eq!(for_staff("de").language_tag, "fr");
        assert_eq!(AR.desk_stage_hired, FR.desk_stage_hired);
    }
}
