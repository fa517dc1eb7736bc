//! The documents that a candidate has chosen, and the state of each.

use documents::{Encryption, Kind, Report};
use locales::{Words, bytes, fill, isolated, remark_message};
use rules::{OfferedDocument, TextMap, content};

/// The documents, one at most for each that is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chosen {
    choices: Vec<Choice>,
    turns: u32,
}

/// One choice of a file. What is learned of a file belongs to the turn in
/// which it was chosen: the candidate may have changed their mind meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn(u32);

#[derive(Clone, Debug)]
struct Choice {
    /// What it is offered as.
    id: String,
    turn: Turn,
    file_name: String,
    bytes: u64,
    inspection: Inspection,
}

/// What was found of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// What it really is, and its SHA-256 in lower-case hexadecimal, where
    /// the browser computes it.
    Report { report: Report, sha256: Option<String> },
    /// Its bytes, which only the server can look into.
    Bytes,
    /// The device does not give its bytes.
    Nothing,
}

/// How far a file has been looked into.
#[derive(Clone, Debug)]
enum Inspection {
    /// Its bytes are being read.
    Reading,
    /// Its size alone decides, so it is not looked into.
    Weighed,
    /// The device does not give its bytes.
    Unreadable,
    /// It could be read, and was looked into unless that was impossible here.
    Read(Option<(Report, Option<String>)>),
}

impl Chosen {
    /// Takes note of a file, about to be read unless its size already
    /// decides.
    pub(crate) fn choose(&mut self, id: &str, file_name: String, bytes: u64, read: bool) -> Turn {
        self.turns = self.turns.wrapping_add(1);
        let turn = Turn(self.turns);
        let inspection = if read { Inspection::Reading } else { Inspection::Weighed };
        self.clear(id);
        self.choices.push(Choice { id: id.to_owned(), turn, file_name, bytes, inspection });
        turn
    }

    pub(crate) fn clear(&mut self, id: &str) {
        self.choices.retain(|choice| choice.id != id);
    }

    /// What the file of `turn` is.
    pub(crate) fn inspected(&mut self, id: &str, turn: Turn, found: Found) {
        if let Some(choice) = self.current(id, turn) {
            choice.inspection = match found {
                Found::Report { report, sha256 } => Inspection::Read(Some((report, sha256))),
                Found::Bytes => Inspection::Read(None),
                Found::Nothing => Inspection::Unreadable,
            };
        }
    }

    fn current(&mut self, id: &str, turn: Turn) -> Option<&mut Choice> {
        self.choices.iter_mut().find(|choice| choice.id == id && choice.turn == turn)
    }

    pub(crate) fn turn(&self, id: &str) -> Option<Turn> {
        self.choice(id).map(|choice| choice.turn)
    }

    pub(crate) fn is_chosen(&self, id: &str) -> bool {
        self.choice(id).is_some()
    }

    /// Returns the name of the file for `id`, if the device did not give its bytes.
    pub(crate) fn unreadable(&self, id: &str) -> Option<&str> {
        let choice = self.choice(id)?;
        matches!(choice.inspection, Inspection::Unreadable).then_some(choice.file_name.as_str())
    }

    /// Whether a file that was chosen is an image.
    pub(crate) fn has_image(&self) -> bool {
        let is_image = |choice: &Choice| match &choice.inspection {
            Inspection::Read(Some((report, _))) => report.kind == Kind::Image,
            _ => false,
        };
        self.choices.iter().any(is_image)
    }

    pub(crate) fn is_reading(&self) -> bool {
        self.choices.iter().any(|choice| matches!(choice.inspection, Inspection::Reading))
    }

    /// Bytes of all documents together.
    pub(crate) fn bytes(&self) -> u64 {
        self.choices.iter().map(|choice| choice.bytes).fold(0, u64::saturating_add)
    }

    fn choice(&self, id: &str) -> Option<&Choice> {
        self.choices.iter().find(|choice| choice.id == id)
    }

    /// As the rules want them.
    pub(crate) fn offered(&self) -> Vec<OfferedDocument> {
        let offer = |choice: &Choice| {
            let (report, sha256) = match &choice.inspection {
                Inspection::Read(Some((report, sha256))) => (Some(report.clone()), sha256.clone()),
                _ => (None, None),
            };
            OfferedDocument {
                id: choice.id.clone(),
                file_name: choice.file_name.clone(),
                bytes: choice.bytes,
                report,
                sha256,
            }
        };
        self.choices.iter().map(offer).collect()
    }

    /// Returns what the page says of each file beside its field. What is wrong
    /// with it, and what to do, is said where errors are: `wrong` tells for
    /// which.
    pub(crate) fn statuses(&self, words: &impl Words, wrong: impl Fn(&str) -> bool) -> TextMap {
        let mut statuses = TextMap::default();
        for choice in &self.choices {
            statuses.set(&choice.id, Some(choice.status(words, wrong(&choice.id))));
        }
        statuses
    }
}

impl Choice {
    /// Returns a line about the file, and one for each remark.
    fn status(&self, words: &impl Words, wrong: bool) -> String {
        let mut remarks = String::new();
        let (key, kind) = match &self.inspection {
            Inspection::Reading => ("script_document_reading", None),
            // Too large, empty, or not to be read: the error says it all.
            Inspection::Weighed | Inspection::Unreadable => ("script_document_refused", None),
            Inspection::Read(None) if wrong => ("script_document_refused", None),
            Inspection::Read(None) => ("script_document_unchecked", None),
            Inspection::Read(Some((report, _))) if wrong => match report.encryption {
                // The kind of an encrypted file is unknown.
                Encryption::Password => ("script_document_refused", None),
                _ => ("script_document_wrong", Some(report.kind)),
            },
            Inspection::Read(Some((report, _))) => {
                for remark in content::remarks(report) {
                    remarks.push('\n');
                    remarks.push_str(&remark_message(
                        words,
                        remark,
                        &report.authors,
                        &report.files,
                    ));
                }
                let plain = remarks.is_empty();
                let key =
                    if plain { "script_document_checked" } else { "script_document_remarked" };
                (key, Some(report.kind))
            }
        };
        let kind = kind.map(|kind| format!("kind_{}", kind.as_str())).unwrap_or_default();
        let (file, size) = (isolated(&self.file_name), bytes(words, self.bytes));
        let values = [("file", &*file), ("kind", words.word(&kind)), ("size", &size)];
        fill(words.word(key), &values) + &remarks
    }
}
