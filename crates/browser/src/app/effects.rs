//! What follows a message: a document is read, the form is sent, the server is
//! asked, the page takes up a newer form.

use std::rc::Rc;

use web_sys::File;

use super::App;
use crate::chosen::Turn;
use crate::dom::Dom;
use crate::event::{after, log_error};
use crate::message::{Effect, Message};
use crate::request::{ask_page, ask_receipt, ask_token, post};
use crate::sending::{Answer, Changed};
use crate::{handlers, renewal};

/// How often the server is asked again whether something has arrived, and
/// after how many milliseconds.
const ASKED_AGAIN: u32 = 2;
const ASKED_AGAIN_MS: i32 = 3_000;

impl App {
    /// Does what `effect` asks for.
    pub(super) fn see_to(self: &Rc<Self>, effect: Effect) {
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
