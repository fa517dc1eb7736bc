//! Counts the characters that are left in a text near its limit.

use locales::plural;
use rules::application::{limit, lines};
use rules::requirements::QuestionKind;
use rules::{Form, TextMap};

use crate::page::Page;

/// From so many tenths of its limit on, a text is counted.
const NEAR: u64 = 9;

/// A screen reader hears of every so many characters.
const STEP: i64 = 50;

/// Returns the sentence beside each text of `form` that is near its limit.
/// The others have an empty one.
pub(crate) fn counters(page: &Page, form: &Form) -> TextMap {
    let counted = |(field, max)| {
        let left = left(text(form, field), max);
        (field, left.map(|left| sentence(page, left)).unwrap_or_default())
    };
    texts(page).map(counted).collect()
}

/// A count that a screen reader was told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    field: String,
    step: i64,
}

/// Returns what a screen reader says after a change of `field`, and the count
/// that it tells. Nothing where `told` is near: a sentence at each key would
/// drown the typing.
pub(crate) fn spoken(
    page: &Page,
    form: &Form,
    field: &str,
    told: Option<&Count>,
) -> Option<(String, Count)> {
    let (_, max) = texts(page).find(|(known, _)| *known == field)?;
    let left = left(text(form, field), max)?;
    let count = Count { field: field.to_owned(), step: left.div_euclid(STEP) };
    (told != Some(&count)).then(|| (sentence(page, left), count))
}

/// The fields for longer texts, each with the most characters that it takes.
fn texts(page: &Page) -> impl Iterator<Item = (&str, u64)> {
    let questions = page.requirements.questions.iter();
    let in_words = questions.filter(|question| question.kind == QuestionKind::Text);
    in_words
        .map(|question| (question.id.as_str(), limit::ANSWER))
        .chain([("message", limit::MESSAGE)])
}

fn text<'a>(form: &'a Form, field: &str) -> &'a str {
    if field == "message" { &form.message } else { form.answers.get(field).unwrap_or_default() }
}

/// Returns how many characters are left, as the rules count them: less than
/// none where there are too many, nothing far from the limit.
fn left(text: &str, max: u64) -> Option<i64> {
    let count = lines(text).chars().count() as u64;
    let near = count.saturating_mul(10) >= max.saturating_mul(NEAR);
    let signed = |number| i64::try_from(number).unwrap_or(i64::MAX);
    near.then(|| signed(max).saturating_sub(signed(count)))
}

fn sentence(page: &Page, left: i64) -> String {
    match left {
        0.. => plural(&page.words, "script_characters_left", left),
        _ => plural(&page.words, "script_characters_over", left.saturating_neg()),
    }
}
