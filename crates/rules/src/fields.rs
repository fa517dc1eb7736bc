//! The rules of the typed fields, as `validator` derives them.

use serde::{Serialize, Serializer};
use validator::{Validate, ValidateLength, ValidationError, ValidationErrorsKind};

use crate::application::{Form, limit, lines, one_line};
use crate::email;
use crate::issue::{Code, Issue};

/// The typed fields of a form, tidied up: what is judged is what is kept.
#[derive(Validate)]
pub(crate) struct Fields {
    #[validate(custom(function = "present"), length(max = limit::NAME, code = "too_long"))]
    pub(crate) name: Text,
    #[validate(custom(function = "present"), custom(function = "address"))]
    pub(crate) email: Text,
    #[validate(length(max = limit::PHONE, code = "too_long"))]
    pub(crate) phone: Text,
    #[validate(length(max = limit::MESSAGE, code = "too_long"))]
    pub(crate) message: Text,
}

/// A text that keeps out of `validator`'s errors: they would take a copy of
/// what the candidate typed, and the code that makes it into the page.
pub(crate) struct Text(pub(crate) String);

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl ValidateLength<u64> for Text {
    fn length(&self) -> Option<u64> {
        self.0.length()
    }
}

impl Fields {
    pub(crate) fn of(form: &Form) -> Self {
        Self {
            name: Text(one_line(&form.name)),
            // Blanks around an address are a slip of the keyboard; a line
            // break is not, and stays to be refused.
            email: Text(form.email.trim_matches(' ').to_owned()),
            phone: Text(one_line(&form.phone)),
            message: Text(lines(&form.message)),
        }
    }

    /// What is wrong with the fields, in the order of the form. One issue is
    /// enough for a field: the next one shows when it is mended.
    pub(crate) fn issues(&self) -> Vec<Issue> {
        let Err(errors) = self.validate() else { return Vec::new() };
        let first = |field, text: &Text, max| {
            let Some(ValidationErrorsKind::Field(errors)) = errors.errors().get(field) else {
                return None;
            };
            let codes = errors.iter().filter_map(|error| Code::from_name(&error.code));
            match codes.min()? {
                Code::TooLong => too_long(field, &text.0, max),
                code => Some(Issue::new(field, code)),
            }
        };
        [
            first("name", &self.name, limit::NAME),
            first("email", &self.email, limit::EMAIL),
            first("phone", &self.phone, limit::PHONE),
            first("message", &self.message, limit::MESSAGE),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// The issue of a `text` with more than `max` characters.
pub(crate) fn too_long(field: &str, text: &str, max: u64) -> Option<Issue> {
    let actual = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    (actual > max).then(|| Issue::new(field, Code::TooLong).with("max", max).with("actual", actual))
}

fn present(text: &Text) -> Result<(), ValidationError> {
    if text.0.is_empty() { Err(error(Code::Missing)) } else { Ok(()) }
}

fn address(text: &Text) -> Result<(), ValidationError> {
    if email::is_valid(&text.0) { Ok(()) } else { Err(error(Code::NotAnEmail)) }
}

fn error(code: Code) -> ValidationError {
    ValidationError::new(code.as_str())
}
