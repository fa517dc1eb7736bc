//! Makes the error summary: each mistake once, in the order of the page.

use locales::{Words as _, plural};
use rules::{Issue, TextMap};

use crate::page::Page;
use crate::sending::FieldError;
use crate::view::{Item, Summary};

/// The errors of a form: those beside the fields, and the summary of all.
pub(crate) struct Errors {
    pub(crate) by_field: TextMap,
    pub(crate) summary: Summary,
}

/// Orders `issues` as `page` shows the fields. A field shows its first error;
/// an issue without a field stands in the summary only. Out of time, that is
/// all there is to say: no correction is asked for.
pub(crate) fn errors(page: &Page, mut issues: Vec<FieldError>) -> Errors {
    if let Some(at) = issues.iter().position(|issue| issue.field == Issue::DEADLINE) {
        let items = vec![Item { href: None, text: issues.swap_remove(at).message }];
        let title = page.words.word("script_not_sent").to_owned();
        return Errors { by_field: TextMap::default(), summary: Summary::Shown { title, items } };
    }
    let issues = in_order(page, issues);
    let mut by_field = TextMap::default();
    for FieldError { field, message } in &issues {
        if page.has_field(field) && by_field.get(field).is_none() {
            by_field.set(field, Some(message.clone()));
        }
    }
    let count = i64::try_from(issues.len()).unwrap_or(i64::MAX);
    let title = plural(&page.words, "form_summary", count);
    let item = |issue: FieldError| Item {
        href: Some(format!("#{}", page.target(&issue.field))),
        text: issue.message,
    };
    let items = issues.into_iter().map(item).collect();
    Errors { by_field, summary: Summary::Shown { title, items } }
}

fn in_order(page: &Page, mut issues: Vec<FieldError>) -> Vec<FieldError> {
    let mut ordered = Vec::new();
    for field in page.fields() {
        ordered.extend(issues.extract_if(.., |issue| issue.field == field));
    }
    ordered.append(&mut issues);
    ordered
}
