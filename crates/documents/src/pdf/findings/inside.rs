//! Looks into streams: pictures, packed layers, and files inside the file.

use super::{Search, action::MOST_STEPS};
use crate::{
    Active, Damage, Kind, Report,
    bytes::find,
    exif, inflate, office,
    pdf::{
        self, Depth,
        document::Document,
        filters,
        indirect::Indirect,
        value::{Dict, Value},
    },
    picture, rtf, signature, word,
};

/// How many bytes can come out of one that is packed by Flate.
const MOST_DEFLATED: usize = 1_032;

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
        if is_named(&keys.subtypes, document, object, b"Image") {
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
        } else if keys.filter {
            self.weigh(object, dict);
        }
    }

    /// Notes a stream that is packed once and not read here, if much may come out of all of these.
    fn weigh(&mut self, object: &Indirect<'s>, dict: Dict<'s>) {
        let document = self.document;
        if document.length() < self.limits.pdf_declared_bytes / MOST_DEFLATED {
            return;
        }
        let names = filters::names(dict, &|value| document.resolve(value));
        let is_deflated = matches!(names.as_slice(), [Value::Name(name), ..] if name.is(b"FlateDecode") || name.is(b"Fl"));
        let Some(packed) = document.packed(object) else { return };
        if is_deflated {
            self.packed += packed.len();
            let left = self.limits.pdf_declared_bytes.saturating_sub(self.unpacked);
            self.unpacked += inflate::zlib_length(&packed, left);
        } else if packed.len() > document.budget().room() / MOST_DEFLATED {
            document.data(object);
        }
        // Streams that do not share their bytes are no longer than the file together.
        if self.unpacked >= self.limits.pdf_declared_bytes || self.packed > document.length() {
            document.budget().give_up();
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
        let declared = declared.max(self.fax_pixels(object, dict));
        let filters = filters::names(dict, &|value| document.resolve(value));
        let ends_with = |known: &[&[u8]]| match filters.as_slice() {
            [.., Value::Name(filter)] => filter.among(known).is_some(),
            _ => false,
        };
        let is_photograph = ends_with(&[b"DCTDecode", b"DCT"]);
        let is_measured = is_photograph || ends_with(&[b"JPXDecode", b"JBIG2Decode"]);
        let head = is_measured.then(|| document.beginning(object, exif::HEAD_BYTES)).flatten();
        let head = match head {
            // The picture's own file is packed once more.
            Some(packed) if filters.len() > 1 => {
                filters::head(dict, packed, document.budget(), &|value| document.resolve(value))
            }
            head => head,
        };
        let head = head.unwrap_or_default();
        self.found.has_location |= is_photograph && exif::has_location(&head);
        if declared.max(picture::pixels(&head)) > self.limits.picture_pixels {
            self.found.damage.get_or_insert(Damage::TooComplex);
        }
        if layers(document, dict) > 1 {
            document.data(object);
        }
    }

    /// Returns how many pixels a fax has by the parameters of its filter.
    fn fax_pixels(&self, object: &Indirect<'s>, dict: Dict<'s>) -> u64 {
        let parameters = dict.each(b"DecodeParms").chain(dict.each(b"DP"));
        let sides = parameters.flat_map(|value| self.document.readings(value, object));
        let pixels = sides.filter_map(|found| match found.value {
            Value::Dict(fax) => {
                Some((fax.integer(b"Columns")? as u64).saturating_mul(fax.integer(b"Rows")? as u64))
            }
            _ => None,
        });
        pixels.max().unwrap_or(0)
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
        let kind = signature::leading(&content);
        match kind {
            Some(Kind::Executable) => self.found.active.push(Active::Program),
            // Archives of other formats are not read here and may hold a program.
            Some(Kind::Archive) if !content.starts_with(b"\x1F\x8B") => {
                self.found.active.push(Active::Program);
            }
            _ => {}
        }
        if self.depth == Depth::Inside {
            return;
        }
        let inner = match kind {
            Some(Kind::Zip) => office::inspect_inside(&content, &mut self.unpacker),
            Some(Kind::Doc) => word::inspect(&content, self.limits),
            Some(Kind::Rtf) => rtf::inspect(&content),
            None if pdf::header(&content).is_some() => {
                pdf::inspect_inside(&content, &mut self.unpacker)
            }
            _ => return,
        };
        document.budget().spend(content.len());
        let mut outer = Report::of(Kind::Pdf, 0);
        outer.take_in(inner);
        self.found.active.extend(outer.active);
        self.found.damage = self.found.damage.or(outer.damage);
    }
}

/// The keys of a stream that decide what it is.
#[derive(Default)]
struct Keys<'a> {
    types: Vec<Value<'a>>,
    subtypes: Vec<Value<'a>>,
    elsewhere: bool,
    parameters: bool,
    filter: bool,
}

impl<'a> Keys<'a> {
    fn of(dict: Dict<'a>) -> Self {
        let mut keys = Self::default();
        for (name, value) in dict.entries() {
            match name.among(&[b"Type", b"Subtype", b"F", b"Params", b"Filter"]) {
                Some(0) => keys.types.push(value),
                Some(1) => keys.subtypes.push(value),
                Some(2) => keys.elsewhere = true,
                Some(3) => keys.parameters = true,
                Some(_) => keys.filter = true,
                None => {}
            }
        }
        keys
    }

    /// Returns whether a stream is a file inside: it says so, or its first bytes are those of an
    /// archive.
    fn is_file(&self, document: &'a Document, object: &Indirect<'a>) -> bool {
        let is_archive = || {
            !self.filter
                && document.beginning(object, 4).is_some_and(|head| *head == *b"PK\x03\x04")
        };
        is_named(&self.types, document, object, b"EmbeddedFile") || self.parameters || is_archive()
    }
}

/// Returns whether one of these values is this name, by any of its readings.
fn is_named<'a>(
    values: &[Value<'a>],
    document: &'a Document,
    object: &Indirect<'a>,
    wanted: &[u8],
) -> bool {
    let mut found = values.iter().flat_map(|value| document.readings(*value, object));
    found.any(|name| matches!(name.value, Value::Name(name) if name.is(wanted)))
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
