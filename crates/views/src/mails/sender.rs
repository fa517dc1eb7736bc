//! Writes the sender's display name of a mail to staff.

use domain::posting::Organisation;
use locales::{Texts, fill};
use rules::application::one_line;
use rules::subject::fold;

use super::parts::closed;

/// The most characters of a candidate's name in it.
const LONGEST: usize = 40;

/// The shortest name that is recognised inside of a longer word, in letters.
const SHORTEST_INSIDE: usize = 4;

/// Returns the display name of the sender: `Amélie N’Diaye via OMCT Carrières`.
/// Whatever the candidate's name, the end is ours.
///
/// A name in which one of `protected` can be recognised, or the organisation's,
/// is marked. An `@` in it is written out, so that no mail program takes a part
/// of it for an address.
pub fn sender_name(
    texts: &Texts,
    organisation: &Organisation,
    name: &str,
    protected: &[String],
) -> String {
    let shown = closed(&shortened(&without_address(name)));
    let own = organisation.short.as_ref().unwrap_or(&organisation.name);
    let ours = [Some(&organisation.name), organisation.short.as_ref()];
    let is_marked = ours.into_iter().flatten().chain(protected).any(|one| resembles(name, one));
    let template = if is_marked { texts.mail_staff_sender_marked } else { texts.mail_staff_sender };
    fill(template, &[("name", &shown), ("organisation", own)])
}

/// One line without `@`, `<` and `>`.
fn without_address(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for c in one_line(name).chars() {
        match c {
            '@' | '\u{FF20}' | '\u{FE6B}' => text.push_str("(at)"),
            '<' | '>' => text.push(' '),
            c => text.push(c),
        }
    }
    one_line(&text)
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    let start: String = name.chars().take(LONGEST - 1).collect();
    // A joiner would bind the last character to the ellipsis.
    format!("{}…", start.trim_end_matches(['\u{200D}', ' ']))
}

/// Whether `name` can be taken for `other`: it has all its words, in whatever
/// order, or its letters one after the other.
fn resembles(name: &str, other: &str) -> bool {
    let (words, wanted) = (words(name), words(other));
    let (letters, sought) = (words.concat(), wanted.concat());
    let has_words = !wanted.is_empty() && wanted.iter().all(|word| words.contains(word));
    has_words || (sought.chars().count() >= SHORTEST_INSIDE && letters.contains(&sought))
}

/// The words of a name, without case, accents and punctuation, in the Latin
/// letters that they look like.
fn words(name: &str) -> Vec<String> {
    let folded = fold(name);
    let word = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).map(latin).collect();
    let words = folded.split(|c: char| c.is_whitespace() || matches!(c, '-' | '/' | '\'' | '’'));
    words.map(word).filter(|word: &String| !word.is_empty()).collect()
}

/// The Latin letter that a small Cyrillic or Greek one looks like, or the
/// capital of which does.
fn latin(letter: char) -> char {
    match letter {
        'а' | 'α' => 'a',
        'в' | 'β' => 'b',
        'с' => 'c',
        'е' | 'ε' => 'e',
        'һ' | 'н' | 'η' => 'h',
        'і' | 'ι' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'м' | 'μ' => 'm',
        'ν' => 'n',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'х' | 'χ' => 'x',
        'у' | 'υ' => 'y',
        'ζ' => 'z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mails::samples::posting;

    fn named(name: &str) -> String {
        let texts = locales::for_tag("fr").unwrap();
        sender_name(texts, &posting().organisation, name, &["Jean-Marc Staff".to_owned()])
    }

    #[test]
    fn the_candidate_comes_first_and_the_end_is_ours() {
        assert_eq!(named("Amélie N’Diaye"), "Amélie N’Diaye via OMCT Carrières");
        assert_eq!(named(" Zoë\r\nMüller "), "Zoë Müller via OMCT Carrières");
        assert_eq!(named("عائشة بن صالح"), "عائشة بن صالح\u{200E} via OMCT Carrières");
        let long = named(&"é".repeat(41));
        assert_eq!(long, format!("{}… via OMCT Carrières", "é".repeat(39)));
        let longest = "é".repeat(40);
        assert_eq!(named(&longest), format!("{longest} via OMCT Carrières"));
    }

    #[test]
    fn an_address_is_not_one() {
        for (name, shown) in [
            ("boss@omct.example", "boss(at)omct.example"),
            ("Marie <m@example.org>", "Marie m(at)example.org"),
            ("m＠example.org", "m(at)example.org"),
        ] {
            let end = if name.contains("omct") { " [formulaire] via" } else { " via" };
            assert_eq!(named(name), format!("{shown}{end} OMCT Carrières"));
        }
    }

    #[test]
    fn names_of_the_organisation_and_of_staff_are_marked() {
        for name in [
            "OMCT",
            "Direction O.M.C.T.",
            "omct-direction",
            "ОМСТ", // Cyrillic
            "O M C T",
            "Organisation mondiale contre la TORTURE",
            "Jean-Marc STAFF",
            "Staff, Jean Marc",
            "JeanMarc Staff",
        ] {
            assert_eq!(named(name), format!("{name} [formulaire] via OMCT Carrières"));
        }
        for name in ["Marie Dupont", "Jean Dupont", "Marc Staff", "Tom Cat"] {
            assert_eq!(named(name), format!("{name} via OMCT Carrières"));
        }
    }
}
