//! A stored application and its reference.

use rules::{Content, Date, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Posting;

/// An application with what was settled when it arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Its id: unguessable, and never shown to anybody.
    pub id: String,
    /// What people call it.
    pub reference: Reference,
    /// The slug of the posting.
    pub posting: String,
    /// The version of the posting by which it was judged. Absent where it came
    /// before there were versions.
    pub posting_version: Option<u32>,
    /// Its number among the applications to the posting, from 1.
    pub number: u32,
    /// The language in which the candidate used the page.
    pub language: String,
    /// Scheme and host of the page they used, without a slash at the end: the
    /// address under which they will find their receipt.
    pub origin: String,
    /// When it began to arrive.
    pub received_at: Timestamp,
    /// Which revision this is, from 1.
    pub revision: u32,
    /// When this revision began to arrive.
    pub revised_at: Timestamp,
    /// How often its e-mail address was corrected. Each time its receipt gets
    /// another key.
    pub address_changes: u32,
    /// The id of the application that came from the same page before, from
    /// another address.
    pub page: Option<String>,
    /// The Message-ID of the mail by which it came, or an empty text where
    /// that had none. None where it came by the form.
    pub mail: Option<String>,
    /// Where it was sent from a shared computer: until when the latest address
    /// of its receipt that was opened would have worked; the beginning of time
    /// where none was.
    pub shared: Option<Timestamp>,
    /// When it is erased: the day that the candidate was told. Absent only
    /// where the previous Worker took it in a moment ago.
    pub erase_at: Option<Timestamp>,
    /// What the candidate sent. Once it is sealed or forgotten, the name in it
    /// is the reference, the address is a keyed hash of it, and the rest is
    /// empty.
    pub content: Content,
    /// What is kept instead, once the latest revision or an earlier one was
    /// sealed or forgotten.
    pub sealed: Option<Sealed>,
}

/// What is kept of what was sealed for staff, or forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// The revision that was sealed or forgotten last.
    pub revision: u32,
    /// What is left of what it said.
    #[serde(flatten)]
    pub rest: Rest,
    /// The candidate's address, encrypted under a secret of the Worker.
    pub address: String,
    /// A keyed hash of what each revision said, so that the same form sent
    /// again is recognised.
    pub said: Vec<String>,
}

/// What is left of what an application said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rest {
    /// The encrypted mail to staff.
    Message(SealedMessage),
    /// Nothing: it was deleted then, after staff had confirmed that they have
    /// it.
    ForgottenAt(Timestamp),
}

impl Sealed {
    /// Returns the encrypted mail to staff, as long as that is kept.
    pub fn message(&self) -> Option<&SealedMessage> {
        match &self.rest {
            Rest::Message(message) => Some(message),
            Rest::ForgottenAt(_) => None,
        }
    }
}

/// An encrypted mail that is kept as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedMessage {
    /// The SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

impl Application {
    /// Returns what is kept instead of what it says, if that is sealed or
    /// forgotten. A correction is not, until it is forwarded.
    pub fn as_sealed(&self) -> Option<&Sealed> {
        self.sealed.as_ref().filter(|sealed| sealed.revision == self.revision)
    }

    /// Returns when what it says was deleted, if it was.
    pub fn forgotten_at(&self) -> Option<Timestamp> {
        match self.as_sealed()?.rest {
            Rest::ForgottenAt(at) => Some(at),
            Rest::Message(_) => None,
        }
    }

    /// Returns the candidate's address as staff see it; nothing where it is
    /// sealed or forgotten.
    pub fn shown_address(&self) -> &str {
        if self.as_sealed().is_some() { "" } else { &self.content.email }
    }

    /// Whether it came by a mail whose author has neither answered the
    /// questions nor consented yet.
    pub fn awaits_answers(&self) -> bool {
        self.mail.is_some() && self.revision == 1
    }

    /// Returns what staff should know about it, by name: how it came, then what
    /// its documents have, each once.
    pub fn remarks(&self) -> Vec<&'static str> {
        let by_mail = self.mail.is_some().then_some("by_mail");
        let open = self.awaits_answers().then_some("questions_open");
        let documents = self.content.documents.iter();
        let mut found: Vec<_> = documents.flat_map(|document| &document.remarks).collect();
        found.sort_unstable();
        found.dedup();
        let found = found.into_iter().map(|remark| remark.as_str());
        by_mail.into_iter().chain(open).chain(found).collect()
    }

    /// Returns when it is erased.
    pub fn erased_at(&self, posting: &Posting) -> Timestamp {
        self.erase_at.unwrap_or_else(|| posting.erased_at())
    }

    /// Returns the day on which it is erased.
    pub fn erased_on(&self, posting: &Posting) -> Date {
        posting.deadline.zone.local(self.erased_at(posting)).date
    }
}

/// What an application said before it was corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Which one, from 1.
    pub revision: u32,
    /// When it began to arrive.
    pub received_at: Timestamp,
    /// What it said.
    pub content: Content,
}

/// Eight characters that a person can read out: no `0 O 1 I L U` among them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reference(String);

impl Reference {
    const ALPHABET: [char; 30] = [
        '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K',
        'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
    ];

    /// Returns the reference that random `bits` choose, one of 30⁸ (6.6 · 10¹¹).
    pub fn from_random(bits: u64) -> Self {
        Self(Self::letters(bits.into()).take(8).collect())
    }

    /// Returns the letters that random `bits` choose, without end.
    pub fn letters(bits: u128) -> impl Iterator<Item = char> {
        let digits = core::iter::successors(Some(bits), |rest| Some(rest / 30));
        digits.filter_map(|rest| Self::ALPHABET.get(usize::try_from(rest % 30).ok()?).copied())
    }

    /// Returns the reference that somebody has typed: case, spaces and hyphens
    /// make no difference. Nothing where it cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let kept = text.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{A0}'));
        let text: String = kept.map(|c| c.to_ascii_uppercase()).collect();
        let is_one = text.chars().count() == 8 && text.chars().all(|c| Self::ALPHABET.contains(&c));
        is_one.then_some(Self(text))
    }

    /// Returns the eight characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl core::fmt::Display for Reference {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_have_eight_distinct_looking_characters() {
        for bits in [0, 1, 29, 30, u64::MAX, 0x1234_5678_9ABC_DEF0] {
            let reference = Reference::from_random(bits);
            assert_eq!(reference.as_str().len(), 8);
            assert!(!reference.as_str().contains(['0', 'O', '1', 'I', 'L', 'U']));
            assert_eq!(Reference::parse(reference.as_str()), Some(reference));
        }
    }

    #[test]
    fn a_typed_reference_is_read_kindly() {
        let reference = Reference::parse(" 2345-abcd ").unwrap();
        assert_eq!(reference.as_str(), "2345ABCD");
        for text in ["", "2345ABC", "2345ABCDE", "0345ABCD", "2345ABÇD"] {
            assert_eq!(Reference::parse(text), None, "{text:?}");
        }
    }
}
