//! Turns an issue into a sentence.

use rules::deadline::Zone;
use rules::{Code, Issue, Param, Remark, Requirements, Timestamp};

use crate::{Words, bytes, fill, isolated, list, moment, number};

/// What the posting calls the things that an issue mentions.
#[derive(Clone, Copy, Debug)]
pub struct Labels<'a> {
    /// The documents and questions.
    pub requirements: &'a Requirements,
    /// The time zone of the posting, in which times are shown.
    pub zone: &'a Zone,
    /// The language of the posting, for what it does not call anything in the
    /// reader's.
    pub language: &'a str,
}

/// Returns what is wrong and what to do about it, in the language of `words`.
///
/// The text is `issue_{code}` followed, for a field that was given more than
/// once, by `twice`, else by the field, by what kind of address, file or damage
/// the issue mentions, or, for an issue with a file, by `file`: the first that
/// the locale has. Else it is `issue_{code}`.
pub fn issue_message<W: Words>(words: &W, issue: &Issue, labels: Labels) -> String {
    let general = format!("issue_{}", issue.code.as_str());
    let special = |end: &str| words.find(&format!("{general}_{end}"));
    let about = |name: &str| match issue.params.get(name)? {
        Param::Text(text) => special(text),
        _ => None,
    };
    let twice = special("twice").filter(|_| issue.params.get(Issue::TIMES).is_some());
    let template = twice
        .or_else(|| special(&issue.field))
        .or_else(|| ["address", "damage", "encryption", "kind"].into_iter().find_map(about))
        .or_else(|| special("file").filter(|_| issue.params.get("file").is_some()))
        .unwrap_or_else(|| words.word(&general));
    let language = words.word("script_language");
    let mut values = vec![("label", label(words, labels, &issue.field, language))];
    for (name, param) in issue.params.iter() {
        values.push((name, value(words, issue.code, name, param, labels)));
    }
    let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fill(template, &values)
}

/// Returns what a candidate should know about a document that is accepted: `authors` are those that it names, `files` the files inside.
pub fn remark_message(
    words: &impl Words,
    remark: Remark,
    authors: &[String],
    files: &[String],
) -> String {
    let named = if remark == Remark::Attachments && !files.is_empty() { "_named" } else { "" };
    let key = format!("remark_{}{named}", remark.as_str());
    let all = |texts: &[String]| {
        let texts: Vec<String> = texts.iter().map(|text| isolated(text)).collect();
        list(words, "list_and", &texts)
    };
    fill(words.word(&key), &[("authors", &all(authors)), ("files", &all(files))])
}

fn label(words: &impl Words, labels: Labels, field: &str, language: &str) -> String {
    let requirements = labels.requirements;
    let typed = format!("form_{field}");
    requirements
        .document(field)
        .map(|document| &document.name)
        .or_else(|| requirements.question(field).map(|question| &question.text))
        .map(|text| text.find(language, labels.language).1)
        .or_else(|| words.find(&typed))
        .unwrap_or(field)
        .to_owned()
}

fn value(words: &impl Words, code: Code, name: &str, param: &Param, labels: Labels) -> String {
    match (param, name) {
        (Param::Number(ms), "closed_at") => {
            // The last moment in time reads better than the first one too late:
            // "23:59" on the last day, not "00:00" on the next.
            instant_shown(words, Timestamp(ms.saturating_sub(1)), labels.zone)
        }
        (Param::Number(ms), "opens_at") => instant_shown(words, Timestamp(*ms), labels.zone),
        (Param::Number(count), _) if code == Code::TooLong => number(words, *count),
        (Param::Number(count), _) => bytes(words, u64::try_from(*count).unwrap_or(0)),
        (Param::Text(kind), "kind") => words.word(&format!("kind_{kind}")).to_owned(),
        (Param::Text(id), "other") => label(words, labels, id, words.word("script_language")),
        (Param::Text(text), _) => isolated(text),
        (Param::List(names), "found") => {
            let word = |name: &String| words.word(&format!("active_{name}")).to_owned();
            list(words, "list_and", &names.iter().map(word).collect::<Vec<_>>())
        }
        (Param::List(items), _) => list(words, "list_or", items),
    }
}

fn instant_shown(words: &impl Words, instant: Timestamp, zone: &Zone) -> String {
    moment(words, zone.local(instant), &zone.name)
}
