//! Looks into streams: pictures, packed layers, and files inside the file.

use super::Search;
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
        self.judge_data_elsewhere(dict, object);
        if dict.is(b"Subtype", b"Image") {
            self.look_at_picture(object, dict);
        } else if dict.is(b"Type", b"Metadata") {
            let noted = document.data(object).unwrap_or_default();
            self.found.has_location |= find(&noted, b"exif:GPSLatitude").is_some();
        } else if is_file(document, object, dict) {
            self.found.active.push(Active::EmbeddedFile);
            self.look_into_file(object);
        } else if layers(document, dict) > 1 {
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
        let is_photograph = match *filters::names(dict, &|value| value).as_slice() {
            [Value::Name(filter)] => filter.is(b"DCTDecode") || filter.is(b"DCT"),
            _ => false,
        };
        let head = is_photograph.then(|| document.beginning(object, exif::HEAD_BYTES)).flatten();
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
            self.found.damage.get_or_insert(Damage::TooComplex);
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

/// Whether a stream is a file inside: it says so, or its first bytes are those of an archive.
fn is_file(document: &Document, object: &Indirect, dict: Dict) -> bool {
    let types = dict.each(b"Type").flat_map(|value| document.readings(value, object));
    let mut names = types.filter(
        |name| matches!(name.value, Value::Name(name) if name.is(b"EmbeddedFile") || name.is(b"F")),
    );
    let is_archive = || {
        let head = document.beginning(object, 4).unwrap_or_default();
        filters::names(dict, &|value| value).is_empty() && *head == *b"PK\x03\x04"
    };
    names.next().is_some() || dict.each(b"Params").next().is_some() || is_archive()
}

/// How many filters of a stream unpack.
fn layers(document: &Document, dict: Dict) -> usize {
    let names = filters::names(dict, &|value| document.resolve(value));
    let is_packing = |name: &&Value| match name {
        Value::Name(name) => PACKING.iter().any(|packing| name.is(packing)),
        _ => false,
    };
    names.iter().filter(is_packing).count()
}
