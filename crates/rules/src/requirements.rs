//! What an application to a posting must satisfy.

use documents::Kind;
use serde::{Deserialize, Serialize};

use crate::application::Mails;
use crate::deadline::Window;
use crate::named::named;
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
    /// Whether mails to candidates are neutral unless they choose.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub is_neutral: bool,
}

impl Requirements {
    /// Which mails a candidate gets who does not choose.
    pub fn first_mails(&self) -> Mails {
        if self.is_neutral { Mails::Neutral } else { Mails::Full }
    }

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

named! {
    /// What an answer looks like.
    QuestionKind {
        /// `yes` or `no`.
        YesNo = "yes_no",
        /// Words, up to [`crate::application::limit::ANSWER`] characters.
        Text = "text",
    }
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

    /// Returns the text in `language`, else in `otherwise`, else in the first
    /// language there is, with its language.
    pub fn find<'a>(&'a self, language: &'a str, otherwise: &'a str) -> (&'a str, &'a str) {
        let known = |tag: &'a str| self.0.get(tag).map(|text| (tag, text));
        let first = || self.0.iter().next();
        known(language).or_else(|| known(otherwise)).or_else(first).unwrap_or_default()
    }

    /// Returns this text in one language, chosen as by [`Translated::find`].
    #[must_use]
    pub fn only(&self, language: &str, otherwise: &str) -> Self {
        Self(TextMap::from_iter([self.find(language, otherwise)]))
    }
}
