//! A posting, as `crates/postings` compiles it from `postings/*.md`.

use rules::deadline::Deadline;
use rules::{Date, Requirements, Timestamp};
use serde::{Deserialize, Serialize};

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
    /// The addresses of those who read the applications beside the desk's
    /// administrators.
    #[serde(default)]
    pub panel: Vec<String>,
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
    /// Returns the day on which applications are deleted: the last day plus the
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
        is_renewable: bool,
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
