//! What the page listens to.

use std::cell::{Cell, RefCell};
use std::mem::take;
use std::rc::Rc;

use locales::moment;
use rules::Timestamp;
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, PageTransitionEvent, VisibilityState};

use crate::app::App;
use crate::clock::Clock;
use crate::dom::Dom;
use crate::event::{complain, listen};
use crate::value::from_js;

/// Takes the form over.
pub(crate) fn take_over(dom: Dom) -> Result<(), JsValue> {
    let (window, document, form) = (dom.window.clone(), dom.document.clone(), dom.form.clone());
    let summary = dom.element("error-summary-list")?;
    let cancel = dom.element("upload-cancel")?;
    let app = App::new(dom)?;
    let leaving = Leaving::of(&app);
    let on = |app: &Rc<App>, hear: fn(&Rc<App>, Event)| {
        let app = Rc::clone(app);
        move |event: Event| hear(&app, event)
    };
    listen(&form, "input", on(&app, |app, event| edited(app, &event)))?;
    listen(&form, "change", on(&app, |app, event| changed(app, &event)))?;
    listen(&summary, "click", on(&app, |app, event| follow(app, &event)))?;
    listen(&cancel, "click", on(&app, |app, _| app.cancel()))?;
    listen(&document, "visibilitychange", on(&app, |app, _| looked_at(app)))?;
    let left = Rc::clone(&leaving);
    listen(&form, "focusout", move |event: Event| left.focus_moved(&event))?;
    let pressed = Rc::clone(&leaving);
    listen(&document, "mousedown", move |_: Event| pressed.pressed.set(true))?;
    listen(&document, "mouseup", move |_: Event| leaving.released())?;
    let restored = Rc::clone(&app);
    listen(&window, "pageshow", move |event: PageTransitionEvent| {
        if event.persisted() {
            restored.change(|state, _| state.resumed());
            looked_at(&restored);
        }
        look_for_documents(&restored);
    })?;
    tell_closing_here(&app);
    look_for_documents(&app);
    app.tick();
    app.set_clock(|clock, _| clock.is_doubtful());
    // Last: from here on the form is ours.
    listen(
        &form,
        "submit",
        on(&app, |app, event| {
            // Only what the script has seen to is kept from the browser. Should
            // it break here, the form posts as it does without script.
            if app.submit() {
                event.prevent_default();
            }
        }),
    )
}

/// Fields that were left, to be judged once the mouse is up: an error that
/// appears meanwhile moves the button away from under it, and the click goes
/// into the void.
struct Leaving {
    app: Rc<App>,
    pressed: Cell<bool>,
    fields: RefCell<Vec<String>>,
}

impl Leaving {
    fn of(app: &Rc<App>) -> Rc<Self> {
        let (pressed, fields) = (Cell::default(), RefCell::default());
        Rc::new(Self { app: Rc::clone(app), pressed, fields })
    }

    fn focus_moved(self: &Rc<Self>, event: &Event) {
        let Some(place) = field_element(event) else { return };
        if let Some(field) = place.get_attribute("data-field") {
            self.fields.borrow_mut().push(field);
        }
        if !self.pressed.get() {
            self.judge_soon();
        }
    }

    fn released(self: &Rc<Self>) {
        self.pressed.set(false);
        self.judge_soon();
    }

    /// After the click that a released mouse makes.
    fn judge_soon(self: &Rc<Self>) {
        let leaving = Rc::clone(self);
        self.app.later(0, move || {
            for field in take(&mut *leaving.fields.borrow_mut()) {
                // Between the radio buttons of one question nothing is left.
                let inside = format!("[data-field=\"{field}\"]:focus-within");
                let inside = leaving.app.read(|_, dom, _| dom.form.query_selector(&inside));
                if !matches!(inside, Some(Ok(Some(_)))) {
                    leaving.app.change(|state, now| state.left(&field, now));
                }
            }
        });
    }
}

fn edited(app: &Rc<App>, event: &Event) {
    let Some(field) = field(event) else { return };
    if !is_document(app, &field) {
        app.change(|state, now| state.edited(&field, now));
    }
}

fn changed(app: &Rc<App>, event: &Event) {
    let Some(field) = field(event) else { return };
    if is_document(app, &field) {
        app.choose(&field);
    } else {
        // Old browsers tell of boxes and buttons only here.
        edited(app, event);
    }
}

/// A link of the summary: to the control, with its label in sight.
fn follow(app: &Rc<App>, event: &Event) {
    let link =
        event.target().and_then(|target| target.unchecked_into::<Element>().closest("a").ok());
    let href = link.flatten().and_then(|link| link.get_attribute("href"));
    if let Some(id) = href.as_deref().and_then(|href| href.strip_prefix('#')) {
        event.prevent_default();
        app.focus(id);
    }
}

/// The page is in sight again, perhaps after a night in a pocket.
fn looked_at(app: &Rc<App>) {
    let visible = app.read(|_, dom, _| dom.document.visibility_state() == VisibilityState::Visible);
    if visible == Some(true) {
        app.set_clock(Clock::is_stale);
        app.tick();
    }
}

/// Browsers keep chosen files over a reload or on the way back.
fn look_for_documents(app: &Rc<App>) {
    let ids = app.read(|state, dom, _| {
        let documents = state.page.requirements.documents.iter();
        let unseen = documents.filter(|document| {
            state.turn(&document.id).is_none() && dom.file(&document.id).is_some()
        });
        unseen.map(|document| document.id.clone()).collect::<Vec<_>>()
    });
    for id in ids.unwrap_or_default() {
        app.choose(&id);
    }
}

/// Tells the closing by the device's own zone, where its clocks show another
/// time than the posting's then.
fn tell_closing_here(app: &Rc<App>) {
    let told = app.read(|state, dom, _| {
        let page = &state.page;
        // The last moment in time, as everywhere.
        let last = Timestamp(page.requirements.window.closes_at.0.saturating_sub(1));
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of this epoch are exact")]
        let date = js_sys::Date::new(&JsValue::from_f64(last.0 as f64));
        let west = from_js(date.get_timezone_offset()).and_then(|west| i32::try_from(west).ok());
        let east = -west?;
        if page.zone.local(last).offset_minutes == east {
            return None;
        }
        let options = js_sys::Intl::DateTimeFormat::default().resolved_options();
        let zone = js_sys::Reflect::get(&options, &"timeZone".into()).ok()?.as_string()?;
        let moment = moment(&page.words, last.at_offset(east), &zone);
        let template = page.words.get("script_closing_here")?;
        let text = locales::fill(template, &[("moment", &moment)]);
        Some(dom.show_text("closing-here", Some(&text)))
    });
    if let Some(Some(Err(error))) = told {
        complain(&error);
    }
}

fn is_document(app: &Rc<App>, field: &str) -> bool {
    app.read(|state, _, _| state.page.requirements.document(field).is_some()) == Some(true)
}

fn field(event: &Event) -> Option<String> {
    field_element(event)?.get_attribute("data-field")
}

fn field_element(event: &Event) -> Option<Element> {
    event.target()?.unchecked_into::<Element>().closest("[data-field]").ok()?
}
