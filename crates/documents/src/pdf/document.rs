//! Finds the objects of a PDF by their numbers.

mod every;
mod order;

use std::borrow::Cow;
use std::cell::Cell;
use std::mem;

use super::{
    budget::Budget,
    filters,
    indirect::{self, Indirect},
    lexer::Lexer,
    security::Lock,
    value::{Dict, Value},
    xref::{Place, Table},
};
use crate::{Limits, bytes::head};
pub(super) use order::ordered;
use order::sorted;

/// A PDF whose objects can be asked for.
pub(super) struct Document<'a> {
    pub(super) trailer: Dict<'a>,
    pub(super) lock: Lock,
    bytes: &'a [u8],
    /// Sorted by number, each once.
    places: Vec<(u32, Place)>,
    /// The object streams.
    unpacked: Vec<Vec<u8>>,
    /// Every place that some reader could read as the object of a number. Sorted by number.
    every: Vec<(u32, Place)>,
    /// Where in the file the unpacked object streams begin.
    opened: Vec<(u32, u32)>,
    /// Whether two readers could unpack two different things.
    doubtful: Cell<bool>,
    most_objects: usize,
    budget: &'a Budget,
    astray: Cell<bool>,
}

impl<'a> Document<'a> {
    pub(super) fn open(
        bytes: &'a [u8],
        table: Table<'a>,
        limits: &Limits,
        budget: &'a Budget,
    ) -> Self {
        let Table { places, trailer, object_streams } = table;
        let every = places.clone();
        let places = sorted(places);
        let mut document = Self {
            trailer,
            lock: Lock::None,
            bytes,
            places,
            unpacked: Vec::new(),
            every,
            opened: Vec::new(),
            doubtful: Cell::new(false),
            most_objects: limits.pdf_objects,
            budget,
            astray: Cell::new(false),
        };
        document.lock = Lock::of(document.trailer, &|value| document.resolve(value));
        if !matches!(document.lock, Lock::Closed) {
            document.unpack();
            document.enter_found(&object_streams);
        }
        document
    }

    pub(super) fn budget(&self) -> &Budget {
        self.budget
    }

    /// Returns whether two readers could find two different documents.
    pub(super) fn is_doubtful(&self) -> bool {
        self.doubtful.get()
    }

    /// Returns whether an object that was asked for was not where the tables say.
    pub(super) fn is_astray(&self) -> bool {
        self.astray.get()
    }

    /// Returns every object, by number.
    pub(super) fn objects(&self) -> impl Iterator<Item = Indirect<'_>> {
        self.places.iter().filter_map(|(number, place)| self.read(*number, *place))
    }

    /// Returns the object of this number.
    pub(super) fn object(&self, number: u32) -> Option<Indirect<'_>> {
        let (_, place) = self.places.get(self.rank(number)?)?;
        let object = self.read(number, *place).filter(|object| object.number == number);
        if object.is_none() && *place != Place::Free {
            self.astray.set(true);
        }
        object
    }

    /// Returns the place of a number among all numbers.
    fn rank(&self, number: u32) -> Option<usize> {
        self.places.binary_search_by_key(&number, |(number, _)| *number).ok()
    }

    /// No number, to be marked one by one.
    pub(super) fn no_marks(&self) -> Marks {
        Marks(vec![false; self.places.len()])
    }

    /// Returns whether there is such a number, and it was not marked yet.
    pub(super) fn mark(&self, marks: &mut Marks, number: u32) -> bool {
        let mark = self.rank(number).and_then(|rank| marks.0.get_mut(rank));
        mark.is_some_and(|mark| !mem::replace(mark, true))
    }

    fn read(&self, number: u32, place: Place) -> Option<Indirect<'_>> {
        match place {
            Place::Free | Place::Packed(_) => None,
            Place::At(at) | Place::Again(at) => indirect::read(self.bytes, at, self.budget),
            Place::Unpacked(stream, at) => {
                indirect::read_unpacked(self.unpacked.get(stream)?, at, number, self.budget)
            }
        }
    }

    /// Returns what a reference leads to; any other value is itself.
    pub(super) fn resolve<'s>(&'s self, mut value: Value<'s>) -> Value<'s> {
        for _ in 0..MOST_HOPS {
            let Value::Reference(number) = value else { return value };
            value = self.object(number).map_or(Value::Other, |object| object.value);
        }
        Value::Other
    }

    /// Returns what stands under `key`, or where it leads.
    pub(super) fn get<'s>(&'s self, dict: Dict<'s>, key: &[u8]) -> Value<'s> {
        self.resolve(dict.get(key))
    }

    /// Returns the dictionary under `key`, or where it leads.
    pub(super) fn dict<'s>(&'s self, dict: Dict<'s>, key: &[u8]) -> Option<Dict<'s>> {
        match self.get(dict, key) {
            Value::Dict(found) => Some(found),
            _ => None,
        }
    }

    /// Returns the data of a stream as they stand in the file.
    fn raw(&self, object: &Indirect) -> Option<&'a [u8]> {
        let Value::Dict(dict) = object.value else { return None };
        let length = match self.get(dict, b"Length") {
            Value::Integer(length) => usize::try_from(length).ok(),
            _ => None,
        };
        let data = indirect::stream(self.bytes, object.stream?, length);
        self.budget.spend(data.len()).then_some(data)
    }

    /// Returns how long the file is.
    pub(super) fn length(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the data of a stream as they are packed, deciphered. It costs nothing where the stream
    /// is as long as it says.
    pub(super) fn packed(&self, object: &Indirect) -> Option<Cow<'a, [u8]>> {
        let Value::Dict(dict) = object.value else { return None };
        let start = object.stream?;
        let length = match self.get(dict, b"Length") {
            Value::Integer(length) => usize::try_from(length).ok(),
            _ => None,
        };
        let end = length.and_then(|length| indirect::stream_end(self.bytes, start, length));
        let data = match end {
            Some(end) => self.bytes.get(start..end)?,
            None => self.raw(object)?,
        };
        self.deciphered(object, data)
    }

    /// Returns how long the data of a stream are in the file, as far as its dictionary says so rightly.
    pub(super) fn packed_length(&self, object: &Indirect) -> usize {
        let (Value::Dict(dict), Some(start)) = (object.value, object.stream) else { return 0 };
        match self.get(dict, b"Length") {
            Value::Integer(length) | Value::Real(length) => usize::try_from(length).unwrap_or(0),
            _ => self.bytes.len().saturating_sub(start),
        }
    }

    /// Returns the same for a picture, as long as its data are in the file: what follows them is no part
    /// of it. Where the dictionary is wrong, the end is looked for, which is paid for.
    pub(super) fn length_of_picture(&self, object: &Indirect) -> usize {
        let length = self.packed_length(object);
        let Some(start) = object.stream else { return 0 };
        match indirect::stream_end(self.bytes, start, length) {
            Some(_) => length,
            None => self.raw(object).unwrap_or_default().len(),
        }
    }

    /// Returns the first bytes of a stream's data, deciphered.
    pub(super) fn beginning(&self, object: &Indirect, length: usize) -> Option<Cow<'a, [u8]>> {
        self.deciphered(object, head(self.bytes.get(object.stream?..)?, length))
    }

    /// Returns the data of a stream of text or tables, deciphered and unpacked.
    pub(super) fn data(&self, object: &Indirect) -> Option<Cow<'a, [u8]>> {
        let Value::Dict(dict) = object.value else { return None };
        let data = self.deciphered(object, self.raw(object)?)?;
        filters::decoded(dict, data, self.budget, &|value| self.resolve(value))
    }

    fn deciphered(&self, object: &Indirect, data: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        let Lock::Open(key) = &self.lock else { return Some(Cow::Borrowed(data)) };
        let can_be_paid = self.budget.spend(data.len());
        can_be_paid.then(|| Cow::Owned(key.decipher_stream(object, data)))
    }

    /// Unpacks the object streams that the tables name, and enters what is in them (7.5.7).
    fn unpack(&mut self) {
        let mut marks = self.no_marks();
        for (_, place) in &self.places {
            if let Place::Packed(stream) = place {
                self.mark(&mut marks, *stream);
            }
        }
        let named = self.places.iter().zip(marks.0).filter(|(_, is_named)| *is_named);
        let named: Vec<u32> = named.map(|((number, _), _)| *number).collect();
        for stream in named {
            for (number, place) in self.object_stream(stream).unwrap_or_default() {
                if let Some(rank) = self.rank(number)
                    && let Some((_, old)) = self.places.get_mut(rank)
                    && *old == Place::Packed(stream)
                {
                    *old = place;
                }
            }
        }
    }

    /// Unpacks the object streams that a search has found, the last first, and enters what is in
    /// them, unless something of its number stands behind them in the file.
    fn enter_found(&mut self, streams: &[u32]) {
        let mut found = Vec::new();
        for stream in streams {
            let place = |number| self.rank(number).and_then(|rank| self.places.get(rank));
            let Some((_, Place::At(start))) = place(*stream).copied() else { continue };
            for (number, inner) in self.object_stream(*stream).unwrap_or_default() {
                let place = self.rank(number).and_then(|rank| self.places.get(rank));
                if !matches!(place, Some((_, Place::At(at))) if *at > start) {
                    found.push((number, inner));
                }
            }
            if found.len() > self.most_objects {
                self.budget.give_up();
                return;
            }
        }
        if !found.is_empty() {
            found.append(&mut self.places);
            self.places = sorted(found);
        }
    }

    /// Unpacks an object stream, and tells where in it which object stands.
    fn object_stream(&mut self, number: u32) -> Option<Vec<(u32, Place)>> {
        let stream = self.contents(&self.object(number)?)?;
        Some(self.keep(stream))
    }

    /// Unpacks an object stream.
    fn contents(&self, object: &Indirect) -> Option<ObjectStream> {
        let Value::Dict(dict) = object.value else { return None };
        let start = object.stream?;
        // Some readers skip what else stands in the line before the data.
        let before = start.checked_sub(1).and_then(|before| self.bytes.get(before));
        let ends_line = matches!(before, Some(b'\n' | b'\r'));
        if !ends_line || STRUCTURE.iter().any(|key| dict.each(key).nth(1).is_some()) {
            self.doubtful.set(true);
        }
        let integer = |key: &[u8]| match self.get(dict, key) {
            Value::Integer(number) | Value::Real(number) => usize::try_from(number).ok(),
            _ => None,
        };
        let (first, count) = (integer(b"First")?, integer(b"N")?);
        Some(ObjectStream { start, first, count, data: self.data(object)?.into_owned() })
    }

    /// Keeps an unpacked object stream, and tells where in it which object stands.
    fn keep(&mut self, stream: ObjectStream) -> Vec<(u32, Place)> {
        let mut lexer = Lexer::new(&stream.data, 0);
        let pairs = (0..stream.count).map_while(|_| {
            let number = u32::try_from(lexer.integer()?).ok()?;
            let at = stream.first.saturating_add(lexer.integer()?);
            Some((number, Place::Unpacked(self.unpacked.len(), at)))
        });
        let places: Vec<_> = pairs.take(self.most_objects.saturating_add(1)).collect();
        self.unpacked.push(stream.data);
        self.opened.extend(u32::try_from(stream.start).map(|start| (start, 0)));
        self.every.extend(&places);
        places
    }
}

/// An object stream (7.5.7), unpacked.
struct ObjectStream {
    /// Where its packed data begin.
    start: usize,
    /// Where in the data the first object begins.
    first: usize,
    count: usize,
    data: Vec<u8>,
}

/// The keys that decide what is read out of an object stream.
const STRUCTURE: [&[u8]; 5] = [b"Filter", b"DecodeParms", b"First", b"N", b"Length"];

/// Which numbers have been met.
pub(super) struct Marks(Vec<bool>);

/// References that lead to a reference. They are not forbidden, and no writer uses more than one.
const MOST_HOPS: usize = 8;
