//! The facts of a posting as a form.

mod asked;
mod lookup;

use askama::Template;
use locales::{Texts, Words as _, fill};
use rules::Date;

use self::asked::Control::{
    AnyOf, Box as Tick, Country, Day, Document, Line, Lines, Number, OneOf, Zone,
};
use self::asked::{Asked, Control, DOCUMENT, GROUPS, NEW_ROW, QUESTION};
use super::editor::MistakeShown;
use crate::country::countries;
use crate::words::day;

/// A posting that is written in fields.
#[derive(Clone, Copy, Debug)]
pub struct FormShown<'a> {
    /// Names such as `deadline.date` or `documents.0.name.fr`, and what stands
    /// there.
    pub values: &'a [(String, String)],
    /// The time zones to choose from.
    pub zones: &'a [String],
    /// The kind of rows of which one more is wanted.
    pub more: Option<&'a str>,
    /// Whether the page has its address already, which stays.
    pub has_address: bool,
}

/// Some facts under a heading.
pub(super) struct Group {
    pub(super) title: &'static str,
    pub(super) fields: Vec<Field>,
    /// What the row is called in the form; none of what is no row.
    pub(super) row: Option<String>,
    /// The row's id, which stays.
    pub(super) id: String,
}

/// Documents or questions.
pub(super) struct Rows {
    pub(super) kind: &'static str,
    pub(super) remove: &'static str,
    pub(super) add: &'static str,
    pub(super) groups: Vec<Group>,
}

/// A fact to fill in.
#[derive(Template)]
#[template(path = "desk/field.html")]
pub(super) struct Field {
    name: String,
    label: &'static str,
    value: String,
    kind: &'static str,
    lines: u32,
    range: Option<(u32, u32)>,
    choices: Vec<(String, String, bool)>,
    about: Option<String>,
    wrong: Vec<Wrong>,
    /// What to say where the advertisement does not say it clearly.
    unsure: Option<&'static str>,
    is_wide: bool,
}

/// What is wrong with a fact.
struct Wrong {
    text: String,
    /// Only the compiler's own words are there: they are English.
    is_english: bool,
}

/// The form in its parts.
pub(super) struct Form {
    pub(super) groups: Vec<Group>,
    pub(super) rows: Vec<Rows>,
    pub(super) text: Field,
    /// What stays as it is.
    pub(super) fixed: Vec<(&'static str, String)>,
}

/// What is asked with which words.
struct Maker<'a> {
    texts: &'static Texts,
    form: FormShown<'a>,
    mistakes: &'a [MistakeShown],
    unsure: &'a [String],
}

/// Returns the form. The slug of a posting that is there stays.
pub(super) fn form(
    texts: &'static Texts,
    form: FormShown<'_>,
    mistakes: &[MistakeShown],
    unsure: &[String],
) -> Form {
    let maker = Maker { texts, form, mistakes, unsure };
    let fixed: &[&'static str] = if form.has_address { &["front", "slug"] } else { &["front"] };
    let groups = GROUPS.iter().map(|(name, asked)| Group {
        title: texts.find(&format!("desk_group_{name}")).unwrap_or_default(),
        fields: asked
            .iter()
            .filter(|(name, _)| !fixed.contains(name))
            .map(|asked| maker.field("", asked, None))
            .collect(),
        row: None,
        id: String::new(),
    });
    let documents =
        maker.rows("documents", texts.desk_document, texts.desk_document_add, &DOCUMENT);
    let questions =
        maker.rows("questions", texts.desk_question, texts.desk_question_add, &QUESTION);
    Form {
        groups: groups.collect(),
        rows: vec![documents, questions],
        text: maker.field("", &("text", Lines(24)), None),
        fixed: fixed.iter().map(|name| (*name, maker.value(name))).collect(),
    }
}

impl Maker<'_> {
    /// What stands in a field; a line for each value.
    fn value(&self, name: &str) -> String {
        let values = self.form.values.iter().filter(|(other, _)| other == name);
        let values: Vec<&str> = values.map(|(_, value)| value.as_str()).collect();
        values.join("\n")
    }

    fn rows(
        &self,
        kind: &'static str,
        title: &'static str,
        add: &'static str,
        asked: &[Asked],
    ) -> Rows {
        let numbers = self.form.values.iter().filter_map(|(name, _)| {
            let (row, _) = name.strip_prefix(kind)?.strip_prefix('.')?.split_once('.')?;
            row.parse::<usize>().ok()
        });
        let there = numbers.max().map_or(0, |last| last.saturating_add(1)).min(100);
        let more = usize::from(self.form.more == Some(kind));
        let rows = 0..there.saturating_add(more);
        let rows = rows.map(|row| {
            let prefix = format!("{kind}.{row}.");
            let is_new = row >= there;
            let field = |asked| self.field(&prefix, asked, is_new.then_some(&NEW_ROW[..]));
            let (own, others): (Vec<_>, Vec<_>) =
                asked.iter().partition(|(key, _)| self.is_own_language(key));
            Group {
                title,
                fields: own.into_iter().chain(others).map(field).collect(),
                id: self.value(&format!("{prefix}id")),
                row: Some(prefix.clone()),
            }
        });
        Rows { kind, remove: self.texts.desk_row_remove, add, groups: rows.collect() }
    }

    fn field(&self, prefix: &str, asked: &Asked, new: Option<&[(&str, &str)]>) -> Field {
        let (key, control) = *asked;
        let texts = self.texts;
        let name = format!("{prefix}{key}");
        let known = key.replace('.', "_");
        // `documents.0.name.fr` is called as any `documents.name.fr` is.
        let kind = prefix.split('.').next().filter(|kind| !kind.is_empty());
        let called = kind.map_or_else(|| known.clone(), |kind| format!("{kind}_{known}"));
        let mut value = self.value(&name);
        if let Some((_, given)) = new.and_then(|new| new.iter().find(|(other, _)| *other == key)) {
            (*given).clone_into(&mut value);
        }
        if key == "max_size" {
            value = in_unit_of(texts, value);
        }
        let range = match control {
            Number(least, most) => Some((least, most)),
            _ => None,
        };
        let is_unsure = self
            .unsure
            .iter()
            .any(|fact| *fact == name || kind.is_some_and(|kind| *fact == format!("{kind}.{key}")));
        Field {
            label: texts.find(&format!("desk_field_{called}")).unwrap_or_default(),
            kind: match control {
                Line | Zone | Country | Document | OneOf(_) | AnyOf(_) | Lines(_) => "text",
                Number(..) => "number",
                Day => "date",
                Tick => "checkbox",
            },
            lines: if let Lines(lines) = control { lines } else { 0 },
            choices: self.choices(control, &called, &value),
            about: self.about(&called, &value).or_else(|| {
                let is_other = kind.is_some() && key.contains('.') && !self.is_own_language(key);
                is_other.then(|| texts.desk_about_other_language.to_owned())
            }),
            wrong: self.wrong(&name),
            unsure: is_unsure.then_some(texts.desk_unsure),
            is_wide: matches!(control, Lines(_) | AnyOf(_)) || key == "title" || key == "subject",
            range,
            value,
            name,
        }
    }

    fn choices(&self, control: Control, called: &str, value: &str) -> Vec<(String, String, bool)> {
        let texts = self.texts;
        let mut choices: Vec<(String, String)> = match control {
            OneOf(words) | AnyOf(words) => words
                .iter()
                .map(|word| {
                    let name = texts.find(&format!("desk_option_{called}_{word}"));
                    let name = name.or_else(|| language_name(word));
                    ((*word).to_owned(), name.unwrap_or(word).to_owned())
                })
                .collect(),
            Country => countries(texts),
            Document => self.documents(),
            Zone => {
                self.form.zones.iter().map(|zone| (zone.clone(), zone.replace('_', " "))).collect()
            }
            _ => return Vec::new(),
        };
        if let Country | Zone | Document = control {
            choices.insert(0, (String::new(), String::new()));
        }
        let is_list = matches!(control, AnyOf(_));
        if !is_list && !choices.iter().any(|(word, _)| word == value) {
            // What stands there stays until somebody chooses.
            choices.push((value.to_owned(), value.to_owned()));
        }
        let is_chosen = |word: &str| match control {
            AnyOf(_) => value.lines().any(|line| line == word),
            _ => word == value,
        };
        choices
            .into_iter()
            .map(|(word, name)| {
                let chosen = is_chosen(&word);
                (word, name, chosen)
            })
            .collect()
    }

    /// The posting's documents, by id, as the posting calls them.
    fn documents(&self) -> Vec<(String, String)> {
        let language = self.value("language");
        let ids = self.form.values.iter().filter(|(_, id)| !id.is_empty());
        let named = ids.filter_map(|(name, id)| {
            let row = name.strip_suffix(".id").filter(|row| row.starts_with("documents."))?;
            let called = self.value(&format!("{row}.name.{language}"));
            Some((id.clone(), if called.is_empty() { id.clone() } else { called }))
        });
        named.collect()
    }

    /// Whether a text of a row is the one in the posting's language, the only
    /// one that has to be there.
    fn is_own_language(&self, key: &str) -> bool {
        key.split_once('.').is_some_and(|(_, language)| language == self.value("language"))
    }

    /// What a fact means: the day of the week, the day of deletion.
    fn about(&self, called: &str, value: &str) -> Option<String> {
        let texts = self.texts;
        let in_words = |date: Date| locales::date(texts, date);
        match called {
            "published" | "starts" | "deadline_date" => day(value).map(in_words),
            "retention_days" => {
                let last = day(&self.value("deadline.date"))?;
                let days: u16 = value.parse().ok()?;
                let date = Date::from_days(last.to_days().saturating_add(days.into()));
                Some(fill(texts.desk_erased, &[("date", &in_words(date))]))
            }
            _ => texts.find(&format!("desk_about_{called}")).map(str::to_owned),
        }
    }

    fn wrong(&self, name: &str) -> Vec<Wrong> {
        let mistakes = self.mistakes.iter().filter(|one| one.field.as_deref() == Some(name));
        let wrong = mistakes.map(|one| {
            let known = one.flaw.and_then(|flaw| self.texts.find(&format!("desk_flaw_{flaw}")));
            Wrong {
                text: known.map_or_else(|| one.message.clone(), str::to_owned),
                is_english: known.is_none(),
            }
        });
        wrong.collect()
    }
}

/// The name of a language in itself.
pub(super) fn language_name(tag: &str) -> Option<&'static str> {
    locales::ALL.iter().find(|texts| texts.language_tag == tag).map(|texts| texts.language_name)
}

/// A size such as `10 MB` in the unit of the language; in the file either may
/// stand.
fn in_unit_of(texts: &Texts, size: String) -> String {
    match size.strip_suffix("MB") {
        Some(number) => {
            format!("{number}{}", fill(texts.unit_megabyte, &[("n", "")]).trim())
        }
        None => size,
    }
}

#[cfg(test)]
mod tests {
    use super::{DOCUMENT, QUESTION, in_unit_of};

    #[test]
    fn a_size_has_the_unit_of_the_language() {
        for (tag, expected) in [("fr", "10 Mo"), ("en", "10 MB")] {
            let texts = locales::ALL.iter().find(|texts| texts.language_tag == tag);
            let shown = texts.map(|texts| in_unit_of(texts, "10 MB".to_owned()));
            assert_eq!(shown.as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_row_has_a_field_for_each_language() {
        for (key, asked) in [("name", &DOCUMENT[..]), ("text", &QUESTION[..])] {
            for language in locales::LANGUAGES {
                let wanted = format!("{key}.{language}");
                assert!(asked.iter().any(|(name, _)| *name == wanted), "{wanted}");
            }
        }
    }
}
