//! What the posting's page hands to its script.

use alloc::{borrow::ToOwned, string::String};

use locales::Labels;
use rules::deadline::Zone;
use rules::{Requirements, TextMap, Timestamp};

/// The JSON of the element `#guichet`.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// What an application must satisfy.
    pub(crate) requirements: Requirements,
    /// The posting's time zone.
    pub(crate) zone: Zone,
    /// The server's clock when it made the page.
    pub(crate) now: Timestamp,
    /// The words of the page's language.
    pub(crate) words: TextMap,
}

impl Page {
    pub(crate) fn labels(&self) -> Labels<'_> {
        Labels { requirements: &self.requirements, zone: &self.zone }
    }

    /// Returns the fields with a place for an error, in the order of the page.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        let documents = self.requirements.documents.iter().map(|document| document.id.as_str());
        let questions = self.requirements.questions.iter().map(|question| question.id.as_str());
        ["name", "email", "phone", "documents"]
            .into_iter()
            .chain(documents)
            .chain(questions)
            .chain(["message", "consent"])
    }

    /// Where `field` stands in the page: what is wrong is told in the order
    /// in which it is read. What has no place there comes last.
    pub(crate) fn position(&self, field: &str) -> usize {
        self.fields().position(|known| known == field).unwrap_or(usize::MAX)
    }

    /// Returns the id of the element in which `field` is mended.
    pub(crate) fn target(&self, field: &str) -> String {
        let first_document = self.requirements.documents.first().map(|document| &document.id);
        match (field, first_document) {
            ("documents", Some(id)) => id.clone(),
            _ if self.position(field) == usize::MAX => "application".to_owned(),
            _ => field.to_owned(),
        }
    }
}
