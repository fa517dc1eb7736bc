//! Reads a table of the front matter and notes every mistake in it.

use toml::de::{DeTable, DeValue};

use crate::mistake::Flaw;
use crate::notes::Notes;
use crate::suggest::did_you_mean;
use crate::value::{Value, kind_of};

/// The keys that stand above every header.
pub(crate) const TOP: [&str; 12] = [
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
    "steps",
];

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
    /// What is written before each key: `name.` for `name.fr`.
    prefix: String,
    table: &'a DeTable<'a>,
    pub(crate) line: usize,
    pub(crate) notes: &'a Notes<'a>,
    /// What was asked for, which is all that is known.
    known: Vec<&'static str>,
}

impl<'a> Section<'a> {
    pub(crate) fn whole(table: &'a DeTable<'a>, notes: &'a Notes<'a>) -> Self {
        let (header, prefix) = (String::new(), String::new());
        Self { header, prefix, table, line: 1, notes, known: Vec::new() }
    }

    /// `key` as it is written in the file.
    pub(crate) fn written(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    /// Returns the value of `key`, which must be there. `example` is how
    /// somebody could write it.
    pub(crate) fn required<T: Value>(&mut self, key: &'static str, example: &str) -> Option<At<T>> {
        let (line, value) = self.find_required(key, &self.line_such_as(key, example))?;
        self.read(key, line, value, example)
    }

    /// Returns the value of `key`, if it is there.
    pub(crate) fn optional<T: Value>(&mut self, key: &'static str, example: &str) -> Option<At<T>> {
        let (line, value) = self.find(key)?;
        self.read(key, line, value, example)
    }

    /// Returns the texts of the list `key`, each on its line.
    pub(crate) fn texts(
        &mut self,
        key: &'static str,
        example: &str,
    ) -> Option<At<Vec<At<String>>>> {
        let found = self.find_required(key, &self.line_such_as(key, example))?;
        self.list(key, found, example)
    }

    /// Returns the texts of the list `key`, if it is there.
    pub(crate) fn optional_texts(
        &mut self,
        key: &'static str,
        example: &str,
    ) -> Option<At<Vec<At<String>>>> {
        let found = self.find(key)?;
        self.list(key, found, example)
    }

    fn list(
        &self,
        key: &'static str,
        (line, value): (usize, &'a DeValue<'a>),
        example: &str,
    ) -> Option<At<Vec<At<String>>>> {
        let notes = self.notes;
        let texts = value.as_array().and_then(|items| {
            let texts = items.iter().map(|item| {
                let value = String::read(item.get_ref())?;
                Some(At { value, line: notes.line(item.span().start) })
            });
            texts.collect::<Option<Vec<_>>>()
        });
        if texts.is_none() {
            let key = self.written(key);
            notes.add(line, format!("`{key}` must be a list of texts, as in `{key} = {example}`."));
        }
        Some(At { value: texts?, line })
    }

    /// Returns the section under a line `[key]`, which must be there. `holds`
    /// are the keys that it needs.
    pub(crate) fn section(&mut self, key: &'static str, holds: &str) -> Option<Section<'a>> {
        let advice = format!("a section `[{key}]` with {holds}");
        let found = self.find_required(key, &advice)?;
        self.open(key, found, &advice)
    }

    /// Returns the section under a line `[key]`, if it is there.
    pub(crate) fn optional_section(
        &mut self,
        key: &'static str,
        holds: &str,
    ) -> Option<Section<'a>> {
        let found = self.find(key)?;
        self.open(key, found, &format!("a section `[{key}]` with {holds}"))
    }

    /// Returns what is said per language, as in `key.fr = ...`.
    pub(crate) fn translations(&mut self, key: &'static str, example: &str) -> Option<Section<'a>> {
        let advice = format!("one line for each language, as in `{key}.en = {example}`");
        let found = self.find_required(key, &advice)?;
        let section = self.open(key, found, &advice)?;
        Some(Section { header: self.header.clone(), prefix: format!("{key}."), ..section })
    }

    /// Returns each section under a line `[[key]]`; none is fine.
    pub(crate) fn sections(&mut self, key: &'static str) -> Vec<Section<'a>> {
        let notes = self.notes;
        let Some((line, value)) = self.find(key) else { return Vec::new() };
        let sections = value.as_array().and_then(|items| {
            let sections = items.iter().map(|item| {
                let table = item.get_ref().as_table()?;
                let line = notes.line(item.span().start);
                Some(Section { header: format!("[[{key}]]"), line, ..Self::whole(table, notes) })
            });
            sections.collect::<Option<Vec<_>>>()
        });
        sections.unwrap_or_else(|| {
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
            let meant = did_you_mean(name, self.known.iter().copied());
            let advice = if top.contains(&name) {
                " It belongs higher up: move it above the first line in square brackets.".to_owned()
            } else if meant.is_empty() {
                let known: Vec<String> = self.known.iter().map(|key| self.written(key)).collect();
                format!(" Known here: {}.", known.join(", "))
            } else {
                meant
            };
            let (name, place) = (self.written(name), self.place());
            let line = self.notes.line(key.span().start);
            self.notes.add(line, format!("unknown key `{name}`{place}.{advice}"));
        }
    }

    fn find(&mut self, key: &'static str) -> Option<(usize, &'a DeValue<'a>)> {
        self.known.push(key);
        let value = self.table.get(key)?;
        Some((self.notes.line(value.span().start), value.get_ref()))
    }

    fn find_required(
        &mut self,
        key: &'static str,
        advice: &str,
    ) -> Option<(usize, &'a DeValue<'a>)> {
        let found = self.find(key);
        if found.is_none() && !self.notes.is_broken() {
            let (key, place) = (self.written(key), self.place());
            let text = format!("`{key}` is missing{place}. Add {advice}.");
            self.notes.add_as(Flaw::Missing, self.line, text);
        }
        found
    }

    fn read<T: Value>(
        &self,
        key: &str,
        line: usize,
        value: &DeValue<'_>,
        example: &str,
    ) -> Option<At<T>> {
        let read = T::read(value);
        if read.is_none() {
            let (key, what, kind) = (self.written(key), T::WHAT, kind_of(value));
            let text = format!("`{key}` must be {what}, as in `{key} = {example}`. It is {kind}.");
            self.notes.add_as(T::FLAW, line, text);
        }
        Some(At { value: read?, line })
    }

    fn open(
        &self,
        key: &str,
        (line, value): (usize, &'a DeValue<'a>),
        advice: &str,
    ) -> Option<Section<'a>> {
        let Some(table) = value.as_table() else {
            let kind = kind_of(value);
            self.notes.add(line, format!("`{key}` must be {advice}. It is {kind}."));
            return None;
        };
        Some(Section { header: format!("[{key}]"), line, ..Self::whole(table, self.notes) })
    }

    fn line_such_as(&self, key: &str, example: &str) -> String {
        format!("a line such as `{} = {example}`", self.written(key))
    }

    fn place(&self) -> String {
        match self.header.as_str() {
            "" => String::new(),
            header => format!(" in `{header}`"),
        }
    }
}
