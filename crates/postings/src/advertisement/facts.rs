//! The facts of an advertisement.

use domain::posting::{Contract, Salary};
use rules::Date;

use super::form::{KnownDocument, KnownQuestion};
use super::people::{Employer, Town};
use super::text::{Lines, sentences};
use super::{Found, dates, form, money, people};

/// What was read. Absent is what the text does not say.
pub(crate) struct Facts {
    pub(crate) language: Found<&'static str>,
    pub(crate) title: Option<Found<String>>,
    /// The line of the title.
    pub(crate) title_line: Option<usize>,
    pub(crate) summary: Option<String>,
    pub(crate) published: Option<Found<Date>>,
    pub(crate) starts: Option<Found<Date>>,
    pub(crate) deadline: Option<Found<Date>>,
    pub(crate) workload: Option<Found<u8>>,
    pub(crate) subject: Option<String>,
    pub(crate) recipient: Option<Found<String>>,
    pub(crate) steps: Vec<String>,
    pub(crate) employer: Option<Found<Employer>>,
    pub(crate) town: Option<Found<Town>>,
    pub(crate) contract: Option<Found<Contract>>,
    pub(crate) salary: Option<Found<Salary>>,
    pub(crate) documents: Vec<&'static KnownDocument>,
    pub(crate) question: Option<&'static KnownQuestion>,
}

/// Lines before the title are shorter than this, in characters.
const MAX_TITLE: usize = 150;

impl Facts {
    /// Reads the facts. Lines that say nothing else are taken out of the text.
    pub(crate) fn read(lines: &mut Lines) -> Self {
        let heading = heading(lines);
        let title_line = heading.as_ref().map(|(index, _)| *index);
        let line = heading.as_ref().map_or("", |(_, line)| line.as_str()).to_owned();
        let town = people::town(&line).map(Found::sure);
        let town = town.or_else(|| people::town_in_text(lines).map(Found::unsure));
        let workload = money::workload(&line, lines);
        let language = language(lines);
        let employer = people::employer(lines);
        let (contract, salary) = (money::contract(lines), money::salary(lines));
        let recipient = people::recipient(lines);
        let documents = form::documents(lines);
        let summary = summary(lines);
        let published = published(lines, title_line);
        let subject = people::subject(lines);
        let question = form::work_permit(lines);
        let steps = form::steps(lines);
        let starts = announced(lines, &STARTS);
        let deadline = announced(lines, &DEADLINE);
        let own = [
            subject.as_ref().map(|(index, _)| *index),
            question.map(|(index, _)| index),
            starts.as_ref().map(|(index, _)| *index),
            deadline.as_ref().map(|(index, _)| *index),
        ];
        for index in own.into_iter().flatten().chain(steps.iter().map(|(index, _)| *index)) {
            // A line of several sentences says other things as well.
            let is_single = lines.lines.get(index).is_some_and(|line| sentences(line).len() == 1);
            if is_single {
                lines.take(index);
            }
        }
        Self {
            language,
            title: (!line.is_empty()).then(|| title(&line, town.as_ref())),
            title_line,
            summary,
            published,
            starts: starts.map(|(_, found)| found),
            deadline: deadline.map(|(_, found)| found),
            workload,
            subject: subject.map(|(_, subject)| subject),
            recipient,
            steps: steps.into_iter().map(|(_, step)| step).collect(),
            employer,
            town,
            contract,
            salary,
            documents,
            question: question.map(|(_, question)| question),
        }
    }
}

/// The last short line before the first paragraph, with its number.
fn heading(lines: &Lines) -> Option<(usize, String)> {
    let numbered = lines.lines.iter().enumerate().filter(|(_, line)| !line.is_empty());
    let is_short = |line: &str| line.chars().count() <= MAX_TITLE && !line.ends_with('.');
    let before = numbered.take_while(|(_, line)| is_short(line));
    let wordy = before.filter(|(_, line)| {
        line.split_whitespace().count() >= 2 && line.chars().any(char::is_alphabetic)
    });
    // What stands in capitals is a heading of the text already.
    let quiet = wordy.take_while(|(_, line)| line.chars().any(char::is_lowercase));
    quiet.take(4).last().map(|(index, line)| (index, line.clone()))
}

/// The title without the place and the share of a full-time post, which the
/// page shows apart.
fn title(line: &str, town: Option<&Found<Town>>) -> Found<String> {
    let mut title = line.trim();
    loop {
        let before = title;
        if let Some((start, end)) = title.rsplit_once('(')
            && end.ends_with(')')
            && end.contains('%')
        {
            title = start.trim_end();
        }
        if let Some(town) = town {
            for separator in [", ", " – ", " - ", " à ", " in "] {
                let end = format!("{separator}{}", town.value.name);
                title = title.strip_suffix(end.as_str()).unwrap_or(title);
            }
        }
        title = title.trim_end_matches([',', '–', '-', ' ']);
        if title == before {
            return Found::sure(title.to_owned());
        }
    }
}

/// The first sentence that says that somebody is sought.
fn summary(lines: &Lines) -> Option<String> {
    const WORDS: [&str; 8] = [
        "cherche a recruter",
        "recherche",
        "recrute",
        "is looking for",
        "seeks",
        "is seeking",
        "is recruiting",
        "is hiring",
    ];
    let mut sentences = lines.sentences();
    let found = sentences.find(|(_, sentence)| {
        let folded = domain::folded(sentence);
        WORDS.iter().any(|word| folded.contains(word))
    });
    found.map(|(_, sentence)| sentence.to_owned())
}

/// A line with nothing but a day, before the title or right after it.
fn published(lines: &Lines, title_line: Option<usize>) -> Option<Found<Date>> {
    let near = title_line.unwrap_or(5).saturating_add(3);
    let mut first = lines.lines.iter().take(near).filter(|line| line.chars().count() <= 40);
    first.find_map(|line| match dates::days(line).as_slice() {
        [day] => Some(Found { value: day.date, is_sure: day.is_sure }),
        _ => None,
    })
}

const STARTS: [&str; 7] = [
    "entree en fonction",
    "date de debut",
    "debut du contrat",
    "prise de fonction",
    "start date",
    "starting date",
    "expected start",
];

const DEADLINE: [&str; 9] = [
    "au plus tard",
    "date limite",
    "delai de candidature",
    "cloture des candidatures",
    "deadline",
    "closing date",
    "no later than",
    "apply by",
    "before the end of",
];

/// The day in a line that one of `words` announces, with its number.
fn announced(lines: &Lines, words: &[&str]) -> Option<(usize, Found<Date>)> {
    let folded = lines.folded();
    let announces = folded.iter().filter(|(_, line)| words.iter().any(|word| line.contains(word)));
    announces.into_iter().find_map(|(index, line)| {
        let days = dates::days(line);
        let day = days.last()?;
        let is_sure = day.is_sure && days.len() == 1;
        Some((*index, Found { value: day.date, is_sure }))
    })
}

/// The language whose small words are more frequent.
fn language(lines: &Lines) -> Found<&'static str> {
    const FRENCH: [&str; 10] = ["le", "la", "les", "des", "et", "de", "une", "pour", "au", "dans"];
    const ENGLISH: [&str; 10] = ["the", "and", "of", "to", "for", "with", "in", "will", "a", "is"];
    let count = |wanted: &[&str]| {
        let lines = lines.folded();
        let words = lines.iter().flat_map(|(_, line)| line.split(|c: char| !c.is_alphabetic()));
        words.filter(|word| wanted.contains(word)).count()
    };
    let (french, english) = (count(&FRENCH), count(&ENGLISH));
    let (language, most, least) =
        if english > french { ("en", english, french) } else { ("fr", french, english) };
    Found { value: language, is_sure: most >= 5 && most >= least.saturating_mul(2) }
}
