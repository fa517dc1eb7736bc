//! The data that the posting's page hands to its script.

use locales::Labels;
use rules::deadline::Zone;
use rules::{Requirements, TextMap, Timestamp};
use serde::Deserialize;

/// The JSON of the element `#guichet`.
#[derive(Clone, Debug, Deserialize)]
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
        // The page has each name in one language.
        Labels { requirements: &self.requirements, zone: &self.zone, language: "" }
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

    /// Whether the page has a place for an error of `field`.
    pub(crate) fn has_field(&self, field: &str) -> bool {
        self.fields().any(|known| known == field)
    }

    /// The id of the element in which the candidate corrects `field`.
    pub(crate) fn target(&self, field: &str) -> String {
        let first_document = self.requirements.documents.first().map(|document| &document.id);
        match (field, first_document) {
            ("documents", Some(id)) => id.clone(),
            _ if self.has_field(field) => field.to_owned(),
            _ => "application".to_owned(),
        }
    }
}
