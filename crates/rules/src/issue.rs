//! What is wrong with an application, as codes. The words are in
//! `www/locales`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::named::named;

/// One thing that is wrong with a form and that the candidate has to correct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Issue {
    /// The form's field: a field's name, a document's id or a question's id.
    pub field: String,
    /// What is wrong with it.
    pub code: Code,
    /// The facts that the sentence for the candidate mentions.
    pub params: Params,
}

impl Issue {
    /// The field of an issue about the time of arrival.
    pub const DEADLINE: &'static str = "deadline";
    /// The field of an issue about all documents together.
    pub const DOCUMENTS: &'static str = "documents";
    /// The fact in an issue about a field that was given more than once.
    pub const TIMES: &'static str = "times";

    /// Returns an issue without facts.
    pub fn new(field: impl Into<String>, code: Code) -> Self {
        Self { field: field.into(), code, params: Params::default() }
    }

    /// Returns the same issue, with one more fact.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Param>) -> Self {
        self.params.insert(name, value.into());
        self
    }
}

/// The facts in an issue, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Params(BTreeMap<&'static str, Param>);

impl Params {
    /// Returns each fact with its name, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Param)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }

    /// Returns the fact of this name.
    pub fn get(&self, name: &str) -> Option<&Param> {
        self.0.get(name)
    }

    fn insert(&mut self, name: &'static str, value: Param) {
        self.0.insert(name, value);
    }
}

/// A fact in an issue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Param {
    /// A count, a size in bytes or an instant in epoch milliseconds.
    Number(i64),
    /// A name, as given by the candidate or by the posting.
    Text(String),
    /// Several names.
    List(Vec<String>),
}

impl From<i64> for Param {
    fn from(value: i64) -> Self {
        Self::Number(value)
    }
}

impl From<u64> for Param {
    fn from(value: u64) -> Self {
        Self::Number(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<usize> for Param {
    fn from(value: usize) -> Self {
        Self::Number(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<&str> for Param {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<Vec<String>> for Param {
    fn from(value: Vec<String>) -> Self {
        Self::List(value)
    }
}

named! {
    /// What can be wrong with a field or a document. The sentence for people is
    /// `missing` and so on in the section `[issue]` of each file in `www/locales`.
    Code {
        /// A required field is empty.
        Missing = "missing",
        /// More characters than the field takes.
        TooLong = "too_long",
        /// Not exactly one address.
        NotAnEmail = "not_an_email",
        /// Not one of the values offered.
        NotAChoice = "not_a_choice",
        /// Another wording than the posting's subject.
        NotTheSubject = "not_the_subject",
        /// Arrived after the posting closed.
        DeadlinePassed = "deadline_passed",
        /// Arrived before the posting opened.
        NotYetOpen = "not_yet_open",
        /// A required document is not there.
        DocumentMissing = "document_missing",
        /// A file of zero bytes.
        DocumentEmpty = "document_empty",
        /// More bytes than this document may have.
        DocumentTooLarge = "document_too_large",
        /// More bytes than all documents together may have.
        DocumentsTooLarge = "documents_too_large",
        /// A kind of file that the posting does not take.
        DocumentKindNotAccepted = "document_kind_not_accepted",
        /// The name says one kind, the bytes another.
        DocumentKindMismatch = "document_kind_mismatch",
        /// Broken off or otherwise unreadable.
        DocumentDamaged = "document_damaged",
        /// Cannot be opened without a password.
        DocumentPassword = "document_password",
        /// Contains macros, scripts or other active content.
        DocumentActiveContent = "document_active_content",
        /// The same bytes as another document of the application.
        DocumentSameTwice = "document_same_twice",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issue_is_plain_json() {
        let issue =
            Issue::new("cv", Code::DocumentTooLarge).with("max", 5_u64).with("file", "a.pdf");
        assert_eq!(
            serde_json::to_string(&issue).unwrap(),
            r#"{"field":"cv","code":"document_too_large","params":{"file":"a.pdf","max":5}}"#
        );
    }

    #[test]
    fn codes_have_distinct_names() {
        let names: std::collections::BTreeSet<_> = Code::ALL.iter().map(|c| c.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
