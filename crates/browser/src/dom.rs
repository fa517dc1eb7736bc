//! The page: reads its controls and shows a [`View`] in it. Nothing is
//! decided here.

use js_sys::JSON;
use rules::{Form, Requirements};
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, File, FormData, HtmlElement, HtmlFormElement, Window};

use crate::page::Page;
use crate::value::member;
use crate::view::{Item, Summary, Texts, Upload, View};

/// The page with the form.
pub(crate) struct Dom {
    pub(crate) window: Window,
    pub(crate) document: Document,
    pub(crate) form: HtmlFormElement,
    /// What the page said when the server made it, for pages without errors.
    title: String,
    /// What the page shows.
    shown: View,
    guard: JsValue,
}

impl Dom {
    /// The page around the form, if there is one.
    pub(crate) fn of_window() -> Option<Self> {
        let window = web_sys::window()?;
        let document = window.document()?;
        let form = document.get_element_by_id("application")?.dyn_into().ok()?;
        let title = document.title();
        let guard = Closure::<dyn Fn(web_sys::BeforeUnloadEvent)>::new(stay).into_js_value();
        Some(Self { window, document, form, title, shown: View::default(), guard })
    }

    /// What the page tells its script.
    pub(crate) fn page(&self) -> Result<Page, JsValue> {
        let text = self.element("guichet")?.text_content().unwrap_or_default();
        let data = JSON::parse(&text)?;
        Ok(Page {
            requirements: member(&data, "requirements")?,
            zone: member(&data, "zone")?,
            now: member(&data, "now")?,
            words: member(&data, "words")?,
        })
    }

    /// Takes stock of the errors that the server has put beside the fields.
    pub(crate) fn served_errors(&mut self) -> Texts {
        let mut errors = Texts::default();
        if let Ok(shown) = self.form.query_selector_all("p.error:not([hidden])") {
            for index in 0..shown.length() {
                let Some(error) = shown.item(index).map(JsCast::unchecked_into::<Element>) else {
                    continue;
                };
                if let Some(field) = error.id().strip_suffix("-error") {
                    let text = error.text_content().unwrap_or_default();
                    errors.set(field, Some(text.trim().to_owned()));
                }
            }
        }
        self.shown.errors = errors.clone();
        errors
    }

    /// Without the prefix that the server gave the title of a page with
    /// errors: `Erreur : {title}`.
    pub(crate) fn strip_title(&mut self, template: &str) {
        let prefix = template.split('{').next().unwrap_or_default();
        if let Some(title) = self.title.strip_prefix(prefix) {
            self.title = title.to_owned();
        }
    }

    /// What the controls hold, as it would be posted.
    pub(crate) fn typed(&self, asked: &Requirements) -> Result<Form, JsValue> {
        let data = FormData::new_with_form(&self.form)?;
        let text = |name: &str| data.get(name).as_string().unwrap_or_default();
        let mut answers = std::collections::BTreeMap::new();
        for question in &asked.questions {
            answers.insert(question.id.clone(), text(&question.id));
        }
        Ok(Form {
            name: text("name"),
            email: text("email"),
            phone: text("phone"),
            subject: text("subject"),
            message: text("message"),
            answers,
            consent: text("consent"),
            documents: Vec::new(),
        })
    }

    /// The file chosen for the document `id`. An empty control gives a file
    /// without a name.
    pub(crate) fn file(&self, id: &str) -> Option<File> {
        let data = FormData::new_with_form(&self.form).ok()?;
        data.get(id).dyn_into::<File>().ok().filter(|file| !file.name().is_empty())
    }

    /// Shows `view`, touching only what differs from what is shown.
    pub(crate) fn show(&mut self, view: View, title_error: &str) -> Result<(), JsValue> {
        let shown = std::mem::replace(&mut self.shown, view);
        let view = &self.shown;
        for (field, text) in shown.errors.changes(&view.errors) {
            self.show_error(field, text)?;
        }
        for (id, text) in shown.statuses.changes(&view.statuses) {
            self.show_text(&format!("{id}-status"), text)?;
        }
        if shown.meter != view.meter {
            self.show_text("mail-size", view.meter.as_deref())?;
        }
        if shown.countdown != view.countdown {
            let announced = view.countdown.as_ref().is_some_and(|countdown| countdown.announced);
            let live = if announced { "polite" } else { "off" };
            self.element("countdown")?.set_attribute("aria-live", live)?;
            self.show_text("countdown", view.countdown.as_ref().map(|c| c.text.as_str()))?;
        }
        if shown.summary != view.summary {
            self.show_summary(&view.summary, title_error)?;
        }
        if shown.upload != view.upload {
            self.show_upload(view.upload.as_ref())?;
        }
        if shown.busy != view.busy {
            // Not `disabled`: the button keeps its focus and can be found.
            let submit = self.element("submit")?;
            submit.set_attribute("aria-disabled", if view.busy { "true" } else { "false" })?;
        }
        if shown.guarded != view.guarded {
            let guard = view.guarded.then(|| self.guard.unchecked_ref());
            self.window.set_onbeforeunload(guard);
        }
        Ok(())
    }

    /// Shows `text` in the element `id`, or hides it.
    pub(crate) fn show_text(&self, id: &str, text: Option<&str>) -> Result<(), JsValue> {
        let element = self.element(id)?;
        element.set_text_content(text);
        hide(&element, text.is_none())
    }

    /// Moves the focus to the element `id`, with its label in sight.
    pub(crate) fn focus(&self, id: &str) -> Result<(), JsValue> {
        let element = self.element(id)?;
        let place = element.closest("[data-field]")?.unwrap_or_else(|| element.clone());
        element.unchecked_ref::<HtmlElement>().focus()?;
        place.scroll_into_view();
        Ok(())
    }

    /// The element `id`. The page's own templates have it; an embedder's may
    /// lack it.
    pub(crate) fn element(&self, id: &str) -> Result<Element, JsValue> {
        self.document
            .get_element_by_id(id)
            .ok_or_else(|| JsValue::from_str(&format!("the page has no #{id}")))
    }

    fn show_error(&self, field: &str, text: Option<&str>) -> Result<(), JsValue> {
        // The subject, the token and the deadline have no place of their own:
        // what is wrong with them is told in the summary.
        let Some(error) = self.document.get_element_by_id(&format!("{field}-error")) else {
            return Ok(());
        };
        if let Some(place) = error.query_selector(".error-text")? {
            place.set_text_content(text);
        }
        hide(&error, text.is_none())?;
        let described = format!("[aria-describedby~=\"{field}-error\"]");
        match (self.form.query_selector(&described)?, text) {
            (Some(control), Some(_)) => control.set_attribute("aria-invalid", "true"),
            (Some(control), None) => control.remove_attribute("aria-invalid"),
            (None, _) => Ok(()),
        }
    }

    fn show_summary(&self, summary: &Summary, title_error: &str) -> Result<(), JsValue> {
        let element = self.element("error-summary")?;
        let Summary::Shown { title, items } = summary else {
            self.document.set_title(&self.title);
            return hide(&element, true);
        };
        self.document.set_title(&locales::fill(title_error, &[("title", &self.title)]));
        self.element("error-summary-title")?.set_text_content(Some(title));
        // Files stay chosen now; the server's page could not keep them.
        if let Some(note) = self.document.get_element_by_id("error-summary-note") {
            hide(&note, true)?;
        }
        let list = self.element("error-summary-list")?;
        list.set_text_content(None);
        for item in items {
            let line = self.summary_line(item)?;
            list.append_child(&line)?;
        }
        hide(&element, false)
    }

    fn summary_line(&self, item: &Item) -> Result<Element, JsValue> {
        let line = self.document.create_element("li")?;
        let Some(target) = &item.target else {
            line.set_text_content(Some(&item.text));
            return Ok(line);
        };
        let anchor = self.document.create_element("a")?;
        anchor.set_attribute("href", &format!("#{target}"))?;
        anchor.set_text_content(Some(&item.text));
        line.append_child(&anchor)?;
        Ok(line)
    }

    fn show_upload(&self, upload: Option<&Upload>) -> Result<(), JsValue> {
        hide(&self.element("upload")?, upload.is_none())?;
        let Some(Upload { seen, spoken, percent }) = upload else { return Ok(()) };
        let (bar, cancel) = (self.element("upload-bar")?, self.element("upload-cancel")?);
        hide(&bar, percent.is_none())?;
        hide(&cancel, percent.is_none())?;
        if let Some(percent) = percent {
            bar.set_attribute("value", &percent.to_string())?;
        }
        self.progress_text("aria-hidden", "true", seen)?;
        self.progress_text("class", "visually-hidden", spoken)
    }

    /// Sets one of the two texts of `#upload-text`: the one that is seen
    /// moves, the one that is spoken moves by quarters.
    fn progress_text(&self, attribute: &str, value: &str, text: &str) -> Result<(), JsValue> {
        let place = self.element("upload-text")?;
        let span = if let Some(span) = place.query_selector(&format!("[{attribute}]"))? {
            span
        } else {
            let span = self.document.create_element("span")?;
            span.set_attribute(attribute, value)?;
            place.append_child(&span)?;
            span
        };
        if span.text_content().as_deref() != Some(text) {
            span.set_text_content(Some(text));
        }
        Ok(())
    }
}

fn hide(element: &Element, hidden: bool) -> Result<(), JsValue> {
    element.toggle_attribute_with_force("hidden", hidden).map(drop)
}

fn stay(event: web_sys::BeforeUnloadEvent) {
    event.prevent_default();
    // Chrome before 119 asks only so.
    event.set_return_value("");
}
