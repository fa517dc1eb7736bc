//! The rules of the fields that a candidate types.

use addresses::{Address, Stray, ToAscii, is_invisible, is_routed, stray, tidied};
use validator::{Validate, ValidationError, ValidationErrors, ValidationErrorsKind};

use crate::application::{Form, limit, lines, one_line};
use crate::issue::{Code, Issue};

/// The typed fields of a form, tidied up: what is checked is what is stored.
///
/// The codes are those of [`Code`]. Each field's rules stand in the order in
/// which they are told: a candidate sees the first one that the field breaks.
#[derive(Validate)]
pub(crate) struct Fields {
    #[validate(custom(function = "is_visible"), length(max = limit::NAME, code = "too_long"))]
    pub(crate) name: String,
    #[validate(custom(function = "not_empty"), custom(function = "is_email"))]
    pub(crate) email: String,
    #[validate(length(max = limit::PHONE, code = "too_long"))]
    pub(crate) phone: String,
    #[validate(length(max = limit::MESSAGE, code = "too_long"))]
    pub(crate) message: String,
    #[validate(custom(function = "not_empty"), custom(function = "is_yes"))]
    pub(crate) consent: String,
}

impl Fields {
    pub(crate) fn of(form: &Form, to_ascii: ToAscii) -> Self {
        Self {
            name: one_line(&form.name),
            email: tidied(&form.email, to_ascii),
            phone: one_line(&form.phone),
            message: lines(&form.message),
            consent: form.consent.trim().to_owned(),
        }
    }

    /// Checks every field.
    pub(crate) fn check(&self) -> FieldIssues {
        FieldIssues(self.validate().err().unwrap_or_default())
    }
}

/// What is wrong with the fields.
pub(crate) struct FieldIssues(ValidationErrors);

impl FieldIssues {
    /// Returns the first issue of `field`.
    pub(crate) fn first(&self, field: &'static str) -> Option<Issue> {
        match self.0.errors().get(field)? {
            ValidationErrorsKind::Field(errors) => issue(field, errors.first()?),
            ValidationErrorsKind::Struct(_) | ValidationErrorsKind::List(_) => None,
        }
    }
}

/// Returns the issue of a `text` with more than `max` characters.
pub(crate) fn too_long(field: &str, text: &str, max: u64) -> Option<Issue> {
    let actual = text.chars().count() as u64;
    (actual > max).then(|| Issue::new(field, Code::TooLong).with("max", max).with("actual", actual))
}

fn not_empty(text: &str) -> Result<(), ValidationError> {
    require(!text.is_empty(), Code::Missing)
}

fn is_visible(text: &str) -> Result<(), ValidationError> {
    require(!text.chars().all(|c| c == ' ' || is_invisible(c)), Code::Missing)
}

fn is_email(text: &str) -> Result<(), ValidationError> {
    require(Address::parse(text).is_ok() && !is_routed(text), Code::NotAnEmail)
}

fn is_yes(text: &str) -> Result<(), ValidationError> {
    require(text == "yes", Code::NotAChoice)
}

fn require(fulfilled: bool, code: Code) -> Result<(), ValidationError> {
    if fulfilled { Ok(()) } else { Err(ValidationError::new(code.as_str())) }
}

/// Makes an issue of what `validator` reports: its code, the value and a bound.
fn issue(field: &str, error: &ValidationError) -> Option<Issue> {
    match Code::from_name(&error.code)? {
        Code::TooLong => {
            let (value, max) = (error.params.get("value")?, error.params.get("max")?);
            too_long(field, value.as_str()?, max.as_u64()?)
        }
        Code::NotAnEmail => {
            let value = error.params.get("value")?.as_str()?;
            Some(not_an_email(field, value))
        }
        code => Some(Issue::new(field, code)),
    }
}

/// Says what kind of address it is: one by other hosts, or one with a space or
/// an invisible character, which it names.
fn not_an_email(field: &str, text: &str) -> Issue {
    let issue = Issue::new(field, Code::NotAnEmail);
    if Address::parse(text).is_ok() {
        return issue.with("address", "routed");
    }
    // Of two addresses the space between them is not what is wrong.
    let is_one = text.len() as u64 <= limit::EMAIL && text.matches('@').count() < 2;
    let short = Some(text).filter(|_| is_one);
    match short.and_then(stray) {
        None => issue,
        Some(Stray { character, before }) => {
            let kind = if character.is_whitespace() { "space" } else { "invisible" };
            let code_point = format!("U+{:04X}", u32::from(character));
            issue.with("address", kind).with("character", &*code_point).with("before", before)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 5] = ["name", "email", "phone", "message", "consent"];

    /// `validator` takes any text for a code.
    #[test]
    fn every_rule_has_a_code_of_ours() {
        let bad = Fields {
            name: "n".repeat(201),
            email: "nobody".into(),
            phone: "1".repeat(41),
            message: "m".repeat(5_001),
            consent: "no".into(),
        };
        let codes = NAMES.map(|name| bad.check().first(name).map(|issue| issue.code));
        let expected =
            [Code::TooLong, Code::NotAnEmail, Code::TooLong, Code::TooLong, Code::NotAChoice];
        assert_eq!(codes, expected.map(Some));
    }

    #[test]
    fn an_address_by_other_hosts_has_its_own_sentence() {
        for (email, address) in [("nobody", None), ("a%b@example.org", Some("routed"))] {
            let form = Form { email: email.into(), ..Form::default() };
            let issue = Fields::of(&form, addresses::to_ascii).check().first("email").unwrap();
            assert_eq!(issue.code, Code::NotAnEmail);
            assert_eq!(issue.params.get("address"), address.map(Into::into).as_ref());
        }
    }

    #[test]
    fn a_name_of_invisible_characters_is_missing() {
        for (name, is_missing) in [("\u{200B} \u{2060}", true), ("م\u{200C}ی", false)] {
            let form = Form { name: name.into(), ..Form::default() };
            let issue = Fields::of(&form, addresses::to_ascii).check().first("name");
            assert_eq!(issue.is_some(), is_missing, "{name:?}");
        }
    }

    #[test]
    fn an_empty_field_is_missing_and_nothing_else() {
        let issues = Fields::of(&Form::default(), addresses::to_ascii).check();
        for name in NAMES {
            let required = matches!(name, "name" | "email" | "consent");
            assert_eq!(issues.first(name), required.then(|| Issue::new(name, Code::Missing)));
        }
    }
}
