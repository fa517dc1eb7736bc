//! Writes the mails that name neither post nor organisation, for candidates
//! whose mailbox others may read.

use locales::{Texts, fill};

use super::MailText;
use super::notices::plain;

/// What a neutral mail tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Neutral {
    /// Something has arrived.
    Received,
    /// It was corrected.
    Corrected,
    /// It was withdrawn.
    Withdrawn,
    /// Its address was replaced. This mail goes to the previous one.
    AddressChanged,
    /// Staff have written; the text is on the receipt.
    Message,
    /// What was announced has not come whole. There is no reference yet.
    Unfinished,
    /// The same of a correction: the application stays as it was.
    UnfinishedCorrection,
}

/// Writes a neutral mail: it has the reference and nothing else. The address of
/// the receipt is left out too, since whoever reads the mailbox could open it.
pub fn neutral(texts: &Texts, told: Neutral, reference: &str) -> MailText {
    let sentence = match told {
        Neutral::Received => texts.neutral_received,
        Neutral::Corrected => texts.neutral_corrected,
        Neutral::Withdrawn => texts.neutral_withdrawn,
        Neutral::AddressChanged => texts.neutral_address_changed,
        Neutral::Message => texts.neutral_message,
        Neutral::Unfinished => texts.neutral_unfinished,
        Neutral::UnfinishedCorrection => texts.neutral_unfinished_correction,
    };
    let sentence = fill(sentence, &[("reference", reference)]);
    plain(texts, sentence.clone(), &[sentence], &[])
}

/// Writes a digest of applications some of which want neutral mails: it has the
/// references only.
pub(super) fn digest<'a>(texts: &Texts, references: impl Iterator<Item = &'a str>) -> MailText {
    let references: Vec<String> = references.map(str::to_owned).collect();
    let references = locales::list(texts, "list_and", &references);
    let sentence = fill(texts.neutral_received, &[("reference", &references)]);
    plain(texts, texts.neutral_digest_subject.to_owned(), &[sentence], &[])
}
