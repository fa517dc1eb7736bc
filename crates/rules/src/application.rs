//! An application, before and after [`crate::review`].

use documents::{Kind, Report};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use crate::content::Remark;
use crate::named::named;
use crate::requirements::Requirements;
use crate::text_map::TextMap;

/// The most characters that a field takes.
pub mod limit {
    /// A person's name. The longest that civil registries record stay below.
    pub const NAME: u64 = 200;
    /// An address, in octets: RFC 5321, 4.5.3.1.3 allows a path of 256 octets
    /// with its two brackets.
    pub const EMAIL: u64 = 254;
    /// A telephone number with its country and extension.
    pub const PHONE: u64 = 40;
    /// The subject line given by a client.
    pub const SUBJECT: u64 = 500;
    /// A message to staff: about two pages.
    pub const MESSAGE: u64 = 5_000;
    /// An answer in words.
    pub const ANSWER: u64 = 2_000;
    /// A file's name, as most file systems limit it.
    pub const FILE_NAME: usize = 255;
    /// Bytes of all documents together: 18 MB. In base64 with its line ends
    /// they make 24.7 MB, and the mail service takes 25 MiB in all.
    pub const DOCUMENTS: u64 = 18_000_000;
}

named! {
    /// Which mails a candidate wants. It binds every mail to them.
    Mails {
        /// They say everything.
        Full = "full",
        /// They name neither post nor organisation.
        Neutral = "neutral",
        /// None: what there is to tell is on the receipt.
        Nothing = "none",
    }
}

impl Default for Mails {
    /// What was stored before there was a choice.
    fn default() -> Self {
        Self::Full
    }
}

impl Mails {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it like this")]
    fn is_full(&self) -> bool {
        *self == Self::Full
    }
}

/// What a candidate has filled in, unchecked.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Form {
    /// The candidate's name, as they write it.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their telephone number, if they like.
    pub phone: String,
    /// The subject line. The page fills it in; a program sends it.
    pub subject: String,
    /// A message to staff, if they like.
    pub message: String,
    /// The answers by question id.
    pub answers: TextMap,
    /// The name of one of [`Mails`]; empty for what the posting chooses first.
    pub mails: String,
    /// `yes` on a computer that others use.
    pub shared: String,
    /// `yes` when the candidate agrees to the processing of their data.
    pub consent: String,
    /// The documents, by the id of what they were offered as.
    pub documents: Vec<OfferedDocument>,
    /// The fields that were given more than once. The form holds the first
    /// value of each; which one is meant is not for us to say.
    pub repeated: Vec<String>,
}

/// A file that a candidate has chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OfferedDocument {
    /// The id of the [`crate::requirements::DocumentRequirement`] it is meant for.
    pub id: String,
    /// Its name on the candidate's device.
    pub file_name: String,
    /// Its size.
    pub bytes: u64,
    /// What it really is. Absent while nobody has looked into it; the Worker
    /// always has, unless the size alone decides.
    #[serde(default)]
    pub report: Option<Report>,
    /// The SHA-256 of its bytes, in lower-case hexadecimal.
    #[serde(default)]
    pub sha256: Option<String>,
}

/// An admissible application: what [`crate::review`] makes of a [`Form`]
/// with which nothing is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The candidate's name, on one line.
    pub name: String,
    /// Their address, valid by the HTML standard.
    pub email: String,
    /// Their telephone number.
    pub phone: Option<String>,
    /// Their message, lines ended by `\n`.
    pub message: Option<String>,
    /// Their answers, in the order of the posting's questions.
    pub answers: Vec<Answer>,
    /// Their documents, in the order of the posting's requirements.
    pub documents: Vec<Document>,
    /// Which mails they want.
    #[serde(default, skip_serializing_if = "Mails::is_full")]
    pub mails: Mails,
}

/// An answer to a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The question's id.
    pub question: String,
    /// `yes`, `no` or words, as the question's kind asks.
    pub value: String,
}

/// A document that was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The id of what it was asked for as.
    pub id: String,
    /// The candidate's name for it, on one line.
    pub file_name: String,
    /// What its bytes are.
    pub kind: Kind,
    /// Its size.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// The CRC-32 of its bytes, for archives. Absent where it was stored before
    /// there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crc32: Option<u32>,
    /// What staff should know before they open it.
    #[serde(default)]
    pub remarks: Vec<Remark>,
    /// What the files inside are called, as [`Report::files`] has them.
    #[serde(default)]
    pub files: Vec<String>,
    /// The place of its bytes among those of the application: the revision with
    /// which they came, or a later number.
    #[serde(default = "first_revision")]
    pub revision: u32,
}

fn first_revision() -> u32 {
    1
}

impl Content {
    /// Returns whether a form that says `other` changes nothing here: fields, answers, and each
    /// document's id, name and bytes are the same, in any order. What `requirements` no longer ask
    /// for may be missing from the form. The Unicode normal form makes no difference: a file that a
    /// Mac has stored has another one than its name as it is typed.
    pub fn says_the_same(&self, other: &Self, requirements: &Requirements) -> bool {
        let documents = |content: &Self| {
            let is_compared = |one: &&Document| {
                requirements.document(&one.id).is_some() || other.document(&one.id).is_some()
            };
            let compared = content.documents.iter().filter(is_compared);
            let mut said: Vec<_> = compared
                .map(|one| (one.id.clone(), normalized(&one.file_name), one.sha256.clone()))
                .collect();
            said.sort_unstable();
            said
        };
        let answers = |content: &Self| {
            let is_asked = |one: &&Answer| requirements.question(&one.question).is_some();
            let asked = content.answers.iter().filter(is_asked);
            let mut said: Vec<_> =
                asked.map(|one| (one.question.clone(), normalized(&one.value))).collect();
            said.sort_unstable();
            said
        };
        let optional = |text: &Option<String>| text.as_deref().map(normalized);
        normalized(&self.name) == normalized(&other.name)
            && self.email == other.email
            && optional(&self.phone) == optional(&other.phone)
            && optional(&self.message) == optional(&other.message)
            && self.mails == other.mails
            && answers(self) == answers(other)
            && documents(self) == documents(other)
    }

    /// Adds what `earlier` has and `requirements` no longer ask for. A correction cannot say it
    /// again, so it stays.
    pub fn keep_unasked(&mut self, earlier: &Self, requirements: &Requirements) {
        let documents = earlier.documents.iter();
        self.documents
            .extend(documents.filter(|one| requirements.document(&one.id).is_none()).cloned());
        let answers = earlier.answers.iter();
        self.answers
            .extend(answers.filter(|one| requirements.question(&one.question).is_none()).cloned());
    }

    fn document(&self, id: &str) -> Option<&Document> {
        self.documents.iter().find(|document| document.id == id)
    }

    /// Returns whether `address` is that of this application, but for case.
    pub fn is_from(&self, address: &str) -> bool {
        self.email.eq_ignore_ascii_case(address)
    }
}

/// `text` in Unicode's composed normal form (NFC): what two texts are compared
/// by. What is stored and sent stays as it was typed. The page compares no
/// applications, so that it does without these tables.
pub fn normalized(text: &str) -> String {
    text.nfc().collect()
}

/// `text` on one line: control characters and runs of white space become a
/// single space, and none is left at the ends. Marks that turn the reading
/// direction around go too: they make one name look like another.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let visible = text.chars().filter(|c| !turns_direction(*c));
    for c in visible.map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c }) {
        if c != ' ' || !(line.is_empty() || line.ends_with(' ')) {
            line.push(c);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// `text` with its lines kept and ended by `\n`, other controls dropped and
/// the white space around it trimmed.
pub fn lines(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut after_return = false;
    for c in text.chars() {
        match c {
            '\n' if after_return => {}
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => kept.push('\n'),
            c if c == '\t' || !c.is_control() => kept.push(c),
            _ => {}
        }
        after_return = c == '\r';
    }
    kept.trim().to_owned()
}

/// Returns the explicit directional characters of the Unicode bidirectional
/// algorithm (UAX 9) that embed, override or isolate.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_a_line() {
        for (given, line) in [
            ("  Amélie \t Ben\u{A0}Salah ", "Amélie Ben Salah"),
            ("X\r\nBcc: y@z.org", "X Bcc: y@z.org"),
            ("cv\u{202E}fdp.exe", "cvfdp.exe"),
            ("a\u{2028}b\0c", "a b c"),
            (" \u{3000}\n", ""),
            ("عائشة", "عائشة"),
        ] {
            assert_eq!(one_line(given), line, "{given:?}");
        }
    }

    #[test]
    fn lines_end_alike() {
        assert_eq!(lines(" a\r\nb\rc\u{2028}d\0\n\n"), "a\nb\nc\nd");
    }
}
