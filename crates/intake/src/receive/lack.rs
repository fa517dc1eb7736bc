//! What keeps a mail from being an application: as sentences for its author and
//! as text for the ledger.

use domain::Posting;
use locales::{Labels, fill, issue_message};
use rules::{Code, Issue};

use super::enclosed::Enclosed;

/// One thing for which a mail is no application yet.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Lack {
    /// Several open postings ask for its subject.
    Several,
    /// Something is wrong with what it brings.
    Wrong(Issue),
}

impl Lack {
    pub(super) fn all_wrong(issues: Vec<Issue>) -> Vec<Self> {
        issues.into_iter().map(Self::Wrong).collect()
    }
}

/// The text of [`Lack::Several`] in the ledger.
const SEVERAL: &str = "subject several";

/// Its text in rows that were written before it had one of its own. No mail
/// without a subject is judged, so it meant nothing else.
const SEVERAL_BEFORE: &str = "subject missing";

/// What a mail lacks as the ledger keeps it, to tell whether a later mail lacks
/// the same.
pub(super) fn codes(lacks: &[Lack], enclosed: &Enclosed) -> String {
    text(lacks, enclosed, SEVERAL)
}

/// The same as earlier rows have it, where that differs.
pub(super) fn earlier_codes(lacks: &[Lack], enclosed: &Enclosed) -> Option<String> {
    lacks.contains(&Lack::Several).then(|| text(lacks, enclosed, SEVERAL_BEFORE))
}

fn text(lacks: &[Lack], enclosed: &Enclosed, several: &str) -> String {
    let code = |lack: &Lack| match lack {
        Lack::Several => several.to_owned(),
        Lack::Wrong(issue) => format!("{} {}", issue.field, issue.code.as_str()),
    };
    let mut codes: Vec<String> = lacks.iter().map(code).collect();
    codes.push(format!("{} unsure", enclosed.unsure));
    codes.join(", ")
}

/// What a mail lacks, a sentence each, in the posting's language. The names of
/// files are the sender's words, so a document is called as the posting calls
/// it.
pub(super) fn sentences(posting: &Posting, lacks: &[Lack], enclosed: &Enclosed) -> Vec<String> {
    let texts = locales::choose(Some(&posting.language), None, &posting.language);
    let labels = Labels {
        requirements: &posting.requirements,
        zone: &posting.deadline.zone,
        language: &posting.language,
    };
    let sentence = |lack: &Lack| {
        let issue = match lack {
            Lack::Several => return fill(texts.answer_several, &[("title", &posting.title)]),
            Lack::Wrong(issue) => issue,
        };
        let asked = posting.requirements.document(&issue.field);
        let label = asked.map_or("", |asked| asked.name.get(texts.language_tag));
        let named = issue.params.get("file").is_some();
        let issue = if named { issue.clone().with("file", label) } else { issue.clone() };
        issue_message(texts, &issue, labels)
    };
    let mut sentences: Vec<String> = lacks.iter().map(sentence).collect();
    let is_missing =
        |lack: &Lack| matches!(lack, Lack::Wrong(issue) if issue.code == Code::DocumentMissing);
    if enclosed.unsure > 0 && lacks.iter().any(is_missing) {
        let names = posting.requirements.documents.iter();
        let names: Vec<String> =
            names.map(|asked| asked.name.get(texts.language_tag).to_owned()).collect();
        let names = locales::list(texts, "list_or", &names);
        sentences.push(fill(texts.answer_unsure, &[("documents", &names)]));
    }
    if enclosed.has_package {
        sentences.push(texts.answer_package.to_owned());
    }
    sentences
}
