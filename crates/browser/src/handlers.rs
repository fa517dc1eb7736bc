//! Registers the page's event handlers.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use locales::{fill, moment};
use rules::Timestamp;
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, PageTransitionEvent};

use crate::app::App;
use crate::clock::Clock;
use crate::dom::Dom;
use crate::event::{after, listen};
use crate::files::Scripts;
use crate::message::Message;
use crate::number::whole;

/// Takes the form over.
pub(crate) fn take_over(dom: Dom, scripts: Scripts) -> Result<Rc<App>, JsValue> {
    let app = App::new(dom, scripts)?;
    let Dom { window, document, form, .. } = &app.dom;
    let on = |hear: fn(&Rc<App>, Event)| {
        let app = Rc::clone(&app);
        move |event: Event| hear(&app, event)
    };
    listen(form, "input", on(edited));
    listen(form, "change", on(changed));
    listen(document, "click", on(clicked));
    listen(document, "visibilitychange", on(|app, _| looked_at(app)));
    listen(window, "pageshow", on(shown));
    let leaving = Leaving::of(&app);
    let (left, pressed) = (Rc::clone(&leaving), Rc::clone(&leaving));
    listen(form, "focusout", move |event: Event| left.focus_moved(&event));
    listen(document, "mousedown", move |_: Event| pressed.pressed.set(true));
    listen(document, "mouseup", move |_: Event| leaving.released());
    tell_closing_here(&app);
    app.restore();
    app.look_for_documents();
    app.tick();
    app.set_clock(|clock, _| clock.is_doubtful());
    app.dom.set_hidden("review", false);
    // Last: from here on the form is ours.
    listen(form, "submit", on(submitted));
    Ok(app)
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
        self.fields.borrow_mut().extend(field(event));
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
        after(&self.app.dom.window, 0, move || {
            for field in leaving.fields.take() {
                // Between the radio buttons of one question nothing is left.
                let inside = format!("[data-field=\"{field}\"]:focus-within");
                if !matches!(leaving.app.dom.form.query_selector(&inside), Ok(Some(_))) {
                    leaving.app.tell(Message::Left(field));
                }
            }
        });
    }
}

fn edited(app: &Rc<App>, event: Event) {
    if let Some(field) = field(&event).filter(|field| !is_document(app, field)) {
        app.keep();
        app.tell(Message::Edited(field));
    }
}

fn changed(app: &Rc<App>, event: Event) {
    match field(&event) {
        Some(id) if is_document(app, &id) => app.choose(id),
        // Old browsers tell of boxes and buttons only here.
        _ => edited(app, event),
    }
}

fn submitted(app: &Rc<App>, event: Event) {
    // Only what the script has seen to is kept from the browser. Should it
    // break here, the form posts as it does without script.
    if app.tell(Message::Submitted) {
        event.prevent_default();
    }
}

/// One of the buttons, the suggested address, or a link of the summary: to the
/// control, with its label in sight.
fn clicked(app: &Rc<App>, event: Event) {
    let is_on = |selector| closest(&event, selector).is_some();
    if is_on("#upload-cancel") {
        return app.cancel();
    }
    if is_on("#empty") {
        return app.empty();
    }
    if is_on("#review") {
        app.tell(Message::Reviewed);
        return;
    }
    if is_on("#look-close") {
        app.tell(Message::ReviewClosed);
        return;
    }
    let removed = closest(&event, "[data-remove]");
    if let Some(id) = removed.and_then(|button| button.get_attribute("data-remove")) {
        app.dom.remove_file(&id);
        app.choose(id.clone());
        // The button goes with the file.
        return app.focus(id);
    }
    if let Some(button) = closest(&event, "#email-suggestion") {
        return app.correct_address(&button.text_content().unwrap_or_default());
    }
    let target =
        closest(&event, "#error-summary-list a").and_then(|link| link.get_attribute("href"));
    if let Some(id) = target.as_deref().and_then(|target| target.strip_prefix('#')) {
        event.prevent_default();
        app.focus(id.to_owned());
    }
}

/// The page comes from another one, or out of the browser's cache.
fn shown(app: &Rc<App>, event: Event) {
    if event.unchecked_into::<PageTransitionEvent>().persisted() {
        app.tell(Message::Resumed);
        app.renew_unused_token();
        looked_at(app);
    }
    app.look_for_documents();
}

/// The page is in sight again, perhaps after a night in a pocket.
fn looked_at(app: &Rc<App>) {
    if !app.dom.document.hidden() {
        app.set_clock(Clock::is_stale);
        app.tick();
    }
}

/// Tells the closing by the device's own zone, where its clocks show another
/// time than the posting's then.
fn tell_closing_here(app: &App) {
    let page = &app.page;
    // The last moment in time, as everywhere.
    let last = Timestamp(page.requirements.window.closes_at.0.saturating_sub(1));
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this epoch are exact")]
    let date = js_sys::Date::new(&JsValue::from_f64(last.0 as f64));
    let east = i32::try_from(-whole(date.get_timezone_offset())).unwrap_or(0);
    if page.zone.local(last).offset_minutes == east {
        return;
    }
    let options = js_sys::Intl::DateTimeFormat::default().resolved_options();
    let zone = js_sys::Reflect::get(&options, &"timeZone".into()).ok();
    if let (Some(zone), Some(template)) =
        (zone.and_then(|zone| zone.as_string()), page.words.get("script_closing_here"))
    {
        let moment = moment(&page.words, last.at_offset(east), &zone);
        app.dom.show_text("closing-here", Some(&fill(template, &[("moment", &moment)])));
    }
}

fn is_document(app: &App, field: &str) -> bool {
    app.page.requirements.document(field).is_some()
}

fn field(event: &Event) -> Option<String> {
    closest(event, "[data-field]")?.get_attribute("data-field")
}

fn closest(event: &Event, selector: &str) -> Option<Element> {
    event.target()?.unchecked_into::<Element>().closest(selector).ok()?
}
