//! Finds who wrote a document, by its information dictionary and its metadata.

use std::borrow::Cow;

use super::{
    document::Document,
    pages,
    security::Lock,
    value::{Dict, Value},
};
use crate::{
    bytes::find,
    encoding,
    names::{AUTHORS, Names},
    xml,
};

/// Who wrote a document, by its information dictionary (ISO 32000-2, 14.3.3) and its metadata
/// stream (14.3.2).
pub(super) fn of(document: &Document) -> Vec<String> {
    let mut authors = Names::at_most(AUTHORS);
    if let Some(name) = informed(document) {
        authors.add(&name);
    }
    let metadata = pages::catalogue(document).and_then(|root| metadata(document, root));
    for name in creators(&metadata.unwrap_or_default()) {
        authors.add(&xml::unescaped(name));
    }
    authors.into_vec()
}

fn informed(document: &Document) -> Option<String> {
    let Value::Reference(number) = document.trailer.get(b"Info") else { return None };
    let object = document.object(number)?;
    let Value::Dict(information) = object.value else { return None };
    let Value::Text(author) = document.get(information, b"Author") else { return None };
    let bytes = match &document.lock {
        Lock::Open(key) if object.is_in_file => key.decipher_string(&object, &author.bytes()),
        _ => author.bytes(),
    };
    Some(encoding::marked(&bytes))
}

fn metadata<'a>(document: &Document<'a>, root: Dict) -> Option<Cow<'a, [u8]>> {
    let Value::Reference(number) = root.get(b"Metadata") else { return None };
    document.data(&document.object(number)?)
}

/// Returns the items of `dc:creator` in a packet of XMP.
fn creators(packet: &[u8]) -> Vec<&[u8]> {
    let start = find(packet, b"<dc:creator").unwrap_or(packet.len());
    let mut rest = packet.get(start..).unwrap_or_default();
    rest = rest.get(..find(rest, b"</dc:creator").unwrap_or(0)).unwrap_or_default();
    let mut names = Vec::new();
    while let Some(item) = find(rest, b"<rdf:li") {
        rest = rest.get(item + 7..).unwrap_or_default();
        let mut parts = rest.splitn(3, |byte| matches!(byte, b'<' | b'>'));
        names.extend(parts.nth(1));
    }
    names
}
