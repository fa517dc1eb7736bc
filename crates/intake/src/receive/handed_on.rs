//! Finds the candidate of a mail that somebody has handed on.

use mail::Address;
use mail::incoming::{Incoming, Person};

use super::letter::Letter;
use super::which_posting::is_handed_on;

/// Returns who wrote the mail that `author` hands on, and the message that has
/// its subject: the attached one, or the mail itself, whose text then names
/// somebody else as the author. A mail of ours about a candidate has the
/// candidate in its Reply-To.
pub(super) fn handed_on<'a>(
    letter: &'a Letter,
    author: &Person,
    is_ours: impl Fn(&Incoming) -> bool,
) -> Option<(Person, &'a Incoming)> {
    let message = &letter.message;
    if let Some(inner) = message.forwarded.as_deref() {
        let about = inner.reply_to.as_ref().filter(|_| is_ours(inner));
        return Some((about.or(inner.from.as_ref())?.clone(), inner));
    }
    let named = is_handed_on(&message.subject).then(|| named_author(&message.text))??;
    let is_other = !named.address.as_str().eq_ignore_ascii_case(author.address.as_str());
    is_other.then_some((named, message))
}

/// The first line that mail programs write for an author: `De : Marie <m@example.net>`.
fn named_author(text: &str) -> Option<Person> {
    const LABELS: [&str; 5] = ["from", "de", "von", "expéditeur", "remitente"];
    text.lines().find_map(|line| {
        let (label, rest) = line.split_once(':')?;
        let label = label.trim_matches(is_decoration).to_lowercase();
        LABELS.contains(&label.as_str()).then(|| person(rest))?
    })
}

/// `Marie <m@example.net>`, `Marie [mailto:m@example.net]` or the address alone.
fn person(text: &str) -> Option<Person> {
    let is_edge = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '[' | ']' | '(' | ')');
    let word = text.split(is_edge).find(|word| word.contains('@'))?;
    let address = Address::parse(word.trim_start_matches("mailto:")).ok()?;
    let (before, _) = text.split_once(word)?;
    let name = before.trim_matches(|c| is_edge(c) || is_decoration(c));
    Some(Person { name: name.to_owned(), address })
}

/// What stands around labels and names: quotes of a quoted text, stars for bold.
fn is_decoration(c: char) -> bool {
    c.is_whitespace() || matches!(c, '>' | '*' | '"' | '\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_author_is_named_as_mail_programs_do() {
        for text in [
            "Pour info\n\n-----Message d’origine-----\nDe : Marie Dupont <marie@example.net>\nEnvoyé : lundi",
            "---------- Forwarded message ---------\nFrom: Marie Dupont <marie@example.net>\nDate: Mon",
            "*De :* Marie Dupont <marie@example.net>",
            "> From: \"Marie Dupont\" <marie@example.net>",
            "Von: Marie Dupont [mailto:marie@example.net]",
            "De\u{a0}: Marie Dupont (marie@example.net)",
        ] {
            let found = named_author(text).map(|one| (one.name, one.address.to_string()));
            let expected = ("Marie Dupont".to_owned(), "marie@example.net".to_owned());
            assert_eq!(found, Some(expected), "{text}");
        }
        for text in ["De : Marie", "Bonjour", "Le bureau de: a@b", "de Marie marie@example.net"] {
            assert_eq!(named_author(text), None, "{text}");
        }
    }
}
