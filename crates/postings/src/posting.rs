//! Compiles one file into a posting.

use std::path::Path;

use documents::Kind;
use domain::posting::{Posting, State};
use jiff::tz::TimeZone;
use rules::Date;
use rules::deadline::{Deadline, Window};
use rules::requirements::{DocumentRequirement, Requirements};
use toml::de::DeTable;

use crate::compiled::Compiled;
use crate::mistake::{Flaw, Mistake};
use crate::notes::Notes;
use crate::section::{At, Section, TOP};
use crate::{body, check, form, front, people, privacy, terms, time, typography};

/// How a day is written.
const DAY: &str = "2025-07-09";

/// Longest kept: what data protection authorities accept for unsuccessful
/// applications (CNIL: two years).
const MAX_RETENTION_DAYS: u32 = 730;

/// The longest source, in bytes: some thirty times a long posting.
pub const MAX_SOURCE: usize = 200_000;

/// The longest slug. It stands in addresses.
const MAX_SLUG: usize = 100;

/// The largest posting as it is stored beside its source, in bytes. The
/// database holds 2 MB in one row, source included.
const MAX_COMPILED: usize = 600_000;

/// What came of a file.
pub(crate) struct Outcome {
    /// Its slug and the slug's line, even if other things are wrong.
    pub(crate) slug: Option<(String, usize)>,
    /// The posting, if nothing is wrong.
    pub(crate) posting: Option<Posting>,
    pub(crate) mistakes: Vec<Mistake>,
}

/// Compiles the `source` of `file`.
pub(crate) fn compile(file: &str, source: &str) -> Outcome {
    let parts = match short_enough(source).and_then(front::split) {
        Ok(parts) => parts,
        Err((line, text)) => {
            let mistakes =
                vec![Mistake { file: file.to_owned(), line, text, flaw: Flaw::default() }];
            return Outcome { slug: None, posting: None, mistakes };
        }
    };
    let (table, errors) = DeTable::parse_recoverable(parts.front);
    let notes = Notes::new(file, parts.front, &errors);
    let mut whole = Section::whole(table.get_ref(), &notes);
    let slug = slug(&mut whole);
    let posting = read(&mut whole, slug.as_ref(), &parts);
    whole.finish(&[]);
    if let Some(posting) = &posting {
        check_size(&notes, parts.text_line, posting);
    }
    let mut mistakes = notes.into_mistakes();
    if posting.is_none() && mistakes.is_empty() {
        // A fault here must not make a posting vanish.
        let text = "this posting cannot be compiled, for a reason unknown. Report it.".to_owned();
        mistakes.push(Mistake { file: file.to_owned(), line: 1, text, flaw: Flaw::default() });
    }
    let posting = posting.filter(|_| mistakes.is_empty());
    Outcome { slug: slug.map(|slug| (slug.value, slug.line)), posting, mistakes }
}

/// Returns `source`, or the line and the words of what hinders.
fn short_enough(source: &str) -> Result<&str, (usize, String)> {
    if let Some(line) = source.lines().position(sealing::holds_private_key) {
        return Err((line.saturating_add(1), privacy::PRIVATE.to_owned()));
    }
    let bytes = source.len();
    if bytes <= MAX_SOURCE {
        return Ok(source);
    }
    let most = MAX_SOURCE / 1_000;
    Err((1, format!("the posting has {} kB. At most {most} are taken: shorten it.", bytes / 1_000)))
}

/// Returns the posting, as far as it can be read. Mistakes are noted; the caller
/// uses the posting only if there are none.
fn read(
    whole: &mut Section<'_>,
    slug: Option<&At<String>>,
    parts: &front::Parts<'_>,
) -> Option<Posting> {
    let notes = whole.notes;
    let language = language(whole);
    let title = check::line(whole, "title", "\"Programme Officer\"");
    let summary = check::line(whole, "summary", "\"OMCT seeks a programme officer in Tunis.\"");
    let published = whole.required::<Date>("published", DAY);
    let published = check::year(notes, "published", published);
    let starts = whole.optional::<Date>("starts", DAY);
    let starts = check::year(notes, "starts", starts);
    let workload = check::number(whole, "workload", &(1..=100), "80");
    let retention = check::number(whole, "retention_days", &(1..=MAX_RETENTION_DAYS), "180");
    let subject = check::line(whole, "subject", "\"Programme Officer, Brussels\"");
    let recipients = people::recipients(whole);
    let contact = check::address(whole, "contact");
    let panel = people::panel(whole);
    let steps = steps(whole);
    let deadline = deadline(whole);
    let organisation = terms::organisation(whole);
    let place = terms::place(whole);
    let terms = terms::contract(whole);
    let salary = terms::salary(whole);
    let (privacy, is_neutral) = privacy::read(whole);
    let mut ids = form::Ids::default();
    let documents = form::documents(whole, language, &mut ids);
    let questions = form::questions(whole, language, &mut ids);
    let letter_in_mail = letter_in_mail(whole, documents.as_deref());
    let last = deadline.as_ref().map(|(date, _)| date);
    check_order(notes, published.as_ref(), last, starts.as_ref());
    // Its language decides how a text is set, not whether it is right.
    let body = body::compile(parts.text, parts.text_line, language.unwrap_or_default(), notes);

    let language = language?;
    let set = |text: &str| typography::set(language, text);
    let (published, retention_days) = (published?.value, retention?.value);
    let (last, zone) = deadline?;
    let erased = Date::from_days(last.value.to_days() + i64::from(retention_days));
    let window = time::window(published, last.value, &zone)?;
    check_window(notes, published, &last, &window);
    Some(Posting {
        slug: slug?.value.clone(),
        language: language.to_owned(),
        title: set(&title?.value),
        organisation: organisation?,
        place: place?,
        workload: workload?.value,
        contract: terms?,
        salary,
        starts: starts.map(|starts| starts.value),
        published,
        deadline: Deadline { date: last.value, zone: time::offsets(published, erased, &zone)? },
        recipients: recipients?,
        contact: contact?,
        panel,
        requirements: Requirements {
            window,
            subject: subject?.value,
            documents: documents?,
            questions: questions?,
            is_neutral,
        },
        letter_in_mail,
        steps: steps?.iter().map(|step| set(&step.value)).collect(),
        retention_days,
        privacy,
        summary: set(&summary?.value),
        body,
        version: 0,
        state: State::default(),
        planned_closing: None,
    })
}

fn language(whole: &mut Section<'_>) -> Option<&'static str> {
    let known = locales::LANGUAGES.map(|language| (language, language));
    check::word(whole, "language", &known).map(|language| language.value)
}

/// Returns the name in addresses, which is also the file's name, so that an
/// address leads to its file.
fn slug(whole: &mut Section<'_>) -> Option<At<String>> {
    let notes = whole.notes;
    let stem = Path::new(notes.file).file_stem().unwrap_or_default().to_string_lossy();
    let slug = whole.required::<String>("slug", &check::quoted(&stem))?;
    let value = &slug.value;
    let parts_are_words = value.split('-').all(|part| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    });
    if !parts_are_words {
        let text = format!(
            "the slug {} must be lower-case letters without accents and digits, joined by single \
             hyphens, as in `slug = \"programme-officer\"`.",
            check::quoted(value)
        );
        notes.add(slug.line, text);
    } else if value.len() > MAX_SLUG {
        let length = value.len();
        let text = format!(
            "the slug has {length} characters. At most {MAX_SLUG} are taken: it stands in addresses."
        );
        notes.add(slug.line, text);
    } else if *value != stem {
        let text = format!(
            "the slug `{value}` must be the file's name. Write `slug = \"{stem}\"`, or rename the \
             file to `{value}.md`."
        );
        notes.add(slug.line, text);
    }
    Some(slug)
}

fn steps(whole: &mut Section<'_>) -> Option<Vec<At<String>>> {
    let list = whole.texts("steps", "[\"Written test\", \"Interview\"]")?;
    let notes = whole.notes;
    if list.value.is_empty() {
        let text = "`steps` is empty. Tell candidates what happens after they apply.";
        notes.add_as(Flaw::Missing, list.line, text);
        return None;
    }
    let fine = list.value.iter().filter(|step| check::is_line(notes, "steps", step)).count();
    (fine == list.value.len()).then_some(list.value)
}

/// Returns the id of the document whose place the text of a mail may take.
fn letter_in_mail(
    whole: &mut Section<'_>,
    documents: Option<&[DocumentRequirement]>,
) -> Option<String> {
    let id = whole.optional::<String>("letter_in_mail", "\"cover_letter\"")?;
    let notes = whole.notes;
    let value = check::quoted(&id.value);
    match documents?.iter().find(|document| document.id == id.value) {
        None => {
            let text = format!("`letter_in_mail` is {value}, which is the id of no document.");
            notes.add(id.line, text);
        }
        Some(document) if !document.kinds.contains(&Kind::Docx) => {
            let text = format!(
                "`letter_in_mail` is {value}. The text of a mail is kept as a Word document: add \
                 \"docx\" to the `kinds` of that document."
            );
            notes.add(id.line, text);
        }
        Some(_) => {}
    }
    Some(id.value)
}

fn deadline(whole: &mut Section<'_>) -> Option<(At<Date>, TimeZone)> {
    let mut section = whole.section("deadline", "`date` and `zone`")?;
    let date = section.required::<Date>("date", DAY);
    let date = check::year(section.notes, "date", date);
    let name = section.required::<String>("zone", "\"Europe/Brussels\"");
    let zone = name.and_then(|name| {
        let found = time::zone(&name.value);
        if let Err(meant) = &found {
            let advice = meant.as_ref().map_or_else(
                || "Use a name of the IANA list, such as \"Europe/Brussels\".".to_owned(),
                |meant| format!("Did you mean \"{meant}\"?"),
            );
            let given = check::quoted(&name.value);
            section.notes.add(name.line, format!("unknown zone {given}. {advice}"));
        }
        found.ok()
    });
    section.finish(&TOP);
    Some((date?, zone?))
}

/// A day that the clocks of a zone have skipped would close before it opens.
fn check_window(notes: &Notes<'_>, published: Date, last: &At<Date>, window: &Window) {
    if published <= last.value && window.opens_at >= window.closes_at {
        let day = last.value;
        notes.add(last.line, format!("no moment is left before the end of {day}. Mend the day."));
    }
}

/// The page and its form are made from what is stored. A text of nothing but
/// marks grows to many times its size.
fn check_size(notes: &Notes<'_>, line: usize, posting: &Posting) {
    let bytes = Compiled::of(posting).json.len();
    if bytes > MAX_COMPILED {
        let (bytes, most) = (bytes / 1_000, MAX_COMPILED / 1_000);
        notes.add(
            line,
            format!("the posting makes {bytes} kB of page. At most {most} are stored: shorten it."),
        );
    }
}

fn check_order(
    notes: &Notes<'_>,
    published: Option<&At<Date>>,
    last: Option<&At<Date>>,
    starts: Option<&At<Date>>,
) {
    let Some(last) = last else { return };
    if let Some(published) = published.filter(|published| published.value > last.value) {
        let (last_day, first_day) = (last.value, published.value);
        let text =
            format!("the deadline {last_day} lies before the day of publication, {first_day}.");
        notes.add_as(Flaw::OutOfOrder, last.line, text);
    }
    // Nobody begins a job for which applications are still taken: a wrong
    // year is likelier. Where the start is open, `starts` is left out.
    if let Some(starts) = starts.filter(|starts| starts.value < last.value) {
        let (start, last_day) = (starts.value, last.value);
        let text = format!(
            "the work starts on {start}, before the deadline {last_day}. Mend one of them, or \
             leave `starts` out if the start is open."
        );
        notes.add_as(Flaw::OutOfOrder, starts.line, text);
    }
}
