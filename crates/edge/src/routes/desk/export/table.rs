//! The applications as a table for spreadsheets.

use desk::csv::{Separator, Table};
use domain::Posting;
use rules::Timestamp;

use crate::routes::desk::applications::Known;

/// A table with a row for each application.
pub(super) struct Applications {
    questions: Vec<String>,
    table: Table,
}

/// The columns before the answers.
const BEFORE: [&str; 9] = [
    "number",
    "reference",
    "name",
    "email",
    "phone",
    "received_at",
    "revision",
    "stage",
    "forwarded_at",
];

/// The columns after them.
const AFTER: [&str; 7] =
    ["message", "documents", "remarks", "also_applied", "notes", "wants_mails", "forgotten_at"];

impl Applications {
    /// Returns the table with its head.
    pub(super) fn new(posting: &Posting, separator: Separator) -> Self {
        let mut table = Table::new(separator);
        let questions = &posting.requirements.questions;
        let questions = questions.iter().map(|question| question.text.get(&posting.language));
        table.row(BEFORE.into_iter().chain(questions).chain(AFTER));
        let questions = posting.requirements.questions.iter();
        Self { questions: questions.map(|question| question.id.clone()).collect(), table }
    }

    /// Returns the rows of `known`, after the head where they are the first.
    pub(super) fn rows(&mut self, known: &[Known]) -> String {
        for one in known {
            let row = self.row(one);
            self.table.row(row);
        }
        self.table.take()
    }

    fn row(&self, known: &Known) -> Vec<String> {
        let application = &known.dossier.application;
        let content = &application.content;
        let forwarded = known.dossier.delivery.forwarding.sent_at().map(Timestamp::to_rfc3339);
        let questions = self.questions.iter().map(|question| {
            let given = content.answers.iter().find(|answer| answer.question == *question);
            given.map(|answer| answer.value.clone()).unwrap_or_default()
        });
        let documents: Vec<&str> =
            content.documents.iter().map(|document| document.file_name.as_str()).collect();
        let also = known.dossier.also_applied.iter().map(|(reference, _)| reference.as_str());
        let notes: Vec<&str> = known.notes.iter().map(|note| note.note.as_str()).collect();
        let before = [
            application.number.to_string(),
            application.reference.to_string(),
            content.name.clone(),
            application.shown_address().to_owned(),
            content.phone.clone().unwrap_or_default(),
            application.received_at.to_rfc3339(),
            application.revision.to_string(),
            known.dossier.stage.as_str().to_owned(),
            forwarded.unwrap_or_default(),
        ];
        let after = [
            content.message.clone().unwrap_or_default(),
            documents.join("\n"),
            application.remarks().join(" "),
            also.collect::<Vec<_>>().join(" "),
            notes.join("\n"),
            content.mails.as_str().to_owned(),
            application.forgotten_at().map(Timestamp::to_rfc3339).unwrap_or_default(),
        ];
        before.into_iter().chain(questions).chain(after).collect()
    }
}
