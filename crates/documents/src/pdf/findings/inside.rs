//! Looks into streams: pictures, packed layers, and files inside the file.

use super::{
    Search,
    action::MOST_STEPS,
    keys::{Keys, Role, is_named},
};
use crate::{
    Active, Damage, Kind, Limits, Report,
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

/// Bytes of the largest pixel: four parts of 16 bits.
const LARGEST_PIXEL: u64 = 8;

/// Filters by which much can come out of little.
const PACKING: [&[u8]; 6] =
    [b"FlateDecode", b"Fl", b"LZWDecode", b"LZW", b"RunLengthDecode", b"RL"];

impl<'s> Search<'s> {
    /// Looks into a stream. Returns whether it is an object stream that is still packed.
    pub(super) fn look_inside(&mut self, object: &Indirect<'s>, dict: Dict<'s>) -> bool {
        let document = self.document;
        document.budget().spend(dict.0.len());
        let keys = Keys::of(dict);
        let filters = filters::named(keys.filter, &|value| document.resolve(value));
        let layers = layers(&filters);
        if keys.elsewhere {
            self.fetch(dict, object, MOST_STEPS);
        }
        if keys.role != Role::Objects && is_named(&keys.types, document, object, b"ObjStm") {
            // Where its first object begins is missing; some readers then count from the beginning.
            self.found.damage.get_or_insert(Damage::Ambiguous);
        }
        if keys.is_file(document, object) {
            self.found.active.push(Active::EmbeddedFile);
            self.look_into_file(object);
        } else if is_named(&keys.subtypes, document, object, b"Image") {
            self.look_at_picture(object, dict, &filters);
        } else if is_named(&keys.types, document, object, b"Metadata") {
            let noted = document.data(object).unwrap_or_default();
            self.found.has_location |= find(&noted, b"exif:GPSLatitude").is_some();
        } else if layers > 1 {
            // More may come out than any reader has room for: `data` ends all reading then.
            document.data(object);
        } else if layers > 0 && is_named(&keys.types, document, object, b"XRef") {
            // A table to which nothing leads is read where a reader rebuilds it.
            self.unpack_if_large(object);
        } else {
            if !filters.is_empty() {
                self.weigh(object, &filters);
            }
            if keys.role == Role::Content {
                self.look_at_content(object, dict, &filters);
            }
        }
        keys.role == Role::Objects && document.is_packed(object)
    }

    /// Unpacks a stream that may be larger than there is room for.
    fn unpack_if_large(&self, object: &Indirect<'s>) {
        let document = self.document;
        let packed = document.packed(object).unwrap_or_default();
        if packed.len() > document.budget().room() / MOST_DEFLATED {
            document.data(object);
        }
    }

    /// Notes a stream that is packed once and not read here, if much may come out of all of these.
    fn weigh(&mut self, object: &Indirect<'s>, filters: &[Value<'s>]) {
        let document = self.document;
        if document.length() < self.limits.pdf_declared_bytes / MOST_DEFLATED {
            return;
        }
        if is_deflated(filters) {
            let Some(packed) = document.packed(object) else { return };
            self.packed += packed.len();
            self.count(&packed);
            // Streams that do not share their bytes are no longer than the file together.
            if self.packed > document.length() {
                document.budget().give_up();
            }
        } else {
            self.unpack_if_large(object);
        }
    }

    /// Counts what comes out of deflated data, which is not read here.
    pub(super) fn count(&mut self, packed: &[u8]) {
        let left = self.limits.pdf_declared_bytes.saturating_sub(self.unpacked);
        self.unpacked += inflate::zlib_length(packed, left);
        if self.unpacked >= self.limits.pdf_declared_bytes {
            self.document.budget().give_up();
        }
    }

    fn look_at_picture(&mut self, object: &Indirect<'s>, dict: Dict<'s>, filters: &[Value<'s>]) {
        let document = self.document;
        let side = |keys: [&[u8]; 2]| self.side(dict, keys, object);
        let declared = side([b"Width", b"W"]).saturating_mul(side([b"Height", b"H"]));
        let declared = declared.max(self.fax_pixels(object, dict));
        let ends_with = |known: &[&[u8]]| match filters {
            [.., Value::Name(filter)] => filter.among(known).is_some(),
            _ => false,
        };
        let is_photograph = ends_with(&[b"DCTDecode", b"DCT"]);
        let is_fax = ends_with(&[b"JBIG2Decode"]);
        let is_measured = is_photograph || is_fax || ends_with(&[b"JPXDecode"]);
        let length = document.length_of_picture(object);
        let read = |length| is_measured.then(|| document.beginning(object, length)).flatten();
        let mut head = read(length.min(exif::HEAD_BYTES));
        if is_photograph
            && length > exif::HEAD_BYTES
            && head.as_deref().is_some_and(|head| picture::pixels(head) == 0)
            && document.budget().spend(length)
        {
            // Long notes stand before its size.
            head = read(length);
        }
        let head = match head {
            // The picture's own file is packed once more.
            Some(packed) if filters.len() > 1 => {
                filters::head(dict, packed, document.budget(), &|value| document.resolve(value))
            }
            head => head,
        };
        let head = head.unwrap_or_default();
        self.found.has_location |= is_photograph && exif::has_location(&head);
        let pixels = if is_fax { picture::fax_pixels(&head) } else { picture::pixels(&head) };
        if declared.max(pixels) > self.limits.picture_pixels {
            self.found.damage.get_or_insert(Damage::TooComplex);
        }
        if layers(filters) > 1 {
            document.data(object);
        } else if layers(filters) == 1 && length as u64 > declared.saturating_mul(LARGEST_PIXEL) {
            // The data are longer than the picture is, even packed.
            self.weigh(object, filters);
        }
    }

    /// Returns the longest of the sides under these keys.
    fn side(&self, dict: Dict<'s>, keys: [&[u8]; 2], home: &Indirect<'s>) -> u64 {
        let values = keys.into_iter().flat_map(|key| dict.each(key));
        let sides = values.flat_map(|value| self.document.readings(value, home));
        let sides = sides.filter_map(|side| match side.value {
            Value::Integer(side) | Value::Real(side) => u64::try_from(side).ok(),
            _ => None,
        });
        sides.max().unwrap_or(0)
    }

    /// Returns how many pixels a fax has by the parameters of its filter.
    fn fax_pixels(&self, object: &Indirect<'s>, dict: Dict<'s>) -> u64 {
        let parameters = dict.each(b"DecodeParms").chain(dict.each(b"DP"));
        let sides = parameters.flat_map(|value| self.document.readings(value, object));
        let pixels = sides.filter_map(|found| match found.value {
            Value::Dict(fax) => {
                let side = |key: &[u8]| self.side(fax, [key, b""], &found);
                Some(side(b"Columns").saturating_mul(side(b"Rows")))
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
            // What else is no PDF is a page by its name.
            Some(Kind::Html | Kind::Xml) | None
                if (kind.is_some() || pdf::header(&content).is_none())
                    && office::page_runs(&content, self.limits) =>
            {
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

/// Returns how many filters of a stream unpack.
fn layers(filters: &[Value]) -> usize {
    filters.iter().filter(|name| is_packing(name)).count()
}

/// Returns whether the first of these filters is that of deflated data.
pub(super) fn is_deflated(filters: &[Value]) -> bool {
    matches!(filters, [Value::Name(name), ..] if name.among(&[b"FlateDecode", b"Fl"]).is_some())
}

/// Returns whether this is the name of a filter by which much can come out of little.
pub(super) fn is_packing(name: &Value) -> bool {
    matches!(name, Value::Name(name) if name.among(&PACKING).is_some())
}

/// Returns how many bytes come out of a stream of content.
pub(super) fn unpacked_length(document: &Document, object: &Indirect, limits: &Limits) -> usize {
    let packed = document.packed(object).unwrap_or_default();
    inflate::zlib_length(&packed, limits.pdf_declared_bytes).max(packed.len())
}
