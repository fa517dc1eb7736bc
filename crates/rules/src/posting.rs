//! A posting, as `crates/postings` compiles it from `postings/*.md`.

use alloc::{string::String, vec::Vec};

use documents::Kind;
use serde::{Deserialize, Serialize};

use crate::calendar::{Date, Timestamp};
use crate::deadline::{Deadline, Window};
use crate::text_map::TextMap;

/// Everything that a posting says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Posting {
    /// Its name in addresses: lower-case letters, digits and hyphens.
    pub slug: String,
    /// The language of its text, a BCP 47 tag such as `fr`.
    pub language: String,
    /// The job's title.
    pub title: String,
    /// Who hires.
    pub organisation: Organisation,
    /// Where the work is done.
    pub place: Place,
    /// Share of a full-time post, in percent.
    pub workload: u8,
    /// How long the contract lasts.
    pub contract: Contract,
    /// The pay, where the posting says it.
    pub salary: Option<Salary>,
    /// The first day of work.
    pub starts: Option<Date>,
    /// The day from which it is public and takes applications.
    pub published: Date,
    /// The last day, and where it ends.
    pub deadline: Deadline,
    /// Who receives the applications.
    pub recipient: String,
    /// Whom candidates may ask.
    pub contact: String,
    /// What an application must satisfy.
    pub requirements: Requirements,
    /// What happens after applying, in the posting's language.
    pub steps: Vec<String>,
    /// How long after the deadline an application is kept, in days.
    pub retention_days: u32,
    /// One or two plain sentences, for search engines.
    pub summary: String,
    /// The text, as HTML made from the posting's own Markdown.
    pub body: String,
}

impl Posting {
    /// The day on which applications are deleted: the last day plus the
    /// retention.
    pub fn erased_on(&self) -> Date {
        Date::from_days(self.deadline.date.to_days().saturating_add(self.retention_days.into()))
    }

    /// When on that day: about noon, so that no change of the clocks moves it
    /// to another day.
    pub fn erased_at(&self) -> Timestamp {
        const HALF_A_DAY: i64 = 12 * 3_600_000;
        let end_of_day = self.requirements.window.closes_at.plus_days(self.retention_days);
        Timestamp(end_of_day.0.saturating_sub(HALF_A_DAY))
    }
}

/// Who hires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// The full name.
    pub name: String,
    /// What people call it.
    #[serde(default)]
    pub short: Option<String>,
    /// Its own site.
    #[serde(default)]
    pub website: Option<String>,
}

/// Where the work is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The town.
    pub town: String,
    /// The country, ISO 3166-1 alpha-2.
    pub country: String,
}

/// How long a contract lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Contract {
    /// Without an end.
    Permanent,
    /// For a time.
    FixedTerm {
        /// In months.
        months: u16,
        /// Whether it may be renewed.
        #[serde(default)]
        renewable: bool,
    },
}

/// The pay before tax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Salary {
    /// The least, in whole units of the currency.
    pub minimum: u32,
    /// The most.
    pub maximum: u32,
    /// ISO 4217, `EUR`.
    pub currency: String,
    /// What the sums are paid for.
    pub period: Period,
}

/// A pay period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// An hour.
    Hour,
    /// A month.
    Month,
    /// A year.
    Year,
}

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
    /// The document with this id.
    pub fn document(&self, id: &str) -> Option<&DocumentRequirement> {
        self.documents.iter().find(|document| document.id == id)
    }

    /// The question with this id.
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
    /// The text in `language`, or in the first language there is.
    pub fn get(&self, language: &str) -> &str {
        let first = || self.0.iter().next().map(|(_, text)| text);
        self.0.get(language).or_else(first).unwrap_or_default()
    }
}
