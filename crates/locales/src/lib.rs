//! The texts for people: looks them up, fills them in, and formats lists,
//! sizes, dates and counts by the rules of each language.
//!
//! The texts are in `www/locales`, one file per language. With the feature
//! `catalogue` they are compiled in as [`Texts`]. The browser does without the
//! feature: the page hands it the few texts that it needs. Both implement
//! [`Words`], so the same code makes the sentences on both sides.

#[cfg(feature = "catalogue")]
mod catalogue;
mod format;
mod message;

#[cfg(feature = "catalogue")]
pub use catalogue::{
    ALL, AR, EN, ES, FR, LANGUAGES, Texts, choose, choose_for_staff, for_staff, for_tag,
};
pub use format::{beside, bytes, date, fill, isolated, list, local_time, moment, number, plural};
pub use message::{Labels, issue_message, remark_message};

/// Texts by key, in one language.
pub trait Words {
    /// Returns the text under `key`, or nothing where there is none.
    fn find(&self, key: &str) -> Option<&str>;

    /// Returns the text under `key`, or the key itself: a page with a strange
    /// word is better than none.
    fn word<'a>(&'a self, key: &'a str) -> &'a str {
        self.find(key).unwrap_or(key)
    }
}

impl Words for rules::TextMap {
    fn find(&self, key: &str) -> Option<&str> {
        self.get(key)
    }
}
