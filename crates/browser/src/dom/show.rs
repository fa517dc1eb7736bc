//! Shows a view of the form on the page.

use rules::TextMap;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

use super::{Dom, set, write};
use crate::page::Page;
use crate::view::{Item, Question, Summary, Upload, View};

impl Dom {
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
        self.freeze(view.upload.as_ref().is_some_and(|upload| upload.percent.is_some()));
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

    /// Keeps the fields from being changed while the form is on its way: what was changed would
    /// not arrive with it.
    fn freeze(&self, frozen: bool) {
        let Ok(parts) = self.form.query_selector_all(":scope>:not(#submit,#upload)") else {
            return;
        };
        for part in (0..parts.length()).filter_map(|index| parts.get(index)) {
            let part: HtmlElement = part.unchecked_into();
            let _ = part.toggle_attribute_with_force("inert", frozen);
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

    fn show_question(&self, question: Option<&Question>) {
        if let Some(element) = self.element("email-question") {
            element.set_hidden(question.is_none());
        }
        self.show_text("email-question-text", question.map(|question| &*question.text));
        self.show_text("email-suggestion", question.and_then(|asked| asked.suggestion.as_deref()));
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
