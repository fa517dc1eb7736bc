//! The page at work: messages go into the form's state, its view goes into
//! the page, and what else is to be done is done.
//!
//! Messages never run inside each other: where the page answers a change with
//! an event of its own (moving the focus does), the change is over before.

mod effects;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rules::Timestamp;
use wasm_bindgen::prelude::*;
use web_sys::XmlHttpRequest;

use crate::clock::{Clock, Device};
use crate::countdown::next_change;
use crate::device::{at_arrival, clocks, wall};
use crate::dom::Dom;
use crate::draft::{Draft, Drafts};
use crate::event::{after, log_error};
use crate::files::Scripts;
use crate::form::State;
use crate::message::Message;
use crate::number::byte_count;
use crate::page::Page;
use crate::request::ask_time;
use crate::unicode::UNICODE;

/// The page, the form's state and the clock, and what is under way.
pub(crate) struct App {
    pub(crate) dom: Dom,
    scripts: Scripts,
    pub(crate) page: Rc<Page>,
    state: RefCell<State>,
    clock: Cell<Clock>,
    upload: RefCell<Option<XmlHttpRequest>>,
    ticks: Cell<u32>,
    drafts: Option<Drafts>,
    /// Whether the form was sent from this page, successfully or not.
    was_sent: Cell<bool>,
    /// Whether another one has taken the page over.
    retired: Cell<bool>,
}

impl App {
    pub(crate) fn new(mut dom: Dom, scripts: Scripts) -> Result<Rc<Self>, JsValue> {
        let page = Rc::new(dom.page()?);
        let clock = Cell::new(Clock::heard(page.now, at_arrival(&dom.window)));
        dom.strip_title(page.words.get("form_title_error").unwrap_or_default());
        let errors = dom.served_errors(page.fields());
        let state = RefCell::new(State::new(Rc::clone(&page), errors, UNICODE));
        let (upload, ticks, was_sent) = (RefCell::default(), Cell::default(), Cell::default());
        let retired = Cell::default();
        let action = dom.form.get_attribute("action").unwrap_or_default();
        let drafts = Drafts::of(&dom.window, &action);
        Ok(Rc::new(Self {
            dom,
            scripts,
            page,
            state,
            clock,
            upload,
            ticks,
            drafts,
            was_sent,
            retired,
        }))
    }

    /// Takes `message` in. False where that failed: the script has lost its
    /// footing, and whatever it was about to do is left to the browser.
    pub(crate) fn tell(self: &Rc<Self>, message: Message) -> bool {
        if self.retired.get() {
            return false;
        }
        let Ok(mut state) = self.state.try_borrow_mut() else { return false };
        let typed = match self.dom.typed(&self.page.requirements) {
            Ok(typed) => typed,
            Err(error) => {
                log_error(&error);
                return false;
            }
        };
        state.typed(typed);
        let now = self.now();
        // A form that arrived in time is in time, when it has to be sent again.
        let judged_at = self.dom.arrived_at().map_or(now, |arrived| arrived.min(now));
        let effect = state.update(message, judged_at);
        let upload_appears = self.dom.show(&state.view(now), &self.page);
        drop(state);
        if upload_appears {
            // On a phone it is below what is seen.
            self.focus("upload".to_owned());
        }
        self.see_to(effect);
        true
    }

    /// Brings back what was typed in this tab before, and says that it is kept.
    /// A form that comes back with the tick of a shared computer is not kept.
    pub(crate) fn restore(&self) {
        let Some(drafts) = &self.drafts else { return };
        self.dom.set_hidden("draft", false);
        let form = self.dom.typed(&self.page.requirements);
        if form.is_ok_and(|form| !form.shared.is_empty()) {
            self.dom.set_hidden("draft-kept", true);
            drafts.forget();
        } else if let Some(draft) = drafts.find(wall()) {
            self.dom.restore(&draft);
        }
    }

    /// Keeps what is typed now, unless others use the computer.
    pub(crate) fn keep(&self) {
        if let (Some(drafts), Ok(form)) = (&self.drafts, self.dom.typed(&self.page.requirements)) {
            let is_kept = form.shared.is_empty();
            self.dom.set_hidden("draft-kept", !is_kept);
            if is_kept {
                drafts.keep(&Draft::of(&form, wall()));
            } else {
                drafts.forget();
            }
        }
    }

    /// Empties the form and forgets what was kept of it.
    pub(crate) fn empty(self: &Rc<Self>) {
        let sure = self.page.words.get("script_empty_sure").unwrap_or_default();
        if self.dom.window.confirm_with_message(sure).unwrap_or(true) {
            self.dom.empty();
            self.forget();
            self.tell(Message::Emptied);
        }
    }

    fn forget(&self) {
        if let Some(drafts) = &self.drafts {
            drafts.forget();
        }
    }

    /// Shows the time that is left, and does so again when it changes.
    pub(crate) fn tick(self: &Rc<Self>) {
        self.tell(Message::Tick);
        if let Some(drafts) = &self.drafts {
            // Deletes what has been kept for too long.
            drafts.find(wall());
        }
        let next = next_change(&self.page.requirements.window, self.now());
        if let Some(delay) = next.and_then(|ms| i32::try_from(ms).ok()) {
            let (app, tick) = (Rc::clone(self), self.ticks.get().wrapping_add(1));
            self.ticks.set(tick);
            after(&self.dom.window, delay, move || {
                // Only the latest goes on: the clock may have been set since.
                if app.ticks.get() == tick {
                    app.tick();
                }
            });
        }
    }

    /// Asks the server for the time if `doubt` has reason to.
    pub(crate) fn set_clock(self: &Rc<Self>, doubt: fn(&Clock, Device) -> bool) {
        if doubt(&self.clock.get(), clocks(&self.dom.window)) {
            let app = Rc::clone(self);
            let asked = ask_time(move |server| {
                let mut clock = app.clock.get();
                clock.set(server, clocks(&app.dom.window));
                app.clock.set(clock);
                app.tick();
            });
            asked.unwrap_or_else(|error| log_error(&error));
        }
    }

    /// Looks at the control of the document `id`.
    pub(crate) fn choose(self: &Rc<Self>, id: String) {
        self.tell(match self.dom.file(&id) {
            Some(file) => {
                Message::Chosen { id, file_name: file.name(), bytes: byte_count(file.size()) }
            }
            None => Message::Cleared(id),
        });
    }

    /// Looks at the documents that the browser has kept over a reload or on
    /// the way back.
    pub(crate) fn look_for_documents(self: &Rc<Self>) {
        for document in &self.page.requirements.documents {
            let known = self.state.try_borrow().is_ok_and(|state| state.is_chosen(&document.id));
            if !known && self.dom.file(&document.id).is_some() {
                self.choose(document.id.clone());
            }
        }
    }

    /// Stops the upload.
    pub(crate) fn cancel(self: &Rc<Self>) {
        if let Some(request) = self.upload.take() {
            let _ = request.abort();
        }
        self.tell(Message::Cancelled);
    }

    /// Moves the focus, after all handlers: it causes events itself.
    pub(crate) fn focus(self: &Rc<Self>, id: String) {
        let app = Rc::clone(self);
        after(&self.dom.window, 0, move || app.dom.focus(&id));
    }

    fn now(&self) -> Timestamp {
        self.clock.get().now(clocks(&self.dom.window))
    }

    /// Takes over the address that is suggested.
    pub(crate) fn correct_address(self: &Rc<Self>, address: &str) {
        self.dom.type_into("email", address);
        self.tell(Message::Edited("email".to_owned()));
        self.focus("email".to_owned());
    }
}
