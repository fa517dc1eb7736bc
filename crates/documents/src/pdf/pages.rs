//! Counts the pages of a document.

use super::{
    document::{Document, Marks},
    value::{Array, Dict, Value},
};
use crate::Limits;

/// The pages of a document (ISO 32000-2, 7.7.3).
pub(super) struct Pages {
    /// How many readers say there are: they believe the tree's root, as long as it makes sense.
    pub(super) told: Option<u32>,
    /// How many can be found.
    pub(super) found: u32,
}

impl Pages {
    pub(super) fn of(document: &Document, limits: &Limits) -> Self {
        let root = catalogue(document).map_or(Value::Other, |catalogue| catalogue.get(b"Pages"));
        let Value::Dict(node) = document.resolve(root) else {
            return Self { told: None, found: 0 };
        };
        let found = found(document, root, node);
        let told = match document.get(node, b"Count") {
            Value::Integer(count @ 1..) => u32::try_from(count).ok(),
            _ => None,
        };
        let sensible = told.filter(|count| *count as usize <= limits.pdf_objects);
        Self { told: sensible.or((found > 0).then_some(found)), found }
    }
}

/// Counts the leaves. Each inner node counts once, so that a tree that leads into itself ends.
fn found(document: &Document, root: Value, node: Dict) -> u32 {
    let mut pages = 0_u32;
    let mut seen = document.no_marks();
    is_new(document, &mut seen, root);
    let mut open: Vec<Array> = match kids(document, node) {
        Some(kids) => vec![kids],
        None => return u32::from(node.is(b"Type", b"Page")),
    };
    while let Some(kids_of_one) = open.pop() {
        for kid in kids_of_one.values() {
            let Value::Dict(node) = document.resolve(kid) else { continue };
            if !document.budget().spend(node.0.len()) {
                return pages;
            }
            match kids(document, node) {
                None => pages = pages.saturating_add(1),
                Some(more) if is_new(document, &mut seen, kid) => open.push(more),
                Some(_) => {}
            }
        }
    }
    pages
}

/// Returns the document's root, or, where the trailer does not lead to it, what looks like it.
pub(super) fn catalogue<'s>(document: &'s Document) -> Option<Dict<'s>> {
    let has_pages = |dict: &Dict| matches!(document.get(*dict, b"Pages"), Value::Dict(_));
    let root = document.dict(document.trailer, b"Root").filter(has_pages);
    root.or_else(|| {
        let dicts = document.objects().filter_map(|object| match object.value {
            Value::Dict(dict) if dict.is(b"Type", b"Catalog") => Some(dict),
            _ => None,
        });
        dicts.filter(has_pages).last()
    })
}

fn kids<'s>(document: &'s Document, node: Dict<'s>) -> Option<Array<'s>> {
    match document.get(node, b"Kids") {
        Value::Array(kids) if !node.is(b"Type", b"Page") => Some(kids),
        _ => None,
    }
}

/// Returns whether an inner node has not been met. One without a number stands in its parent, and
/// there only.
fn is_new(document: &Document, seen: &mut Marks, node: Value) -> bool {
    match node {
        Value::Reference(number) => document.mark(seen, number),
        _ => true,
    }
}
