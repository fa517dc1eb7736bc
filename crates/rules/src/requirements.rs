//! What an application to a posting must satisfy.

use documents::Kind;
use serde::{Deserialize, Serialize};

use crate::deadline::Window;
use crate::text_map::TextMap;

/// What an application to a posting must satisfy: the part of a posting that
/// the page hands to the browser, and all that [`crate::review`] looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirements {
    /// When applications are taken.
    pub window: Window,
    /// The subject line of the application, to the letter.
    pub subject: String,
    /// The documents asked for.
    pub documents: Vec<DocumentRequirement>,
    /// The questions asked.
    pub questions: Vec<Question>,
}

impl Requirements {
    /// Returns the document with this id.
    pub fn document(&self, id: &str) -> Option<&DocumentRequirement> {
        self.documents.iter().find(|document| document.id == id)
    }

    /// Returns the question with this id.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }
}

/// A document that a posting asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRequirement {
    /// Its id, which is also the form field's name: `cv`.
    pub id: String,
    /// Its name by language: `CV`.
    pub name: Translated,
    /// Whether an application without it is refused.
    pub required: bool,
    /// The kinds of file taken.
    pub kinds: Vec<Kind>,
    /// The most bytes that it may have.
    pub max_bytes: u64,
}

/// A question that a posting asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its id, which is also the form field's name.
    pub id: String,
    /// Its text by language.
    pub text: Translated,
    /// What an answer looks like.
    pub kind: QuestionKind,
    /// Whether an application without an answer is refused.
    pub required: bool,
}

/// What an answer looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// `yes` or `no`.
    YesNo,
    /// Words, up to [`crate::application::limit::ANSWER`] characters.
    Text,
}

/// A text in several languages, by BCP 47 tag.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Translated(pub TextMap);

impl Translated {
    /// Returns the text in `language`, or in the first language there is.
    pub fn get(&self, language: &str) -> &str {
        let first = || self.0.iter().next().map(|(_, text)| text);
        self.0.get(language).or_else(first).unwrap_or_default()
    }
}
