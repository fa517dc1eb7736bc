//! The page: reads its controls and shows a [`View`] in it. Nothing is
//! decided here.
//!
//! What the page shows is remembered in the page only: a text is written
//! where it differs from what is there, so that a screen reader hears of
//! changes and of nothing else.

use std::cell::Cell;

use js_sys::JSON;
use rules::{Form, Requirements, TextMap, Timestamp};
use wasm_bindgen::prelude::*;
use web_sys::{BeforeUnloadEvent, Document, Element, File, FormData};
use web_sys::{HtmlElement, HtmlFormElement, HtmlInputElement, Window};

use crate::draft::Draft;
use crate::event::{function, log_error};
use crate::page::Page;
use crate::view::{Item, Question, Summary, Upload, View};

/// The page with the form.
pub(crate) struct Dom {
    pub(crate) window: Window,
    pub(crate) document: Document,
    pub(crate) form: HtmlFormElement,
    /// The title that the server gave the page.
    title: String,
    /// The summary that is shown, by its number.
    summary: Cell<u32>,
    guard: js_sys::Function,
}

/// The elements that the script writes to, besides those of the fields.
const NEEDED: [&str; 16] = [
    "guichet",
    "email-question",
    "email-question-text",
    "email-suggestion",
    "token",
    "submit",
    "error-summary",
    "error-summary-title",
    "error-summary-list",
    "upload",
    "upload-text",
    "upload-bar",
    "upload-cancel",
    "mail-size",
    "countdown",
    "announcer",
];

impl Dom {
    /// Returns the page around the form, if there is one.
    pub(crate) fn of_window() -> Option<Self> {
        let window = web_sys::window()?;
        let document = window.document()?;
        let form = document.get_element_by_id("application")?.unchecked_into();
        let title = document.title();
        let guard = function(stay);
        Some(Self { window, document, form, title, summary: Cell::default(), guard })
    }

    /// Whether the page has all that the script needs.
    pub(crate) fn is_complete(&self) -> bool {
        NEEDED.iter().all(|id| self.element(id).is_some())
    }

    /// Returns what the page tells its script.
    pub(crate) fn page(&self) -> Result<Page, JsValue> {
        let text = self.element("guichet").and_then(|data| data.text_content());
        let data = JSON::parse(&text.unwrap_or_default())?;
        Ok(serde_wasm_bindgen::from_value(data)?)
    }

    /// Returns the errors that the server has put beside `fields`.
    pub(crate) fn served_errors<'a>(&self, fields: impl Iterator<Item = &'a str>) -> TextMap {
        let mut errors = TextMap::default();
        for field in fields {
            let shown = format!("#{field}-error:not([hidden]) .error-text");
            if let Ok(Some(text)) = self.form.query_selector(&shown) {
                errors.set(field, text.text_content());
            }
        }
        errors
    }

    /// Forgets the prefix that the server gave the title of a page with
    /// errors: `Erreur : {title}`.
    pub(crate) fn strip_title(&mut self, template: &str) {
        let prefix = template.split('{').next().unwrap_or_default();
        if let Some(title) = self.title.strip_prefix(prefix) {
            self.title = title.to_owned();
        }
    }

    /// Returns what the controls hold, as it would be posted.
    pub(crate) fn typed(&self, asked: &Requirements) -> Result<Form, JsValue> {
        let data = FormData::new_with_form(&self.form)?;
        let text = |name: &str| data.get(name).as_string().unwrap_or_default();
        let mut answers = TextMap::default();
        for question in &asked.questions {
            answers.set(&question.id, Some(text(&question.id)));
        }
        Ok(Form {
            name: text("name"),
            email: text("email"),
            phone: text("phone"),
            subject: text("subject"),
            message: text("message"),
            answers,
            consent: text("consent"),
            ..Form::default()
        })
    }

    /// Returns the file chosen for the document `id`. An empty control gives a
    /// file without a name.
    pub(crate) fn file(&self, id: &str) -> Option<File> {
        let data = FormData::new_with_form(&self.form).ok()?;
        let value = data.get(id);
        let file: Option<File> = value.is_object().then(|| value.unchecked_into());
        file.filter(|file| !file.name().is_empty())
    }

    /// Takes the file for the document `id` back.
    pub(crate) fn remove_file(&self, id: &str) {
        if let Some(control) = self.element(id) {
            control.unchecked_into::<HtmlInputElement>().set_value("");
        }
    }

    /// Puts what was typed before into the controls that are empty: browsers
    /// restore some of it themselves.
    pub(crate) fn restore(&self, draft: &Draft) {
        for (name, text) in draft.fields() {
            let chosen = format!("[name=\"{name}\"][type=radio]");
            let radio = self.form.query_selector(&format!("{chosen}[value=\"{text}\"]"));
            if let Ok(Some(radio)) = radio {
                if matches!(self.form.query_selector(&format!("{chosen}:checked")), Ok(None)) {
                    radio.unchecked_into::<HtmlInputElement>().set_checked(true);
                }
            } else if let Some(control) = self.element(name) {
                // A text area has a value too.
                let control = control.unchecked_into::<HtmlInputElement>();
                if control.value().is_empty() {
                    control.set_value(text);
                }
            }
        }
    }

    /// Empties every control that a candidate sees.
    pub(crate) fn empty(&self) {
        let controls = "input:not([type=hidden]), textarea";
        let Ok(controls) = self.form.query_selector_all(controls) else { return };
        for control in (0..controls.length()).filter_map(|index| controls.get(index)) {
            let control = control.unchecked_into::<HtmlInputElement>();
            match control.type_().as_str() {
                "radio" | "checkbox" => control.set_checked(false),
                _ => control.set_value(""),
            }
        }
    }

    /// Returns when the server first had this form before it, as the signed
    /// arrival in the form says, if there is one.
    pub(crate) fn arrived_at(&self) -> Option<Timestamp> {
        let sealed = self.form.query_selector("#arrival").ok()??.get_attribute("value")?;
        sealed.split_once('.')?.0.parse().ok().map(Timestamp)
    }

    /// Shows `view`. Returns whether the progress of sending has just appeared.
    pub(crate) fn show(&self, view: &View, page: &Page) -> bool {
        for field in page.fields() {
            self.show_error(field, view.errors.get(field));
        }
        for document in &page.requirements.documents {
            if let Some(status) = view.statuses.get(&document.id) {
                self.show_status(&document.id, status);
            }
        }
        self.show_question(view.question.as_ref());
        self.show_text("mail-size", view.meter.as_deref());
        if let Some(countdown) = &view.countdown {
            let live = if countdown.announced { "polite" } else { "off" };
            self.set("countdown", "aria-live", live);
            self.show_text("countdown", Some(&countdown.text));
        }
        let (summary, number) = view.summary;
        if self.summary.replace(number) != number {
            self.show_summary(summary, page);
        }
        for (field, text) in view.counters.iter() {
            self.show_text(&format!("{field}-count"), Some(text).filter(|text| !text.is_empty()));
        }
        self.show_over(view.over);
        self.show_review(view.review.as_ref());
        if let Some(id) = view.opened {
            self.set(id, "open", "");
        }
        if let Some(place) = self.element("announcer") {
            write(&place, Some(view.spoken));
        }
        // Not `disabled`: the button keeps its focus and can be found.
        let inert = view.busy || view.over;
        self.set("submit", "aria-disabled", if inert { "true" } else { "false" });
        self.window.set_onbeforeunload(view.guarded.then_some(&self.guard));
        self.show_upload(view.upload.as_ref())
    }

    /// Shows everything that will be sent, or hides it. The page has a place for
    /// each field, with its label.
    fn show_review(&self, review: Option<&TextMap>) {
        let Some(place) = self.element("look") else { return };
        place.set_hidden(review.is_none());
        for (field, text) in review.into_iter().flat_map(TextMap::iter) {
            if let Some(value) = self.element(&format!("look-{field}")) {
                write(&value, Some(text));
                if let Some(row) = value.parent_element() {
                    row.unchecked_into::<HtmlElement>().set_hidden(text.is_empty());
                }
            }
        }
    }

    /// Shows that the deadline has passed, wherever the form says so.
    fn show_over(&self, over: bool) {
        if let Ok(places) = self.form.query_selector_all(".over") {
            for place in (0..places.length()).filter_map(|index| places.get(index)) {
                place.unchecked_into::<HtmlElement>().set_hidden(!over);
            }
        }
    }

    /// Puts `text` into the control `id`, as if it had been typed.
    pub(crate) fn type_into(&self, id: &str, text: &str) {
        if let Some(element) = self.element(id) {
            element.unchecked_into::<HtmlInputElement>().set_value(text);
        }
    }

    fn show_question(&self, question: Option<&Question>) {
        if let Some(element) = self.element("email-question") {
            element.set_hidden(question.is_none());
        }
        self.show_text("email-question-text", question.map(|question| &*question.text));
        self.show_text("email-suggestion", question.and_then(|asked| asked.suggestion.as_deref()));
    }

    /// Shows `text` in the element `id`, or hides it.
    pub(crate) fn show_text(&self, id: &str, text: Option<&str>) {
        if let Some(element) = self.element(id) {
            write(&element, text);
            element.set_hidden(text.is_none());
        }
    }

    /// Shows or hides the element `id`.
    pub(crate) fn set_hidden(&self, id: &str, hidden: bool) {
        if let Some(element) = self.element(id) {
            element.set_hidden(hidden);
        }
    }

    /// Moves the focus to the element `id`, with its label in sight.
    pub(crate) fn focus(&self, id: &str) {
        if let Some(element) = self.element(id) {
            let _ = element.focus();
            let place = element.closest("[data-field]").ok().flatten();
            place.unwrap_or_else(|| element.unchecked_into()).scroll_into_view();
        }
    }

    /// Returns the element `id`. The page's own templates have it; another page
    /// may lack it.
    pub(crate) fn element(&self, id: &str) -> Option<HtmlElement> {
        let element = self.document.get_element_by_id(id);
        if element.is_none() {
            log_error(&format!("the page has no #{id}").into());
        }
        element.map(JsCast::unchecked_into)
    }

    /// Sets an attribute of the element `id`.
    pub(crate) fn set(&self, id: &str, name: &str, value: &str) {
        if let Some(element) = self.element(id) {
            set(&element, name, value);
        }
    }

    /// Shows each line of `status` as an element of its own.
    fn show_status(&self, document: &str, status: &str) {
        let Some(element) = self.element(&format!("{document}-status")) else { return };
        element.set_hidden(status.is_empty());
        if let Some(remove) = self.element(&format!("{document}-remove")) {
            remove.set_hidden(status.is_empty());
        }
        if element.text_content().as_deref() != Some(status) {
            element.set_text_content(None);
            for line in status.split_inclusive('\n') {
                if let Some(place) = self.add_element(&element, "span") {
                    place.set_text_content(Some(line));
                }
            }
        }
    }

    fn show_error(&self, field: &str, text: Option<&str>) {
        let id = format!("{field}-error");
        let Some(error) = self.element(&id) else { return };
        if let Ok(Some(place)) = error.query_selector(".error-text") {
            write(&place, text);
        }
        error.set_hidden(text.is_none());
        let control = format!("[aria-describedby~={id}]");
        if let Ok(Some(control)) = self.form.query_selector(&control) {
            match text {
                Some(_) => set(&control, "aria-invalid", "true"),
                None => drop(control.remove_attribute("aria-invalid")),
            }
        }
    }

    fn show_summary(&self, summary: &Summary, page: &Page) {
        let Some(element) = self.element("error-summary") else { return };
        let Summary::Shown { title, items } = summary else {
            self.document.set_title(&self.title);
            return element.set_hidden(true);
        };
        let template = page.words.get("form_title_error").unwrap_or("{title}");
        self.document.set_title(&locales::fill(template, &[("title", &self.title)]));
        self.show_text("error-summary-title", Some(title));
        // Files stay chosen now; the server's page could not keep them.
        if let Some(note) = self.document.get_element_by_id("error-summary-note") {
            note.unchecked_into::<HtmlElement>().set_hidden(true);
        }
        if let Some(list) = self.element("error-summary-list") {
            list.set_text_content(None);
            for item in items {
                self.add(&list, item);
            }
        }
        element.set_hidden(false);
    }

    fn add(&self, list: &Element, item: &Item) {
        let mut place = self.add_element(list, "li");
        if let Some(href) = &item.href {
            place = place.and_then(|line| self.add_element(&line, "a"));
            if let Some(anchor) = &place {
                set(anchor, "href", href);
            }
        }
        if let Some(place) = place {
            place.set_text_content(Some(&item.text));
        }
    }

    fn add_element(&self, parent: &Element, name: &str) -> Option<Element> {
        let element = self.document.create_element(name).ok()?;
        parent.append_child(&element).ok()?;
        Some(element)
    }

    fn show_upload(&self, upload: Option<&Upload>) -> bool {
        let Some(element) = self.element("upload") else { return false };
        let appears = element.hidden() && upload.is_some();
        element.set_hidden(upload.is_none());
        let Some(Upload { seen, spoken, percent, can_stop }) = upload else { return false };
        for (id, is_shown) in [("upload-bar", percent.is_some()), ("upload-cancel", *can_stop)] {
            if let Some(element) = self.element(id) {
                element.set_hidden(!is_shown);
            }
        }
        self.set("upload-bar", "value", &percent.unwrap_or(0).to_string());
        // Two texts: the one that is seen moves, the other by quarters.
        if self.document.get_element_by_id("upload-seen").is_none()
            && let Some(place) = self.element("upload-text")
        {
            for (id, name, value) in [
                ("upload-seen", "aria-hidden", "true"),
                ("upload-spoken", "class", "visually-hidden"),
            ] {
                if let Some(span) = self.add_element(&place, "span") {
                    set(&span, "id", id);
                    set(&span, name, value);
                }
            }
        }
        for (id, text) in [("upload-seen", seen), ("upload-spoken", spoken)] {
            if let Some(place) = self.element(id) {
                write(&place, Some(text));
            }
        }
        appears
    }
}

/// Writes `text` unless it is there already: a live region would tell it
/// again.
fn write(element: &Element, text: Option<&str>) {
    if element.text_content().as_deref() != Some(text.unwrap_or_default()) {
        element.set_text_content(text);
    }
}

fn set(element: &Element, name: &str, value: &str) {
    if let Err(error) = element.set_attribute(name, value) {
        log_error(&error);
    }
}

/// Asks before an upload is broken off.
fn stay(event: JsValue) {
    let event: BeforeUnloadEvent = event.unchecked_into();
    event.prevent_default();
    // Chrome before 119 asks only so.
    event.set_return_value("");
}
