//! The rules of the typed fields.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use crate::application::{Form, limit, lines, one_line};
use crate::email;
use crate::issue::{Code, Issue};

/// The typed fields of a form, tidied up: what is judged is what is kept.
pub(crate) struct Fields {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) message: String,
}

impl Fields {
    pub(crate) fn of(form: &Form) -> Self {
        Self {
            name: one_line(&form.name),
            // Blanks around an address are a slip of the keyboard; a line
            // break is not, and stays to be refused.
            email: form.email.trim_matches([' ']).to_owned(),
            phone: one_line(&form.phone),
            message: lines(&form.message),
        }
    }

    /// Returns what is wrong with the fields, in the order of the form. One
    /// issue is enough for a field: the next one shows when it is mended.
    pub(crate) fn issues(&self) -> Vec<Issue> {
        [
            missing("name", &self.name).or_else(|| too_long("name", &self.name, limit::NAME)),
            missing("email", &self.email).or_else(|| {
                (!email::is_valid(&self.email)).then(|| Issue::new("email", Code::NotAnEmail))
            }),
            too_long("phone", &self.phone, limit::PHONE),
            too_long("message", &self.message, limit::MESSAGE),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Returns the issue of a `text` with more than `max` characters.
pub(crate) fn too_long(field: &str, text: &str, max: u64) -> Option<Issue> {
    // What `count` does to be faster weighs half a kilobyte in the page.
    let actual = text.chars().fold(0, |count, _| count + 1);
    (actual > max).then(|| Issue::new(field, Code::TooLong).with("max", max).with("actual", actual))
}

fn missing(field: &str, text: &str) -> Option<Issue> {
    text.is_empty().then(|| Issue::new(field, Code::Missing))
}
