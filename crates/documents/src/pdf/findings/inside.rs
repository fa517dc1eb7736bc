//! Looks into streams: pictures, packed layers, and files inside the file.

use alloc::vec::Vec;

use super::{Search, action::MOST_STEPS};
use crate::{
    Active, Damage, Encryption, Kind,
    bytes::find,
    exif, office,
    pdf::{
        document::Document,
        filters,
        indirect::Indirect,
        value::{Dict, Value},
    },
    picture, rtf, signature, word,
};

/// Filters by which much can come out of little.
const PACKING: [&[u8]; 6] =
    [b"FlateDecode", b"Fl", b"LZWDecode", b"LZW", b"RunLengthDecode", b"RL"];

impl<'s> Search<'s> {
    /// Looks into a stream.
    pub(super) fn look_inside(&mut self, object: &Indirect<'s>, dict: Dict<'s>) {
        let document = self.document;
        document.budget().spend(dict.0.len());
        let keys = Keys::of(dict);
        if keys.elsewhere {
            self.fetch(dict, object, MOST_STEPS);
        }
        if dict.is(b"Subtype", b"Image") {
            self.look_at_picture(object, dict);
        } else if dict.is(b"Type", b"Metadata") {
            let noted = document.data(object).unwrap_or_default();
            self.found.has_location |= find(&noted, b"exif:GPSLatitude").is_some();
        } else if keys.is_file(document, object) {
            self.found.active.push(Active::EmbeddedFile);
            self.look_into_file(object);
        } else if keys.filter && layers(document, dict) > 1 {
            // More may come out than any reader has room for: `data` ends all reading then.
            document.data(object);
        }
    }

    fn look_at_picture(&mut self, object: &Indirect<'s>, dict: Dict<'s>) {
        let document = self.document;
        let side = |key: &[u8], short: &[u8]| {
            let both = dict.each(key).chain(dict.each(short));
            let sides = both.flat_map(|value| document.readings(value, object));
            let sides = sides.filter_map(|side| match side.value {
                Value::Integer(side) => u64::try_from(side).ok(),
                _ => None,
            });
            sides.max().unwrap_or(0)
        };
        let declared = side(b"Width", b"W").saturating_mul(side(b"Height", b"H"));
        let has_only = |known: &[&[u8]]| match *filters::names(dict, &|value| value).as_slice() {
            [Value::Name(filter)] => filter.among(known).is_some(),
            _ => false,
        };
        let is_photograph = has_only(&[b"DCTDecode", b"DCT"]);
        let is_measured = is_photograph || has_only(&[b"JPXDecode", b"JBIG2Decode"]);
        let head = is_measured.then(|| document.beginning(object, exif::HEAD_BYTES)).flatten();
        let head = head.unwrap_or_default();
        self.found.has_location |= is_photograph && exif::has_location(&head);
        if declared.max(picture::pixels(&head)) > self.limits.picture_pixels {
            self.found.damage.get_or_insert(Damage::TooComplex);
        }
        if layers(document, dict) > 1 {
            document.data(object);
        }
    }

    /// Looks into a file inside, by its own bytes.
    pub(super) fn look_into_file(&mut self, object: &Indirect) {
        let document = self.document;
        let Some(start) = object.stream.filter(|start| !self.files.contains(start)) else { return };
        if self.files.len() >= self.limits.files_inside {
            document.budget().give_up();
            return;
        }
        self.files.push(start);
        let Some(content) = document.data(object) else { return };
        let report = match signature::leading(&content) {
            Some(Kind::Executable | Kind::Docm) => {
                self.found.active.push(Active::Program);
                return;
            }
            Some(Kind::Archive) if !content.starts_with(b"\x1F\x8B") => {
                // Nobody here can say whether a program is in it, or a lock on it.
                self.found.active.push(Active::Program);
                return;
            }
            Some(Kind::Zip) => office::inspect_inside(&content, &mut self.unpacker),
            Some(Kind::Doc) => word::inspect(&content, self.limits),
            Some(Kind::Rtf) => rtf::inspect(&content),
            _ => return,
        };
        document.budget().spend(content.len());
        let has_macros = report.kind == Kind::Docm || report.active.contains(&Active::Macros);
        if has_macros || report.encryption != Encryption::None {
            self.found.active.push(Active::Program);
        }
        self.found.active.extend(report.active);
        // What is damaged has not been looked through.
        self.found.damage = self.found.damage.or(report.damage);
    }
}

/// The keys of a stream that decide what it is.
#[derive(Default)]
struct Keys<'a> {
    types: Vec<Value<'a>>,
    elsewhere: bool,
    parameters: bool,
    filter: bool,
}

impl<'a> Keys<'a> {
    fn of(dict: Dict<'a>) -> Self {
        let mut keys = Self::default();
        for (name, value) in dict.entries() {
            match name.among(&[b"Type", b"F", b"Params", b"Filter"]) {
                Some(0) => keys.types.push(value),
                Some(1) => keys.elsewhere = true,
                Some(2) => keys.parameters = true,
                Some(_) => keys.filter = true,
                None => {}
            }
        }
        keys
    }

    /// Returns whether a stream is a file inside: it says so, or its first bytes are those of an
    /// archive.
    fn is_file(&self, document: &'a Document, object: &Indirect<'a>) -> bool {
        let mut types = self.types.iter().flat_map(|value| document.readings(*value, object));
        let is_archive = || {
            !self.filter
                && document.beginning(object, 4).is_some_and(|head| *head == *b"PK\x03\x04")
        };
        types.any(|name| matches!(name.value, Value::Name(name) if name.is(b"EmbeddedFile")))
            || self.parameters
            || is_archive()
    }
}

/// Returns how many filters of a stream unpack.
fn layers(document: &Document, dict: Dict) -> usize {
    let names = filters::names(dict, &|value| document.resolve(value));
    let is_packing = |name: &&Value| match name {
        Value::Name(name) => PACKING.iter().any(|packing| name.is(packing)),
        _ => false,
    };
    names.iter().filter(is_packing).count()
}
