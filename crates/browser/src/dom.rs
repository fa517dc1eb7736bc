//! The page: reads its controls and shows a [`View`] in it. Nothing is
//! decided here.
//!
//! What the page shows is remembered in the page only: a text is written
//! where it differs from what is there, so that a screen reader hears of
//! changes and of nothing else.

mod show;

use std::cell::Cell;

use js_sys::JSON;
use rules::{Form, Requirements, TextMap, Timestamp};
use wasm_bindgen::prelude::*;
use web_sys::{BeforeUnloadEvent, Document, Element, File, FormData};
use web_sys::{HtmlElement, HtmlFormElement, HtmlInputElement, Window};

use crate::draft::Draft;
use crate::event::{function, log_error};
use crate::page::Page;

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
            mails: text("mails"),
            shared: text("shared"),
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
                // One of the mails is always chosen.
                let is_open = self.form.query_selector(&format!("{chosen}:checked"));
                if name == "mails" || matches!(is_open, Ok(None)) {
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
                "radio" if control.name() == "mails" => {
                    control.set_checked(control.default_checked());
                }
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

    /// Puts `text` into the control `id`, as if it had been typed.
    pub(crate) fn type_into(&self, id: &str, text: &str) {
        if let Some(element) = self.element(id) {
            element.unchecked_into::<HtmlInputElement>().set_value(text);
        }
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
