//! One file.

use std::path::Path;

use jiff::tz::TimeZone;
use rules::Date;
use rules::application::limit;
use rules::deadline::Deadline;
use rules::posting::{Contract, Organisation, Period, Place, Posting, Requirements, Salary};
use toml::de::DeTable;

use crate::mistake::Mistake;
use crate::section::{At, Notes, Section};
use crate::{LANGUAGES, body, check, form, front, time, typography};

/// The keys that stand above every header.
const TOP: [&str; 11] = [
    "slug",
    "language",
    "title",
    "summary",
    "published",
    "starts",
    "workload",
    "retention_days",
    "subject",
    "recipient",
    "contact",
];

/// Longest kept: what data protection authorities accept for unsuccessful
/// applications (CNIL: two years).
const MAX_RETENTION_DAYS: u32 = 730;

/// What came of a file.
pub(crate) struct Compiled {
    /// Its slug and the slug's line, even if other things are wrong.
    pub(crate) slug: Option<(String, usize)>,
    /// The posting, if nothing is wrong.
    pub(crate) posting: Option<Posting>,
    pub(crate) mistakes: Vec<Mistake>,
}

/// Compiles the `source` of `file`.
pub(crate) fn compile(file: &str, source: &str) -> Compiled {
    let parts = match front::split(source) {
        Ok(parts) => parts,
        Err((line, text)) => {
            let mistakes = vec![Mistake { file: file.to_owned(), line, text }];
            return Compiled { slug: None, posting: None, mistakes };
        }
    };
    let (table, errors) = DeTable::parse_recoverable(parts.front);
    let notes = Notes::new(file, parts.front, &errors);
    let mut whole = Section::whole(table.get_ref(), &notes);
    let slug = slug(&mut whole);
    let posting = read(&mut whole, slug.as_ref(), &parts);
    whole.finish(&[]);
    let mut mistakes = notes.into_mistakes();
    if posting.is_none() && mistakes.is_empty() {
        // A fault here must not make a posting vanish.
        let text = "this posting could not be compiled. Please report it.".to_owned();
        mistakes.push(Mistake { file: file.to_owned(), line: 1, text });
    }
    let posting = posting.filter(|_| mistakes.is_empty());
    Compiled { slug: slug.map(|slug| (slug.value, slug.line)), posting, mistakes }
}

fn read(
    whole: &mut Section<'_>,
    slug: Option<&At<String>>,
    parts: &front::Parts<'_>,
) -> Option<Posting> {
    let notes = whole.notes;
    let languages = LANGUAGES.map(|language| (language, language));
    let language = check::word(whole, "language", &languages, "\"en\"").map(|found| found.value);
    let title = check::line(whole, "title", "\"Programme Officer\"");
    let summary = check::line(whole, "summary", "\"OMCT seeks a programme officer in Brussels.\"");
    let published = date(whole, "published", true);
    let starts = date(whole, "starts", false);
    let workload = check::number(whole, "workload", 1..=100, "80");
    let retention = check::number(whole, "retention_days", 1..=MAX_RETENTION_DAYS, "180");
    let subject = subject(whole);
    let recipient = check::address(whole, "recipient", "\"jobs@example.org\"");
    let contact = check::address(whole, "contact", "\"jobs@example.org\"");
    let steps = steps(whole);
    let deadline = deadline(whole);
    let organisation = organisation(whole);
    let place = place(whole);
    let contract = contract(whole);
    let salary = salary(whole);
    let mut ids = form::Ids::default();
    let documents = form::documents(whole, &mut ids);
    let questions = form::questions(whole, &mut ids);
    check_order(
        notes,
        published.as_ref(),
        deadline.as_ref().map(|(date, _)| date),
        starts.as_ref(),
    );
    // The language decides how the text is set, not whether it is right.
    let body = body::compile(parts.text, parts.text_line, language.unwrap_or_default(), notes);

    let language = language?;
    let (last, zone) = deadline?;
    let published = published?.value;
    let window = time::window(published, last.value, &zone)?;
    let erased = Date::from_days(last.value.to_days() + i64::from(retention.as_ref()?.value));
    Some(Posting {
        slug: slug?.value.clone(),
        language: language.to_owned(),
        title: typography::set(language, &title?.value),
        organisation: organisation?,
        place: place?,
        workload: workload?.value,
        contract: contract?,
        salary: salary?,
        starts: starts.map(|starts| starts.value),
        published,
        deadline: Deadline { date: last.value, zone: time::offsets(published, erased, &zone)? },
        recipient: recipient?,
        contact: contact?,
        requirements: Requirements {
            window,
            subject: subject?,
            documents: documents?,
            questions: questions?,
        },
        steps: steps?.iter().map(|step| typography::set(language, &step.value)).collect(),
        retention_days: retention?.value,
        summary: typography::set(language, &summary?.value),
        body,
    })
}

/// The name in addresses, which is also the file's: whoever sees an address
/// finds the file.
fn slug(whole: &mut Section<'_>) -> Option<At<String>> {
    let notes = whole.notes;
    let stem = Path::new(notes.file).file_stem().unwrap_or_default().to_string_lossy();
    let slug = whole.required::<String>("slug", &check::toml_text(&stem))?;
    let value = &slug.value;
    let parts_are_words = value.split('-').all(|part| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    });
    if !parts_are_words {
        let text = format!(
            "the slug {} must be lower-case letters without accents and digits, joined by single \
             hyphens, as in `slug = \"programme-officer\"`.",
            check::toml_text(value)
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

fn subject(whole: &mut Section<'_>) -> Option<String> {
    let subject = check::line(whole, "subject", "\"Programme Officer, Brussels\"")?;
    let length = subject.value.chars().count();
    if length as u64 > limit::SUBJECT {
        let text =
            format!("`subject` has {length} characters. At most {} are taken.", limit::SUBJECT);
        whole.notes.add(subject.line, text);
        return None;
    }
    Some(subject.value)
}

fn steps(whole: &mut Section<'_>) -> Option<Vec<At<String>>> {
    let list = whole.texts("steps", "[\"Written test\", \"Interview\"]")?;
    let notes = whole.notes;
    if list.value.is_empty() {
        notes.add(list.line, "`steps` is empty. Tell candidates what happens after they apply.");
        return None;
    }
    let fine = list.value.iter().filter(|step| check::is_line(notes, "steps", step)).count();
    (fine == list.value.len()).then_some(list.value)
}

fn date(whole: &mut Section<'_>, key: &'static str, required: bool) -> Option<At<Date>> {
    let example = "2025-07-09";
    let date = if required {
        whole.required::<Date>(key, example)
    } else {
        whole.optional::<Date>(key, example)
    }?;
    if (2000..=2100).contains(&date.value.year) {
        return Some(date);
    }
    let text = format!("`{key}` lies in the year {}. Check it.", date.value.year);
    whole.notes.add(date.line, text);
    None
}

fn deadline(whole: &mut Section<'_>) -> Option<(At<Date>, TimeZone)> {
    let mut section = whole.section("deadline", "a section `[deadline]` with `date` and `zone`")?;
    let date = date(&mut section, "date", true);
    let name = section.required::<String>("zone", "\"Europe/Brussels\"");
    let zone = name.and_then(|name| {
        time::zone(&name.value)
            .map_err(|meant| {
                let advice = match meant {
                    Some(meant) => format!("Did you mean \"{meant}\"?"),
                    None => {
                        "Use a name of the IANA list, as in `zone = \"Europe/Brussels\"`.".into()
                    }
                };
                let value = check::toml_text(&name.value);
                section.notes.add(name.line, format!("unknown zone {value}. {advice}"));
            })
            .ok()
    });
    section.finish(&TOP);
    Some((date?, zone?))
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
        notes.add(
            last.line,
            format!("the deadline {last_day} lies before the day of publication, {first_day}."),
        );
    }
    // Nobody begins a job for which applications are still taken: a wrong
    // year is likelier. Where the start is open, `starts` is left out.
    if let Some(starts) = starts.filter(|starts| starts.value < last.value) {
        let (start, last_day) = (starts.value, last.value);
        let text = format!(
            "the work starts on {start}, before the deadline {last_day}. Mend one of them, or \
             leave `starts` out if the start is open."
        );
        notes.add(starts.line, text);
    }
}

fn organisation(whole: &mut Section<'_>) -> Option<Organisation> {
    let mut section = whole.section("organisation", "a section `[organisation]` with `name`")?;
    let notes = section.notes;
    let name = check::line(&mut section, "name", "\"Organisation mondiale contre la torture\"");
    let short = section.optional::<String>("short", "\"OMCT\"");
    let short = short.filter(|short| check::is_line(notes, "short", short));
    let website = section.optional::<String>("website", "\"https://www.omct.org\"");
    let website = website.filter(|website| {
        let fine = body::is_https(&website.value);
        if !fine {
            let value = check::toml_text(&website.value);
            let text = format!("`website` must begin with https://, as in `website = \"https://www.omct.org\"`. Here it is {value}.");
            notes.add(website.line, text);
        }
        fine
    });
    section.finish(&TOP);
    Some(Organisation {
        name: name?.value,
        short: short.map(|short| short.value),
        website: website.map(|website| website.value),
    })
}

fn place(whole: &mut Section<'_>) -> Option<Place> {
    let mut section = whole.section("place", "a section `[place]` with `town` and `country`")?;
    let town = check::line(&mut section, "town", "\"Bruxelles\"");
    let country = check::code(&mut section, "country", 2, "\"BE\"");
    section.finish(&TOP);
    Some(Place { town: town?.value, country: country? })
}

fn contract(whole: &mut Section<'_>) -> Option<Contract> {
    let mut section = whole.section("contract", "a section `[contract]` with `kind`")?;
    let kinds = [("permanent", false), ("fixed_term", true)];
    let kind = check::word(&mut section, "kind", &kinds, "\"fixed_term\"");
    let contract = match kind {
        None => {
            section.ignore(&["months", "renewable"]);
            None
        }
        Some(At { value: false, line }) => {
            if section.ignore(&["months", "renewable"]) {
                let text = "a permanent contract has neither `months` nor `renewable`. Drop them, or \
                            write `kind = \"fixed_term\"`.";
                section.notes.add(line, text);
            }
            Some(Contract::Permanent)
        }
        Some(At { value: true, .. }) => {
            let months = check::number(&mut section, "months", 1..=120, "12");
            let renewable = section.optional::<bool>("renewable", "true");
            months.map(|months| Contract::FixedTerm {
                months: months.value,
                renewable: renewable.is_some_and(|renewable| renewable.value),
            })
        }
    };
    section.finish(&TOP);
    contract
}

/// The inner `None` is a posting that does not say its pay.
#[allow(clippy::option_option, reason = "absent and wrong are two things")]
fn salary(whole: &mut Section<'_>) -> Option<Option<Salary>> {
    let Some(mut section) = whole.optional_section("salary") else { return Some(None) };
    let periods = [("hour", Period::Hour), ("month", Period::Month), ("year", Period::Year)];
    let minimum = check::number(&mut section, "minimum", 1..=u32::MAX, "38400");
    let maximum = check::number(&mut section, "maximum", 1..=u32::MAX, "41400");
    let currency = check::code(&mut section, "currency", 3, "\"EUR\"");
    let period = check::word(&mut section, "period", &periods, "\"year\"");
    if let (Some(minimum), Some(maximum)) = (&minimum, &maximum) {
        if minimum.value > maximum.value {
            let (least, most) = (minimum.value, maximum.value);
            let text =
                format!("`minimum` ({least}) is more than `maximum` ({most}). Swap or mend them.");
            section.notes.add(minimum.line, text);
        }
    }
    section.finish(&TOP);
    Some(Some(Salary {
        minimum: minimum?.value,
        maximum: maximum?.value,
        currency: currency?,
        period: period?.value,
    }))
}
