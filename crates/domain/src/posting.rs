//! A posting, as `crates/postings` compiles it from its source.

use rules::deadline::{Deadline, Phase};
use rules::{Date, Requirements, Timestamp};
use serde::{Deserialize, Serialize};

use crate::one_or_several;

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
    /// Who receives the applications: one address, or several.
    #[serde(rename = "recipient", with = "one_or_several")]
    pub recipients: Vec<String>,
    /// The address for candidates' questions.
    pub contact: String,
    /// The addresses of those who read the applications beside the desk's
    /// administrators.
    #[serde(default)]
    pub panel: Vec<String>,
    /// What an application must satisfy.
    pub requirements: Requirements,
    /// The id of the document whose place the text of a mail may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter_in_mail: Option<String>,
    /// What happens after applying, in the posting's language.
    pub steps: Vec<String>,
    /// How long after the deadline an application is kept, in days.
    pub retention_days: u32,
    /// How applications are kept from other eyes.
    #[serde(default, skip_serializing_if = "Privacy::is_default")]
    pub privacy: Privacy,
    /// One or two plain sentences, for search engines.
    pub summary: String,
    /// The text, as HTML made from the posting's own Markdown.
    pub body: String,
    /// Which version of it this is, from 1; 0 where it is not saved.
    #[serde(skip)]
    pub version: u32,
    /// What people have decided about it.
    #[serde(skip)]
    pub state: State,
    /// When it would have closed, where it was ended by hand before.
    #[serde(skip)]
    pub planned_closing: Option<Timestamp>,
}

/// What people have decided about a posting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is being written; only staff see it.
    Draft,
    /// People see it from its first day on.
    #[default]
    Published,
    /// It was taken off the careers page.
    Withdrawn,
}

impl State {
    /// Returns the name in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl Posting {
    /// Whether staff or candidates are told to write to this address.
    pub fn is_mailbox(&self, address: &str) -> bool {
        let mut own = self.recipients.iter().chain([&self.contact]);
        own.any(|own| own.eq_ignore_ascii_case(address))
    }

    /// Returns the posting as it is once it was ended by hand. The day of
    /// deletion stays that of the planned closing: candidates were told it.
    #[must_use]
    pub fn ended(mut self, at: Timestamp) -> Self {
        let closes_at = &mut self.requirements.window.closes_at;
        if at < *closes_at {
            self.planned_closing = Some(*closes_at);
            *closes_at = at;
        }
        self
    }

    /// Returns the posting as it is where it was ended by hand, or was not.
    #[must_use]
    pub fn ended_if(self, at: Option<Timestamp>) -> Self {
        match at {
            Some(at) => self.ended(at),
            None => self,
        }
    }

    /// Returns whether people may see it, from its first day on.
    pub fn is_published(&self) -> bool {
        self.state == State::Published
    }

    /// Returns the posting as it is for pages that may still send until then,
    /// after its closing. The day of deletion stays.
    #[must_use]
    pub fn open_until(mut self, until: Timestamp) -> Self {
        let closes_at = &mut self.requirements.window.closes_at;
        self.planned_closing.get_or_insert(*closes_at);
        *closes_at = until;
        self
    }

    /// Returns what staff read of its state at `now`: `draft`, `scheduled`,
    /// `open`, `closed` or `withdrawn`.
    pub fn state_at(&self, now: Timestamp) -> &'static str {
        match (self.state, self.requirements.window.phase(now)) {
            (State::Published, Phase::NotYetOpen) => "scheduled",
            (State::Published, Phase::Open) => "open",
            (State::Published, Phase::Closed) => "closed",
            (state, _) => state.as_str(),
        }
    }

    /// Returns the day on which applications are deleted: the last day plus the
    /// retention.
    pub fn erased_on(&self) -> Date {
        Date::from_days(self.deadline.date.to_days().saturating_add(self.retention_days.into()))
    }

    /// When on that day: about noon, so that no change of the clocks moves it
    /// to another day.
    pub fn erased_at(&self) -> Timestamp {
        const HALF_A_DAY: i64 = 12 * 3_600_000;
        let closing = self.planned_closing.unwrap_or(self.requirements.window.closes_at);
        let end_of_day = closing.plus_days(self.retention_days);
        Timestamp(end_of_day.0.saturating_sub(HALF_A_DAY))
    }
}

/// How applications are kept from other eyes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Privacy {
    /// The armored `OpenPGP` keys to which every mail to staff about an
    /// application is encrypted; none where such mails are sent in clear.
    pub keys: Vec<String>,
    /// Whether what an application says is deleted once staff have confirmed
    /// that they have it.
    #[serde(default)]
    pub forget: bool,
}

impl Privacy {
    /// Whether mails to staff are encrypted.
    pub fn is_sealed(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Returns whether the posting says nothing of it.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Who hires.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// The full name.
    pub name: String,
    /// What people call it.
    #[serde(default)]
    pub short: Option<String>,
    /// Its own site.
    #[serde(default)]
    pub website: Option<String>,
    /// The address of its logo, for search engines. Our own pages do not load
    /// it.
    #[serde(default)]
    pub logo: Option<String>,
}

/// Where the work is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The town.
    pub town: String,
    /// The country, ISO 3166-1 alpha-2.
    pub country: String,
    /// Street and number.
    #[serde(default)]
    pub street: Option<String>,
    /// The postcode.
    #[serde(default)]
    pub postcode: Option<String>,
    /// The region, state or canton.
    #[serde(default)]
    pub region: Option<String>,
    /// Whether the work can be done elsewhere.
    #[serde(default)]
    pub remote: Option<Remote>,
}

/// How much of the work can be done elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remote {
    /// A part of the time.
    Partly,
    /// All of it, within the country.
    Fully,
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

/// The pay before tax, for full time.
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

impl Salary {
    /// Returns the pay of a post with `workload` percent of full time, in whole
    /// units. An hour's pay is the same for every workload.
    #[must_use]
    pub fn for_workload(&self, workload: u8) -> Self {
        if self.period == Period::Hour {
            return self.clone();
        }
        let part = |sum: u32| {
            let part = (u64::from(sum) * u64::from(workload) + 50) / 100;
            u32::try_from(part).unwrap_or(u32::MAX)
        };
        Self { minimum: part(self.minimum), maximum: part(self.maximum), ..self.clone() }
    }
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
