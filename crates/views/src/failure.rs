//! Pages that say what went wrong and what to do.

use askama::Template;
use domain::Failure;
use locales::{Texts, bytes, fill};
use rules::application::limit;

use crate::frame::{Brand, Frame, Site, in_language};
use crate::open::OPEN_ADDRESS;

/// Returns the page that says what went wrong.
pub fn failure(texts: &'static Texts, failure: &Failure, site: &Site) -> String {
    page(texts, words(texts, *failure), None, in_language(texts, "/"), site)
}

/// Returns the same for staff at the desk.
pub fn failure_at_desk(texts: &'static Texts, failure: &Failure, site: &Site) -> String {
    match words_for_staff(texts, *failure) {
        Some(words) => page(texts, words, None, "/desk".into(), site),
        None => self::failure(texts, failure, site),
    }
}

/// Returns the page for a key that opens no receipt. It leads to the page on
/// which the code of a shared computer does.
pub fn no_receipt(texts: &'static Texts, site: &Site) -> String {
    let words = words(texts, Failure::NotFound);
    page(texts, words, Some(OPEN_ADDRESS), in_language(texts, "/"), site)
}

fn page(
    texts: &'static Texts,
    words: Words,
    open: Option<&str>,
    home: String,
    site: &Site,
) -> String {
    let Words { title, what, todo } = words;
    let brand = Brand::ours(texts);
    let page = Page {
        t: texts,
        frame: Frame {
            title: format!("{title} – {}", brand.name),
            brand,
            description: None,
            address: None,
            indexed: false,
            has_form: false,
        },
        title,
        what,
        todo,
        open: open.map(|path| in_language(texts, path)),
        home: format!("{}{home}", site.base_url),
    };
    page.to_string()
}

/// Returns the same for a program that asks for JSON: what went wrong, what to do.
pub fn failure_message(texts: &'static Texts, failure: &Failure) -> String {
    message(words(texts, *failure))
}

/// Returns the same for staff at the desk.
pub fn failure_message_at_desk(texts: &'static Texts, failure: &Failure) -> String {
    message(words_for_staff(texts, *failure).unwrap_or_else(|| words(texts, *failure)))
}

fn message(Words { what, todo, .. }: Words) -> String {
    format!("{what} {todo}")
}

struct Words {
    title: &'static str,
    what: String,
    todo: String,
}

fn words(t: &'static Texts, failure: Failure) -> Words {
    let (title, what, todo) = match failure {
        Failure::NotFound => {
            (t.failure_not_found, t.failure_not_found_what, t.failure_not_found_do)
        }
        Failure::Gone => (t.failure_gone, t.failure_gone_what, t.failure_gone_do),
        Failure::Forbidden => {
            (t.failure_forbidden, t.failure_forbidden_what, t.failure_forbidden_do)
        }
        Failure::CrossSite => {
            (t.failure_cross_site, t.failure_cross_site_what, t.failure_cross_site_do)
        }
        Failure::MethodNotAllowed => (t.failure_method, t.failure_method_what, t.failure_method_do),
        Failure::TooLarge { .. } => {
            (t.failure_too_large, t.failure_too_large_what, t.failure_too_large_do)
        }
        Failure::TooManyParts => {
            (t.failure_too_many_parts, t.failure_too_many_parts_what, t.failure_too_many_parts_do)
        }
        Failure::NotAForm => {
            (t.failure_not_a_form, t.failure_not_a_form_what, t.failure_not_a_form_do)
        }
        Failure::Misdirected => {
            (t.failure_misdirected, t.failure_misdirected_what, t.failure_misdirected_do)
        }
        Failure::Busy => (t.failure_busy, t.failure_busy_what, t.failure_busy_do),
        Failure::Unavailable => {
            (t.failure_unavailable, t.failure_unavailable_what, t.failure_unavailable_do)
        }
    };
    Words::of(t, failure, title, what, todo)
}

impl Words {
    /// Fills in the sizes, where something is too large.
    fn of(
        t: &'static Texts,
        failure: Failure,
        title: &'static str,
        what: &str,
        todo: &str,
    ) -> Self {
        let Failure::TooLarge { max_bytes } = failure else {
            return Self { title, what: what.to_owned(), todo: todo.to_owned() };
        };
        // What we read has room for what surrounds the documents.
        let (max, limit) = (bytes(t, max_bytes), bytes(t, limit::DOCUMENTS));
        Self { title, what: fill(what, &[("max", &max)]), todo: fill(todo, &[("limit", &limit)]) }
    }
}

/// The words for staff, where those for candidates would mislead them.
fn words_for_staff(t: &'static Texts, failure: Failure) -> Option<Words> {
    let (title, what, todo) = match failure {
        Failure::TooLarge { .. } => (t.desk_too_large, t.desk_too_large_what, t.desk_too_large_do),
        Failure::CrossSite => (t.desk_cross_site, t.desk_cross_site_what, t.desk_cross_site_do),
        _ => return None,
    };
    Some(Words::of(t, failure, title, what, todo))
}

#[derive(Template)]
#[template(path = "failure.html")]
struct Page<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    title: &'static str,
    what: String,
    todo: String,
    /// Where a code opens a receipt.
    open: Option<String>,
    home: String,
}
