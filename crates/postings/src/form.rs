//! Reads what the form asks for: documents and questions.

use documents::Kind;
use rules::application::limit;
use rules::requirements::{DocumentRequirement, Question, QuestionKind, Translated};

use crate::check;
use crate::notes::Notes;
use crate::section::{At, Section, TOP};
use crate::typography;

/// The form's own fields, and the names of issues that concern no field.
pub(crate) const TAKEN: [&str; 17] = [
    "name",
    "email",
    "phone",
    "subject",
    "message",
    "mails",
    "shared",
    "consent",
    "token",
    "website",
    "arrival",
    "key",
    "revision",
    "posting_version",
    "held",
    "deadline",
    "documents",
];

const KINDS: [(&str, Kind); 3] = [("pdf", Kind::Pdf), ("docx", Kind::Docx), ("odt", Kind::Odt)];

/// The longest id. It stands in addresses of the storage and in file names.
const MAX_ID: usize = 40;

/// The most documents. A mail of the platform takes 32 attachments, and nobody
/// reads as many.
pub const MAX_DOCUMENTS: usize = 20;

/// The most questions. Answers of the longest kind to all of them, and the
/// message, take a quarter of what the database holds in one row (2 MB).
pub const MAX_QUESTIONS: usize = 50;

/// The ids given so far, each with its line.
#[derive(Default)]
pub(crate) struct Ids(Vec<At<String>>);

/// Returns the documents of `[[documents]]`.
pub(crate) fn documents(
    whole: &mut Section<'_>,
    language: Option<&str>,
    ids: &mut Ids,
) -> Option<Vec<DocumentRequirement>> {
    let sections = whole.sections("documents");
    let advice = "Ask for several papers in one file.";
    check_count(whole.notes, &sections, "documents", MAX_DOCUMENTS, advice);
    all_or_none(sections.into_iter().map(|section| document(section, language, ids)).collect())
}

/// Returns the questions of `[[questions]]`.
pub(crate) fn questions(
    whole: &mut Section<'_>,
    language: Option<&str>,
    ids: &mut Ids,
) -> Option<Vec<Question>> {
    let sections = whole.sections("questions");
    let advice = "Ask what you need to choose whom you meet, and the rest then.";
    check_count(whole.notes, &sections, "questions", MAX_QUESTIONS, advice);
    all_or_none(sections.into_iter().map(|section| question(section, language, ids)).collect())
}

/// Notes the first section beyond `most`.
fn check_count(notes: &Notes<'_>, sections: &[Section<'_>], key: &str, most: usize, advice: &str) {
    if let Some(surplus) = sections.get(most) {
        let count = sections.len();
        notes.add(
            surplus.line,
            format!("there are {count} `[[{key}]]`. At most {most} are taken. {advice}"),
        );
    }
}

/// Returns what was read, after each was looked at: the first mistake must not
/// hide the others.
fn all_or_none<T>(found: Vec<Option<T>>) -> Option<Vec<T>> {
    found.into_iter().collect()
}

fn document(
    mut section: Section<'_>,
    language: Option<&str>,
    ids: &mut Ids,
) -> Option<DocumentRequirement> {
    let id = ids.take(&mut section, "\"cv\"");
    let name = translated(&mut section, "name", language, "\"CV\"");
    let required = section.required::<bool>("required", "true");
    let kinds = kinds(&mut section);
    let max_bytes = size(&mut section);
    section.finish(&TOP);
    Some(DocumentRequirement {
        id: id?,
        name: name?,
        required: required?.value,
        kinds: kinds?,
        max_bytes: max_bytes?,
    })
}

fn question(mut section: Section<'_>, language: Option<&str>, ids: &mut Ids) -> Option<Question> {
    let id = ids.take(&mut section, "\"eu_work_permit\"");
    let text = translated(&mut section, "text", language, "\"...\"");
    let kinds: Vec<_> = QuestionKind::ALL.iter().map(|kind| (kind.as_str(), *kind)).collect();
    let kind = check::word(&mut section, "kind", &kinds);
    let required = section.required::<bool>("required", "true");
    section.finish(&TOP);
    Some(Question { id: id?, text: text?, kind: kind?.value, required: required?.value })
}

impl Ids {
    /// Returns the section's `id`, if no other field has it.
    fn take(&mut self, section: &mut Section<'_>, example: &str) -> Option<String> {
        let id = section.required::<String>("id", example)?;
        let value = &id.value;
        let wrong = if !is_id(value) {
            format!(
                "the id {} must be lower-case letters, digits and `_`, begin with a letter \
                 and have at most {MAX_ID} of them, as in `id = {example}`.",
                check::quoted(value)
            )
        } else if TAKEN.contains(&value.as_str()) {
            format!("the id `{value}` is that of a field which every form has. Choose another.")
        } else if let Some(first) = self.0.iter().find(|other| other.value == *value) {
            format!("the id `{value}` is already that of line {}. Choose another.", first.line)
        } else {
            self.0.push(id.clone());
            return Some(id.value);
        };
        section.notes.add(id.line, wrong);
        None
    }
}

fn is_id(id: &str) -> bool {
    id.len() <= MAX_ID
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Returns the text of `key` in the languages in which it is given. That of the
/// posting is asked for; pages in others show what they have.
fn translated(
    section: &mut Section<'_>,
    key: &'static str,
    own: Option<&str>,
    example: &str,
) -> Option<Translated> {
    let mut section = section.translations(key, example)?;
    let mut texts = Vec::new();
    let mut is_whole = true;
    for language in locales::LANGUAGES {
        let text = if own == Some(language) {
            let found = check::line(&mut section, language, example);
            is_whole &= found.is_some();
            found.map(|text| text.value)
        } else {
            check::optional_line(&mut section, language, example)
        };
        texts.extend(text.map(|text| (language, typography::set(language, &text))));
    }
    section.finish(&[]);
    (is_whole && !texts.is_empty()).then(|| Translated(texts.into_iter().collect()))
}

fn kinds(section: &mut Section<'_>) -> Option<Vec<Kind>> {
    let list = section.texts("kinds", "[\"pdf\", \"docx\", \"odt\"]")?;
    let notes = section.notes;
    if list.value.is_empty() {
        notes.add(list.line, "`kinds` is empty: no file could be accepted. Name at least one.");
        return None;
    }
    let mut kinds = Vec::new();
    let mut fine = true;
    for word in &list.value {
        match check::one_of(notes, "kinds", word, &KINDS) {
            Some(kind) if kinds.contains(&kind) => {
                notes.add(word.line, format!("`kinds` names `{}` twice.", word.value));
                fine = false;
            }
            Some(kind) => kinds.push(kind),
            None => fine = false,
        }
    }
    fine.then_some(kinds)
}

fn size(section: &mut Section<'_>) -> Option<u64> {
    let example = "\"10 MB\"";
    let found = section.required::<String>("max_size", example)?;
    let most = limit::DOCUMENTS;
    let wrong = match bytes(&found.value) {
        None | Some(0) => format!(
            "`max_size` must be a size in MB or kB, as in `max_size = {example}`. It is {}.",
            check::quoted(&found.value)
        ),
        Some(bytes) if bytes > most => format!(
            "`max_size` is more than all documents of an application may have together, {} MB: \
             they have to fit into one e-mail. Write less.",
            most / 1_000_000
        ),
        Some(bytes) => return Some(bytes),
    };
    section.notes.add(found.line, wrong);
    None
}

/// Returns the bytes of a size such as `10 MB`, in powers of ten as the pages
/// show them. French abbreviations are understood too.
pub(crate) fn bytes(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(end)?;
    let unit = match unit.trim_start() {
        "MB" | "Mo" => 1_000_000,
        "kB" | "KB" | "ko" | "Ko" => 1_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, expected) in [
            ("10 MB", Some(10_000_000)),
            ("10MB", Some(10_000_000)),
            ("2 Mo", Some(2_000_000)),
            ("500 kB", Some(500_000)),
            ("10", None),
            ("10 MiB", None),
            ("ten MB", None),
            ("-1 MB", None),
            ("MB", None),
            ("1.5 MB", None),
            ("99999999999999999999 MB", None),
            ("18446744073709551615 MB", None),
        ] {
            assert_eq!(bytes(text), expected, "{text}");
        }
    }
}
