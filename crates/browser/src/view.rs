//! What the page is to show, as plain data: `dom` puts it there.

use crate::countdown::Countdown;

/// Everything that the script changes in the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct View {
    /// The error beside each field that has one.
    pub(crate) errors: Texts,
    /// What is said of each chosen file.
    pub(crate) statuses: Texts,
    /// How much all documents weigh.
    pub(crate) meter: Option<String>,
    /// The error summary.
    pub(crate) summary: Summary,
    /// The upload.
    pub(crate) upload: Option<Upload>,
    /// Whether a click on the submit button does nothing for now.
    pub(crate) busy: bool,
    /// Whether leaving the page would break something off.
    pub(crate) guarded: bool,
    /// The time that is left.
    pub(crate) countdown: Option<Countdown>,
}

/// The error summary at the head of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Summary {
    /// As the server made it, shown or not.
    #[default]
    AsServed,
    /// Nothing is wrong.
    Hidden,
    /// This is wrong.
    Shown {
        /// Its heading.
        title: String,
        /// What is wrong, in the order of the page.
        items: Vec<Item>,
    },
}

/// A line of the summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// The id of the element where it is mended. Without one it is plain
    /// text.
    pub(crate) target: Option<String>,
    /// The sentence.
    pub(crate) text: String,
}

/// The upload's place in the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Upload {
    /// What is seen.
    pub(crate) seen: String,
    /// What a screen reader says: it changes seldom.
    pub(crate) spoken: String,
    /// Where the bar stands. Without it there is neither bar nor cancelling.
    pub(crate) percent: Option<u8>,
}

/// Texts by the field or document that they belong to. There are few: a list
/// finds them as fast as a map, and weighs a tenth of it in wasm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts(Vec<(String, String)>);

impl Texts {
    /// The text of `key`.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, text)| text.as_str())
    }

    /// Gives `key` another text, or none.
    pub(crate) fn set(&mut self, key: &str, text: Option<String>) {
        self.0.retain(|(known, _)| known != key);
        self.0.extend(text.map(|text| (key.to_owned(), text)));
    }

    /// What becomes of each key whose text is another in `new`.
    pub(crate) fn changes<'a>(
        &'a self,
        new: &'a Self,
    ) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
        let gone = self.0.iter().filter(|(key, _)| new.get(key).is_none());
        let gone = gone.map(|(key, _)| (key.as_str(), None));
        let other = new.0.iter().filter(|(key, text)| self.get(key) != Some(text));
        gone.chain(other.map(|(key, text)| (key.as_str(), Some(text.as_str()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_changes() {
        let mut old = Texts::default();
        old.set("gone", Some("a".into()));
        old.set("same", Some("b".into()));
        old.set("other", Some("c".into()));
        let mut new = old.clone();
        new.set("gone", None);
        new.set("other", Some("d".into()));
        new.set("new", Some("e".into()));
        let changes: Vec<_> = old.changes(&new).collect();
        assert_eq!(changes, [("gone", None), ("other", Some("d")), ("new", Some("e"))]);
        assert_eq!(new.changes(&new).count(), 0);
    }
}
