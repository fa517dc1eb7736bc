//! Weighs what pages draw, with forms as often as they are drawn: each form may draw another a hundred
//! times.

use std::mem;
use std::rc::Rc;

use super::{JUDGING, Search, action::MOST_STEPS, content::hash, inside::unpacked_length};
use crate::{
    Damage,
    pdf::{
        document::{Document, ordered},
        indirect::Indirect,
        value::{Dict, Value},
    },
};

/// What the resources of one or more pages have to draw.
#[derive(Default)]
pub(super) struct Forms<'s> {
    /// Where the list stands, and how long it is.
    key: (usize, usize),
    /// By the hashes of their names, in order. The values are not resolved.
    named: Rc<[(u32, Indirect<'s>)]>,
}

impl<'s> Search<'s> {
    /// Reports a page that draws more than readers have time for.
    pub(super) fn weigh_pages(&mut self) {
        let document = self.document;
        self.places = ordered(mem::take(&mut self.places), (0, 0));
        for (_, page) in document.every() {
            let Value::Dict(dict) = page.value else { continue };
            let mut parts = Vec::new();
            for content in entries(document, dict, b"Contents", &page) {
                match content.value {
                    Value::Array(each) => {
                        let each = each.values().flat_map(|it| document.readings(it, &content));
                        parts.extend(each);
                    }
                    _ => parts.push(content),
                }
            }
            if parts.is_empty() {
                continue;
            }
            let resources = resources(document, dict, &page);
            let mut weight = 0_u64;
            for part in parts {
                weight = weight.saturating_add(self.weight(&part, &resources, MOST_STEPS));
            }
            if weight > self.limits.pdf_declared_bytes as u64 {
                self.found.damage.get_or_insert(Damage::TooComplex);
            }
            if document.budget().is_spent() {
                return;
            }
        }
    }

    /// Returns how many bytes are read to draw a stream of content.
    fn weight(&mut self, content: &Indirect<'s>, from: &[Indirect<'s>], steps: usize) -> u64 {
        let document = self.document;
        let Some(steps) = steps.checked_sub(1) else { return 0 };
        let Some(place) = self.place(content) else { return 0 };
        let Some(drawing) = self.drawings.get_mut(place) else { return 0 };
        if let Some(weight) = drawing.weight {
            return weight;
        }
        let draws = mem::take(&mut drawing.draws);
        let length =
            drawing.length.unwrap_or_else(|| unpacked_length(document, content, self.limits));
        let own = match content.value {
            Value::Dict(dict) => entries(document, dict, b"Resources", content),
            _ => Vec::new(),
        };
        let resources = if own.is_empty() { from } else { &own };
        document.budget().spend(JUDGING + draws.len());
        let mut weight = length as u64;
        if !draws.is_empty() {
            let named = self.named(resources);
            for (name, times) in &draws {
                let first = named.partition_point(|(other, _)| other < name);
                let same = named.iter().skip(first).take_while(|(other, _)| other == name);
                for form in same.flat_map(|(_, form)| document.readings(form.value, form)) {
                    if !document.budget().is_spent() {
                        let once = self.weight(&form, resources, steps);
                        weight = weight.saturating_add(once.saturating_mul((*times).into()));
                    }
                }
            }
        }
        if let Some(drawing) = self.drawings.get_mut(place) {
            drawing.draws = draws;
            drawing.length = Some(length);
            // What a form without resources of its own draws is another thing on another page.
            drawing.weight = (!own.is_empty()).then_some(weight);
        }
        weight
    }

    /// Returns the place of a stream among those that were looked into.
    fn place(&self, content: &Indirect) -> Option<usize> {
        let start = u32::try_from(content.stream?).ok()?;
        let found = self.places.binary_search_by_key(&start, |(start, _)| *start).ok()?;
        self.places.get(found).map(|(_, place)| *place as usize)
    }

    /// Returns what these resources have to draw. Pages that follow each other often share it.
    fn named(&mut self, resources: &[Indirect<'s>]) -> Rc<[(u32, Indirect<'s>)]> {
        let document = self.document;
        let mut named = Vec::new();
        let mut key = (0, 0);
        let mut lists = Vec::new();
        for found in resources {
            if let Value::Dict(dict) = found.value {
                lists.extend(entries(document, dict, b"XObject", found));
            }
        }
        for list in &lists {
            if let Value::Dict(dict) = list.value {
                key = (dict.0.as_ptr() as usize, key.1 + dict.0.len());
            }
        }
        if self.forms.key != key {
            document.budget().spend(key.1);
            for list in &lists {
                let Value::Dict(dict) = list.value else { continue };
                let each = dict.entries();
                named.extend(each.map(|(name, value)| (hash(name), Indirect { value, ..*list })));
            }
            let places = (0..).zip(&named).map(|(place, (name, _))| (*name, place)).collect();
            let sorted = ordered(places, (0, 0_u32));
            let sorted = sorted.iter().filter_map(|(_, place)| named.get(*place as usize).copied());
            self.forms = Forms { key, named: sorted.collect() };
        }
        Rc::clone(&self.forms.named)
    }
}

/// Returns all readings of what stands under a key.
fn entries<'s>(
    document: &'s Document<'s>,
    dict: Dict<'s>,
    key: &[u8],
    home: &Indirect<'s>,
) -> Vec<Indirect<'s>> {
    dict.each(key).flat_map(|value| document.readings(value, home)).collect()
}

/// Returns the resources of a page, or of a node above it, from which it has them.
fn resources<'s>(
    document: &'s Document<'s>,
    page: Dict<'s>,
    home: &Indirect<'s>,
) -> Vec<Indirect<'s>> {
    let (mut dict, mut home) = (page, *home);
    for _ in 0..MOST_STEPS {
        let own = entries(document, dict, b"Resources", &home);
        let above = entries(document, dict, b"Parent", &home).pop();
        let can_be_paid = document.budget().spend(dict.0.len());
        match above {
            Some(node) if own.is_empty() && can_be_paid => {
                let Value::Dict(above) = node.value else { return own };
                (dict, home) = (above, node);
            }
            _ => return own,
        }
    }
    Vec::new()
}
