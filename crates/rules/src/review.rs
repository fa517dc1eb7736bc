//! Reviews an application: the same function in the page and in the Worker.

use addresses::ToAscii;
use documents::{Encryption, Extension, Kind, Report, extension_of};

use crate::application::{
    Answer, Content, Document, Form, Mails, OfferedDocument, limit, lines, one_line,
};
use crate::content;
use crate::fields::{Fields, too_long};
use crate::issue::{Code, Issue, Param};
use crate::requirements::{DocumentRequirement, Question, QuestionKind, Requirements};
use crate::subject::{self, Fold};
use crate::unicode::Unicode;
use calendar::Timestamp;

/// Judges `form` against `requirements`, as received at `received_at`.
///
/// Either an application with which nothing is wrong, or everything that is
/// wrong with it, in the order of the form. Out of time, that is the only
/// issue: nothing else can be mended any more.
pub fn review(
    unicode: Unicode,
    requirements: &Requirements,
    form: &Form,
    received_at: Timestamp,
) -> Result<Content, Vec<Issue>> {
    let fields = Fields::of(form, unicode.to_ascii);
    let issues = issues_of(unicode.fold, requirements, form, &fields, received_at);
    if issues.is_empty() { Ok(accept(requirements, form, fields)) } else { Err(issues) }
}

/// Returns what `form` says, tidied up and unjudged: what two forms are
/// compared by. Fields that were given twice have only their last value here.
pub fn tidied(to_ascii: ToAscii, requirements: &Requirements, form: &Form) -> Content {
    accept(requirements, form, Fields::of(form, to_ascii))
}

/// Everything that is wrong with `form`, and nothing of an application: what
/// the page needs.
pub fn issues(
    unicode: Unicode,
    requirements: &Requirements,
    form: &Form,
    received_at: Timestamp,
) -> Vec<Issue> {
    let fields = Fields::of(form, unicode.to_ascii);
    issues_of(unicode.fold, requirements, form, &fields, received_at)
}

fn issues_of(
    fold: Fold,
    requirements: &Requirements,
    form: &Form,
    fields: &Fields,
    received_at: Timestamp,
) -> Vec<Issue> {
    if let Some(out_of_time) = requirements.window.review(received_at) {
        return vec![out_of_time];
    }
    let typed = fields.check();
    let mut issues = Vec::new();
    issues.extend(["name", "email", "phone"].iter().filter_map(|field| typed.first(field)));
    issues.extend(review_subject(requirements, &form.subject, fold));
    let is_unknown = mails(requirements, form).is_none();
    issues.extend(is_unknown.then(|| Issue::new("mails", Code::NotAChoice)));
    issues.extend(review_documents(requirements, &form.documents));
    issues.extend(requirements.questions.iter().filter_map(|q| review_answer(q, form)));
    issues.extend(["message", "consent"].iter().filter_map(|field| typed.first(field)));
    issues.extend(form.repeated.iter().map(|field| given_twice(field)));
    issues
}

/// Judges one field of `form` alone: the one that a candidate has just left.
pub fn review_field(
    unicode: Unicode,
    requirements: &Requirements,
    form: &Form,
    received_at: Timestamp,
    field: &str,
) -> Vec<Issue> {
    let mut issues = issues(unicode, requirements, form, received_at);
    issues.retain(|issue| issue.field == field);
    issues
}

/// Returns whether the size of `document` alone decides against it, so that
/// nobody need look into its bytes.
pub fn refused_by_size(requirements: &Requirements, document: &OfferedDocument) -> bool {
    requirements
        .document(&document.id)
        .is_none_or(|required| document.bytes == 0 || document.bytes > required.max_bytes)
}

fn given_twice(field: &str) -> Issue {
    Issue::new(field, Code::NotAChoice).with(Issue::TIMES, 2_u64)
}

/// Which mails the candidate wants; nothing where that is no choice.
fn mails(requirements: &Requirements, form: &Form) -> Option<Mails> {
    match form.mails.trim() {
        "" => Some(requirements.first_mails()),
        name => Mails::from_name(name),
    }
}

fn review_subject(requirements: &Requirements, given: &str, fold: Fold) -> Option<Issue> {
    let given = one_line(given);
    if given.is_empty() {
        return Some(Issue::new("subject", Code::Missing));
    }
    too_long("subject", &given, limit::SUBJECT).or_else(|| {
        let required = requirements.subject.as_str();
        (!subject::is_same(required, &given, fold)).then(|| {
            Issue::new("subject", Code::NotTheSubject)
                .with("required", required)
                .with("given", given.as_str())
        })
    })
}

fn review_answer(question: &Question, form: &Form) -> Option<Issue> {
    let answer = answer(question, form);
    if answer.is_empty() {
        return question.required.then(|| Issue::new(&question.id, Code::Missing));
    }
    match question.kind {
        QuestionKind::YesNo => {
            let is_choice = matches!(answer.as_str(), "yes" | "no");
            (!is_choice).then(|| Issue::new(&question.id, Code::NotAChoice))
        }
        QuestionKind::Text => too_long(&question.id, &answer, limit::ANSWER),
    }
}

fn answer(question: &Question, form: &Form) -> String {
    form.answers.get(&question.id).map(lines).unwrap_or_default()
}

fn review_documents(requirements: &Requirements, offered: &[OfferedDocument]) -> Vec<Issue> {
    let mut issues: Vec<Issue> =
        offered.iter().filter_map(|d| not_asked_for(requirements, d)).collect();
    let mut accepted: Vec<&OfferedDocument> = Vec::new();
    for required in &requirements.documents {
        let mut files = offered.iter().filter(|document| document.id == required.id);
        match files.next() {
            Some(document) => {
                let issue = one_too_many(files.next())
                    .or_else(|| review_document(required, document))
                    .or_else(|| same_as_another(document, &accepted));
                match issue {
                    Some(issue) => issues.push(issue),
                    None => accepted.push(document),
                }
            }
            None if required.required => {
                issues.push(Issue::new(&required.id, Code::DocumentMissing));
            }
            None => {}
        }
    }
    let bytes = accepted.iter().map(|document| document.bytes).fold(0, u64::saturating_add);
    if bytes > limit::DOCUMENTS {
        issues.push(
            Issue::new(Issue::DOCUMENTS, Code::DocumentsTooLarge)
                .with("bytes", bytes)
                .with("max", limit::DOCUMENTS),
        );
    }
    issues
}

/// Returns a file that no document of the posting is meant for. To drop it in
/// silence would lose what somebody believes to have sent.
fn not_asked_for(requirements: &Requirements, document: &OfferedDocument) -> Option<Issue> {
    requirements.document(&document.id).is_none().then(|| unexpected(document))
}

/// Returns the issue for a second file for the same document: it is unclear
/// which one is meant.
fn one_too_many(second: Option<&OfferedDocument>) -> Option<Issue> {
    second.map(unexpected)
}

fn unexpected(document: &OfferedDocument) -> Issue {
    let file = one_line(&document.file_name);
    Issue::new(&document.id, Code::NotAChoice).with("file", file.as_str())
}

fn review_document(required: &DocumentRequirement, document: &OfferedDocument) -> Option<Issue> {
    let issue =
        |code| Issue::new(&required.id, code).with("file", one_line(&document.file_name).as_str());
    if document.bytes == 0 {
        return Some(issue(Code::DocumentEmpty));
    }
    if document.bytes > required.max_bytes {
        return Some(
            issue(Code::DocumentTooLarge)
                .with("bytes", document.bytes)
                .with("max", required.max_bytes),
        );
    }
    let report = document.report.as_ref()?;
    let code = kind_code(required, &document.file_name, report)?;
    let issue =
        issue(code).with("kind", report.kind.as_str()).with("accepted", extensions(required));
    Some(match (code, report.damage) {
        (Code::DocumentActiveContent, _) => issue.with("found", found(report)),
        (Code::DocumentDamaged, Some(damage)) => issue.with("damage", damage.as_str()),
        (Code::DocumentPassword, _) => issue.with("encryption", report.encryption.as_str()),
        _ => issue,
    })
}

/// Returns what is wrong with what a file is. A password first, even if only
/// the attached files have one: behind it nobody sees the rest, and to save the file
/// without one mends the kind as well. Then damage: half a DOCX looks like some
/// other archive, and "incomplete" is what helps. Then a name that says
/// otherwise than the bytes: it tells the candidate what happened to the file.
fn kind_code(required: &DocumentRequirement, file_name: &str, report: &Report) -> Option<Code> {
    let accepted = required.kinds.contains(&report.kind);
    if matches!(report.encryption, Encryption::Password | Encryption::Attachments) {
        Some(Code::DocumentPassword)
    } else if report.damage.is_some() && (accepted || report.kind == Kind::Zip) {
        Some(Code::DocumentDamaged)
    } else if !agrees(file_name, report.kind) {
        Some(Code::DocumentKindMismatch)
    } else if content::refused(report).next().is_some() {
        Some(Code::DocumentActiveContent)
    } else if !accepted {
        Some(Code::DocumentKindNotAccepted)
    } else {
        None
    }
}

/// Tells whether a name may stand for a kind. An extension that belongs to no kind
/// (`Lettre.Dupont`) says nothing, and staff get the file under a name of
/// our own.
fn agrees(file_name: &str, kind: Kind) -> bool {
    match extension_of(file_name) {
        Extension::Missing => true,
        Extension::Named(extension) => {
            Kind::from_extension(&extension).is_none()
                || kind.extensions().contains(&extension.as_str())
        }
        Extension::Deceptive => false,
    }
}

fn found(report: &Report) -> Vec<String> {
    content::refused(report).map(|active| active.as_str().to_owned()).collect()
}

fn extensions(required: &DocumentRequirement) -> Vec<String> {
    required.kinds.iter().filter_map(|kind| kind.extension()).map(str::to_ascii_uppercase).collect()
}

fn same_as_another(document: &OfferedDocument, others: &[&OfferedDocument]) -> Option<Issue> {
    let sha256 = document.sha256.as_deref()?;
    let twin = others.iter().find(|other| other.sha256.as_deref() == Some(sha256))?;
    Some(
        Issue::new(&document.id, Code::DocumentSameTwice)
            .with("file", one_line(&document.file_name).as_str())
            .with("other", Param::Text(twin.id.clone())),
    )
}

fn accept(requirements: &Requirements, form: &Form, fields: Fields) -> Content {
    let optional = |text: String| (!text.is_empty()).then_some(text);
    Content {
        name: fields.name,
        email: fields.email,
        phone: optional(fields.phone),
        message: optional(fields.message),
        answers: requirements
            .questions
            .iter()
            .filter_map(|question| {
                let value = optional(answer(question, form))?;
                Some(Answer { question: question.id.clone(), value })
            })
            .collect(),
        documents: in_order(requirements, &form.documents).map(accept_document).collect(),
        // What is no choice is not accepted; compared, it says the least.
        mails: mails(requirements, form).unwrap_or(Mails::Neutral),
    }
}

/// Every file of a form, in the order in which the posting asks for them. Two for one document,
/// and one that is not asked for, are refused, and are no part of what earlier forms said.
fn in_order<'a>(
    requirements: &'a Requirements,
    offered: &'a [OfferedDocument],
) -> impl Iterator<Item = &'a OfferedDocument> {
    let asked = requirements.documents.iter();
    let asked = asked.flat_map(|required| offered.iter().filter(|one| one.id == required.id));
    asked.chain(offered.iter().filter(|one| requirements.document(&one.id).is_none()))
}

fn accept_document(offered: &OfferedDocument) -> Document {
    Document {
        id: offered.id.clone(),
        file_name: one_line(&offered.file_name).chars().take(limit::FILE_NAME).collect(),
        kind: offered.report.as_ref().map_or(Kind::Unknown, |report| report.kind),
        bytes: offered.bytes,
        sha256: offered.sha256.clone().unwrap_or_default(),
        crc32: None,
        remarks: offered.report.as_ref().map(content::remarks).unwrap_or_default(),
        files: offered.report.as_ref().map(|report| report.files.clone()).unwrap_or_default(),
        revision: 1,
    }
}
