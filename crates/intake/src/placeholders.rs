//! Fills in what differs from candidate to candidate in a text of staff.

use domain::{Application, Posting};

/// A placeholder without a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfilled {
    /// Its name, as it stands between the braces.
    pub placeholder: String,
}

/// The longest name between braces. What is longer is text.
const MAX_NAME: usize = 40;

/// Returns `text` with the values of an application in place of `{name}`,
/// `{reference}`, `{title}`, `{organisation}` and `{contact}`. What a value
/// holds is not looked at again.
///
/// # Errors
///
/// A placeholder is none of these: somebody has to write what it stands for.
pub fn filled(
    text: &str,
    application: &Application,
    posting: Option<&Posting>,
) -> Result<String, Unfilled> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let name = after.split_once('}').filter(|(name, _)| is_name(name));
        let Some((name, after_name)) = name else {
            filled.push('{');
            rest = after;
            continue;
        };
        let unfilled = || Unfilled { placeholder: name.to_owned() };
        filled.push_str(value(name, application, posting).ok_or_else(unfilled)?);
        rest = after_name;
    }
    filled.push_str(rest);
    Ok(filled)
}

fn value<'a>(
    name: &str,
    application: &'a Application,
    posting: Option<&'a Posting>,
) -> Option<&'a str> {
    match name {
        "name" => Some(&application.content.name),
        "reference" => Some(application.reference.as_str()),
        "title" => Some(&posting?.title),
        "organisation" => Some(&posting?.organisation.name),
        "contact" => Some(&posting?.contact),
        _ => None,
    }
}

fn is_name(name: &str) -> bool {
    !name.trim().is_empty() && name.len() <= MAX_NAME && !name.contains(['{', '\n'])
}
