//! The form: what is in it, what the candidate has touched, and what the page
//! shows of it. Pure: time and files arrive as arguments, a [`View`] leaves.

use documents::Report;
use locales::{Words as _, bytes, fill, issue_message, plural};
use rules::application::limit;
use rules::review::refused_by_size;
use rules::subject::Fold;
use rules::{Form, Issue, OfferedDocument, Timestamp, review_field, review_with};

use crate::chosen::{Chosen, Turn};
use crate::countdown::countdown;
use crate::page::Page;
use crate::sending::{Answer, Sending, failure, renewed};
use crate::view::{Item, Summary, Texts, View};

/// The form's state.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) page: Page,
    fold: Fold,
    typed: Form,
    chosen: Chosen,
    touched: Vec<String>,
    errors: Texts,
    summary: Summary,
    pub(crate) sending: Sending,
}

/// What becomes of a click on the submit button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was clicked before, or documents are still being read.
    Wait,
    /// Something is wrong; the summary says what.
    Mend,
    /// It may leave.
    Send,
}

/// What follows an answer of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// The receipt is to be opened.
    Open(String),
    /// The summary says what is wrong.
    Mend,
}

impl State {
    /// The form of `page`, with the errors that the server put beside fields.
    pub(crate) fn new(page: Page, errors: Texts, fold: Fold) -> Self {
        Self {
            page,
            fold,
            typed: Form::default(),
            chosen: Chosen::default(),
            touched: Vec::new(),
            errors,
            summary: Summary::AsServed,
            sending: Sending::Idle,
        }
    }

    /// Takes over what the controls hold. Documents are kept apart.
    pub(crate) fn typed(&mut self, form: Form) {
        self.typed = form;
        self.typed.documents = self.chosen.offered();
    }

    /// A control of `field` was changed. An error is told when the field is
    /// left, but taken back at once.
    pub(crate) fn edited(&mut self, field: &str, now: Timestamp) {
        if !self.is_touched(field) {
            self.touched.push(field.to_owned());
        }
        if self.errors.get(field).is_some() {
            self.check(field, now);
        }
    }

    /// `field` was left. One that was only passed through is not judged.
    pub(crate) fn left(&mut self, field: &str, now: Timestamp) {
        if self.is_touched(field) {
            self.check(field, now);
        }
    }

    /// A file was chosen for the document `id`. The turn in which to read it,
    /// unless its size already decides.
    pub(crate) fn choose(
        &mut self,
        id: &str,
        file_name: String,
        bytes: u64,
        now: Timestamp,
    ) -> Option<Turn> {
        let offered =
            OfferedDocument { id: id.to_owned(), file_name, bytes, report: None, sha256: None };
        let read = !refused_by_size(&self.page.requirements, &offered);
        let turn = self.chosen.choose(id, offered.file_name, bytes, read);
        // What was wrong was wrong with the file before.
        self.errors.set(id, None);
        self.check_documents(now);
        read.then_some(turn)
    }

    /// The choice for `id` was taken back.
    pub(crate) fn clear(&mut self, id: &str, now: Timestamp) {
        if self.chosen.is_chosen(id) {
            self.chosen.clear(id);
            self.check_documents(now);
            self.check(id, now);
        }
    }

    /// The file of `turn` was read. Whether it is still the choice.
    pub(crate) fn learn(
        &mut self,
        id: &str,
        turn: Turn,
        learned: Option<(Report, Option<String>)>,
        now: Timestamp,
    ) -> bool {
        let current = match learned {
            Some((report, sha256)) => self.chosen.learn(id, turn, report, sha256),
            None => self.chosen.give_up(id, turn),
        };
        if current {
            self.check_documents(now);
        }
        current
    }

    /// The turn in which the file for `id` was chosen.
    pub(crate) fn turn(&self, id: &str) -> Option<Turn> {
        self.chosen.turn(id)
    }

    /// The submit button was clicked, or the documents have been read that it
    /// waited for.
    pub(crate) fn submit(&mut self, now: Timestamp) -> Verdict {
        if matches!(self.sending, Sending::Leaving { .. } | Sending::Received) {
            return Verdict::Wait;
        }
        if self.chosen.is_reading() {
            self.sending = Sending::Waiting;
            return Verdict::Wait;
        }
        self.typed.documents = self.chosen.offered();
        let issues = review_with(self.fold, &self.page.requirements, &self.typed, now)
            .err()
            .unwrap_or_default();
        let mut told: Vec<(String, String)> =
            issues.iter().map(|issue| (issue.field.clone(), self.message(issue))).collect();
        told.extend(self.unreadable());
        if told.is_empty() {
            self.errors = Texts::default();
            self.summary = Summary::Hidden;
            self.sending = Sending::Leaving { sent: 0, total: self.chosen.bytes() };
            Verdict::Send
        } else {
            self.refuse(told);
            Verdict::Mend
        }
    }

    /// Whether the click that waited for the documents can be seen to.
    pub(crate) fn is_ready_to_go_on(&self) -> bool {
        self.sending == Sending::Waiting && !self.chosen.is_reading()
    }

    /// So many bytes have left.
    pub(crate) fn progress(&mut self, sent: u64, total: u64) {
        if matches!(self.sending, Sending::Leaving { .. }) {
            self.sending = Sending::Leaving { sent, total };
        }
    }

    /// The candidate stopped the upload.
    pub(crate) fn cancelled(&mut self) {
        self.sending = Sending::Cancelled;
    }

    /// The page is looked at again after another one: what was under way
    /// then no longer is.
    pub(crate) fn resumed(&mut self) {
        self.sending = Sending::Idle;
    }

    /// The server answered, or the connection failed.
    pub(crate) fn answered(&mut self, answer: Answer) -> Next {
        self.sending = Sending::Idle;
        match answer {
            Answer::Received { status_url } => {
                self.sending = Sending::Received;
                return Next::Open(status_url);
            }
            Answer::Refused(issues) if !issues.is_empty() => {
                let issues = issues.into_iter();
                self.refuse(issues.map(|issue| (issue.field, issue.message)).collect());
            }
            Answer::Refused(_) => self.summary = failure(&self.page.words, 422, None),
            Answer::Failed { status, retry_after } => {
                self.summary = failure(&self.page.words, status, retry_after);
            }
        }
        Next::Mend
    }

    /// Files turned out to be unreadable while they were sent.
    pub(crate) fn lost(&mut self, ids: &[String], now: Timestamp) {
        self.sending = Sending::Idle;
        for id in ids {
            if let Some(turn) = self.chosen.turn(id) {
                self.chosen.give_up(id, turn);
            }
        }
        self.submit(now);
    }

    /// The page had expired and holds a new token.
    pub(crate) fn renewed(&mut self) {
        self.summary = renewed(&self.page.words);
    }

    /// What the page shows.
    pub(crate) fn view(&self, now: Timestamp) -> View {
        let (page, words) = (&self.page, &self.page.words);
        View {
            errors: self.errors.clone(),
            statuses: self.chosen.statuses(words, |id| self.errors.get(id).is_some()),
            meter: self.meter(),
            summary: self.summary.clone(),
            upload: self.sending.view(words),
            busy: self.sending.is_under_way(),
            guarded: matches!(self.sending, Sending::Waiting | Sending::Leaving { .. }),
            countdown: countdown(
                words,
                &page.requirements.window,
                now,
                self.sending.is_under_way(),
            ),
        }
    }

    fn check(&mut self, field: &str, now: Timestamp) {
        self.typed.documents = self.chosen.offered();
        let issues = review_field(self.fold, &self.page.requirements, &self.typed, now, field);
        let message = match self.chosen.unreadable(field) {
            Some(file_name) => Some(self.unreadable_message(file_name)),
            None => issues.first().map(|issue| self.message(issue)),
        };
        self.errors.set(field, message);
    }

    fn is_touched(&self, field: &str) -> bool {
        self.touched.iter().any(|touched| touched == field)
    }

    /// Judges every document that was chosen, and every one with an error:
    /// the same file twice concerns both.
    fn check_documents(&mut self, now: Timestamp) {
        let ids: Vec<String> =
            self.page.requirements.documents.iter().map(|document| document.id.clone()).collect();
        for id in &ids {
            if self.chosen.is_chosen(id) {
                self.check(id, now);
            }
        }
        self.check("documents", now);
    }

    fn unreadable(&self) -> Vec<(String, String)> {
        let documents = self.page.requirements.documents.iter();
        let told = documents.filter_map(|document| {
            let file_name = self.chosen.unreadable(&document.id)?;
            Some((document.id.clone(), self.unreadable_message(file_name)))
        });
        told.collect()
    }

    fn unreadable_message(&self, file_name: &str) -> String {
        fill(self.page.words.word("script_document_unreadable"), &[("file", file_name)])
    }

    fn message(&self, issue: &Issue) -> String {
        issue_message(&self.page.words, issue, self.page.labels())
    }

    /// Shows what is wrong beside the fields and, in the order of the page,
    /// in the summary.
    fn refuse(&mut self, told: Vec<(String, String)>) {
        let count = i64::try_from(told.len()).unwrap_or(i64::MAX);
        let mut items = Vec::new();
        self.errors = Texts::default();
        for (field, text) in told {
            let position = self.page.position(&field);
            let before = |(other, _): &(usize, Item)| *other <= position;
            let at = items.iter().take_while(|item| before(item)).count();
            let item = Item { target: Some(self.page.target(&field)), text: text.clone() };
            items.insert(at, (position, item));
            // What concerns no field (the deadline) has no place beside one.
            if position != usize::MAX && self.errors.get(&field).is_none() {
                self.errors.set(&field, Some(text));
            }
        }
        self.summary = Summary::Shown {
            title: plural(&self.page.words, "form_summary", count),
            items: items.into_iter().map(|(_, item)| item).collect(),
        };
        self.sending = Sending::Idle;
    }

    /// The weight of all documents, once there is one.
    fn meter(&self) -> Option<String> {
        let (size, words) = (self.chosen.bytes(), &self.page.words);
        let values = [("bytes", &*bytes(words, size)), ("max", &*bytes(words, limit::DOCUMENTS))];
        (size > 0).then(|| fill(words.word("script_mail_size"), &values))
    }
}

#[cfg(test)]
mod tests;
