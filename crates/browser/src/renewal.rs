//! Takes up the form of a posting that has changed while the page was open:
//! what was typed and chosen moves into the new form.

use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, HtmlFormElement};

use crate::dom::Dom;

/// Puts the form of `newer`, the same page asked for again, in the place of
/// the one in `dom`. Nothing, and nothing changed, where it has no form.
pub(crate) fn take_up(dom: &Dom, newer: &Document) -> Option<()> {
    let theirs = newer.get_element_by_id("application")?;
    let data = newer.get_element_by_id("guichet")?.text_content()?;
    let fresh: Element = imported(&dom.document, &theirs)?;
    let controls = dom.form.query_selector_all("[data-field] :is(input, textarea)").ok()?;
    for index in 0..controls.length() {
        if let Some(control) = controls.get(index) {
            keep(&fresh, &control.unchecked_into());
        }
    }
    // When it first arrived, if it did, counts as before.
    if let (Some(before), Ok(Some(arrival))) =
        (dom.document.get_element_by_id("arrival"), fresh.query_selector("#arrival"))
    {
        let _ = arrival.replace_with_with_node_1(&before);
    }
    refill(&dom.form, &fresh);
    dom.document.get_element_by_id("guichet")?.set_text_content(Some(&data));
    if let (Ok(Some(old)), Ok(Some(new))) =
        (dom.document.query_selector(".needs"), newer.query_selector(".needs"))
        && let Some(new) = imported(&dom.document, &new)
    {
        let _ = old.replace_with_with_node_1(&new);
    }
    Some(())
}

fn imported(document: &Document, element: &Element) -> Option<Element> {
    document.import_node_with_deep(element, true).ok().map(JsCast::unchecked_into)
}

/// Moves a control with what it holds into the place that the new form has for
/// it, if it has one of the same kind.
fn keep(fresh: &Element, control: &Element) {
    let Ok(Some(place)) = fresh.query_selector(&format!("[id=\"{}\"]", control.id())) else {
        return;
    };
    if place.tag_name() != control.tag_name()
        || place.get_attribute("type") != control.get_attribute("type")
    {
        return;
    }
    let _ = control.remove_attribute("aria-invalid");
    if let Some(accept) = place.get_attribute("accept") {
        let _ = control.set_attribute("accept", &accept);
    }
    let _ = place.replace_with_with_node_1(control);
}

/// Gives `form` the content of `fresh`. The element itself stays: the page
/// listens to it.
fn refill(form: &HtmlFormElement, fresh: &Element) {
    form.set_inner_html("");
    while let Some(child) = fresh.first_child() {
        if form.append_child(&child).is_err() {
            return;
        }
    }
}
