//! Who hires, where, and whom to write.

use super::Found;
use super::text::Lines;

/// Towns of organisations that hire, folded, with country and zone.
const TOWNS: [(&str, &str, &str); 24] = [
    ("bruxelles", "BE", "Europe/Brussels"),
    ("brussels", "BE", "Europe/Brussels"),
    ("geneve", "CH", "Europe/Zurich"),
    ("geneva", "CH", "Europe/Zurich"),
    ("lausanne", "CH", "Europe/Zurich"),
    ("berne", "CH", "Europe/Zurich"),
    ("zurich", "CH", "Europe/Zurich"),
    ("tunis", "TN", "Africa/Tunis"),
    ("paris", "FR", "Europe/Paris"),
    ("lyon", "FR", "Europe/Paris"),
    ("strasbourg", "FR", "Europe/Paris"),
    ("londres", "GB", "Europe/London"),
    ("london", "GB", "Europe/London"),
    ("berlin", "DE", "Europe/Berlin"),
    ("la haye", "NL", "Europe/Amsterdam"),
    ("the hague", "NL", "Europe/Amsterdam"),
    ("madrid", "ES", "Europe/Madrid"),
    ("rome", "IT", "Europe/Rome"),
    ("nairobi", "KE", "Africa/Nairobi"),
    ("dakar", "SN", "Africa/Dakar"),
    ("beyrouth", "LB", "Asia/Beirut"),
    ("beirut", "LB", "Asia/Beirut"),
    ("new york", "US", "America/New_York"),
    ("luxembourg", "LU", "Europe/Luxembourg"),
];

/// Where the work is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Town {
    /// As the text writes it.
    pub(crate) name: String,
    pub(crate) country: &'static str,
    pub(crate) zone: &'static str,
}

/// Returns the town that a heading names.
pub(crate) fn town(heading: &str) -> Option<Town> {
    let parts = heading.split([',', '(', ')', '–', '—', '|', '/']).rev();
    parts.into_iter().find_map(|part| known(part.trim()))
}

/// Returns the first town that the text names.
pub(crate) fn town_in_text(lines: &Lines) -> Option<Town> {
    let words = |line: &str| -> Vec<String> {
        line.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect()
    };
    lines.lines.iter().flat_map(|line| words(line)).find_map(|word| known(&word))
}

fn known(name: &str) -> Option<Town> {
    let folded = domain::folded(name);
    let (_, country, zone) = TOWNS.iter().find(|(town, ..)| *town == folded)?;
    Some(Town { name: name.to_owned(), country, zone })
}

/// Who hires: the full name, and what people call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Employer {
    pub(crate) name: String,
    pub(crate) short: Option<String>,
}

/// Returns who hires: what stands before "cherche à recruter" and the like.
pub(crate) fn employer(lines: &Lines) -> Option<Found<Employer>> {
    const VERBS: [&str; 11] = [
        " cherche",
        " recherche",
        " recrute",
        " souhaite recruter",
        " seeks",
        " is seeking",
        " is looking for",
        " is recruiting",
        " is hiring",
        " invites applications",
        " wishes to recruit",
    ];
    lines.sentences().find_map(|(_, sentence)| {
        let verb = VERBS.iter().filter_map(|verb| sentence.find(verb)).min()?;
        let named = without_article(sentence.get(..verb)?.trim());
        let is_name = named.chars().next().is_some_and(char::is_uppercase);
        if !is_name || named.chars().count() > 120 {
            return None;
        }
        let split = named
            .split_once('(')
            .and_then(|(name, rest)| Some((name.trim(), rest.strip_suffix(')')?.trim())));
        let value = match split {
            Some((name, short)) => {
                Employer { name: name.to_owned(), short: Some(short.to_owned()) }
            }
            None => Employer { name: named.to_owned(), short: None },
        };
        Some(Found { is_sure: value.short.is_some(), value })
    })
}

fn without_article(name: &str) -> &str {
    ["L’", "L'", "La ", "Le ", "Les ", "The "]
        .iter()
        .find_map(|article| name.strip_prefix(article))
        .unwrap_or(name)
}

/// Returns the address that takes applications.
pub(crate) fn recipient(lines: &Lines) -> Option<Found<String>> {
    const SPEAK: [&str; 8] =
        ["candidature", "postuler", "adress", "envoy", "application", "apply", "submit", "send"];
    let mut all: Vec<(usize, String)> = Vec::new();
    for (index, line) in lines.lines.iter().enumerate() {
        all.extend(addresses(line).into_iter().map(|address| (index, address)));
    }
    let announced = all.iter().find(|(index, _)| {
        let line = lines.lines.get(*index).map(|line| domain::folded(line)).unwrap_or_default();
        SPEAK.iter().any(|word| line.contains(word))
    });
    let (_, address) = announced.or(all.first())?;
    let is_only = all.iter().all(|(_, other)| other.eq_ignore_ascii_case(address));
    Some(Found { value: address.clone(), is_sure: is_only || announced.is_some() })
}

fn addresses(line: &str) -> Vec<String> {
    let between = |c: char| c.is_whitespace() || "<>()[]\"“”«»,;:".contains(c);
    let words = line.split(between).map(|word| word.trim_matches(['.', '!', '?', '\'', '’']));
    words
        .filter(|word| word.contains('@') && rules::addresses::Address::parse(word).is_ok())
        .map(str::to_owned)
        .collect()
}

/// Returns the subject line that the text asks for, to the letter, and its
/// line.
pub(crate) fn subject(lines: &Lines) -> Option<(usize, String)> {
    const WORDS: [&str; 6] = ["objet", "sujet", "intitule", "mention", "subject", "reference"];
    lines.lines.iter().enumerate().find_map(|(index, line)| {
        let folded = domain::folded(line);
        if !WORDS.iter().any(|word| folded.contains(word)) {
            return None;
        }
        let quoted = quoted(line)?;
        let subject = rules::application::one_line(quoted);
        (!subject.is_empty()).then_some((index, subject))
    })
}

/// What stands between the first quotation marks of a line.
fn quoted(line: &str) -> Option<&str> {
    [('"', '"'), ('«', '»'), ('“', '”'), ('„', '“')].iter().find_map(|(open, close)| {
        let (_, after) = line.split_once(*open)?;
        after.split_once(*close).map(|(quoted, _)| quoted)
    })
}
