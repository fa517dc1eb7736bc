//! Finds the fields of a form, for mistakes and for facts that are not sure.

use super::{Field, Form};

impl Form {
    fn fields(&self) -> impl Iterator<Item = &Field> {
        let fields = self.groups.iter().flat_map(|group| &group.fields);
        let rows = self.rows.iter().flat_map(|rows| &rows.groups).flat_map(|row| &row.fields);
        fields.chain(rows).chain([&self.text])
    }

    /// The label of a field, if the form has it: mistakes stand beside it.
    pub(in crate::desk) fn label(&self, name: &str) -> Option<&'static str> {
        self.fields().find(|field| field.name == name).map(|field| field.label)
    }

    /// The first field that asks for a fact: `documents.kinds` is asked by
    /// `documents.0.kinds`, `questions` by the first field of a question.
    pub(in crate::desk) fn field_of(&self, fact: &str) -> Option<&str> {
        let (kind, key) = fact.split_once('.').unwrap_or((fact, ""));
        let asks = |name: &str| {
            let row = name.strip_prefix(kind).and_then(|rest| rest.strip_prefix('.'));
            let asked = row.and_then(|row| row.split_once('.')).map(|(_, asked)| asked);
            name == fact || asked.is_some_and(|asked| key.is_empty() || asked == key)
        };
        self.fields().map(|field| field.name.as_str()).find(|name| asks(name))
    }
}
