//! The form: what is in it, what the candidate has touched, and what the page
//! shows of it. Pure: time and files arrive as arguments, a [`View`] leaves.

mod submission;

use std::rc::Rc;

use locales::{Words as _, bytes, fill, isolated, issue_message};
use rules::addresses::{Doubt, doubt, tidied};
use rules::application::limit;
use rules::deadline::Phase;
use rules::review::refused_by_size;
use rules::{Form, Issue, OfferedDocument, TextMap, Timestamp, Unicode, review_field};

use crate::chosen::{Chosen, Found, Turn};
use crate::countdown::countdown;
use crate::counter::{self, Count};
use crate::message::{Effect, Message};
use crate::page::Page;
use crate::review;
use crate::sending::{FieldError, Sending};
use crate::view::{Question, Summary, View};

/// The form's state.
#[derive(Clone, Debug)]
pub(crate) struct State {
    page: Rc<Page>,
    unicode: Unicode,
    typed: Form,
    chosen: Chosen,
    touched: Vec<String>,
    errors: TextMap,
    /// What is doubtful about the address, once it was left.
    doubt: Option<Doubt>,
    summary: Summary,
    /// How often the summary was made.
    summaries: u32,
    pub(crate) sending: Sending,
    /// Whether an earlier form from this page has arrived, or may have.
    pub(crate) was_heard: bool,
    /// Whether the deadline has passed.
    over: bool,
    /// Whether everything is shown once more before sending.
    in_review: bool,
    spoken: String,
    /// The count of characters that a screen reader was last told of.
    counted: Option<Count>,
}

impl State {
    /// Returns the form of `page`, with the errors that the server put beside fields.
    pub(crate) fn new(page: Rc<Page>, errors: TextMap, unicode: Unicode) -> Self {
        Self {
            page,
            unicode,
            typed: Form::default(),
            chosen: Chosen::default(),
            touched: Vec::new(),
            errors,
            doubt: None,
            summary: Summary::AsServed,
            summaries: 0,
            sending: Sending::Idle,
            was_heard: false,
            over: false,
            in_review: false,
            spoken: String::new(),
            counted: None,
        }
    }

    /// Applies `message` and returns what the page is to do about it.
    pub(crate) fn update(&mut self, message: Message, now: Timestamp) -> Effect {
        self.over = self.page.requirements.window.phase(now) == Phase::Closed;
        match message {
            Message::Tick => {}
            Message::Edited(field) => self.edited(&field, now),
            Message::Left(field) => self.left(&field, now),
            Message::Chosen { id, file_name, bytes } => {
                let turn = self.choose(&id, file_name, bytes, now);
                return turn.map_or(Effect::None, |turn| Effect::Read { id, turn });
            }
            Message::Cleared(id) => self.clear(&id, now),
            Message::Inspected { id, turn, found } => {
                return self.inspected(&id, turn, found, now);
            }
            Message::Submitted => return self.submit(now),
            Message::Progress { sent, total } => self.progress(sent, total),
            Message::Answered(answer) => return self.answered(answer),
            Message::Lost(ids) => return self.lost(&ids, now),
            Message::Renewed => return self.renewed(),
            Message::Cancelled => return self.cancelled(),
            Message::Arrived(status_url) => return self.arrived(status_url),
            Message::Resumed => self.resumed(),
            Message::Reviewed => return self.review(now),
            Message::ReviewClosed => {
                self.in_review = false;
                return Effect::Focus("review");
            }
            Message::Emptied => return self.emptied(),
        }
        Effect::None
    }

    /// Takes over what the controls hold. Documents are kept apart.
    pub(crate) fn typed(&mut self, form: Form) {
        self.typed = form;
        self.typed.documents = self.chosen.offered();
    }

    /// A control of `field` was changed. An error is told when the field is
    /// left, but taken back at once.
    pub(crate) fn edited(&mut self, field: &str, now: Timestamp) {
        self.touch(field);
        let spoken = counter::spoken(&self.page, &self.typed, field, self.counted.as_ref());
        if let Some((left, count)) = spoken {
            self.spoken = left;
            self.counted = Some(count);
        }
        if self.errors.get(field).is_some() {
            self.check(field, now);
        }
        if field == "email" && self.doubt.is_some() {
            self.question_address();
        }
    }

    /// `field` was left. One that was only passed through is not judged.
    pub(crate) fn left(&mut self, field: &str, now: Timestamp) {
        if self.is_touched(field) {
            self.check(field, now);
            if field == "email" {
                self.question_address();
            }
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
        self.touch(id);
        // What was wrong was wrong with the file before.
        self.errors.set(id, None);
        self.check_documents(now);
        self.speak(id);
        read.then_some(turn)
    }

    /// The choice for `id` was taken back.
    pub(crate) fn clear(&mut self, id: &str, now: Timestamp) {
        if self.chosen.is_chosen(id) {
            self.chosen.clear(id);
            self.check_documents(now);
            self.check(id, now);
            self.speak(id);
        }
    }

    /// The file of `turn` was read, as far as the device gave it.
    pub(crate) fn inspected(
        &mut self,
        id: &str,
        turn: Turn,
        found: Found,
        now: Timestamp,
    ) -> Effect {
        self.chosen.inspected(id, turn, found);
        self.check_documents(now);
        if self.chosen.turn(id) == Some(turn) {
            self.speak(id);
        }
        // A click may have waited for this.
        let goes_on = self.sending == Sending::Waiting && !self.chosen.is_reading();
        if goes_on { self.submit(now) } else { Effect::None }
    }

    /// Returns whether a file was chosen for the document `id`.
    pub(crate) fn is_chosen(&self, id: &str) -> bool {
        self.chosen.is_chosen(id)
    }

    /// The controls were emptied.
    fn emptied(&mut self) -> Effect {
        // What the server said of a file goes too.
        let ids = self.page.requirements.documents.iter().map(|document| document.id.clone());
        self.touched = ids.collect();
        self.chosen = Chosen::default();
        self.errors = TextMap::default();
        self.summarise(Summary::Hidden);
        self.sending = Sending::Idle;
        self.in_review = false;
        self.spoken = self.page.words.word("script_emptied").to_owned();
        Effect::Focus("name")
    }

    /// Returns what the page shows.
    pub(crate) fn view(&self, now: Timestamp) -> View<'_> {
        let (page, words) = (&self.page, &self.page.words);
        View {
            errors: &self.errors,
            question: self.question().filter(|_| self.errors.get("email").is_none()),
            statuses: self.statuses(),
            meter: self.meter(),
            summary: (&self.summary, self.summaries),
            upload: self.sending.view(words),
            busy: self.sending.is_under_way(),
            guarded: matches!(self.sending, Sending::Waiting | Sending::Leaving { .. }),
            countdown: countdown(
                words,
                &page.requirements.window,
                now,
                self.sending.is_under_way(),
            ),
            over: self.over && !self.sending.is_under_way(),
            spoken: &self.spoken,
            counters: counter::counters(page, &self.typed),
            review: self.in_review.then(|| review::texts(page, &self.typed, &self.statuses())),
            opened: self.chosen.has_image().then_some("photo"),
        }
    }

    /// Has a screen reader say what was found of the file for `id`, with the
    /// reason where it cannot be taken.
    fn speak(&mut self, id: &str) {
        let statuses = self.statuses();
        let said = [statuses.get(id), self.errors.get(id), self.errors.get(Issue::DOCUMENTS)];
        let said = said.into_iter().flatten().filter(|text| !text.is_empty());
        self.spoken = said.collect::<Vec<_>>().join(" ");
    }

    fn check(&mut self, field: &str, now: Timestamp) {
        self.typed.documents = self.chosen.offered();
        let issues = review_field(self.unicode, &self.page.requirements, &self.typed, now, field);
        let message = match self.chosen.unreadable(field) {
            Some(file_name) => Some(self.unreadable_message(file_name)),
            None => issues.first().map(|issue| self.message(issue)),
        };
        self.errors.set(field, message);
    }

    fn question_address(&mut self) {
        self.doubt = doubt(&tidied(&self.typed.email, self.unicode.to_ascii));
    }

    fn question(&self) -> Option<Question> {
        let (key, suggestion) = match self.doubt.as_ref()? {
            Doubt::NoDot => ("script_email_no_dot", None),
            Doubt::Slip { suggestion } => ("script_email_slip", Some(suggestion.clone())),
        };
        Some(Question { text: self.page.words.word(key).to_owned(), suggestion })
    }

    fn touch(&mut self, field: &str) {
        if !self.is_touched(field) {
            self.touched.push(field.to_owned());
        }
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

    fn unreadable_message(&self, file_name: &str) -> String {
        let file = isolated(file_name);
        fill(self.page.words.word("script_document_unreadable"), &[("file", &file)])
    }

    fn message(&self, issue: &Issue) -> String {
        issue_message(&self.page.words, issue, self.page.labels())
    }

    fn error(&self, issue: &Issue) -> FieldError {
        FieldError { field: issue.field.clone(), message: self.message(issue) }
    }

    /// Returns what is said of each chosen file; nothing any more where the
    /// choice was taken back.
    fn statuses(&self) -> TextMap {
        let wrong = |id: &str| self.errors.get(id).is_some();
        let mut statuses = self.chosen.statuses(&self.page.words, wrong);
        for document in &self.page.requirements.documents {
            let id = &document.id;
            if self.is_touched(id) && !self.chosen.is_chosen(id) {
                statuses.set(id, Some(String::new()));
            }
        }
        statuses
    }

    /// Returns the weight of all documents, once there is one.
    fn meter(&self) -> Option<String> {
        let (size, words) = (self.chosen.bytes(), &self.page.words);
        let values = [("bytes", &*bytes(words, size)), ("max", &*bytes(words, limit::DOCUMENTS))];
        (size > 0).then(|| fill(words.word("script_mail_size"), &values))
    }
}

#[cfg(test)]
mod tests;
