//! Reading a table of the front matter, with every mistake in it noted.

use std::cell::RefCell;
use std::collections::BTreeSet;

use rules::Date;
use toml::de::{DeTable, DeValue};

use crate::mistake::Mistake;
use crate::suggest::did_you_mean;

/// Where the mistakes of one file are gathered.
pub(crate) struct Notes<'a> {
    pub(crate) file: &'a str,
    /// The front matter, for the line of an offset into it.
    front: &'a str,
    /// Lines that TOML itself refuses: what they seem to say is not judged.
    broken: BTreeSet<usize>,
    mistakes: RefCell<Vec<Mistake>>,
}

impl<'a> Notes<'a> {
    pub(crate) fn new(file: &'a str, front: &'a str, errors: &[toml::de::Error]) -> Self {
        let mut notes = Self { file, front, broken: BTreeSet::new(), mistakes: RefCell::default() };
        for error in errors {
            let span = error.span().unwrap_or_default();
            let line = notes.line(span.start);
            notes.add(line, syntax_mistake(front.get(span).unwrap_or_default(), error.message()));
            notes.broken.insert(line);
        }
        notes
    }

    /// Notes that `text` is wrong on `line` of the file.
    pub(crate) fn add(&self, line: usize, text: impl Into<String>) {
        if !self.broken.contains(&line) {
            let mistake = Mistake { file: self.file.to_owned(), line, text: text.into() };
            self.mistakes.borrow_mut().push(mistake);
        }
    }

    pub(crate) fn into_mistakes(self) -> Vec<Mistake> {
        self.mistakes.into_inner()
    }

    /// The line of the file on which the front matter's byte `offset` is. The
    /// front matter begins on line 2, below its fence.
    fn line(&self, offset: usize) -> usize {
        let before = self.front.as_bytes().iter().take(offset);
        2 + before.filter(|byte| **byte == b'\n').count()
    }
}

fn syntax_mistake(source: &str, message: &str) -> String {
    if message.starts_with("invalid date") {
        return format!("`{source}` is not a day of the calendar ({message}).");
    }
    let hint = if message.contains("must be quoted") {
        " Put text between straight quotes: \"...\"."
    } else if message == "duplicate key" {
        " Keep one of the two."
    } else {
        ""
    };
    format!("this is not TOML: {message}.{hint}")
}

/// A value and the line on which it stands.
#[derive(Clone, Debug)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) line: usize,
}

/// A table: the whole front matter, or one under a `[header]`.
pub(crate) struct Section<'a> {
    /// The header as written, empty for the whole.
    header: String,
    table: &'a DeTable<'a>,
    pub(crate) line: usize,
    pub(crate) notes: &'a Notes<'a>,
    /// What was asked for, which is all that is known.
    known: Vec<&'static str>,
}

impl<'a> Section<'a> {
    pub(crate) fn whole(table: &'a DeTable<'a>, notes: &'a Notes<'a>) -> Self {
        Self { header: String::new(), table, line: 1, notes, known: Vec::new() }
    }

    /// The value of `key`, which must be there. `example` is how somebody
    /// could write it.
    pub(crate) fn required<T: Value>(&mut self, key: &'static str, example: &str) -> Option<At<T>> {
        if !self.table.contains_key(key) {
            self.known.push(key);
            self.missing(key, &format!("a line such as `{key} = {example}`"));
            return None;
        }
        self.optional(key, example)
    }

    /// The value of `key`, if it is there.
    pub(crate) fn optional<T: Value>(&mut self, key: &'static str, example: &str) -> Option<At<T>> {
        let (line, value) = self.find(key)?;
        if let Some(value) = T::read(value) {
            return Some(At { value, line });
        }
        let (kind, what) = (kind_of(value), T::WHAT);
        let text = format!("`{key}` must be {what}, as in `{key} = {example}`. Here it is {kind}.");
        self.notes.add(line, text);
        None
    }

    /// The texts of the list `key`, each on its line.
    pub(crate) fn texts(
        &mut self,
        key: &'static str,
        example: &str,
    ) -> Option<At<Vec<At<String>>>> {
        let notes = self.notes;
        if !self.table.contains_key(key) {
            self.known.push(key);
            self.missing(key, &format!("a line such as `{key} = {example}`"));
            return None;
        }
        let (line, value) = self.find(key)?;
        let texts = value.as_array().and_then(|items| {
            let texts = items.iter().map(|item| {
                let value = String::read(item.get_ref())?;
                Some(At { value, line: notes.line(item.span().start) })
            });
            texts.collect::<Option<Vec<_>>>()
        });
        if texts.is_none() {
            let text = format!("`{key}` must be a list of texts, as in `{key} = {example}`.");
            notes.add(line, text);
        }
        Some(At { value: texts?, line })
    }

    /// The table `[key]`, which must be there.
    pub(crate) fn section(&mut self, key: &'static str, about: &str) -> Option<Section<'a>> {
        if !self.table.contains_key(key) {
            self.known.push(key);
            self.missing(key, about);
            return None;
        }
        self.optional_section(key)
    }

    /// The table `[key]`, if it is there.
    pub(crate) fn optional_section(&mut self, key: &'static str) -> Option<Section<'a>> {
        let notes = self.notes;
        let (line, value) = self.find(key)?;
        let Some(table) = value.as_table() else {
            let kind = kind_of(value);
            notes.add(
                line,
                format!("`{key}` must be a section under a line `[{key}]`. Here it is {kind}."),
            );
            return None;
        };
        Some(Section { header: format!("[{key}]"), table, line, notes, known: Vec::new() })
    }

    /// Each table `[[key]]`; none is fine.
    pub(crate) fn sections(&mut self, key: &'static str) -> Vec<Section<'a>> {
        let notes = self.notes;
        let Some((line, value)) = self.find(key) else { return Vec::new() };
        let tables = value.as_array().and_then(|items| {
            let sections = items.iter().map(|item| {
                let table = item.get_ref().as_table()?;
                let line = notes.line(item.span().start);
                Some(Section {
                    header: format!("[[{key}]]"),
                    table,
                    line,
                    notes,
                    known: Vec::new(),
                })
            });
            sections.collect::<Option<Vec<_>>>()
        });
        tables.unwrap_or_else(|| {
            let text = format!("`{key}` must be sections, each under its own line `[[{key}]]`.");
            notes.add(line, text);
            Vec::new()
        })
    }

    /// Takes `keys` as known without reading them, and says whether one of
    /// them is there.
    pub(crate) fn ignore(&mut self, keys: &[&'static str]) -> bool {
        self.known.extend(keys);
        keys.iter().any(|key| self.table.contains_key(*key))
    }

    /// Notes the keys that nobody asked for. `top` are the keys that stand
    /// above every header: below one, TOML counts them to it.
    pub(crate) fn finish(self, top: &[&str]) {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if self.known.contains(&name) {
                continue;
            }
            let place = self.place();
            let advice = if !self.header.is_empty() && top.contains(&name) {
                " It belongs higher up: move it above the first line in square brackets.".to_owned()
            } else {
                match did_you_mean(name, self.known.iter().copied()) {
                    none if none.is_empty() => {
                        format!(" Known here: {}.", self.known.join(", "))
                    }
                    found => found,
                }
            };
            let line = self.notes.line(key.span().start);
            self.notes.add(line, format!("unknown key `{name}`{place}.{advice}"));
        }
    }

    fn find(&mut self, key: &'static str) -> Option<(usize, &'a DeValue<'a>)> {
        self.known.push(key);
        let value = self.table.get(key)?;
        Some((self.notes.line(value.span().start), value.get_ref()))
    }

    fn missing(&self, key: &str, add: &str) {
        // A line that TOML could not read may well be the one that is missed.
        if self.notes.broken.is_empty() {
            let place = self.place();
            self.notes.add(self.line, format!("`{key}` is missing{place}. Add {add}."));
        }
    }

    fn place(&self) -> String {
        match self.header.as_str() {
            "" => String::new(),
            header => format!(" in `{header}`"),
        }
    }
}

/// A kind of value.
pub(crate) trait Value: Sized {
    /// As it completes "must be".
    const WHAT: &'static str;
    /// The value, if it is of this kind.
    fn read(value: &DeValue<'_>) -> Option<Self>;
}

impl Value for String {
    const WHAT: &'static str = "text between quotes";
    fn read(value: &DeValue<'_>) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl Value for i64 {
    const WHAT: &'static str = "a whole number without quotes";
    fn read(value: &DeValue<'_>) -> Option<Self> {
        let number = value.as_integer()?;
        Self::from_str_radix(number.as_str(), number.radix()).ok()
    }
}

impl Value for bool {
    const WHAT: &'static str = "`true` or `false` without quotes";
    fn read(value: &DeValue<'_>) -> Option<Self> {
        value.as_bool()
    }
}

impl Value for Date {
    const WHAT: &'static str = "a day without quotes (year-month-day)";
    fn read(value: &DeValue<'_>) -> Option<Self> {
        let datetime = value.as_datetime()?;
        let date = datetime.date.filter(|_| datetime.time.is_none())?;
        Some(Self { year: date.year.into(), month: date.month, day: date.day })
    }
}

fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date or a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}
