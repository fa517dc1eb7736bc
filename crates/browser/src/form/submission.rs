//! Sends the form, and takes what comes of it.

use rules::{TextMap, Timestamp, issues};

use super::State;
use crate::chosen::Found;
use crate::message::Effect;
use crate::sending::{Answer, FieldError, Sending, already_received, failure, not_taken, renewed};
use crate::summary::{self, Errors};
use crate::view::{Item, Summary};

impl State {
    /// The submit button was clicked, or the documents have been read that it
    /// waited for.
    pub(crate) fn submit(&mut self, now: Timestamp) -> Effect {
        if matches!(self.sending, Sending::Leaving { .. } | Sending::Received) {
            return Effect::None;
        }
        if self.chosen.is_reading() {
            self.sending = Sending::Waiting;
            return Effect::None;
        }
        if let Some(refused) = self.refuse_mistakes(now) {
            return refused;
        }
        self.sending = Sending::Leaving { sent: 0, total: self.chosen.bytes() };
        Effect::Send
    }

    /// Everything is to be shown once more, if nothing is wrong with it.
    pub(super) fn review(&mut self, now: Timestamp) -> Effect {
        if self.sending.is_under_way() {
            return Effect::None;
        }
        if let Some(refused) = self.refuse_mistakes(now) {
            return refused;
        }
        self.in_review = true;
        Effect::Focus("look")
    }

    /// Shows what is wrong with the form. Where nothing is, takes back what was
    /// shown and returns nothing.
    fn refuse_mistakes(&mut self, now: Timestamp) -> Option<Effect> {
        let errors = self.mistakes(now);
        if !errors.is_empty() {
            return Some(self.refuse(errors, None));
        }
        self.errors = TextMap::default();
        self.summarise(Summary::Hidden);
        None
    }

    /// Everything that is wrong with the form.
    fn mistakes(&mut self, now: Timestamp) -> Vec<FieldError> {
        self.typed.documents = self.chosen.offered();
        let issues = issues(self.unicode, &self.page.requirements, &self.typed, now);
        let mut errors: Vec<FieldError> = issues.iter().map(|issue| self.error(issue)).collect();
        // Out of time nothing else is told: nothing can be corrected any more.
        let documents = self.page.requirements.documents.iter();
        for document in documents.filter(|_| self.page.requirements.window.review(now).is_none()) {
            if let Some(file_name) = self.chosen.unreadable(&document.id) {
                let message = self.unreadable_message(file_name);
                errors.push(FieldError { field: document.id.clone(), message });
            }
        }
        errors
    }

    /// So many bytes have left.
    pub(crate) fn progress(&mut self, sent: u64, total: u64) {
        if matches!(self.sending, Sending::Leaving { .. }) {
            self.sending = Sending::Leaving { sent, total };
        }
    }

    /// The candidate stopped the upload. The button that did it is gone. The
    /// server can only say whether something came from this page: where an
    /// earlier form may have, the answer says nothing about this one.
    pub(crate) fn cancelled(&mut self) -> Effect {
        self.sending = Sending::Cancelled;
        if std::mem::replace(&mut self.was_heard, true) {
            return Effect::Focus("submit");
        }
        Effect::AskWhetherArrived
    }

    /// What was stopped had arrived. The candidate may have gone on since.
    pub(crate) fn arrived(&mut self, status_url: String) -> Effect {
        if self.sending != Sending::Cancelled {
            return Effect::None;
        }
        self.sending = Sending::Idle;
        self.summarise(already_received(&self.page.words, status_url))
    }

    /// The page is looked at again after another one: what was under way
    /// then no longer is.
    pub(crate) fn resumed(&mut self) {
        self.sending = Sending::Idle;
    }

    /// The server answered, or the connection failed.
    pub(crate) fn answered(&mut self, answer: Answer) -> Effect {
        self.was_heard |= answer.leaves_something();
        if matches!(answer, Answer::Nothing) {
            return Effect::LookForFiles;
        }
        self.sending = Sending::Idle;
        let summary = match answer {
            Answer::Received { status_url } => {
                self.sending = Sending::Received;
                return Effect::Open(status_url);
            }
            Answer::Refused { errors, kept } if !errors.is_empty() => {
                // A candidate cannot correct the page's token.
                let expired = errors.iter().all(|error| error.field == "token");
                let effect = self.refuse(errors, kept);
                return if expired { Effect::RenewToken } else { effect };
            }
            Answer::Changed(changed) => return Effect::TakeUp(changed),
            Answer::Failed { status, retry_after } => {
                failure(&self.page.words, status, retry_after)
            }
            Answer::NotTaken { message, is_for_now } => {
                not_taken(&self.page.words, message, is_for_now)
            }
            Answer::Refused { .. } | Answer::Nothing => failure(&self.page.words, 422, None),
        };
        self.summarise(summary)
    }

    /// No answer came because these files could not be read any more; without
    /// any, it was the connection.
    pub(crate) fn lost(&mut self, ids: &[String], now: Timestamp) -> Effect {
        if ids.is_empty() {
            return self.answered(Answer::Failed { status: 0, retry_after: None });
        }
        self.sending = Sending::Idle;
        for id in ids {
            if let Some(turn) = self.chosen.turn(id) {
                self.chosen.inspected(id, turn, Found::Nothing);
            }
        }
        self.submit(now)
    }

    /// The page had expired and holds a new token.
    pub(crate) fn renewed(&mut self) -> Effect {
        self.summarise(renewed(&self.page.words))
    }

    /// Shows `errors` beside the fields and in the summary, and there what is
    /// `kept`.
    fn refuse(&mut self, errors: Vec<FieldError>, kept: Option<String>) -> Effect {
        let Errors { by_field, mut summary } = summary::errors(&self.page, errors);
        if let Summary::Shown { items, .. } = &mut summary {
            items.extend(kept.map(|text| Item { href: None, text }));
        }
        self.errors = by_field;
        self.sending = Sending::Idle;
        self.in_review = false;
        self.summarise(summary)
    }

    pub(super) fn summarise(&mut self, summary: Summary) -> Effect {
        self.summary = summary;
        self.summaries = self.summaries.wrapping_add(1);
        Effect::Focus("error-summary")
    }
}
