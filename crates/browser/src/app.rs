//! The page at work: events go into the form's state, its view goes into the
//! page.
//!
//! Handlers never run inside each other: where the page answers a change with
//! an event of its own (moving the focus does), the change is over before.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rules::Timestamp;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{File, Window, XmlHttpRequest};

use crate::chosen::Turn;
use crate::clock::{Clock, Device};
use crate::countdown::next_change;
use crate::dom::Dom;
use crate::event::{after, complain};
use crate::files;
use crate::form::{Next, State, Verdict};
use crate::request::{News, ask_time, ask_token, post};
use crate::sending::Answer;
use crate::value::{fold, from_js, size_from_js};

/// The form, the page and the clock, and what is under way.
pub(crate) struct App {
    pub(crate) window: Window,
    parts: RefCell<Parts>,
    upload: RefCell<Option<XmlHttpRequest>>,
    timer: Cell<i32>,
    title_error: String,
}

struct Parts {
    state: State,
    dom: Dom,
    clock: Clock,
}

impl App {
    pub(crate) fn new(mut dom: Dom) -> Result<Rc<Self>, JsValue> {
        let page = dom.page()?;
        let window = dom.window.clone();
        let clock = Clock::heard(page.now, loaded(&window));
        let title_error = page.words.get("form_title_error").cloned().unwrap_or_default();
        dom.strip_title(&title_error);
        let state = State::new(page, dom.served_errors(), fold);
        let parts = RefCell::new(Parts { state, dom, clock });
        let (upload, timer) = (RefCell::default(), Cell::default());
        Ok(Rc::new(Self { window, parts, upload, timer, title_error }))
    }

    /// Changes the form's state and shows what comes of it. Nothing where
    /// that failed: the script has lost its footing, and whatever it was
    /// about to do is left to the browser.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut State, Timestamp) -> R) -> Option<R> {
        let (mut change, mut result) = (Some(change), None);
        self.change_and_show(&mut |state, now| {
            result = change.take().map(|change| change(state, now));
        })
        .inspect_err(complain)
        .ok()?;
        result
    }

    /// One function in wasm for all changes.
    fn change_and_show(
        &self,
        change: &mut dyn FnMut(&mut State, Timestamp),
    ) -> Result<(), JsValue> {
        let Ok(mut parts) = self.parts.try_borrow_mut() else {
            return Err("a change within a change".into());
        };
        let Parts { state, dom, clock } = &mut *parts;
        let now = clock.now(device(&self.window));
        state.typed(dom.typed(&state.page.requirements)?);
        change(state, now);
        dom.show(state.view(now), &self.title_error)
    }

    /// Reads from state and page.
    pub(crate) fn read<R>(&self, read: impl FnOnce(&State, &Dom, &Clock) -> R) -> Option<R> {
        let parts = self.parts.try_borrow().ok()?;
        Some(read(&parts.state, &parts.dom, &parts.clock))
    }

    /// Moves the focus, after all handlers: it causes events itself.
    pub(crate) fn focus(self: &Rc<Self>, id: &str) {
        let (app, id) = (Rc::clone(self), id.to_owned());
        self.later(0, move || {
            if let Some(Err(error)) = app.read(|_, dom, _| dom.focus(&id)) {
                complain(&error);
            }
        });
    }

    pub(crate) fn later(&self, delay: i32, then: impl FnOnce() + 'static) {
        if let Err(error) = after(&self.window, delay, then) {
            complain(&error);
        }
    }

    /// Shows the time that is left, and does so again when it changes.
    pub(crate) fn tick(self: &Rc<Self>) {
        self.window.clear_timeout_with_handle(self.timer.get());
        self.change(|_, _| ());
        let device = device(&self.window);
        let next = self.read(|state, _, clock| {
            next_change(&state.page.requirements.window, clock.now(device))
        });
        let Some(delay) = next.flatten().and_then(|ms| i32::try_from(ms).ok()) else { return };
        let app = Rc::clone(self);
        match after(&self.window, delay, move || app.tick()) {
            Ok(timer) => self.timer.set(timer),
            Err(error) => complain(&error),
        }
    }

    /// Asks the server for the time if `doubt` has reason to.
    pub(crate) fn set_clock(self: &Rc<Self>, doubt: impl FnOnce(&Clock, Device) -> bool) {
        let now = device(&self.window);
        if self.read(|_, _, clock| doubt(clock, now)) != Some(true) {
            return;
        }
        let app = Rc::clone(self);
        let asked = ask_time(move |server| {
            if let Ok(mut parts) = app.parts.try_borrow_mut() {
                parts.clock.set(server, device(&app.window));
            }
            app.tick();
        });
        asked.unwrap_or_else(|error| complain(&error));
    }

    /// Looks at the control of the document `id`.
    pub(crate) fn choose(self: &Rc<Self>, id: &str) {
        let Some(file) = self.read(|_, dom, _| dom.file(id)).flatten() else {
            self.change(|state, now| state.clear(id, now));
            return;
        };
        let bytes = size_from_js(file.size());
        let turn = self.change(|state, now| state.choose(id, file.name(), bytes, now)).flatten();
        if let Some(turn) = turn {
            spawn_local(Rc::clone(self).look_into(id.to_owned(), turn, file));
        }
    }

    async fn look_into(self: Rc<Self>, id: String, turn: Turn, file: File) {
        let learned = files::read(&self.window, &file).await.inspect_err(complain).ok();
        let waiting = self.change(|state, now| {
            state.learn(&id, turn, learned, now);
            state.is_ready_to_go_on()
        });
        if waiting == Some(true) {
            self.submit();
        }
    }

    /// Sends the application, if nothing is wrong with it. Whether the script
    /// has seen to it.
    pub(crate) fn submit(self: &Rc<Self>) -> bool {
        let verdict = self.change(State::submit);
        match verdict {
            Some(Verdict::Send) => self.send(),
            Some(Verdict::Mend) => self.focus("error-summary"),
            Some(Verdict::Wait) | None => {}
        }
        verdict.is_some()
    }

    fn send(self: &Rc<Self>) {
        let app = Rc::clone(self);
        let request = self.read(|_, dom, _| post(&dom.form, move |news| app.hear(news)));
        match request {
            Some(Ok(request)) => *self.upload.borrow_mut() = Some(request),
            Some(Err(error)) => {
                complain(&error);
                self.answered(Answer::Failed { status: 0, retry_after: None });
            }
            None => {}
        }
    }

    fn hear(self: &Rc<Self>, news: News) {
        match news {
            News::Progress { sent, total } => {
                self.change(|state, _| state.progress(sent, total));
            }
            // No answer may mean no connection, or a file that is gone.
            News::Answer(Answer::Failed { status: 0, retry_after }) => {
                let app = Rc::clone(self);
                spawn_local(async move {
                    let lost = app.lost_documents().await;
                    if lost.is_empty() {
                        app.answered(Answer::Failed { status: 0, retry_after });
                    } else {
                        app.change(|state, now| state.lost(&lost, now));
                        app.focus("error-summary");
                    }
                });
            }
            News::Answer(answer) => self.answered(answer),
        }
    }

    async fn lost_documents(&self) -> Vec<String> {
        let files = self.read(|state, dom, _| {
            let documents = state.page.requirements.documents.iter();
            let files = documents
                .filter_map(|document| Some((document.id.clone(), dom.file(&document.id)?)));
            files.collect::<Vec<_>>()
        });
        let mut lost = Vec::new();
        for (id, file) in files.unwrap_or_default() {
            if !files::is_readable(&file).await {
                lost.push(id);
            }
        }
        lost
    }

    fn answered(self: &Rc<Self>, answer: Answer) {
        let expired = answer.is_about_token();
        match self.change(|state, _| state.answered(answer)) {
            Some(Next::Open(address)) => {
                // Nobody should come back to a form that has been sent.
                let opened = self.window.location().replace(&address);
                opened.unwrap_or_else(|error| complain(&error));
            }
            Some(Next::Mend) if expired => self.renew_token(),
            Some(Next::Mend) => self.focus("error-summary"),
            None => {}
        }
    }

    /// Gets a new token for a page whose own is no longer taken. Only the
    /// token: what was typed and chosen stays.
    fn renew_token(self: &Rc<Self>) {
        let app = Rc::clone(self);
        let address = self.window.location().href().unwrap_or_default();
        let asked = ask_token(&address, move |token| {
            if let Some(token) = token {
                let set = app.read(|_, dom, _| {
                    dom.element("token").and_then(|place| place.set_attribute("value", &token))
                });
                if let Some(Ok(())) = set {
                    app.change(|state, _| state.renewed());
                }
            }
            app.focus("error-summary");
        });
        asked.unwrap_or_else(|error| complain(&error));
    }

    /// Stops the upload.
    pub(crate) fn cancel(self: &Rc<Self>) {
        if let Some(request) = self.upload.borrow_mut().take() {
            request.abort().unwrap_or_else(|error| complain(&error));
        }
        self.change(|state, _| state.cancelled());
        // The button that had the focus is gone.
        self.focus("submit");
    }
}

/// What the device's clocks show.
fn device(window: &Window) -> Device {
    let steady = window.performance().and_then(|performance| from_js(performance.now()));
    Device { steady: steady.unwrap_or(0), wall: from_js(js_sys::Date::now()).unwrap_or(0) }
}

/// What they showed when the page began to arrive: the script came later.
fn loaded(window: &Window) -> Device {
    let now = device(window);
    let arrived = window.performance().and_then(|performance| {
        let timing = performance.timing();
        let arrived = from_js(timing.response_start() - timing.navigation_start())?;
        (arrived > 0 && arrived <= now.steady).then_some(arrived)
    });
    let steady = arrived.unwrap_or(now.steady);
    Device { steady, wall: now.wall.saturating_sub(now.steady.saturating_sub(steady)) }
}
