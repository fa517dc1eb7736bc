//! The letter before it is sent, and what became of a change.

use domain::{Application, Posting, Stage};
use locales::{Texts, Words as _, fill};
use rules::Timestamp;

use super::application::wants;
use super::posting_form::language_name;
use super::{Choice, Frame, Person, choices, counted, stage_name};
use crate::words::Time;

/// Subject and text of a letter, with placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// One line.
    pub subject: String,
    /// The text.
    pub body: String,
}

/// Returns the letter that goes with a stage, to be edited.
pub fn template(texts: &'static Texts, stage: Option<Stage>) -> Template {
    let name = match stage {
        None | Some(Stage::Received) => "plain",
        Some(stage) => stage.as_str(),
    };
    let text = |part| texts.find(&format!("desk_letter_{name}_{part}")).unwrap_or_default();
    Template { subject: text("subject").to_owned(), body: text("body").to_owned() }
}

/// Somebody who is written to.
#[derive(Clone, Copy, Debug)]
pub struct Addressee<'a> {
    /// The application.
    pub application: &'a Application,
    /// Its stage.
    pub stage: Stage,
    /// Whether a message to them has not left yet.
    pub has_pending: bool,
}

/// A change before it is made.
#[derive(Clone, Copy, Debug)]
pub struct StageShown<'a> {
    /// The posting.
    pub posting: &'a Posting,
    /// Who is concerned.
    pub addressees: &'a [Addressee<'a>],
    /// The stage to set.
    pub stage: Option<Stage>,
    /// The letter in each language that is needed.
    pub letters: &'a [Letter],
    /// The interview, as it was typed.
    pub interview: Interview<'a>,
    /// Whether a file was chosen that has to be chosen again.
    pub is_file_gone: bool,
    /// What each person would get, where somebody wants to see it.
    pub previews: &'a [Preview],
    /// What is wrong with the letters.
    pub mistake: Option<&'a str>,
}

/// When and where an interview is, as it was typed.
#[derive(Clone, Copy, Debug)]
pub struct Interview<'a> {
    /// The day and the hour.
    pub at: &'a str,
    /// How long it takes.
    pub minutes: &'a str,
    /// Where it is.
    pub place: &'a str,
}

/// A letter in a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The language.
    pub tag: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The letter.
    pub template: Template,
}

/// A letter as one person gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// To whom.
    pub name: String,
    /// In which language.
    pub language: String,
    /// One line.
    pub subject: String,
    /// The text.
    pub body: String,
}

/// Returns the languages of these people, with the letter of the stage.
pub fn letters(addressees: &[Addressee<'_>], stage: Option<Stage>) -> Vec<Letter> {
    let languages = locales::ALL.iter().filter(|language| {
        let mut used = addressees.iter().map(|one| one.application.language.as_str());
        used.any(|used| used == language.language_tag)
    });
    let letter = |language: &&'static Texts| Letter {
        tag: language.language_tag,
        name: language.language_name,
        template: template(language, stage),
    };
    languages.map(letter).collect()
}

/// The page on which a change is looked at before it is made: the letter in
/// each language, and who gets it.
pub fn stage(texts: &'static Texts, shown: &StageShown<'_>, person: &Person<'_>) -> String {
    let title = shown.stage.map_or(texts.desk_write, |stage| stage_name(texts, stage));
    let people = u32::try_from(shown.addressees.len()).unwrap_or(u32::MAX);
    let page = Page {
        t: texts,
        frame: Frame::of(texts, title, person),
        posting: shown.posting,
        title,
        people: counted(texts, "desk_people", people),
        stages: choices(texts, shown.stage),
        letters: shown.letters,
        previews: shown.previews,
        mistake: shown.mistake,
        rows: shown.addressees.iter().map(|one| Row::of(texts, one)).collect(),
        interview: shown.interview,
        is_file_gone: shown.is_file_gone,
        is_interview: shown.stage == Some(Stage::Interview),
        zone: &shown.posting.deadline.zone.name,
    };
    page.to_string()
}

struct Row<'a> {
    reference: &'a str,
    name: &'a str,
    stage: &'static str,
    language: &'a str,
    has_pending: bool,
    wants: Option<&'static str>,
    seen: String,
}

impl<'a> Row<'a> {
    fn of(texts: &'static Texts, addressee: &Addressee<'a>) -> Self {
        let application = addressee.application;
        let reference = application.reference.as_str();
        let stage = addressee.stage;
        Self {
            reference,
            name: &application.content.name,
            stage: stage_name(texts, stage),
            language: language_name(&application.language).unwrap_or(&application.language),
            has_pending: addressee.has_pending,
            wants: wants(texts, application.content.mails),
            seen: format!("{reference}/{}/{}", application.revision, stage.as_str()),
        }
    }
}

/// An application as a list of results names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// As it was typed, or as it is.
    pub reference: String,
    /// The person's name; empty where there is no such application.
    pub name: String,
}

impl Named {
    /// The name; the reference where there is none.
    fn words(&self) -> &str {
        if self.name.is_empty() { &self.reference } else { &self.name }
    }
}

/// What became of a change.
#[derive(Clone, Copy, Debug)]
pub struct Outcome<'a> {
    /// How many applications have another stage.
    pub changed: u32,
    /// Those that were left as they are, and the code that says why.
    pub skipped: &'a [(Named, &'static str)],
    /// The messages: their ids, and to whom.
    pub scheduled: &'a [(String, Named)],
    /// Whether stages were changed, which stopping a message undoes.
    pub puts_back: bool,
    /// When they leave.
    pub send_at: Timestamp,
    /// The posting, where it is known.
    pub posting: Option<&'a Posting>,
}

/// The page that says so.
pub fn progressed(
    texts: &'static Texts,
    outcome: &Outcome<'_>,
    back: &str,
    person: &Person<'_>,
) -> String {
    let scheduled = u32::try_from(outcome.scheduled.len()).unwrap_or(u32::MAX);
    let leaves = outcome.posting.map(|posting| {
        let at = Time::moment(texts, outcome.send_at, &posting.deadline.zone);
        fill(texts.desk_leaves_at, &[("moment", &at.words)])
    });
    let page = Done {
        t: texts,
        frame: Frame::of(texts, texts.desk_done, person),
        changed: counted(texts, "desk_changed", outcome.changed),
        scheduled: (scheduled > 0).then(|| counted(texts, "desk_scheduled", scheduled)),
        leaves: leaves.filter(|_| scheduled > 0),
        messages: outcome.scheduled,
        puts_back: outcome.puts_back,
        skipped: reasons(texts, outcome.skipped),
        back,
    };
    page.to_string()
}

/// The page that says how many applications were confirmed as arrived.
pub fn confirmed(
    texts: &'static Texts,
    count: u32,
    skipped: &[(Named, &'static str)],
    back: &str,
    person: &Person<'_>,
) -> String {
    let page = Done {
        t: texts,
        frame: Frame::of(texts, texts.desk_done, person),
        changed: counted(texts, "desk_arrived", count),
        scheduled: None,
        leaves: (count > 0).then(|| texts.desk_arrived_deleted.to_owned()),
        messages: &[],
        puts_back: false,
        skipped: reasons(texts, skipped),
        back,
    };
    page.to_string()
}

/// Why applications were left as they are, in words.
fn reasons<'a>(
    texts: &'static Texts,
    skipped: &'a [(Named, &'static str)],
) -> Vec<(&'a Named, &'static str)> {
    let words = |why| texts.find(&format!("desk_skipped_{why}")).unwrap_or(why);
    skipped.iter().map(|(of, why)| (of, words(why))).collect()
}

#[derive(askama::Template)]
#[template(path = "desk/stage.html")]
struct Page<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    posting: &'a Posting,
    title: &'a str,
    people: String,
    stages: Vec<Choice>,
    letters: &'a [Letter],
    previews: &'a [Preview],
    mistake: Option<&'a str>,
    rows: Vec<Row<'a>>,
    interview: Interview<'a>,
    is_file_gone: bool,
    is_interview: bool,
    zone: &'a str,
}

#[derive(askama::Template)]
#[template(path = "desk/progressed.html")]
struct Done<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    changed: String,
    scheduled: Option<String>,
    leaves: Option<String>,
    messages: &'a [(String, Named)],
    puts_back: bool,
    skipped: Vec<(&'a Named, &'a str)>,
    back: &'a str,
}
