//! The page at work: messages go into the form's state, its view goes into
//! the page, and what else is to be done is done.
//!
//! Messages never run inside each other: where the page answers a change with
//! an event of its own (moving the focus does), the change is over before.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::JsString;
use rules::{Timestamp, Unicode};
use wasm_bindgen::prelude::*;
use web_sys::{File, Url, Window, XmlHttpRequest};

use crate::chosen::Turn;
use crate::clock::{Clock, Device};
use crate::countdown::next_change;
use crate::dom::Dom;
use crate::draft::{Draft, Drafts};
use crate::event::{after, log_error};
use crate::files::Scripts;
use crate::form::State;
use crate::message::{Effect, Message};
use crate::number::{byte_count, whole};
use crate::page::Page;
use crate::request::{ask_page, ask_receipt, ask_time, ask_token, post};
use crate::sending::{Answer, Changed};
use crate::{handlers, renewal};

/// How often the server is asked again whether something has arrived, and
/// after how many milliseconds.
const ASKED_AGAIN: u32 = 2;
const ASKED_AGAIN_MS: i32 = 3_000;

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
        let clock = Cell::new(Clock::heard(page.now, loaded(&dom.window)));
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
    pub(crate) fn restore(&self) {
        let Some(drafts) = &self.drafts else { return };
        self.dom.set_hidden("draft", false);
        if let Some(draft) = drafts.find(wall()) {
            self.dom.restore(&draft);
        }
    }

    /// Keeps what is typed now, unless others use the computer.
    pub(crate) fn keep(&self) {
        if let (Some(drafts), Ok(form)) = (&self.drafts, self.dom.typed(&self.page.requirements)) {
            let is_kept = form.shared.is_empty();
            self.dom.set_hidden("draft", !is_kept);
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
        if doubt(&self.clock.get(), device(&self.dom.window)) {
            let app = Rc::clone(self);
            let asked = ask_time(move |server| {
                let mut clock = app.clock.get();
                clock.set(server, device(&app.dom.window));
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
        self.clock.get().now(device(&self.dom.window))
    }

    fn see_to(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::None => {}
            Effect::Read { id, turn } => self.read(id, turn),
            Effect::Send => self.send(),
            Effect::Focus(id) => self.focus(id.to_owned()),
            Effect::LookForFiles => self.look_for_files(),
            Effect::AskWhetherArrived => {
                self.focus("submit".to_owned());
                self.ask_whether_arrived(ASKED_AGAIN);
            }
            Effect::RenewToken => self.renew_token(),
            Effect::TakeUp(changed) => self.take_up(changed),
            Effect::Open(address) => {
                self.forget();
                // The browser's back button must not return to a form that has
                // been sent.
                let opened = self.dom.window.location().replace(&address);
                opened.unwrap_or_else(|error| log_error(&error));
            }
        }
    }

    fn read(self: &Rc<Self>, id: String, turn: Turn) {
        let Some(file) = self.dom.file(&id) else { return };
        let app = Rc::clone(self);
        self.scripts.look(&file, move |found| {
            app.tell(Message::Inspected { id: id.clone(), turn, found });
        });
    }

    fn send(self: &Rc<Self>) {
        self.was_sent.set(true);
        let app = Rc::clone(self);
        let hear = move |message| {
            app.tell(message);
        };
        match post(&self.dom.form, self.scripts.request(&self.dom.form), hear) {
            Ok(request) => {
                self.upload.replace(Some(request));
            }
            Err(error) => {
                log_error(&error);
                self.tell(Message::Answered(Answer::Nothing));
            }
        }
    }

    /// Asks whether what was stopped had arrived. The server may still be at
    /// it: where it knows of nothing, it is asked again in a while.
    fn ask_whether_arrived(self: &Rc<Self>, times: u32) {
        let app = Rc::clone(self);
        let asked = ask_receipt(&self.dom.form, move |status_url| match status_url {
            Some(status_url) => drop(app.tell(Message::Arrived(status_url))),
            None if times > 0 => {
                let asking = Rc::clone(&app);
                after(&app.dom.window, ASKED_AGAIN_MS, move || {
                    asking.ask_whether_arrived(times.saturating_sub(1));
                });
            }
            None => {}
        });
        asked.unwrap_or_else(|error| log_error(&error));
    }

    /// Takes over the address that is suggested.
    pub(crate) fn correct_address(self: &Rc<Self>, address: &str) {
        self.dom.type_into("email", address);
        self.tell(Message::Edited("email".to_owned()));
        self.focus("email".to_owned());
    }

    /// No answer may mean no connection, or a file that is gone.
    fn look_for_files(self: &Rc<Self>) {
        let ids = self.page.requirements.documents.iter().map(|document| &document.id);
        let mut files: Vec<(String, File)> = Vec::new();
        for id in ids {
            files.extend(self.dom.file(id).map(|file| (id.clone(), file)));
        }
        look_for(Rc::clone(self), files, Vec::new());
    }

    /// Gets a new token for a page whose own is no longer taken. Only the
    /// token: what was typed and chosen stays.
    fn renew_token(self: &Rc<Self>) {
        self.replace_token(|app, renewed| {
            if renewed {
                app.tell(Message::Renewed);
            } else {
                app.focus("error-summary".to_owned());
            }
        });
    }

    /// Gets a new token for a page that the browser had put aside: somebody
    /// else may be sitting there now. Not where the form was sent: the same
    /// application sent again must be recognised.
    pub(crate) fn renew_unused_token(self: &Rc<Self>) {
        if !self.was_sent.get() {
            self.replace_token(|_, _| {});
        }
    }

    fn replace_token(self: &Rc<Self>, then: fn(&Rc<Self>, bool)) {
        let app = Rc::clone(self);
        let asked = ask_token(move |token| {
            if let Some(token) = &token {
                app.dom.set("token", "value", token);
            }
            then(&app, token.is_some());
        });
        asked.unwrap_or_else(|error| log_error(&error));
    }

    /// Shows the form of the posting as it is now, with what was typed and
    /// chosen, and what is wrong by that. Where it does not come, the errors
    /// are shown beside the form as it was.
    fn take_up(self: &Rc<Self>, changed: Changed) {
        let app = Rc::clone(self);
        let asked = ask_page(move |page| {
            let newer = page.and_then(|page| {
                renewal::take_up(&app.dom, &page)?;
                app.retired.set(true);
                let dom = Dom::of_window().filter(Dom::is_complete)?;
                if let Some(token) = &changed.token {
                    dom.set("token", "value", token);
                }
                let newer = handlers::take_over(dom, app.scripts.clone()).ok()?;
                newer.was_sent.set(true);
                newer.state.try_borrow_mut().ok()?.was_heard =
                    app.state.try_borrow().ok()?.was_heard;
                Some(newer)
            });
            let app = newer.unwrap_or_else(|| Rc::clone(&app));
            let Changed { errors, kept, .. } = changed.clone();
            app.tell(Message::Answered(Answer::Refused { errors, kept }));
        });
        asked.unwrap_or_else(|error| log_error(&error));
    }
}

/// Tries the last of `files`, then the rest; tells which are `lost`.
fn look_for(app: Rc<App>, mut files: Vec<(String, File)>, lost: Vec<String>) {
    let Some((id, file)) = files.pop() else {
        app.tell(Message::Lost(lost));
        return;
    };
    let scripts = app.scripts.clone();
    scripts.is_readable(&file, move |readable| {
        let mut lost = lost.clone();
        if !readable {
            lost.push(id.clone());
        }
        look_for(Rc::clone(&app), files.clone(), lost);
    });
}

/// Returns what the device's clocks show.
fn device(window: &Window) -> Device {
    let steady = window.performance().map_or(0, |performance| whole(performance.now()));
    Device { steady, wall: wall() }
}

/// The device's wall-clock time, in milliseconds.
fn wall() -> i64 {
    whole(js_sys::Date::now())
}

/// Returns what they showed when the page began to arrive: the script came later.
fn loaded(window: &Window) -> Device {
    let now = device(window);
    let arrived = window.performance().and_then(|performance| {
        let timing = performance.timing();
        let arrived = whole(timing.response_start() - timing.navigation_start());
        (arrived > 0 && arrived <= now.steady).then_some(arrived)
    });
    let steady = arrived.unwrap_or(now.steady);
    Device { steady, wall: now.wall.saturating_sub(now.steady.saturating_sub(steady)) }
}

/// The browser's own Unicode tables.
const UNICODE: Unicode = Unicode { fold, to_ascii };

/// Returns `text` in canonical decomposition and lower case: [`rules::subject::fold`]
/// by the browser's own Unicode tables.
fn fold(text: &str) -> String {
    JsString::from(text).normalize("NFD").to_lower_case().into()
}

/// Returns `domain` in ASCII: the host that the browser would connect to.
fn to_ascii(domain: &str) -> Option<String> {
    Url::new(&format!("http://{domain}")).ok().map(|url| url.hostname())
}
