//! What people send: a form with documents, sometimes with a mistake.

use domain::Posting;
use intake::{Submission, SubmittedDocument};
use rules::{Form, TextMap, Timestamp};

use super::Person;
use crate::history::hex;
use crate::ports::{Parcel, Ports};
use crate::world::{UNICODE, own_addresses};

/// What is wrong with a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    NoConsent,
    NoAddress,
    NoCv,
    WrongKind,
    CutOff,
}

pub(super) const FLAWS: [Flaw; 5] =
    [Flaw::NoConsent, Flaw::NoAddress, Flaw::WrongKind, Flaw::CutOff, Flaw::NoCv];

/// What can be wrong with a form when a CV may be held, which counts where none
/// is chosen.
pub(super) const FLAWS_WITH_CV: [Flaw; 4] =
    [Flaw::NoConsent, Flaw::NoAddress, Flaw::WrongKind, Flaw::CutOff];

impl Person {
    pub(crate) fn form(&self, ports: &Ports, received_at: Timestamp) -> Submission<Parcel> {
        let consent = if self.flaw == Some(Flaw::NoConsent) { "" } else { "yes" };
        let email = if self.flaw == Some(Flaw::NoAddress) { "amelie" } else { &self.email };
        Submission {
            id: self.id.clone(),
            received_at,
            language: "fr".into(),
            origin: "https://guichet.example".into(),
            own_addresses: own_addresses(),
            unicode: UNICODE,
            form: Form {
                name: self.name.clone(),
                email: email.into(),
                subject: self.page.requirements.subject.clone(),
                message: "Bonjour,\nvoici ma candidature.".into(),
                answers: answers_to(&self.questions),
                consent: consent.into(),
                ..Form::default()
            },
            documents: self.documents(ports),
            holds: !self.has_script,
            channel: intake::Channel::Form,
            signing: intake::SigningKey::new([7; 32]).unwrap(),
            taken_until: None,
            erase_at: None,
        }
    }

    /// The SHA-256 of each document.
    pub(crate) fn hashes(&self) -> Vec<String> {
        let hash = |(_, _, bytes): (&str, &str, Vec<u8>)| hex(&bytes);
        self.files().into_iter().map(hash).collect()
    }

    fn documents(&self, ports: &Ports) -> Vec<SubmittedDocument<Parcel>> {
        let document = |(id, name, bytes): (&str, &str, Vec<u8>)| SubmittedDocument {
            id: id.into(),
            file_name: name.into(),
            bytes: bytes.len() as u64,
            upload: Parcel { ports: ports.clone(), bytes },
        };
        let chosen = self.files().into_iter().filter(|(id, _, _)| !self.is_held(id));
        chosen.map(document).collect()
    }

    /// Whether the counter holds a document, so that it need not be sent.
    pub(crate) fn is_held(&self, id: &str) -> bool {
        self.held.contains_key(id)
    }

    /// Returns the documents that the form stands for, those that are held
    /// included: bytes that differ for each person and version.
    pub(crate) fn files(&self) -> Vec<(&'static str, &'static str, Vec<u8>)> {
        let text = |id: &str, what: &str| {
            let version = self.held.get(id).unwrap_or(&self.version);
            format!("{what} {} {version} {}", self.name, self.id())
        };
        // Several parts, where it comes in parts.
        let length = if self.in_parts { 70_000 } else { 0 };
        let letter = documents::samples::pdf_of_length(&text("cover_letter", "Lettre"), length);
        let mut cv = match self.flaw {
            Some(Flaw::WrongKind) => documents::samples::png(),
            _ => documents::samples::docx(&text("cv", "CV")),
        };
        if self.flaw == Some(Flaw::CutOff) {
            cv.truncate(cv.len() / 2);
        }
        let mut files = vec![("cover_letter", "Lettre.pdf", letter)];
        if self.flaw != Some(Flaw::NoCv) {
            files.push(("cv", "CV été.docx", cv));
        }
        files
    }
}

/// The ids of the questions that a posting asks.
pub(super) fn questions_of(posting: &Posting) -> Vec<String> {
    posting.requirements.questions.iter().map(|question| question.id.clone()).collect()
}

/// Says yes to each question.
pub(crate) fn answers_to<T: AsRef<str>>(questions: &[T]) -> TextMap {
    questions.iter().map(|question| (question.as_ref(), "yes")).collect()
}
