use super::{
    document::Document,
    pages,
    security::Lock,
    value::{Dict, Value},
};
use crate::{Limits, authors::Authors, bytes::find};

/// Who wrote a document, by its information dictionary (ISO 32000-2, 14.3.3) and its metadata
/// stream (14.3.2).
pub(super) fn of(document: &Document, limits: &Limits) -> Vec<String> {
    let mut authors = Authors::default();
    if let Some(name) = informed(document) {
        authors.add(&name);
    }
    let metadata = pages::catalogue(document).and_then(|root| metadata(document, root, limits));
    for name in creators(&metadata.unwrap_or_default()) {
        authors.add(&text(name));
    }
    authors.into_names()
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
    Some(text(&bytes))
}

fn metadata(document: &Document, root: Dict, limits: &Limits) -> Option<Vec<u8>> {
    let Value::Reference(number) = root.get(b"Metadata") else { return None };
    document.data(&document.object(number)?, limits.unpacked_bytes)
}

/// The items of `dc:creator` in a packet of XMP.
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

/// A text string (7.9.2.2): UTF-16 or UTF-8 behind a mark; otherwise nearly Latin-1.
fn text(bytes: &[u8]) -> String {
    match bytes {
        [0xFE, 0xFF, units @ ..] => utf16(units, u16::from_be_bytes),
        [0xFF, 0xFE, units @ ..] => utf16(units, u16::from_le_bytes),
        [0xEF, 0xBB, 0xBF, text @ ..] => utf8(text),
        _ => utf8(bytes),
    }
}

/// Writers of Latin-1 and writers who forget the mark of UTF-8 are told apart by what they write.
fn utf8(bytes: &[u8]) -> String {
    let latin = || bytes.iter().copied().map(char::from).collect();
    std::str::from_utf8(bytes).map_or_else(|_| latin(), str::to_owned)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|bytes| unit(*bytes));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
