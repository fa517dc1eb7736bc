//! The subject line of a posting beside those of others.

use domain::Posting;
use rules::Timestamp;
use rules::deadline::Phase;
use rules::subject::{fold, is_same};
use toml_edit::DocumentMut;

use crate::front;
use crate::mistake::{Flaw, Mistake, Mistakes};

/// Refuses a posting whose subject another one of `others` asks for that is
/// open or scheduled: a mail under it could be for either. One that was saved
/// with that subject before keeps it, and so does one that is over.
///
/// # Errors
///
/// The mistake, in the line of the subject.
pub fn check_subject<'a>(
    file: &str,
    source: &str,
    posting: &Posting,
    others: impl IntoIterator<Item = &'a Posting>,
    now: Timestamp,
) -> Result<(), Mistakes> {
    let is_over = |one: &Posting| one.requirements.window.phase(now) == Phase::Closed;
    let subject = &posting.requirements.subject;
    let is_it = |other: &&Posting| {
        let is_live = other.is_published() && !is_over(other);
        is_live && is_same(subject, &other.requirements.subject, fold)
    };
    let same: Vec<&Posting> = others.into_iter().filter(is_it).collect();
    let [other, ..] = same[..] else { return Ok(()) };
    if is_over(posting) || same.iter().any(|other| other.slug == posting.slug) {
        return Ok(());
    }
    let text = format!(
        "`subject` is that of the posting `{}` as well, which takes applications: a mail could be for either. \
         Write another one.",
        other.slug
    );
    Err(Mistakes(vec![Mistake::at(file, source, "subject", text, Flaw::SameSubject)]))
}

/// Returns the source of a posting as that of another one: without its name and
/// its subject, which nothing else may have. A source that cannot be taken
/// apart stays as it is.
pub fn for_another(source: &str) -> String {
    let Ok(parts) = front::split(source) else { return source.to_owned() };
    let Ok(mut document) = parts.front.parse::<DocumentMut>() else { return source.to_owned() };
    document.remove("slug");
    document.remove("subject");
    format!("+++\n{document}+++\n{}", parts.text)
}
