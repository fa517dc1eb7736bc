//! Pages with a sentence or two, and the sign-in page of development.

use askama::Template;
use locales::{Texts, Words as _, fill};

use super::{Frame, Person};

/// What is wrong with a field of the desk's forms.
pub fn mistake(texts: &'static Texts, field: &str, code: &str, value: &str) -> String {
    let specific = texts.find(&format!("desk_mistake_{field}_{code}"));
    let general = || texts.find(&format!("desk_mistake_{code}"));
    let sentence = specific.or_else(general).unwrap_or(texts.desk_mistake);
    fill(sentence, &[("value", value)])
}

/// The page that says why something was not done.
pub fn refused(texts: &'static Texts, message: &str, person: &Person<'_>) -> String {
    let frame = Frame::of(texts, texts.desk_not_done, person);
    Page { t: texts, frame, message }.to_string()
}

/// The form that signs anybody in, in development.
pub fn dev_sign_in(texts: &'static Texts) -> String {
    let person = Person { email: "", may_change: false };
    SignIn { t: texts, frame: Frame::of(texts, texts.desk_sign_in, &person) }.to_string()
}

#[derive(Template)]
#[template(path = "desk/refused.html")]
struct Page<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    message: &'a str,
}

#[derive(Template)]
#[template(path = "desk/sign_in.html")]
struct SignIn<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
}
